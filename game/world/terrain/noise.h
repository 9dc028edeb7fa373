// Noise and hashes from which the world is made. Pure: the same input gives the same output on
// every machine (no function of the C library but sqrtf and floorf, which are exact).
//
// Units: blocks. A wavelength is given by its binary logarithm, so that coordinates are reduced
// in integers and keep their precision far from the origin.
#ifndef GAME_WORLD_TERRAIN_NOISE_H
#define GAME_WORLD_TERRAIN_NOISE_H

#include <stdint.h>

uint32_t hash_mix(uint32_t seed, int32_t x, int32_t z, uint32_t salt);

// 0 to 1, 1 left out, from the upper 24 of a hash's bits.
static inline float hash_unit(uint32_t hash)
{
    return (float)(hash >> 8) * (1.0f / 16777216.0f);
}

// Perlin noise, about -1 to 1. The channel sets different noises apart.
float noise2(uint32_t seed, uint32_t channel, int32_t x, int32_t z, uint32_t log2_wavelength);
float noise3(uint32_t seed, uint32_t channel, int32_t x, int32_t y, int32_t z,
             uint32_t log2_wavelength);
// In any three numbers of small size; period 256.
float noise_free(uint32_t seed, uint32_t channel, float x, float y, float z);

static inline float lerp(float a, float b, float t)
{
    return a + (b - a) * t;
}

static inline float clamp01(float t)
{
    return t < 0.0f ? 0.0f : (t > 1.0f ? 1.0f : t);
}

// 0 at and below `from`, 1 at and above `to`, smooth between.
static inline float smooth_step(float from, float to, float value)
{
    float t = clamp01((value - from) / (to - from));
    return t * t * (3.0f - 2.0f * t);
}

#endif
