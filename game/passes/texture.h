// Images that are filled once, from bytes that the CPU has.
#ifndef GAME_PASSES_TEXTURE_H
#define GAME_PASSES_TEXTURE_H

#include "engine/memory/image.h"
#include "engine/render/pass.h"

// Makes an image of one level and layer and notes its upload: it can be sampled from this frame on
// (from the first one, in init). On failure *image is all zero. Errors: those of images; NOT_READY:
// the staging ring is full.
enum ash_result texture_init(struct ash_image *image, const struct ash_pass_env *env,
                             const struct ash_image_params *params, const void *pixels,
                             VkDeviceSize size);
// The GPU is done with it; a zeroed image is allowed.
void texture_finish(struct ash_image *image, const struct ash_pass_env *env);

#endif
