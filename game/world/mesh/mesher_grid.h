// What the mesher works on: a chunk's cells as rows of bits, with one cell of the neighbours all
// round. Private to the mesher.
//
// Bit x + 1 of rows[y + 1][z + 1] is the cell at x, y, z. At detail 0 a cell is a block; at detail
// 1 and 2 it is 2^3 or 4^3 blocks, and the border bits of `opaque` say whether the neighbour hides
// a face there, whatever the neighbour's own detail is.
#ifndef GAME_WORLD_MESH_MESHER_GRID_H
#define GAME_WORLD_MESH_MESHER_GRID_H

#include "game/world/mesh/mesher.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    ROW_SLACK = CHUNK_SIZE, // readable bytes behind the kinds, as rows are read 32 at a time
    GRID_WATER = 0,
    GRID_GLASS = 1,
    GRID_SEE_THROUGH = 2
};

typedef uint64_t grid_rows[MESH_PADDED][MESH_PADDED];

struct mesh_grid {
    uint32_t size;        // cells along an edge: 32, 16 or 8
    uint32_t shift;       // its logarithm
    const uint8_t *kinds; // enum block of each cell that has a face; index y, z, x
    grid_rows opaque;
    bool has[GRID_SEE_THROUGH];        // whether there are any; the rows are not filled otherwise
    grid_rows see[GRID_SEE_THROUGH];   // the cells; the border, at detail 0, those beside
    grid_rows stops[GRID_SEE_THROUGH]; // what their faces are not drawn against
    uint8_t storage[CHUNK_BLOCKS + ROW_SLACK];
};

// Fills the grid from the blocks themselves (detail 0), or from cells.
void grid_from_blocks(struct mesh_grid *grid, const struct mesh_input *input);
void grid_from_cells(struct mesh_grid *grid, const struct mesh_input *input);

#endif
