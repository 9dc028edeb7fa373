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
                     ash_chunk_is_empty(chunk);
        if (empty)
            ash_chunk_remove(allocator, chunk);
        ash_lock_release(&arena->lock);
        if (empty) {
            given_back += chunk->size;
            ash_chunk_release(allocator, chunk);
        }
    }
    return given_back;
}

// Looks at one arena: which memory types it uses, and in which it has room.
static void look_at(struct ash_arena *arena, const struct ash_allocator *allocator, uint32_t *used,
                    uint32_t *roomy)
{
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
    uint32_t used = 0, roomy = 0;
    // The locks are part of the allocator's insides, not of what a caller sees as its state.
    for (uint32_t i = 0; i < ASH_ARENA_COUNT; i++)
        look_at((struct ash_arena *)&allocator->arenas[i], allocator, &used, &roomy);
    return used & ~roomy;
}

// The arena that has taken most of a memory type so far: it will want the next chunk.
static struct ash_arena *hungriest(struct ash_allocator *allocator, uint32_t type)
{
    struct ash_arena *best = ash_arena_of_thread(allocator);
    uint64_t most = 0;
    for (uint32_t i = 0; i < ASH_ARENA_COUNT; i++) {
        struct ash_arena *arena = &allocator->arenas[i];
        uint64_t used = 0;
        ash_lock_acquire(&arena->lock);
        for (uint32_t c = 0; c < ASH_CLASS_COUNT; c++)
            used += arena->regions[type][c] != NULL ? arena->regions[type][c]->used_bytes : 0;
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
        ash_chunk_add(allocator, hungriest(allocator, memory_type_index), memory_type_index,
                      ASH_CLASS_SMALL, allocator->types[memory_type_index].chunk_size);
    if (result != ASH_OK)
        ash_log(ASH_LOG_WARNING, "%s: memory type %u can't grow: %s", allocator->label,
                memory_type_index, ash_result_name(result));
    return result;
}
