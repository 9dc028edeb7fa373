// From blocks to quads: binary greedy meshing. Pure.
#ifndef GAME_WORLD_MESH_MESHER_H
#define GAME_WORLD_MESH_MESHER_H

#include "game/world/block/block.h"
#include "game/world/block/chunk.h"
#include "game/world/mesh/lighting.h"

#include <stdbool.h>
#include <stdint.h>

enum { MESH_PADDED = CHUNK_SIZE + 2 }; // a chunk and one block of its neighbours all round

// A chunk and its 26 neighbours, as the mesher reads them: [1][1][1] is the chunk itself,
// index [y][z][x]. A missing neighbour (below or above the world) is a uniform chunk.
struct mesh_input {
    const struct chunk *chunks[3][3][3];
    uint32_t detail; // 0: every block; 1: half resolution; 2: a quarter
    // Of detail 0 only, borrowed; NULL: plain daylight everywhere. For near chunks, as it costs
    // quads: those that light falls on unevenly are not joined.
    const struct light_cells *light;
};

// Which faces there are
//
// Opaque blocks show a face towards everything that is not opaque. Water shows a face towards air
// only, glass towards air and water. Leaves are opaque.
//
// At detail 1 and 2 a cell of 2^3 or 4^3 blocks is opaque where at least half of its blocks are, or
// where a trunk runs through it (crowns would float otherwise), else see-through where at least
// half are not air. It looks like its topmost block of that sort.
// Where chunks of different detail meet, the coarser one closes the gap: it keeps a face towards a
// side neighbour unless all the blocks that touch it are opaque and the neighbour's own cell is. So
// the finer chunk is meshed without regard to the coarser one, and nothing shows through as long as
// detail falls with distance. The four chunks of a column share one detail. Faces of water towards
// side neighbours are left out at detail 1 and 2.

// One quad in 8 bytes; the layout is shared with shaders/terrain.glsl through
// shaders/shared.h, whose macros pack and unpack it.
typedef uint64_t mesh_quad;

// Quads by the direction they face, so that whole directions can be left out when drawing: first
// the opaque ones of FACE_EAST, then FACE_WEST and so on, then the see-through ones, water and
// glass, in all directions.
struct mesh {
    mesh_quad *quads; // owned: mesh_finish; NULL where there are none
    uint32_t counts[FACE_COUNT];
    uint32_t water_count; // water and glass: what is drawn blended
    uint32_t total;       // of all counts
};

// Thread-local scratch memory that meshing reuses.
struct mesher;                      // opaque
struct mesher *mesher_create(void); // NULL where memory ran out
void mesher_destroy(struct mesher *mesher);

// Meshes one chunk. False where memory ran out; *out is then zero.
bool mesher_mesh(struct mesher *mesher, const struct mesh_input *input, struct mesh *out);
void mesh_finish(struct mesh *mesh);

#endif
