// Bytes that stand out, in memory that nobody has written yet or that is nobody's any more.
#include "engine/memory/allocator_internal.h"

#ifndef NDEBUG

#include <string.h>

void ash_block_fill(struct ash_allocator *allocator, const struct ash_memory_block *block, int byte)
{
    struct ash_found_block found;
    void *data;
    if (!allocator->fill || block->memory == VK_NULL_HANDLE ||
        !ash_arena_lock_block(allocator, block, &found))
        return;
    ash_lock_release(&found.arena->lock);
    VkMemoryPropertyFlags flags = allocator->types[block->memory_type_index].flags;
    if ((flags & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT) == 0 ||
        ash_allocator_map(allocator, block, &data) != ASH_OK)
        return;
    memset(data, byte, (size_t)block->size);
    // What the device does not come to see is only the pattern.
    enum ash_result flushed = ash_allocator_flush(allocator, block, 0, block->size);
    (void)flushed;
    ash_allocator_unmap(allocator, block);
}

#else

typedef int ash_fill_is_empty;

#endif
