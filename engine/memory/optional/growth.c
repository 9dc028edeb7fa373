#include "engine/memory/optional/growth.h"

#include "engine/log.h"
#include "engine/memory/allocator_internal.h"

// A memory type should grow when no free region of half a chunk is left: at 500 MiB/s that is
// 64 ms ahead, twice what the slowest driver measured takes.
enum { WATERMARK_SHARE = 2 };

VkDeviceSize ash_allocator_trim(struct ash_allocator *allocator)
{
    return ash_chunk_release_spares(allocator);
}

// Looks at one arena, if it is there: which memory types it uses, and in which it has room.
static void look_at(struct ash_arena *arena, const struct ash_allocator *allocator, uint32_t *used,
                    uint32_t *roomy)
{
    if (arena == NULL || !__atomic_load_n(&arena->used, __ATOMIC_RELAXED))
        return;
    ash_lock_acquire(&arena->lock);
    for (uint32_t i = 0; i < allocator->type_count * ASH_CLASS_COUNT; i++) {
        uint32_t type = i / ASH_CLASS_COUNT;
        const struct ash_regions *set = arena->regions[type][i % ASH_CLASS_COUNT];
        if (set == NULL)
            continue;
        *used |= (uint32_t)(set->used_bytes != 0) << type;
        *roomy |= (uint32_t)(ash_regions_largest(set) >=
                             allocator->types[type].chunk_size / WATERMARK_SHARE)
                  << type;
    }
    ash_lock_release(&arena->lock);
}

uint32_t ash_allocator_wants_growth(const struct ash_allocator *allocator)
{
    // The locks are part of the allocator's insides, not of what a caller sees as its state.
    struct ash_allocator *inside = (struct ash_allocator *)allocator;
    uint32_t used = 0, roomy = 0;
    for (uint32_t i = 1; i <= ASH_ARENA_COUNT; i++)
        look_at(ash_arena_at(allocator, i), allocator, &used, &roomy);
    ash_lock_acquire(&inside->table_lock);
    for (uint32_t type = 0; type < allocator->type_count; type++)
        roomy |= (uint32_t)(allocator->spare[type] != 0 || allocator->types[type].only_on_demand)
                 << type;
    ash_lock_release(&inside->table_lock);
    return used & ~roomy;
}

enum ash_result ash_allocator_grow(struct ash_allocator *allocator, uint32_t memory_type_index)
{
    if (memory_type_index >= allocator->type_count ||
        allocator->types[memory_type_index].only_on_demand)
        return ASH_ERROR_UNSUPPORTED;
    struct ash_device_memory_params params = {
        .size = allocator->types[memory_type_index].chunk_size,
        .memory_type_index = memory_type_index,
    };
    struct ash_chunk *chunk;
    enum ash_result result = ash_chunk_make(allocator, &params, &chunk);
    if (result == ASH_OK)
        ash_chunk_put_aside(allocator, chunk);
    else
        ash_log(ASH_LOG_WARNING, "%s: memory type %u can't grow: %s", allocator->label,
                memory_type_index, ash_result_name(result));
    return result;
}
