// What of the terrain the camera sees.
//
// Thread-safety: the thread that draws.
#ifndef GAME_PASSES_TERRAIN_CULL_H
#define GAME_PASSES_TERRAIN_CULL_H

#include "game/passes/terrain_meshes.h"
#include "game/scene/scene.h"

// Fills meshes->visible. Errors: OUT_OF_HOST_MEMORY; nothing is then visible.
enum ash_result terrain_cull(struct terrain_meshes *meshes, const struct scene_camera *camera);

// The end of the ranges from TERRAIN_WET on that can be seen through the water from above: under
// more of it than CLEAR_WATER blocks nothing is told from water. (shaders/water.glsl: a hundredth
// of the light of what lies there comes through.)
#define CLEAR_WATER 32.0f
uint32_t terrain_wet_end(const struct terrain_visible *visible);

#endif
