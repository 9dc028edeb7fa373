// The blocks' textures on the device.
#ifndef GAME_PASSES_BLOCK_TEXTURES_H
#define GAME_PASSES_BLOCK_TEXTURES_H

#include "engine/memory/image.h"
#include "engine/render/pass.h"

// Makes the image that shaders/blocks.h reads, as texture_init does.
enum ash_result block_textures_init(struct ash_image *image, const struct ash_pass_env *env);

#endif
