#include "bench/allocator/first_fit.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "engine/bits.h"

// The array, moved where it had no room for one more element; NULL: no memory, and it is as it was.
static void *grown(void *array, uint32_t count, uint32_t *capacity, size_t element_size)
{
    if (count < *capacity)
        return array;
    uint32_t wanted = *capacity != 0 ? *capacity * 2 : 8;
    void *larger = realloc(array, wanted * element_size);
    if (larger != NULL)
        *capacity = wanted;
    return larger;
}

static bool make_room(struct ash_first_fit_chunk *chunk)
{
    struct ash_free_region *regions =
        grown(chunk->free_regions, chunk->free_region_count, &chunk->free_region_capacity,
              sizeof(*chunk->free_regions));
    if (regions != NULL)
        chunk->free_regions = regions;
    return regions != NULL;
}

static void insert_region(struct ash_first_fit_chunk *chunk, uint32_t at,
                          struct ash_free_region region)
{
    struct ash_free_region *place = &chunk->free_regions[at];
    memmove(place + 1, place, (chunk->free_region_count - at) * sizeof(*place));
    *place = region;
    chunk->free_region_count++;
}

static void remove_region(struct ash_first_fit_chunk *chunk, uint32_t at)
{
    struct ash_free_region *place = &chunk->free_regions[at];
    chunk->free_region_count--;
    memmove(place, place + 1, (chunk->free_region_count - at) * sizeof(*place));
}

static bool fits(const struct ash_free_region *region, uint64_t size, uint64_t alignment)
{
    uint64_t offset = ash_align_up(region->offset, alignment);
    return ash_range_inside(offset - region->offset, size, region->size);
}

// Cuts a block out of a region: what is before it and what is behind it stays free.
static uint64_t split_region(struct ash_first_fit_chunk *chunk, uint32_t at, uint64_t size,
                             uint64_t alignment)
{
    struct ash_free_region region = chunk->free_regions[at];
    uint64_t before = ash_align_up(region.offset, alignment) - region.offset;
    uint64_t after = region.size - before - size;
    remove_region(chunk, at);
    if (after > 0)
        insert_region(chunk, at, (struct ash_free_region){region.offset + before + size, after});
    if (before > 0)
        insert_region(chunk, at, (struct ash_free_region){region.offset, before});
    return region.offset + before;
}

static struct ash_first_fit_chunk *add_chunk(struct ash_first_fit *allocator, uint64_t size,
                                             uint32_t memory_type_index)
{
    struct ash_first_fit_chunk *chunks = grown(allocator->chunks, allocator->chunk_count,
                                               &allocator->chunk_capacity, sizeof(*chunks));
    if (chunks == NULL)
        return NULL;
    allocator->chunks = chunks;
    struct ash_first_fit_chunk *chunk = &allocator->chunks[allocator->chunk_count];
    *chunk = (struct ash_first_fit_chunk){
        .size = ash_max_u64(size, ASH_FIRST_FIT_CHUNK_SIZE),
        .memory_type_index = memory_type_index,
    };
    if (!make_room(chunk))
        return NULL;
    chunk->memory = ++allocator->memories;
    insert_region(chunk, 0, (struct ash_free_region){0, chunk->size});
    allocator->chunk_count++;
    allocator->reserved_bytes += chunk->size;
    return chunk;
}

static void remove_chunk(struct ash_first_fit *allocator, struct ash_first_fit_chunk *chunk)
{
    allocator->reserved_bytes -= chunk->size;
    free(chunk->free_regions);
    *chunk = allocator->chunks[--allocator->chunk_count];
}

static bool is_empty(const struct ash_first_fit_chunk *chunk)
{
    return chunk->free_region_count == 1 && chunk->free_regions[0].size == chunk->size;
}

// Of the empty chunks of a memory type one is kept, for the next block.
static void give_back_if_empty(struct ash_first_fit *allocator, struct ash_first_fit_chunk *chunk)
{
    uint32_t empty = 0;
    for (uint32_t i = 0; i < allocator->chunk_count; i++)
        empty += allocator->chunks[i].memory_type_index == chunk->memory_type_index &&
                 is_empty(&allocator->chunks[i]);
    if (is_empty(chunk) && empty > 1)
        remove_chunk(allocator, chunk);
}

