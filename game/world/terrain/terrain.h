// The shape of the world: volcanic islands from a seed. Pure: the same seed and coordinate give
// the same blocks, on any thread, in any order.
//
// Units: blocks.
#ifndef GAME_WORLD_TERRAIN_TERRAIN_H
#define GAME_WORLD_TERRAIN_TERRAIN_H

#include "game/world/block/chunk.h"

#include <stdbool.h>
#include <stdint.h>

// Generates one column into four chunks (arrays are malloc'ed; the caller owns them; the chunks
// are zeroed before). False where memory ran out; all four are then zero.
bool terrain_generate(uint32_t seed, struct column_coord column,
                      struct chunk chunks[COLUMN_CHUNKS]);

// The y of the highest solid block at (x, z) as generated (trees aside).
int32_t terrain_height(uint32_t seed, int32_t x, int32_t z);

// The crater of the volcano that stands near the origin: what to look at from terrain_spawn.
struct block_coord terrain_landmark(uint32_t seed);

// Where a new player stands: on dry land, feet at y, near the origin, with a view of a volcano if
// the seed allows one.
struct block_coord terrain_spawn(uint32_t seed);

#endif
