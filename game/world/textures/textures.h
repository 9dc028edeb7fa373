// The blocks' textures, made by code: every layer of shaders/shared.h, as a strip of its levels
// side by side (shaders/blocks.h): 16 pixels wide, then 8, 4, 2 and 1.
//
// All layers tile. Colours are sRGB; alpha is how much an opaque block glows, and how much a
// see-through one hides (shaders/shared.h).
//
// Thread-safety: pure.
#ifndef GAME_WORLD_TEXTURES_TEXTURES_H
#define GAME_WORLD_TEXTURES_TEXTURES_H

#include "shaders/shared.h"

#include <stddef.h>
#include <stdint.h>

enum {
    TEXTURE_STRIP = 2 * TEXTURE_EDGE, // pixels across
    TEXTURES_SIZE = TEXTURE_LAYERS * TEXTURE_EDGE * TEXTURE_STRIP * 4
};

// The first byte of a pixel.
static inline size_t textures_at(uint32_t layer, uint32_t level, uint32_t x, uint32_t y)
{
    const uint32_t strip = TEXTURE_STRIP, left = strip - (strip >> level);
    return ((size_t)(layer * TEXTURE_EDGE + y) * strip + left + x) * 4;
}

// Fills TEXTURES_SIZE bytes of R8G8B8A8, strip under strip.
void textures_fill(uint8_t *strips);

#endif
