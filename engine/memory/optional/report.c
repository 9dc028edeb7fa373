#include "engine/memory/optional/report.h"

#include <string.h>

#include "engine/bits.h"
#include "engine/log.h"
#include "engine/memory/allocator_internal.h"
#include "engine/memory/host.h"

// ---- statistics

static void add_usage(struct ash_memory_usage *sum, const struct ash_memory_usage *usage)
{
    sum->reserved_bytes += usage->reserved_bytes;
    sum->live_bytes += usage->live_bytes;
    sum->live_blocks += usage->live_blocks;
    sum->chunks += usage->chunks;
    sum->dedicated += usage->dedicated;
}

// Everything is locked.
static size_t host_bytes(const struct ash_allocator *allocator)
{
    size_t bytes = sizeof(*allocator) + ash_region_pool_bytes(&allocator->pool);
    bytes += (size_t)ash_align_up(allocator->chunk_count * sizeof(struct ash_chunk), ASH_HOST_PAGE);
    for (uint32_t i = 1; i <= ASH_ARENA_COUNT; i++) {
        const struct ash_arena *arena = allocator->arenas[i];
        bytes += arena != NULL ? sizeof(*arena) : 0;
        for (uint32_t set = 0; arena != NULL && set < VK_MAX_MEMORY_TYPES * ASH_CLASS_COUNT; set++)
            bytes += arena->regions[set / ASH_CLASS_COUNT][set % ASH_CLASS_COUNT] != NULL
                         ? sizeof(struct ash_regions)
                         : 0;
    }
    return bytes;
}

void ash_allocator_stats(const struct ash_allocator *allocator, struct ash_allocator_stats *out)
{
    struct ash_lock *accounts_lock = (struct ash_lock *)&allocator->accounts.lock;
    memset(out, 0, sizeof(*out));
    ash_allocator_lock_all(allocator);
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
        for (uint32_t i = ASH_CLASS_COUNT; i < (ASH_ARENA_COUNT + 1) * ASH_CLASS_COUNT; i++) {
            const struct ash_arena *arena = allocator->arenas[i / ASH_CLASS_COUNT];
            const struct ash_regions *set =
                arena != NULL ? arena->regions[type][i % ASH_CLASS_COUNT] : NULL;
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
    ash_allocator_unlock_all(allocator);
}

// ---- visiting

// Fills `out` (of at least free_region_count; NULL: counts only).
static uint32_t free_regions(const struct ash_allocator *allocator, const struct ash_chunk *chunk,
                             struct ash_free_region *out)
{
    struct ash_region *regions = allocator->pool.regions;
    uint32_t count = 0;
    if (chunk->arena == ASH_ARENA_SPARE) {
        if (out != NULL)
            out[0] = (struct ash_free_region){0, chunk->size};
        return 1;
    }
    for (uint32_t i = ash_chunk_first_region(allocator, chunk); i != ASH_REGION_NONE;
         i = ash_chunk_next_region(allocator, chunk, i)) {
        if (ash_region_is_used(ash_region_at(regions, i)))
            continue;
        if (out != NULL)
            out[count] = (struct ash_free_region){ash_region_at(regions, i)->offset,
                                                  ash_region_at(regions, i)->size};
        count++;
    }
    return count;
}

static void show_blocks(const struct ash_allocator *allocator, const struct ash_chunk *chunk,
                        const struct ash_memory_chunk *shown,
                        const struct ash_memory_visitor *visitor)
{
    for (uint32_t i = ash_chunk_first_region(allocator, chunk); i != ASH_REGION_NONE;
         i = ash_chunk_next_region(allocator, chunk, i)) {
        const struct ash_region *region = ash_region_at(allocator->pool.regions, i);
        if (!ash_region_is_used(region))
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
                    .id = region->mark & ~ASH_BLOCK_NOTED,
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
    ash_allocator_lock_all(allocator);
    for (uint32_t slot = 1; slot < allocator->chunk_count; slot++) {
        if (ash_chunk_in_use(&allocator->chunks[slot])) {
            uint32_t count = free_regions(allocator, &allocator->chunks[slot], NULL);
            most = count > most ? count : most;
        }
    }
    struct ash_free_region *found = ash_host_alloc(most * sizeof(*found));
    for (uint32_t slot = 1; found != NULL && slot < allocator->chunk_count; slot++) {
        const struct ash_chunk *chunk = &allocator->chunks[slot];
        if (!ash_chunk_in_use(chunk))
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
    ash_allocator_unlock_all(allocator);
    ash_host_free(found);
    if (found != NULL)
        return ASH_OK;
    ash_log(ASH_LOG_ERROR, "%s: no host memory to show what it holds", allocator->label);
    return ASH_ERROR_OUT_OF_HOST_MEMORY;
}
