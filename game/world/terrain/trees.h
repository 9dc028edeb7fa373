// Trees: at most one in each cell of a grid, decided by a hash, so that every column that a tree
// reaches into sees the same tree.
//
// Units: blocks.
#ifndef GAME_WORLD_TERRAIN_TREES_H
#define GAME_WORLD_TERRAIN_TREES_H

#include "game/world/block/chunk.h"
#include "game/world/terrain/ground.h"

#include <stdbool.h>
#include <stdint.h>

enum { TREE_REACH = 4 }; // from the trunk's foot, sideways

enum tree_kind { TREE_NONE, TREE_BROAD, TREE_GIANT, TREE_FIR, TREE_PALM, TREE_DEAD };

struct tree {
    enum tree_kind kind;
    int32_t x, y, z; // the lowest block of the trunk
    uint32_t hash;   // of which its shape is made
};

// The place of a cell's tree; whether it grows there is for tree_on to say.
enum { TREE_CELL = 6 };
struct tree tree_candidate(uint32_t seed, int32_t cell_x, int32_t cell_z);
// Which tree the candidate is on this ground; `top` is the ground's surface.
enum tree_kind tree_on(const struct tree *candidate, const struct ground *ground, uint8_t top,
                       int32_t height);

// Adds what of the tree lies in the column: leaves where there is air, wood where there is air or
// leaves, so that the order of trees does not matter. False where memory for a chunk's array ran
// out.
bool tree_grow(const struct tree *tree, struct column_coord column,
               struct chunk chunks[COLUMN_CHUNKS]);

#endif
