#include "game/world/block/blocks.h"

#include <stdlib.h>
#include <string.h>

#include "game/world/block/block.h"

enum { LARGEST_PACKED = CHUNK_BLOCKS / 2, LONGEST_RUN = 256 };

#define UNIFORM(kind) [kind] = {NULL, kind}
static const struct chunk uniform_chunks[] = {
    UNIFORM(0),  UNIFORM(1),  UNIFORM(2),  UNIFORM(3),  UNIFORM(4),  UNIFORM(5),
    UNIFORM(6),  UNIFORM(7),  UNIFORM(8),  UNIFORM(9),  UNIFORM(10), UNIFORM(11),
    UNIFORM(12), UNIFORM(13), UNIFORM(14), UNIFORM(15),
};
_Static_assert(sizeof(uniform_chunks) / sizeof(uniform_chunks[0]) >= BLOCK_COUNT,
               "every kind of block can fill a chunk");

static uint64_t bytes_of(const struct blocks *blocks)
{
    return sizeof(*blocks) + (blocks->chunk.blocks != NULL ? CHUNK_BLOCKS : 0) +
           blocks->packed_size;
}

static struct blocks *blocks_create(uint8_t *array, uint64_t *bytes)
{
    struct blocks *blocks = malloc(sizeof(*blocks));
    if (blocks == NULL)
        return NULL;
    *blocks = (struct blocks){.chunk.blocks = array, .references = 1};
    *bytes += bytes_of(blocks);
    return blocks;
}

bool blocks_init(struct chunk_blocks *owner, struct chunk chunk, uint64_t *bytes)
{
    *owner = (struct chunk_blocks){NULL, chunk.uniform};
    if (chunk.blocks == NULL)
        return true;
    owner->blocks = blocks_create(chunk.blocks, bytes);
    if (owner->blocks != NULL)
        return true;
    free(chunk.blocks);
    return false;
}

void blocks_finish(struct chunk_blocks *owner, uint64_t *bytes)
{
    blocks_release(owner->blocks, bytes);
    *owner = (struct chunk_blocks){0};
}

static bool unpack(struct blocks *blocks, uint64_t *bytes)
{
    if (blocks->packed == NULL)
        return true;
    uint8_t *array = malloc(CHUNK_BLOCKS);
    if (array == NULL)
        return false;
    uint32_t index = 0;
    for (uint32_t i = 0; i < blocks->packed_size; i += 2) {
        uint32_t count = blocks->packed[i] + 1u;
        memset(array + index, blocks->packed[i + 1], count);
        index += count;
    }
    *bytes -= bytes_of(blocks);
    free(blocks->packed);
    blocks->packed = NULL;
    blocks->packed_size = 0;
    blocks->chunk.blocks = array;
    *bytes += bytes_of(blocks);
    return true;
}

const struct chunk *blocks_hold(struct chunk_blocks *owner, struct blocks **held, uint64_t *bytes)
{
    *held = NULL;
    if (owner->blocks == NULL)
        return &uniform_chunks[owner->uniform];
    if (!unpack(owner->blocks, bytes))
        return NULL;
    owner->blocks->references++;
    *held = owner->blocks;
    return &owner->blocks->chunk;
}

void blocks_release(struct blocks *held, uint64_t *bytes)
{
    if (held == NULL || --held->references > 0)
        return;
    *bytes -= bytes_of(held);
    free(held->chunk.blocks);
    free(held->packed);
    free(held);
}

uint8_t blocks_get(const struct chunk_blocks *owner, uint32_t index)
{
    const struct blocks *blocks = owner->blocks;
    if (blocks == NULL)
        return owner->uniform;
    if (blocks->packed == NULL)
        return blocks->chunk.blocks[index];
    // Far away, where hardly anybody asks: walk along the runs.
    uint32_t run = 0, end = blocks->packed[0] + 1u;
    while (index >= end) {
        run += 2;
        end += blocks->packed[run] + 1u;
    }
    return blocks->packed[run + 1];
}

bool blocks_set(struct chunk_blocks *owner, uint32_t index, uint8_t kind, uint64_t *bytes)
{
    struct blocks *old = owner->blocks;
    if (old != NULL && !unpack(old, bytes))
        return false;
    if (old == NULL || old->references > 1) {
        uint8_t *array = malloc(CHUNK_BLOCKS);
        struct blocks *copy = array != NULL ? blocks_create(array, bytes) : NULL;
        if (copy == NULL) {
            free(array);
            return false;
        }
        if (old != NULL)
            memcpy(array, old->chunk.blocks, CHUNK_BLOCKS);
        else
            memset(array, owner->uniform, CHUNK_BLOCKS);
        blocks_release(old, bytes);
        owner->blocks = copy;
    }
    owner->blocks->chunk.blocks[index] = kind;
    return true;
}

// The end of what equals array[index] from there on, `limit` at most: eight at a time, since runs
// are long.
static uint32_t run_end(const uint8_t *array, uint32_t index, uint32_t limit)
{
    const uint64_t eight = array[index] * UINT64_C(0x0101010101010101);
    uint32_t end = index + 1;
    for (uint64_t next; end + sizeof(next) <= limit; end += sizeof(next)) {
        memcpy(&next, array + end, sizeof(next));
        if (next != eight)
            break;
    }
    while (end < limit && array[end] == array[index])
        end++;
    return end;
}

bool blocks_find_runs(const struct chunk *chunk, struct block_runs *out)
{
    uint8_t runs[LARGEST_PACKED];
    uint32_t size = 0, index = 0;
    *out = (struct block_runs){0};
    while (index < CHUNK_BLOCKS) {
        uint32_t limit =
            CHUNK_BLOCKS - index < LONGEST_RUN ? (uint32_t)CHUNK_BLOCKS : index + LONGEST_RUN;
        uint32_t end = run_end(chunk->blocks, index, limit);
        if (size == LARGEST_PACKED)
            return true;
        runs[size++] = (uint8_t)(end - index - 1);
        runs[size++] = chunk->blocks[index];
        index = end;
    }
    out->pairs = malloc(size);
    if (out->pairs == NULL)
        return false;
    memcpy(out->pairs, runs, size);
    out->size = size;
    return true;
}

bool blocks_may_pack(const struct chunk_blocks *owner)
{
    const struct blocks *blocks = owner->blocks;
    return blocks != NULL && blocks->packed == NULL && blocks->references == 1;
}

bool blocks_pack(struct chunk_blocks *owner, const struct blocks *held, struct block_runs *runs,
                 uint64_t *bytes)
{
    struct blocks *blocks = owner->blocks;
    if (runs->pairs == NULL || blocks != held || blocks->references > 2)
        return false;
    *bytes -= bytes_of(blocks);
    free(blocks->chunk.blocks);
    blocks->chunk.blocks = NULL;
    blocks->packed = runs->pairs;
    blocks->packed_size = runs->size;
    *bytes += bytes_of(blocks);
    *runs = (struct block_runs){0};
    return true;
}
