// The blocks' textures on the device.
#ifndef GAME_PASSES_BLOCK_TEXTURES_H
#define GAME_PASSES_BLOCK_TEXTURES_H

#include "engine/memory/image.h"
#include "engine/render/pass.h"

// Makes the texture array as shaders/blocks.h reads it, and notes its uploads: it can be sampled
// from the next frame on. texture_finish takes it back, also after a failure.
enum ash_result block_textures_init(struct ash_image *image, const struct ash_pass_env *env);

#endif
