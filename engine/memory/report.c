// What an allocator can tell of itself: sums, a walk for visitors, a walk that checks.
#include "engine/memory/allocator_internal.h"

#include <string.h>

#include "engine/bits.h"
#include "engine/log.h"
#include "engine/memory/host.h"

// Nothing moves from here on: neither blocks nor chunks.
static void lock_all(const struct ash_allocator *allocator)
{
    struct ash_allocator *inside = (struct ash_allocator *)allocator;
    for (uint32_t i = 0; i < ASH_ARENA_COUNT; i++)
        ash_lock_acquire(&inside->arenas[i].lock);
    ash_lock_acquire(&inside->table_lock);
}

static void unlock_all(const struct ash_allocator *allocator)
{
    struct ash_allocator *inside = (struct ash_allocator *)allocator;
    ash_lock_release(&inside->table_lock);
    for (uint32_t i = 0; i < ASH_ARENA_COUNT; i++)
        ash_lock_release(&inside->arenas[i].lock);
}

static const struct ash_regions *set_of(const struct ash_arena *arena, uint32_t set)
{
    return arena->regions[set / ASH_CLASS_COUNT][set % ASH_CLASS_COUNT];
}

// ---- statistics

static void add_usage(struct ash_memory_usage *sum, const struct ash_memory_usage *usage)
{
    sum->reserved_bytes += usage->reserved_bytes;
    sum->live_bytes += usage->live_bytes;
    sum->live_blocks += usage->live_blocks;
    sum->chunks += usage->chunks;
    sum->dedicated += usage->dedicated;
}

static size_t host_bytes(const struct ash_allocator *allocator)
{
    size_t bytes = sizeof(*allocator);
    bytes += (size_t)__atomic_load_n(&allocator->pool.committed, __ATOMIC_RELAXED) *
             sizeof(struct ash_region);
    bytes += (size_t)ash_align_up(__atomic_load_n(&allocator->chunk_count, __ATOMIC_RELAXED) *
                                      sizeof(struct ash_chunk),
                                  ASH_HOST_PAGE);
    bytes += allocator->sets_committed;
    return bytes;
}

void ash_allocator_stats(const struct ash_allocator *allocator, struct ash_allocator_stats *out)
{
    struct ash_lock *accounts_lock = (struct ash_lock *)&allocator->accounts.lock;
    memset(out, 0, sizeof(*out));
    lock_all(allocator);
    out->host_bytes = host_bytes(allocator);
    ash_lock_acquire(accounts_lock);
    const struct ash_accounts *accounts = &allocator->accounts;
    for (uint32_t type = 0; type < allocator->type_count; type++) {
        struct ash_memory_usage *usage = &out->types[type];
        usage->reserved_bytes = accounts->types[type];
        usage->chunks = accounts->chunks[type];
        usage->dedicated = accounts->dedicated[type];
        usage->live_bytes = accounts->dedicated_bytes[type];
        usage->live_blocks = accounts->dedicated[type];
        for (uint32_t i = 0; i < ASH_ARENA_COUNT * ASH_CLASS_COUNT; i++) {
            const struct ash_regions *set =
                allocator->arenas[i / ASH_CLASS_COUNT].regions[type][i % ASH_CLASS_COUNT];
            usage->live_bytes += set != NULL ? set->used_bytes : 0;
            usage->live_blocks += set != NULL ? set->used_count : 0;
            out->peak_live_bytes += set != NULL ? set->peak_used_bytes : 0;
        }
        add_usage(&out->heaps[allocator->types[type].heap], usage);
        add_usage(&out->total, usage);
    }
    out->peak_live_bytes += accounts->peak_dedicated;
    out->peak_reserved_bytes = accounts->peak_reserved;
    out->allocate_memory_calls = accounts->allocate_calls;
    out->free_memory_calls = accounts->free_calls;
    out->map_memory_calls = accounts->map_calls;
    out->unmap_memory_calls = accounts->unmap_calls;
    ash_lock_release(accounts_lock);
    unlock_all(allocator);
}

