// What of the terrain the camera sees.
//
// Thread-safety: the thread that draws.
#ifndef GAME_PASSES_TERRAIN_CULL_H
#define GAME_PASSES_TERRAIN_CULL_H

#include "game/passes/terrain_meshes.h"
#include "game/scene/scene.h"

// The sea's, in blocks up.
#define TERRAIN_SEA_SURFACE ((float)(SEA_LEVEL + 1) - (float)WATER_SURFACE_DROP)

// What chunks are placed and judged by, here and on the GPU (shaders/shared.h); its grid is left
// out.
struct terrain_view terrain_view_of(const struct scene_camera *camera);

// Fills meshes->visible, so that what hides comes before what it hides. Errors:
// OUT_OF_HOST_MEMORY; nothing is then visible.
enum ash_result terrain_cull(struct terrain_meshes *meshes, const struct scene_camera *camera);

// The end of the ranges from TERRAIN_WET on that can be seen through the water from above.
uint32_t terrain_wet_end(const struct terrain_visible *visible);

#endif
