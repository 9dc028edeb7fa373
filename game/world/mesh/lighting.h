// Light among the blocks of a column: daylight that falls in from above and spreads, and the light
// of lava, ore and lamps. Pure.
//
// Light of strength n reaches the open blocks beside with strength n - 1, so that what a block
// gets follows from the blocks of its column and the eight around: nothing is stored or kept up to
// date, light is found anew whenever a near chunk is meshed. Far ones are meshed without:
// shaders/terrain.glsl fades it out before they begin.
//
// Thread-safety: one thread at a time for each struct lighting.
#ifndef GAME_WORLD_MESH_LIGHTING_H
#define GAME_WORLD_MESH_LIGHTING_H

#include "game/world/block/chunk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LIGHT_MAX = 15,                 // strength of plain daylight
    LIGHT_REACH = LIGHT_MAX,        // blocks: an edit changes what is seen up to here, sideways
    LIGHT_PADDED = CHUNK_SIZE + 2,  // a chunk and one block of its neighbours all round
    LIGHT_STRIDE = LIGHT_PADDED + 6 // bytes from row to row, in whole words
};

// What a chunk's faces look into. [y + 1][z + 1][x + 1] High above all blocks, where no face looks,
// lamps are left out.
struct light_cells {
    // Daylight in the lower four bits, the light of lamps in the upper. Of what is opaque: no
    // daylight, and the light that it gives off.
    uint8_t at[LIGHT_PADDED][LIGHT_PADDED][LIGHT_STRIDE];
    // Bit x + 1 of [y + 1][z + 1]: anything but plain daylight.
    uint64_t dim[LIGHT_PADDED][LIGHT_PADDED];
};

struct lighting;                        // opaque; scratch memory that is used again
struct lighting *lighting_create(void); // NULL where memory ran out
void lighting_destroy(struct lighting *lighting);

// A column and the eight around it, with a layer below and one above the world: [y + 1][z][x].
typedef const struct chunk *column_surroundings[COLUMN_CHUNKS + 2][3][3];

// Lights the chunks `first` to `last` of the column in the middle.
void lighting_spread(struct lighting *lighting, column_surroundings around, uint32_t first,
                     uint32_t last);
// Of one of them, until the next call.
const struct light_cells *lighting_cells(struct lighting *lighting, uint32_t chunk);

// The light of a face's corners as QUAD_WORD_1 takes it, from the nine cells before it: `low` is
// the one at the lower width and height, from which it is so many bytes to the next along each.
// `mirrored`: the corners run along the height first.
uint32_t light_face(const uint8_t *low, ptrdiff_t width, ptrdiff_t height, bool mirrored);

#endif