// ---- visiting

static bool in_use(const struct ash_chunk *chunk)
{
    return chunk->arena != ASH_ARENA_NONE;
}

// The regions of a chunk, used and free, in order of offset; ASH_REGION_NONE after the last.
static uint32_t next_region(const struct ash_allocator *allocator, const struct ash_chunk *chunk,
                            uint32_t region)
{
    uint32_t next = allocator->pool.regions[region].next;
    return next != chunk->edge ? next : ASH_REGION_NONE;
}

static uint32_t first_region(const struct ash_allocator *allocator, const struct ash_chunk *chunk)
{
    if (chunk->arena == ASH_ARENA_SPARE)
        return ASH_REGION_NONE;
    return chunk->dedicated ? chunk->edge : next_region(allocator, chunk, chunk->edge);
}

// Fills `out` (of at least free_region_count; NULL: counts only).
static uint32_t free_regions(const struct ash_allocator *allocator, const struct ash_chunk *chunk,
                             struct ash_free_region *out)
{
    const struct ash_region *regions = allocator->pool.regions;
    uint32_t count = 0;
    if (chunk->arena == ASH_ARENA_SPARE) {
        if (out != NULL)
            out[0] = (struct ash_free_region){0, chunk->size};
        return 1;
    }
    for (uint32_t i = first_region(allocator, chunk); i != ASH_REGION_NONE;
         i = next_region(allocator, chunk, i)) {
        if (regions[i].state != ASH_REGION_FREE)
            continue;
        if (out != NULL)
            out[count] = (struct ash_free_region){regions[i].offset, regions[i].size};
        count++;
    }
    return count;
}

static void show_blocks(const struct ash_allocator *allocator, const struct ash_chunk *chunk,
                        const struct ash_memory_chunk *shown,
                        const struct ash_memory_visitor *visitor)
{
    for (uint32_t i = first_region(allocator, chunk); i != ASH_REGION_NONE;
         i = next_region(allocator, chunk, i)) {
        const struct ash_region *region = &allocator->pool.regions[i];
        if (region->state != ASH_REGION_USED)
            continue;
        struct ash_block_note note = ash_block_note_get(allocator, i);
        struct ash_memory_block_info info = {
            .block =
                {
                    .memory = chunk->memory,
                    .offset = region->offset,
                    .size = chunk->dedicated ? chunk->size : region->size,
                    .memory_type_index = chunk->memory_type_index,
                    .region = i,
                    .id = region->id,
                },
            .label = note.label,
            .user = note.user,
        };
        visitor->block(visitor->user, shown, &info);
    }
}

static uint32_t map_count(const struct ash_chunk *chunk)
{
    struct ash_lock *lock = (struct ash_lock *)&chunk->map_lock;
    ash_lock_acquire(lock);
    uint32_t count = chunk->map_count;
    ash_lock_release(lock);
    return count;
}

enum ash_result ash_allocator_visit(struct ash_allocator *allocator,
                                    const struct ash_memory_visitor *visitor)
{
    uint32_t most = 1; // free regions of one chunk
    lock_all(allocator);
    for (uint32_t slot = 1; slot < allocator->chunk_count; slot++) {
        if (in_use(&allocator->chunks[slot])) {
            uint32_t count = free_regions(allocator, &allocator->chunks[slot], NULL);
            most = count > most ? count : most;
        }
    }
    struct ash_free_region *found = ash_host_alloc(most * sizeof(*found));
    for (uint32_t slot = 1; found != NULL && slot < allocator->chunk_count; slot++) {
        const struct ash_chunk *chunk = &allocator->chunks[slot];
        if (!in_use(chunk))
            continue;
        struct ash_memory_chunk shown = {
            .memory = chunk->memory,
            .size = chunk->size,
            .free_regions = found,
            .free_region_count = free_regions(allocator, chunk, found),
            .memory_type_index = chunk->memory_type_index,
            .dedicated = chunk->dedicated,
            .map_count = map_count(chunk),
        };
        if (visitor->chunk != NULL)
            visitor->chunk(visitor->user, &shown);
        if (visitor->block != NULL)
            show_blocks(allocator, chunk, &shown, visitor);
    }
    unlock_all(allocator);
    ash_host_free(found);
    return found != NULL ? ASH_OK : ASH_ERROR_OUT_OF_HOST_MEMORY;
}

