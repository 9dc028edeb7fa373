#include "game/passes/block_textures.h"

#include <math.h>
#include <stdlib.h>

#include "game/passes/texture.h"
#include "game/world/block/textures.h"

_Static_assert(TEXTURE_EDGE == TEXTURE_SIZE && TEXTURE_LAST_LEVEL == TEXTURE_LEVELS - 1,
               "shaders count texels as textures.h does");

#define STRIP_WIDTH (2u * TEXTURE_SIZE)
#define STRIP_SIZE  ((size_t)STRIP_WIDTH * TEXTURE_SIZE * 4)

static uint8_t square_root_of_linear(uint8_t srgb)
{
    const float value = (float)srgb / 255.0f;
    const float linear = value <= 0.04045f ? value / 12.92f : powf((value + 0.055f) / 1.055f, 2.4f);
    return (uint8_t)(sqrtf(linear) * 255.0f + 0.5f);
}

// Lays the levels of one layer side by side, as shaders/blocks.h reads them.
static void fill_strip(uint8_t *strip, const uint8_t *pixels, uint32_t layer,
                       const uint8_t encoded[256])
{
    for (uint32_t level = 0; level < TEXTURE_LEVELS; level++) {
        const uint32_t edge = TEXTURE_SIZE >> level;
        const uint32_t left = STRIP_WIDTH - (STRIP_WIDTH >> level);
        const uint8_t *source = pixels + textures_level_offset(level) +
                                layer * (textures_level_size(level) / TEXTURE_LAYERS);
        for (uint32_t i = 0; i < edge * edge; i++) {
            uint8_t *out = strip + ((size_t)(i / edge) * STRIP_WIDTH + left + i % edge) * 4;
            for (uint32_t channel = 0; channel < 3; channel++)
                out[channel] = encoded[source[i * 4 + channel]];
            out[3] = source[i * 4 + 3];
        }
    }
}

static enum ash_result upload_layers(struct ash_image *image, const struct ash_pass_env *env,
                                     uint8_t *strip, const uint8_t *pixels)
{
    uint8_t encoded[256];
    for (uint32_t i = 0; i < 256; i++)
        encoded[i] = square_root_of_linear((uint8_t)i);
    for (uint32_t layer = 0; layer < TEXTURE_LAYERS; layer++) {
        fill_strip(strip, pixels, layer, encoded);
        const enum ash_result result = texture_upload(image, env, 0, layer, strip, STRIP_SIZE);
        if (result != ASH_OK)
            return result;
    }
    return ASH_OK;
}

enum ash_result block_textures_init(struct ash_image *image, const struct ash_pass_env *env)
{
    const struct ash_image_params params = {
        .extent = {STRIP_WIDTH, TEXTURE_SIZE},
        .format = VK_FORMAT_R8G8B8A8_UNORM,
        .usage = VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT,
        .array_layers = TEXTURE_LAYERS,
        .label = "block textures",
    };
    enum ash_result result = ash_image_init(image, env->allocator, &params);
    if (result != ASH_OK)
        return result;
    uint8_t *pixels = malloc(textures_level_offset(TEXTURE_LEVELS));
    uint8_t *strip = calloc(1, STRIP_SIZE);
    if (pixels == NULL || strip == NULL) {
        result = ASH_ERROR_OUT_OF_HOST_MEMORY;
    } else {
        textures_fill(pixels);
        result = upload_layers(image, env, strip, pixels);
    }
    free(strip);
    free(pixels);
    return result;
}
