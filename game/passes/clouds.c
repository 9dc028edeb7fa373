#include "game/passes/clouds.h"

#include <math.h>

// Noise between these is the rim of a cloud; a little more than half of the sky stays clear.
static const float rim_begin = 0.535f, rim_end = 0.60f;

static float hash(uint32_t x, uint32_t y)
{
    uint32_t value = x * 0x9E3779B1u ^ y * 0x85EBCA77u;
    value = (value ^ value >> 15) * 0x2C1B3C6Du;
    value ^= value >> 13;
    return (float)(value & 0xFFFFu) / 65535.0f;
}

// Smooth noise over cells of `size`, which divides CLOUDS_SIZE.
static float noise(uint32_t x, uint32_t y, uint32_t size)
{
    const uint32_t count = CLOUDS_SIZE / size;
    const uint32_t left = x / size, top = y / size;
    const uint32_t right = (left + 1) % count, bottom = (top + 1) % count;
    float u = (float)(x % size) / (float)size, v = (float)(y % size) / (float)size;
    u = u * u * (3.0f - 2.0f * u);
    v = v * v * (3.0f - 2.0f * v);
    const uint32_t salt = size * 1013u;
    const float above = hash(left + salt, top) * (1.0f - u) + hash(right + salt, top) * u;
    const float below = hash(left + salt, bottom) * (1.0f - u) + hash(right + salt, bottom) * u;
    return above * (1.0f - v) + below * v;
}

void clouds_fill(uint8_t *cells)
{
    for (uint32_t y = 0; y < CLOUDS_SIZE; y++) {
        for (uint32_t x = 0; x < CLOUDS_SIZE; x++) {
            const float value =
                0.42f * noise(x, y, 32) + 0.36f * noise(x, y, 8) + 0.22f * noise(x, y, 2);
            const float t = fminf(fmaxf((value - rim_begin) / (rim_end - rim_begin), 0.0f), 1.0f);
            cells[y * CLOUDS_SIZE + x] = (uint8_t)(t * 255.0f + 0.5f);
        }
    }
}