// ---- leaks

uint64_t ash_allocator_name_leaks(struct ash_allocator *allocator)
{
    uint64_t leaks = 0;
    const struct ash_region *regions = allocator->pool.regions;
    for (uint32_t slot = 1; slot < allocator->chunk_count; slot++) {
        const struct ash_chunk *chunk = &allocator->chunks[slot];
        if (!in_use(chunk))
            continue;
        for (uint32_t i = first_region(allocator, chunk); i != ASH_REGION_NONE;
             i = next_region(allocator, chunk, i)) {
            if (regions[i].state != ASH_REGION_USED)
                continue;
            const char *label = ash_block_note_get(allocator, i).label;
            VkDeviceSize size = chunk->dedicated ? chunk->size : regions[i].size;
            ash_log(ASH_LOG_WARNING,
                    "%s: leak: '%s', %llu bytes at offset %u of memory type %u, was not freed",
                    allocator->label, label != NULL ? label : "(unnamed)", (unsigned long long)size,
                    regions[i].offset, chunk->memory_type_index);
            ash_block_note_clear(allocator, i);
            leaks++;
        }
    }
    return leaks;
}

// ---- checking

// What the chunks add up to, for comparison with what is kept.
struct sums {
    struct {
        uint64_t free_regions, used_bytes, used_count;
    } sets[ASH_ARENA_COUNT][VK_MAX_MEMORY_TYPES * ASH_CLASS_COUNT];
    uint32_t spare[VK_MAX_MEMORY_TYPES];
};

static const char *check_dedicated(const struct ash_allocator *allocator, uint32_t slot)
{
    const struct ash_region *region = &allocator->pool.regions[allocator->chunks[slot].edge];
    return region->state == ASH_REGION_USED && region->span == slot
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
    const struct ash_arena *arena = &allocator->arenas[chunk->arena];
    if (chunk->regions != set_of(arena, index))
        index++;
    if (chunk->regions != set_of(arena, index))
        return "a chunk in a set of another memory type or arena";
    const struct ash_regions *set = chunk->regions;
    uint64_t *free_count = &sums->sets[chunk->arena][index].free_regions;
    const char *wrong =
        ash_regions_check_span(set, chunk->edge, slot, (uint32_t)chunk->size, free_count);
    for (uint32_t i = first_region(allocator, chunk); wrong == NULL && i != ASH_REGION_NONE;
         i = next_region(allocator, chunk, i)) {
        if (set->regions[i].state != ASH_REGION_USED)
            continue;
        sums->sets[chunk->arena][index].used_bytes += set->regions[i].size;
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
    for (uint32_t i = 0; i < ASH_ARENA_COUNT; i++) {
        for (uint32_t index = 0; index < VK_MAX_MEMORY_TYPES * ASH_CLASS_COUNT; index++) {
            const struct ash_regions *set = set_of(&allocator->arenas[i], index);
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
    lock_all(allocator);
    for (uint32_t slot = 1; slot < allocator->chunk_count && wrong == NULL; slot++) {
        if (in_use(&allocator->chunks[slot]))
            wrong = check_chunk(allocator, at = slot, sums);
    }
    if (wrong == NULL)
        wrong = check_sums(allocator, sums);
    unlock_all(allocator);
    ash_host_free(sums);
    if (wrong != NULL)
        ash_log(ASH_LOG_ERROR, "%s: its books are broken, at chunk %u or before: %s",
                allocator->label, at, wrong);
    return wrong == NULL;
}
