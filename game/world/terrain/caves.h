// Caves: tunnels where two noises are both near zero. Pure, and independent of the ground: the
// caller says how high they may reach.
//
// Units: blocks.
#ifndef GAME_WORLD_TERRAIN_CAVES_H
#define GAME_WORLD_TERRAIN_CAVES_H

#include "game/world/block/chunk.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    CAVE_BOTTOM = 2,    // the lowest y that a cave reaches
    CAVE_LAVA_LEVEL = 5 // caves are filled with lava up to here
};

// Whether caves take this block, were they allowed to.
bool caves_open(uint32_t seed, int32_t x, int32_t y, int32_t z);

// Empties blocks of a column: at [z][x] from CAVE_BOTTOM up to tops[z][x], at most the world's
// height. Chunks that hold such a block must have an array.
void caves_carve(uint32_t seed, struct column_coord column, uint8_t tops[CHUNK_SIZE][CHUNK_SIZE],
                 struct chunk chunks[COLUMN_CHUNKS]);

#endif
