// The meshes of the chunks that are drawn, on the device: what the terrain and water passes share.
//
//     world_next_change  ->  buffer, filled through the staging ring  ->  culled  ->  drawn
//
// A change for which there is no room now (the ring is full, memory ran out) stays with the world
// and is tried again in the next frame.
//
// Units: blocks. Thread-safety: the thread that draws.
#ifndef GAME_PASSES_TERRAIN_MESHES_H
#define GAME_PASSES_TERRAIN_MESHES_H

#include "game/passes/terrain_records.h"
#include "game/world/world.h"

#include "engine/memory/buffer.h"
#include "engine/render/pass.h"

#include "shaders/seen.h"
#include "shaders/shared.h"

#include <stdbool.h>
#include <stdint.h>

_Static_assert(TERRAIN_WET == FACE_COUNT && TERRAIN_LOW_GLASS == TERRAIN_WET + CHUNK_SIZE + 1,
               "the ranges of shaders/shared.h");

struct terrain_mesh {
    struct chunk_coord coord;
    uint32_t detail;
    uint32_t index;                     // of its record
    uint32_t first[TERRAIN_RANGES + 1]; // range r is first[r] to first[r + 1]
    struct ash_buffer buffer;
};

struct terrain_visible {
    const struct terrain_mesh *mesh; // borrowed until the next update
    float origin[3];                 // of the chunk, relative to the camera
};

// All zero is a grid without meshes.
struct terrain_meshes {
    // Columns of four chunks, side x side of them, over and over: a column's place is its
    // coordinates modulo the side, which grows until no two meshes share one.
    struct terrain_mesh **slots; // owned, as the meshes are; NULL: no mesh
    uint32_t side;               // 0: no slots
    uint32_t mesh_count;
    uint64_t quad_count;
    struct terrain_records records;
    struct terrain_visible *visible; // of the last terrain_cull, near to far; owned
    uint32_t visible_count, visible_capacity;
    struct ash_buffer indices; // 0 1 2 2 3 0, 4 5 6 6 7 4 and so on for TERRAIN_INDEXED_QUADS
    bool short_of_memory;      // set where a change found none; who acts on it takes it back
};

// Makes the index buffer. On failure terrain_meshes_finish cleans up.
enum ash_result terrain_meshes_init(struct terrain_meshes *meshes, const struct ash_pass_env *env);
// The GPU is idle. All zero is allowed.
void terrain_meshes_finish(struct terrain_meshes *meshes, const struct ash_pass_env *env);

// Where a chunk's slot is. Valid usage: side is above 0.
static inline uint32_t terrain_slot(uint32_t side, struct chunk_coord coord)
{
    return (uint32_t)seen_slot(coord.x, coord.y, coord.z, (int)side);
}
// The four slots of a column, which may hold meshes of another one whose place is the same.
// Valid usage: side is above 0.
struct terrain_mesh *const *terrain_meshes_column(const struct terrain_meshes *meshes, int32_t x,
                                                  int32_t z);

// Takes the world's changes, as many as there is room for. `number` is the frame's.
// Errors: those of buffers and uploads that waiting does not cure.
enum ash_result terrain_meshes_update(struct terrain_meshes *meshes, const struct ash_pass_env *env,
                                      struct world *world, uint64_t number);

#endif
