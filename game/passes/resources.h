// What passes share. The terrain pass makes meshes and textures; those after it borrow them.
//
// The game hands one, all zero, to ash_renderer_params.game; it outlives the renderer.
#ifndef GAME_PASSES_RESOURCES_H
#define GAME_PASSES_RESOURCES_H

#include "game/passes/terrain_gpu.h"
#include "game/passes/terrain_meshes.h"

#include "engine/memory/image.h"

// The chunk of terrain that the memory map points at: the lines pass shows where it is.
struct marked_chunk {
    bool marked;
    struct chunk_coord coord;
};

// Who chooses what is drawn of the terrain, and how it is drawn: as far as the device can.
enum terrain_path {
    TERRAIN_AUTO,
    TERRAIN_DIRECT,   // the CPU; a call of Vulkan for each chunk
    TERRAIN_INDIRECT, // the CPU; one call
    TERRAIN_GPU
};

struct pass_resources {
    struct terrain_meshes meshes;
    enum terrain_path path; // the game's wish
    const char *why_cpu;    // the CPU chooses, in a few words; NULL: the GPU does
    struct terrain_gpu gpu;
    struct ash_image block_textures; // as shaders/blocks.h reads them
    struct marked_chunk marked;      // by the memory pass, for the frame after
};

#endif
