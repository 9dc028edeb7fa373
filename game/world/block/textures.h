// The blocks' textures, made by code: every layer of shaders/shared.h, with its mip levels.
//
// All layers tile. Colours are sRGB; alpha is how much an opaque block glows, and how much a
// see-through one hides (shaders/shared.h).
//
// Thread-safety: pure.
#ifndef GAME_WORLD_BLOCK_TEXTURES_H
#define GAME_WORLD_BLOCK_TEXTURES_H

#include "shaders/shared.h"

#include <stddef.h>
#include <stdint.h>

enum {
    TEXTURE_SIZE = 16,  // pixels along an edge of level 0
    TEXTURE_LEVELS = 5, // 16, 8, 4, 2, 1
    TEXTURE_PIXEL_SIZE = 4
};

// Where a level begins in the buffer, and how large it is: its layers follow each other, so that
// one copy region with TEXTURE_LAYERS layers fills it. With `level` TEXTURE_LEVELS, the offset is
// the size of the whole buffer.
size_t textures_level_offset(uint32_t level);
size_t textures_level_size(uint32_t level);

// Fills textures_level_offset(TEXTURE_LEVELS) bytes of R8G8B8A8_SRGB.
void textures_fill(uint8_t *pixels);

#endif
