// The blocks' textures on the device.
#ifndef GAME_PASSES_BLOCK_TEXTURES_H
#define GAME_PASSES_BLOCK_TEXTURES_H

#include "engine/memory/image.h"
#include "engine/render/pass.h"

// Makes the texture array and notes its uploads: it can be sampled from the next frame on. On
// failure *image may be half filled and is given to block_textures_finish.
enum ash_result block_textures_init(struct ash_image *image, const struct ash_pass_env *env);
// The GPU is done with it; a zeroed image is allowed.
void block_textures_finish(struct ash_image *image, const struct ash_pass_env *env);

#endif
