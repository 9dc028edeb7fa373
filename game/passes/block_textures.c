#include "game/passes/block_textures.h"

#include <stdlib.h>

#include "game/passes/texture.h"
#include "game/world/textures.h"

_Static_assert(TEXTURE_EDGE == TEXTURE_SIZE && TEXTURE_LAST_LEVEL == TEXTURE_LEVELS - 1,
               "shaders count texels as textures.h does");

static enum ash_result upload_level(struct ash_image *image, const struct ash_pass_env *env,
                                    const uint8_t *pixels, uint32_t level, uint32_t layer)
{
    const size_t size = textures_level_size(level) / TEXTURE_LAYERS;
    return texture_upload(image, env, level, layer,
                          pixels + textures_level_offset(level) + layer * size, size);
}

enum ash_result block_textures_init(struct ash_image *image, const struct ash_pass_env *env)
{
    const struct ash_image_params params = {
        .extent = {TEXTURE_SIZE, TEXTURE_SIZE},
        .format = VK_FORMAT_R8G8B8A8_SRGB,
        .usage = VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT,
        .mip_levels = TEXTURE_LEVELS,
        .array_layers = TEXTURE_LAYERS,
        .label = "block textures",
    };
    enum ash_result result = ash_image_init(image, env->allocator, &params);
    if (result != ASH_OK)
        return result;
    uint8_t *pixels = malloc(textures_level_offset(TEXTURE_LEVELS));
    if (pixels == NULL)
        return ASH_ERROR_OUT_OF_HOST_MEMORY;
    textures_fill(pixels);
    for (uint32_t level = 0; level < TEXTURE_LEVELS && result == ASH_OK; level++) {
        for (uint32_t layer = 0; layer < TEXTURE_LAYERS && result == ASH_OK; layer++)
            result = upload_level(image, env, pixels, level, layer);
    }
    free(pixels);
    return result;
}

void block_textures_finish(struct ash_image *image, const struct ash_pass_env *env)
{
    texture_finish(image, env);
}