uint64_t ash_first_fit_finish(struct ash_first_fit *allocator)
{
    uint64_t leaked = allocator->live_bytes;
    for (uint32_t i = 0; i < allocator->chunk_count; i++)
        free(allocator->chunks[i].free_regions);
    free(allocator->chunks);
    *allocator = (struct ash_first_fit){0};
    return leaked;
}

// Cuts the block out of the chunk's first region that fits. A split can add one region.
static bool alloc_in(struct ash_first_fit_chunk *chunk, uint64_t size, uint64_t alignment,
                     struct ash_first_fit_block *out)
{
    for (uint32_t i = 0; i < chunk->free_region_count; i++) {
        if (!fits(&chunk->free_regions[i], size, alignment))
            continue;
        if (!make_room(chunk))
            return false;
        *out = (struct ash_first_fit_block){
            .memory = chunk->memory,
            .offset = split_region(chunk, i, size, alignment),
            .size = size,
            .memory_type_index = chunk->memory_type_index,
        };
        return true;
    }
    return false;
}

enum ash_result ash_first_fit_alloc(struct ash_first_fit *allocator, uint64_t size,
                                    uint64_t alignment, uint32_t memory_type_index,
                                    struct ash_first_fit_block *out)
{
    uint64_t rounded = ash_align_up(size, alignment);
    *out = (struct ash_first_fit_block){0};
    if (rounded < size)
        return ASH_ERROR_OUT_OF_DEVICE_MEMORY;
    bool done = false;
    for (uint32_t i = 0; i < allocator->chunk_count && !done; i++) {
        if (allocator->chunks[i].memory_type_index == memory_type_index)
            done = alloc_in(&allocator->chunks[i], rounded, alignment, out);
    }
    if (!done) {
        struct ash_first_fit_chunk *chunk = add_chunk(allocator, rounded, memory_type_index);
        if (chunk == NULL)
            return ASH_ERROR_OUT_OF_HOST_MEMORY;
        alloc_in(chunk, rounded, alignment, out); // an empty chunk has room for a second region
    }
    allocator->live_bytes += rounded;
    return ASH_OK;
}

enum ash_result ash_first_fit_free(struct ash_first_fit *allocator,
                                   struct ash_first_fit_block *block)
{
    struct ash_first_fit_chunk *chunk = allocator->chunks;
    struct ash_first_fit_chunk *end = chunk + allocator->chunk_count;
    while (chunk != end && chunk->memory != block->memory)
        chunk++;
    if (chunk == end || block->size == 0 ||
        !ash_range_inside(block->offset, block->size, chunk->size))
        return ASH_ERROR_INVALID_BLOCK;
    if (!make_room(chunk))
        return ASH_ERROR_OUT_OF_HOST_MEMORY;

    struct ash_free_region *regions = chunk->free_regions;
    uint32_t at = 0; // of the first free region behind the block
    while (at < chunk->free_region_count && regions[at].offset < block->offset)
        at++;
    bool has_next = at < chunk->free_region_count;
    bool has_previous = at > 0;
    uint64_t block_end = block->offset + block->size;
    uint64_t previous_end = has_previous ? regions[at - 1].offset + regions[at - 1].size : 0;
    if (previous_end > block->offset || (has_next && regions[at].offset < block_end))
        return ASH_ERROR_INVALID_BLOCK;

    insert_region(chunk, at, (struct ash_free_region){block->offset, block->size});
    if (has_next && regions[at + 1].offset == block_end) {
        regions[at].size += regions[at + 1].size;
        remove_region(chunk, at + 1);
    }
    if (has_previous && previous_end == block->offset) {
        regions[at - 1].size += regions[at].size;
        remove_region(chunk, at);
    }
    allocator->live_bytes -= block->size;
    *block = (struct ash_first_fit_block){0};
    give_back_if_empty(allocator, chunk);
    return ASH_OK;
}
