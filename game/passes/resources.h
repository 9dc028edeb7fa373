// What passes share. The terrain pass makes it; those after it in the list borrow it.
//
// The game hands one, all zero, to ash_renderer_params.game; it outlives the renderer.
#ifndef GAME_PASSES_RESOURCES_H
#define GAME_PASSES_RESOURCES_H

#include "game/passes/terrain_meshes.h"

#include "engine/memory/image.h"

struct pass_resources {
    struct terrain_meshes meshes;
    struct ash_image block_textures; // an array; layers as in shaders/shared.h
};

#endif
