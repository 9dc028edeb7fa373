// What of the terrain the camera sees, and how a mesh of it is drawn.
//
// Thread-safety: the thread that draws.
#ifndef GAME_PASSES_TERRAIN_CULL_H
#define GAME_PASSES_TERRAIN_CULL_H

#include "game/passes/terrain_meshes.h"
#include "game/scene.h"

#include "engine/render/frame.h"
#include "engine/render/pipeline.h"

// Fills meshes->visible. Errors: OUT_OF_HOST_MEMORY; nothing is then visible.
enum ash_result terrain_cull(struct terrain_meshes *meshes, const struct scene_camera *camera);

// The end of the ranges from TERRAIN_WET on that can be seen through the water from above: under
// more of it than CLEAR_WATER blocks nothing is told from water. (shaders/water.glsl: a hundredth
// of the light of what lies there comes through.)
#define CLEAR_WATER 32.0f
uint32_t terrain_wet_end(const struct terrain_visible *visible);

// Pushes where the mesh lies: before its draws, after ash_frame_bind.
void terrain_push(struct ash_frame *frame, const struct ash_pipeline *pipeline,
                  const struct terrain_visible *visible);
// Draws quads `from` to `to` of the mesh that was pushed, and counts them. meshes->indices are
// bound.
void terrain_draw(struct ash_frame *frame, uint32_t from, uint32_t to);

#endif
