// The second half of meshing: faces in a plane become quads. Private to the mesher.
#ifndef GAME_WORLD_MESHER_COVER_H
#define GAME_WORLD_MESHER_COVER_H

#include "game/world/mesher.h"

#include <stdbool.h>
#include <stdint.h>

// Faces in one plane, as rows of bits along the quads' width, and what they look like.
struct plane {
    uint32_t *rows;
    uint32_t used;         // which rows may have faces, a bit each
    const uint8_t *kinds;  // of the cell behind row 0, bit 0
    uint32_t kinds_stride; // from row to row
    const uint32_t *light; // QUAD_LIGHT's of the corners: [row][bit]; NULL: plain daylight
};

// Where a plane lies: a face, and its cells' coordinate on the face's axis.
struct where {
    uint32_t face, layer;
};

// Where quads go.
struct quad_sink {
    mesh_quad *quads; // room for as many as there can be
    uint32_t count;
    uint8_t textures[FACE_COUNT][BLOCK_COUNT];
};

// Covers the plane's faces with quads; its rows are used up. The chunk has `size` cells along an
// edge.
void mesher_cover(struct quad_sink *sink, uint32_t size, const struct plane *plane,
                  struct where where);

// The corners of these run along the height first (shaders/shared.h).
static inline bool face_mirrored(uint32_t face)
{
    return face == FACE_EAST || face == FACE_UP || face == FACE_NORTH;
}

#endif
