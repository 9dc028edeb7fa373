#include "game/passes/block_textures.h"

#include <stdlib.h>
#include <string.h>

#include "game/passes/texture.h"
#include "game/world/block/textures.h"

_Static_assert(TEXTURE_EDGE == TEXTURE_SIZE && TEXTURE_LAST_LEVEL == TEXTURE_LEVELS - 1,
               "shaders count texels as textures.h does");

#define STRIP_WIDTH (2u * TEXTURE_SIZE)
#define STRIP_SIZE  ((size_t)STRIP_WIDTH * TEXTURE_SIZE * 4)

// Lays the levels of one layer side by side, as shaders/blocks.h reads them.
static void fill_strip(uint8_t *strip, const uint8_t *pixels, uint32_t layer)
{
    for (uint32_t level = 0; level < TEXTURE_LEVELS; level++) {
        const size_t row_size = (size_t)(TEXTURE_SIZE >> level) * 4;
        const uint32_t left = STRIP_WIDTH - (STRIP_WIDTH >> level);
        const uint8_t *source = pixels + textures_level_offset(level) +
                                layer * (textures_level_size(level) / TEXTURE_LAYERS);
        for (uint32_t row = 0; row < (uint32_t)TEXTURE_SIZE >> level; row++)
            memcpy(strip + ((size_t)row * STRIP_WIDTH + left) * 4, source + row * row_size,
                   row_size);
    }
}

enum ash_result block_textures_init(struct ash_image *image, const struct ash_pass_env *env)
{
    const struct ash_image_params params = {
        .extent = {STRIP_WIDTH, TEXTURE_SIZE * TEXTURE_LAYERS},
        .format = VK_FORMAT_R8G8B8A8_UNORM,
        .usage = VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT,
        .label = "block textures",
    };
    enum ash_result result = ASH_ERROR_OUT_OF_HOST_MEMORY;
    uint8_t *pixels = malloc(textures_level_offset(TEXTURE_LEVELS));
    uint8_t *strips = calloc(TEXTURE_LAYERS, STRIP_SIZE);
    if (pixels != NULL && strips != NULL) {
        textures_fill(pixels);
        for (uint32_t layer = 0; layer < TEXTURE_LAYERS; layer++)
            fill_strip(strips + layer * STRIP_SIZE, pixels, layer);
        result = texture_init(image, env, &params, strips, TEXTURE_LAYERS * STRIP_SIZE);
    }
    free(strips);
    free(pixels);
    return result;
}
