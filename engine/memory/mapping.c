// How the CPU reaches a block: one mapping per chunk, whole atoms where memory is not coherent.
#include "engine/memory/allocator_internal.h"

#include <volk.h>

#include "engine/assert.h"
#include "engine/bits.h"
#include "engine/log.h"

static void count_call(struct ash_allocator *allocator, uint64_t *calls)
{
    ash_lock_acquire(&allocator->accounts.lock);
    ++*calls;
    ash_lock_release(&allocator->accounts.lock);
}

// The chunk of a block that the caller says is in use.
static struct ash_chunk *chunk_of(struct ash_allocator *allocator,
                                  const struct ash_memory_block *block)
{
    struct ash_found_block found;
    bool in_use = ash_arena_lock_block(allocator, block, &found);
    ASH_ASSERT_MESSAGE(in_use, "the block is not in use, or another allocator's");
    ash_lock_release(&found.arena->lock);
    return found.chunk;
}

enum ash_result ash_allocator_map(struct ash_allocator *allocator,
                                  const struct ash_memory_block *block, void **data)
{
    *data = NULL;
    struct ash_chunk *chunk = chunk_of(allocator, block);
    ASH_ASSERT(allocator->types[chunk->memory_type_index].flags &
               VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT);

    VkResult vk_result = VK_SUCCESS;
    ash_lock_acquire(&chunk->map_lock);
    if (chunk->map_count == 0) {
        count_call(allocator, &allocator->accounts.map_calls);
        vk_result = allocator->context->vk->vkMapMemory(allocator->context->device, chunk->memory,
                                                        0, VK_WHOLE_SIZE, 0, &chunk->data);
    }
    if (vk_result == VK_SUCCESS) {
        chunk->map_count++;
        *data = (char *)chunk->data + block->offset;
    }
    ash_lock_release(&chunk->map_lock);
    if (vk_result == VK_SUCCESS)
        return ASH_OK;
    ash_log(ASH_LOG_ERROR, "%s: vkMapMemory of a chunk of %llu bytes failed with %s",
            allocator->label, (unsigned long long)chunk->size, ash_vk_result_name(vk_result));
    return ash_result_from_vk(vk_result);
}

void ash_allocator_unmap(struct ash_allocator *allocator, const struct ash_memory_block *block)
{
    struct ash_chunk *chunk = chunk_of(allocator, block);
    ash_lock_acquire(&chunk->map_lock);
    ASH_ASSERT(chunk->map_count > 0);
    if (--chunk->map_count == 0) {
        count_call(allocator, &allocator->accounts.unmap_calls);
        allocator->context->vk->vkUnmapMemory(allocator->context->device, chunk->memory);
        chunk->data = NULL;
    }
    ash_lock_release(&chunk->map_lock);
}

typedef VkResult(VKAPI_PTR *range_function)(VkDevice device, uint32_t count,
                                            const VkMappedMemoryRange *ranges);

// Flushes or invalidates the whole atoms that hold the range: they are the block's own.
static enum ash_result synchronise(struct ash_allocator *allocator,
                                   const struct ash_memory_block *block, VkDeviceSize offset,
                                   VkDeviceSize size, range_function function, const char *name)
{
    ASH_ASSERT(ash_range_inside(offset, size, block->size));
    VkMemoryPropertyFlags flags = allocator->types[block->memory_type_index].flags;
    if ((flags & VK_MEMORY_PROPERTY_HOST_COHERENT_BIT) != 0 || size == 0)
        return ASH_OK;
    struct ash_chunk *chunk = chunk_of(allocator, block);
    VkDeviceSize atom = allocator->context->properties.limits.nonCoherentAtomSize;
    VkDeviceSize first = ash_align_down(block->offset + offset, atom);
    VkDeviceSize end = ash_align_up(block->offset + offset + size, atom);
    VkMappedMemoryRange range = {
        .sType = VK_STRUCTURE_TYPE_MAPPED_MEMORY_RANGE,
        .memory = chunk->memory,
        .offset = first,
        .size = ash_min_u64(end, chunk->size) - first,
    };
    VkResult vk_result = function(allocator->context->device, 1, &range);
    if (vk_result == VK_SUCCESS)
        return ASH_OK;
    ash_log(ASH_LOG_ERROR, "%s: %s of %llu bytes failed with %s", allocator->label, name,
            (unsigned long long)range.size, ash_vk_result_name(vk_result));
    return ash_result_from_vk(vk_result);
}

enum ash_result ash_allocator_flush(struct ash_allocator *allocator,
                                    const struct ash_memory_block *block, VkDeviceSize offset,
                                    VkDeviceSize size)
{
    return synchronise(allocator, block, offset, size,
                       allocator->context->vk->vkFlushMappedMemoryRanges,
                       "vkFlushMappedMemoryRanges");
}

enum ash_result ash_allocator_invalidate(struct ash_allocator *allocator,
                                         const struct ash_memory_block *block, VkDeviceSize offset,
                                         VkDeviceSize size)
{
    return synchronise(allocator, block, offset, size,
                       allocator->context->vk->vkInvalidateMappedMemoryRanges,
                       "vkInvalidateMappedMemoryRanges");
}
