#include "engine/memory/optional/check.h"

#include "engine/log.h"
#include "engine/memory/allocator_internal.h"
#include "engine/memory/host.h"
#include "engine/memory/optional/regions_check.h"

static const struct ash_regions *set_of(const struct ash_arena *arena, uint32_t set)
{
    return arena->regions[set / ASH_CLASS_COUNT][set % ASH_CLASS_COUNT];
}

// What the chunks add up to, for comparison with what is kept.
struct sums {
    struct {
        uint64_t free_regions, used_bytes, used_count;
    } sets[ASH_ARENA_COUNT + 1][VK_MAX_MEMORY_TYPES * ASH_CLASS_COUNT];
    uint32_t spare[VK_MAX_MEMORY_TYPES];
};

static const char *check_dedicated(const struct ash_allocator *allocator, uint32_t slot)
{
    const struct ash_region *region =
        ash_region_at(allocator->pool.regions, allocator->chunks[slot].edge);
    return ash_region_is_used(region) && ash_region_span(region->mark) == slot
               ? NULL
               : "memory of its own whose block is not in use";
}

static const char *check_chunk(const struct ash_allocator *allocator, uint32_t slot,
                               struct sums *sums)
{
    const struct ash_chunk *chunk = &allocator->chunks[slot];
    uint32_t type = chunk->memory_type_index, index = type * ASH_CLASS_COUNT;
    if (chunk->memory == VK_NULL_HANDLE)
        return "a chunk without memory";
    if (chunk->dedicated)
        return check_dedicated(allocator, slot);
    if (chunk->arena == ASH_ARENA_SPARE) {
        sums->spare[type]++;
        return NULL;
    }
    const struct ash_arena *arena = allocator->arenas[chunk->arena];
    if (chunk->regions != set_of(arena, index))
        index++;
    if (chunk->regions != set_of(arena, index))
        return "a chunk in a set of another memory type or arena";
    const struct ash_regions *set = chunk->regions;
    uint64_t *free_count = &sums->sets[chunk->arena][index].free_regions;
    const char *wrong =
        ash_regions_check_span(set, chunk->edge, slot, (uint32_t)chunk->size, free_count);
    for (uint32_t i = ash_chunk_first_region(allocator, chunk);
         wrong == NULL && i != ASH_REGION_NONE; i = ash_chunk_next_region(allocator, chunk, i)) {
        if (!ash_region_is_used(ash_region_at(set->regions, i)))
            continue;
        sums->sets[chunk->arena][index].used_bytes += ash_region_at(set->regions, i)->size;
        sums->sets[chunk->arena][index].used_count++;
    }
    return wrong;
}

static const char *check_sums(const struct ash_allocator *allocator, const struct sums *sums)
{
    for (uint32_t type = 0; type < allocator->type_count; type++) {
        uint32_t spare = 0;
        for (uint32_t slot = allocator->spare[type]; slot != 0;
             slot = allocator->chunks[slot].next_slot) {
            const struct ash_chunk *chunk = &allocator->chunks[slot];
            if (chunk->arena != ASH_ARENA_SPARE || chunk->memory_type_index != type ||
                ++spare > sums->spare[type])
                return "a list of spare chunks that is wrong";
        }
        if (spare != sums->spare[type])
            return "a spare chunk that is in no list";
    }
    for (uint32_t i = 1; i <= ASH_ARENA_COUNT; i++) {
        for (uint32_t index = 0; index < VK_MAX_MEMORY_TYPES * ASH_CLASS_COUNT; index++) {
            const struct ash_arena *arena = allocator->arenas[i];
            const struct ash_regions *set = arena != NULL ? set_of(arena, index) : NULL;
            if (set == NULL)
                continue;
            if (set->used_bytes != sums->sets[i][index].used_bytes)
                return "a wrong sum of used bytes";
            if (set->used_count != sums->sets[i][index].used_count)
                return "a wrong count of blocks";
            const char *wrong = ash_regions_check_bins(set, sums->sets[i][index].free_regions);
            if (wrong != NULL)
                return wrong;
        }
    }
    return NULL;
}

bool ash_allocator_check(struct ash_allocator *allocator)
{
    struct sums *sums = ash_host_alloc(sizeof(*sums));
    if (sums == NULL) {
        ash_log(ASH_LOG_ERROR, "%s: no host memory to check it", allocator->label);
        return false;
    }
    const char *wrong = NULL;
    uint32_t at = 0;
    ash_allocator_lock_all(allocator);
    for (uint32_t slot = 1; slot < allocator->chunk_count && wrong == NULL; slot++) {
        if (ash_chunk_in_use(&allocator->chunks[slot]))
            wrong = check_chunk(allocator, at = slot, sums);
    }
    if (wrong == NULL)
        wrong = check_sums(allocator, sums);
    ash_allocator_unlock_all(allocator);
    ash_host_free(sums);
    if (wrong != NULL)
        ash_log(ASH_LOG_ERROR, "%s: its books are broken, at chunk %u or before: %s",
                allocator->label, at, wrong);
    return wrong == NULL;
}
