#include "game/world/terrain/noise.h"

#include <stb_perlin.h>

uint32_t hash_mix(uint32_t seed, int32_t x, int32_t z, uint32_t salt)
{
    uint32_t hash = seed * 0x9e3779b1u + salt * 0x85ebca77u;
    hash ^= (uint32_t)x * 0xc2b2ae3du;
    hash = (hash << 15 | hash >> 17) * 0x27d4eb2fu;
    hash ^= (uint32_t)z * 0x165667b1u;
    hash = (hash ^ hash >> 15) * 0x85ebca6bu;
    hash = (hash ^ hash >> 13) * 0xc2b2ae35u;
    return hash ^ hash >> 16;
}

// stb_perlin takes 8 bits of seed; the rest of ours moves the plane that is looked at.
static float plane_of(uint32_t hash)
{
    return (float)(hash >> 8 & 0xff) + 0.37f;
}

// The coordinate in wavelengths; the noise repeats after 256 of them.
static float reduce(int32_t coordinate, uint32_t log2_wavelength)
{
    uint32_t wrapped = (uint32_t)coordinate & ((256u << log2_wavelength) - 1u);
    return (float)wrapped / (float)(1u << log2_wavelength);
}

float noise2(uint32_t seed, uint32_t channel, int32_t x, int32_t z, uint32_t log2_wavelength)
{
    uint32_t hash = hash_mix(seed, 0, 0, channel);
    return stb_perlin_noise3_seed(reduce(x, log2_wavelength), plane_of(hash),
                                  reduce(z, log2_wavelength), 0, 0, 0, (int)(hash & 0xff));
}

float noise3(uint32_t seed, uint32_t channel, int32_t x, int32_t y, int32_t z,
             uint32_t log2_wavelength)
{
    uint32_t hash = hash_mix(seed, 0, 0, channel);
    float up = (float)y / (float)(1u << log2_wavelength) + plane_of(hash);
    return stb_perlin_noise3_seed(reduce(x, log2_wavelength), up, reduce(z, log2_wavelength), 0, 0,
                                  0, (int)(hash & 0xff));
}

float noise_free(uint32_t seed, uint32_t channel, float x, float y, float z)
{
    uint32_t hash = hash_mix(seed, 0, 0, channel);
    return stb_perlin_noise3_seed(x, y, z, 0, 0, 0, (int)(hash & 0xff));
}
