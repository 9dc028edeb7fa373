// Coordinates and storage of the world's blocks.
//
// A chunk is 32 x 32 x 32 blocks; a column is the four chunks above each other, y 0 to 127. Below
// and above the world everything is stone and air.
#ifndef GAME_WORLD_BLOCK_CHUNK_H
#define GAME_WORLD_BLOCK_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CHUNK_SHIFT = 5,
    CHUNK_SIZE = 1 << CHUNK_SHIFT, // blocks along an edge
    CHUNK_BLOCKS = CHUNK_SIZE * CHUNK_SIZE * CHUNK_SIZE,
    COLUMN_CHUNKS = 4,
    WORLD_HEIGHT = COLUMN_CHUNKS * CHUNK_SIZE,
    SEA_LEVEL = 30 // y of the highest water block
};

struct chunk_coord {
    int32_t x, y, z; // in chunks; y is 0 to COLUMN_CHUNKS - 1
};
struct column_coord {
    int32_t x, z;
};
struct block_coord {
    int32_t x, y, z;
};

// The index of a block in a chunk's array: y runs slowest, x fastest.
static inline uint32_t chunk_index(uint32_t x, uint32_t y, uint32_t z)
{
    return (y << (2 * CHUNK_SHIFT)) | (z << CHUNK_SHIFT) | x;
}

// Blocks of one chunk; one kind throughout (air above the land, stone below it) needs no array.
struct chunk {
    uint8_t *blocks; // owned; CHUNK_BLOCKS of enum block; NULL where all are `uniform`
    uint8_t uniform;
};

static inline uint8_t chunk_get(const struct chunk *chunk, uint32_t x, uint32_t y, uint32_t z)
{
    return chunk->blocks != NULL ? chunk->blocks[chunk_index(x, y, z)] : chunk->uniform;
}

#endif
