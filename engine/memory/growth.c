// Giving memory back that nobody uses, and taking more before anybody waits for it.
#include "engine/memory/allocator_internal.h"

#include "engine/log.h"

// A memory type should grow when no free region of half a chunk is left: at 500 MiB/s that is
// 64 ms ahead, twice what the slowest driver measured takes.
enum { WATERMARK_SHARE = 2 };

VkDeviceSize ash_allocator_trim(struct ash_allocator *allocator)
{
    VkDeviceSize given_back = 0;
    uint32_t count = __atomic_load_n(&allocator->chunk_count, __ATOMIC_ACQUIRE);
    for (uint32_t slot = 1; slot < count; slot++) {
        struct ash_chunk *chunk = &allocator->chunks[slot];
        uint32_t arena_index = __atomic_load_n(&chunk->arena, __ATOMIC_RELAXED);
        if (arena_index == ASH_ARENA_NONE)
            continue;
        struct ash_arena *arena = &allocator->arenas[arena_index];
        ash_lock_acquire(&arena->lock);
        bool empty = __atomic_load_n(&chunk->arena, __ATOMIC_RELAXED) == arena_index &&
                     ash_chunk_is_empty(arena, chunk);
        if (empty)
            ash_allocator_remove_chunk(allocator, arena, chunk);
        ash_lock_release(&arena->lock);
        if (empty) {
            given_back += chunk->size;
            ash_allocator_release_chunk(allocator, chunk);
        }
    }
    return given_back;
}

uint32_t ash_allocator_wants_growth(const struct ash_allocator *allocator)
{
    uint32_t used = 0, roomy = 0;
    for (uint32_t i = 0; i < ASH_ARENA_COUNT; i++) {
        // The lock is part of the allocator's insides, not of what a caller sees as its state.
        struct ash_arena *arena = (struct ash_arena *)&allocator->arenas[i];
        ash_lock_acquire(&arena->lock);
        for (uint32_t type = 0; type < allocator->type_count; type++) {
            const struct ash_regions *regions = arena->regions[type];
            if (regions == NULL)
                continue;
            if (regions->used_bytes != 0)
                used |= UINT32_C(1) << type;
            if (ash_regions_largest(regions) >= allocator->types[type].chunk_size / WATERMARK_SHARE)
                roomy |= UINT32_C(1) << type;
        }
        ash_lock_release(&arena->lock);
    }
    return used & ~roomy;
}

// The arena that has taken most of a memory type so far: it will want the next chunk.
static struct ash_arena *hungriest(struct ash_allocator *allocator, uint32_t type)
{
    struct ash_arena *best = ash_arena_of_thread(allocator);
    uint64_t most = 0;
    for (uint32_t i = 0; i < ASH_ARENA_COUNT; i++) {
        struct ash_arena *arena = &allocator->arenas[i];
        ash_lock_acquire(&arena->lock);
        uint64_t used = arena->regions[type] != NULL ? arena->regions[type]->used_bytes : 0;
        ash_lock_release(&arena->lock);
        if (used > most) {
            most = used;
            best = arena;
        }
    }
    return best;
}

enum ash_result ash_allocator_grow(struct ash_allocator *allocator, uint32_t memory_type_index)
{
    if (memory_type_index >= allocator->type_count)
        return ASH_ERROR_UNSUPPORTED;
    enum ash_result result =
        ash_allocator_add_chunk(allocator, hungriest(allocator, memory_type_index),
                                memory_type_index, allocator->types[memory_type_index].chunk_size);
    if (result != ASH_OK)
        ash_log(ASH_LOG_WARNING, "%s: memory type %u can't grow: %s", allocator->label,
                memory_type_index, ash_result_name(result));
    return result;
}
