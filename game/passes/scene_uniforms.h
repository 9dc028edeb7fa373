// What the game's scene says, as shaders read it: struct frame_uniforms of shaders/shared.h.
#ifndef GAME_PASSES_SCENE_UNIFORMS_H
#define GAME_PASSES_SCENE_UNIFORMS_H

#include "engine/render/frame.h"

// Puts this frame's into uniform space, for a UNIFORM_BUFFER binding. Errors: NOT_READY.
enum ash_result scene_uniforms(struct ash_frame *frame, VkDescriptorBufferInfo *out);

#endif
