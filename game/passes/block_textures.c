#include "game/passes/block_textures.h"

#include <stdlib.h>

#include "game/passes/texture.h"
#include "game/world/textures/textures.h"

enum ash_result block_textures_init(struct ash_image *image, const struct ash_pass_env *env)
{
    const struct ash_image_params params = {
        .extent = {TEXTURE_STRIP, TEXTURE_LAYERS * TEXTURE_EDGE},
        .format = VK_FORMAT_R8G8B8A8_UNORM,
        .usage = VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT,
        .label = "block textures",
    };
    uint8_t *strips = malloc(TEXTURES_SIZE);
    if (strips == NULL)
        return ASH_ERROR_OUT_OF_HOST_MEMORY;
    textures_fill(strips);
    const enum ash_result result = texture_init(image, env, &params, strips, TEXTURES_SIZE);
    free(strips);
    return result;
}
