#include "game/world/textures/textures.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include <stb_perlin.h>

#include "game/world/terrain/noise.h"

// In sRGB, 0 to 1.
struct color {
    float r, g, b, a;
};

// Five colours from dark to light: few, so that blocks look drawn rather than blurred.
struct ramp {
    uint32_t rgb[5];
};

static struct color color_of(uint32_t rgb, float alpha)
{
    return (struct color){(float)(rgb >> 16 & 0xff) / 255.0f, (float)(rgb >> 8 & 0xff) / 255.0f,
                          (float)(rgb & 0xff) / 255.0f, alpha};
}

static struct color ramp_at(const struct ramp *ramp, float value, float alpha)
{
    int32_t step = (int32_t)(clamp01(value) * 4.999f);
    return color_of(ramp->rgb[step], alpha);
}

// Tiles: `cells` (a power of two) bumps along the texture's edge. About 0 to 1.
static float bumps(uint32_t salt, int32_t x, int32_t y, int32_t cells)
{
    float scale = (float)cells / (float)TEXTURE_EDGE;
    return 0.5f + 0.62f * stb_perlin_noise3_seed(((float)x + 0.5f) * scale,
                                                 ((float)y + 0.5f) * scale, 0.37f, cells, cells, 0,
                                                 (int)salt);
}

// Longer along y than along x, or the other way round.
static float streaks(uint32_t salt, int32_t x, int32_t y, int32_t cells_x, int32_t cells_y)
{
    return 0.5f +
           0.62f * stb_perlin_noise3_seed(((float)x + 0.5f) * (float)cells_x / (float)TEXTURE_EDGE,
                                          ((float)y + 0.5f) * (float)cells_y / (float)TEXTURE_EDGE,
                                          0.71f, cells_x, cells_y, 0, (int)salt);
}

// Each pixel on its own, 0 to 1.
static float grain(uint32_t salt, int32_t x, int32_t y)
{
    return hash_unit(hash_mix(salt, x & (TEXTURE_EDGE - 1), y & (TEXTURE_EDGE - 1), 7));
}

// Plates around points that lie one in each of `cells` by `cells` squares; tiles.
struct plate {
    float edge;    // 0 on the border between two plates, rising inward; pixels
    float nearest; // to the point of the plate; pixels
    uint32_t id;
};
static struct plate plates(uint32_t salt, int32_t x, int32_t y, int32_t cells)
{
    const int32_t size = TEXTURE_EDGE / cells;
    float first = 1e9f, second = 1e9f;
    uint32_t id = 0;
    for (int32_t i = 0; i < 25; i++) {
        int32_t cell_x = x / size + i % 5 - 2, cell_y = y / size + i / 5 - 2;
        uint32_t hash = hash_mix(salt, cell_x & (cells - 1), cell_y & (cells - 1), 9);
        float dx = ((float)cell_x + hash_unit(hash)) * (float)size - (float)x - 0.5f;
        float dy = ((float)cell_y + hash_unit(hash * 0x9e3779b1u)) * (float)size - (float)y - 0.5f;
        float distance = sqrtf(dx * dx + dy * dy);
        if (distance < first) {
            second = first;
            first = distance;
            id = hash;
        } else if (distance < second) {
            second = distance;
        }
    }
    return (struct plate){second - first, first, id};
}

static const struct ramp stone_ramp = {{0x5f6063, 0x717275, 0x808183, 0x8d8e8f, 0x9c9c9b}};
static const struct ramp basalt_ramp = {{0x232228, 0x302f36, 0x3b3a41, 0x47464c, 0x55545a}};
static const struct ramp sand_ramp = {{0xc9ae76, 0xd8bf86, 0xe2cc94, 0xead7a3, 0xf2e3b8}};
static const struct ramp dirt_ramp = {{0x4f3524, 0x63442e, 0x745138, 0x835f43, 0x957253}};
static const struct ramp grass_ramp = {{0x3c7a2b, 0x4c9133, 0x5aa53b, 0x6bb646, 0x84c957}};
static const struct ramp ash_ramp = {{0x4c484a, 0x5a5658, 0x676365, 0x757173, 0x878486}};
static const struct ramp lava_ramp = {{0x6e0f08, 0xb9220a, 0xec4f0d, 0xfb8c1c, 0xffd552}};
static const struct ramp bark_ramp = {{0x3a2818, 0x4a3420, 0x5b4129, 0x6b4e33, 0x7d5e40}};
static const struct ramp wood_ramp = {{0x8a6436, 0xa07844, 0xb28a52, 0xc19a60, 0xcfab72}};
static const struct ramp leaves_ramp = {{0x275c22, 0x35772d, 0x448f36, 0x57a642, 0x74bf55}};
static const struct ramp obsidian_ramp = {{0x0e0a16, 0x171024, 0x221833, 0x332549, 0x6a5590}};
static const struct ramp ember_ramp = {{0x8f2a12, 0xc8481a, 0xf07a2a, 0xffa94a, 0xffe39a}};
static const struct ramp lamp_ramp = {{0xe09a3a, 0xf2b552, 0xfccd74, 0xffe19a, 0xfff3cc}};

static struct color paint_stone(int32_t x, int32_t y)
{
    struct plate plate = plates(11, x, y, 4);
    float value = 0.18f + 0.5f * bumps(1, x, y, 4) + 0.22f * grain(2, x, y);
    value += 0.16f * (hash_unit(plate.id) - 0.5f);
    value -= plate.edge < 0.9f ? 0.26f : 0.0f;
    return ramp_at(&stone_ramp, value, 0.0f);
}

static struct color paint_basalt(int32_t x, int32_t y)
{
    // Columns as they stand in a cooled flow, seen from any side as plates.
    struct plate plate = plates(23, x, y, 2);
    float value = 0.34f + 0.5f * (hash_unit(plate.id) - 0.35f) + 0.28f * grain(4, x, y);
    value -= plate.edge < 1.3f ? 0.4f : 0.0f;
    value += plate.edge > 1.3f && plate.edge < 2.4f ? 0.12f : 0.0f;
    return ramp_at(&basalt_ramp, value, 0.0f);
}

static struct color paint_sand(int32_t x, int32_t y)
{
    // Ripples that tile: two to a texture, bent by noise.
    float bent = (float)y + 3.0f * bumps(5, x, y, 2);
    float phase = bent / 8.0f - floorf(bent / 8.0f);
    float ripple = phase < 0.5f ? phase * 2.0f : 2.0f - phase * 2.0f;
    float value = 0.22f + 0.3f * ripple + 0.45f * grain(6, x, y);
    return ramp_at(&sand_ramp, value, 0.0f);
}

static struct color paint_dirt(int32_t x, int32_t y)
{
    struct plate pebble = plates(31, x, y, 4);
    float value = 0.1f + 0.45f * bumps(8, x, y, 4) + 0.36f * grain(9, x, y);
    if (hash_unit(pebble.id) > 0.6f && pebble.nearest < 1.5f)
        value = 0.78f + 0.2f * grain(9, x, y);
    return ramp_at(&dirt_ramp, value, 0.0f);
}

static struct color paint_grass_top(int32_t x, int32_t y)
{
    float value = 0.02f + 0.52f * bumps(12, x, y, 4) + 0.44f * grain(13, x, y);
    return ramp_at(&grass_ramp, value, 0.0f);
}

static struct color paint_grass_side(int32_t x, int32_t y)
{
    // Grass hangs far down: hills are to look green from below too.
    int32_t depth = 6 + (int32_t)(5.4f * grain(14, x, 0));
    if (y >= depth)
        return y == depth ? ramp_at(&dirt_ramp, 0.1f, 0.0f) : paint_dirt(x, y);
    float value = 0.8f - 0.055f * (float)y + 0.4f * (grain(13, x, y) - 0.5f);
    return ramp_at(&grass_ramp, value, 0.0f);
}

static struct color paint_ash(int32_t x, int32_t y)
{
    float value = 0.12f + 0.5f * bumps(15, x, y, 2) + 0.32f * grain(16, x, y);
    value += grain(17, x, y) > 0.95f ? 0.4f : 0.0f;
    value -= grain(18, x, y) > 0.95f ? 0.4f : 0.0f;
    return ramp_at(&ash_ramp, value, 0.0f);
}

static struct color paint_lava(int32_t x, int32_t y)
{
    // Plates of crust that drift apart: brightest between them.
    struct plate plate = plates(44, x, y, 2);
    float heat = 1.0f - plate.edge / (3.0f + 2.0f * hash_unit(plate.id));
    float value = 0.26f + 0.5f * clamp01(heat) + 0.5f * (bumps(19, x, y, 4) - 0.5f);
    value += 0.06f * (grain(20, x, y) - 0.5f);
    return ramp_at(&lava_ramp, value, 0.35f + 0.65f * clamp01(value));
}

static struct color paint_log_top(int32_t x, int32_t y)
{
    float dx = (float)x - 7.5f, dy = (float)y - 7.5f;
    float bark = fabsf(dx) > fabsf(dy) ? fabsf(dx) : fabsf(dy);
    if (bark > 6.6f)
        return ramp_at(&bark_ramp, 0.2f + 0.5f * grain(21, x, y), 0.0f);
    float radius = sqrtf(dx * dx + dy * dy) * 0.6f + bark * 0.4f + 0.9f * bumps(22, x, y, 4);
    float ring = radius / 2.4f - floorf(radius / 2.4f);
    float value = 0.3f + (ring < 0.4f ? 0.0f : 0.42f) + 0.22f * grain(24, x, y);
    return ramp_at(&wood_ramp, value, 0.0f);
}

static struct color paint_log_side(int32_t x, int32_t y)
{
    float value = 0.75f * streaks(25, x, y, 8, 2) + 0.25f * grain(26, x, y);
    value -= streaks(27, x, y, 8, 1) > 0.66f ? 0.4f : 0.0f;
    return ramp_at(&bark_ramp, value + 0.06f, 0.0f);
}

static struct color paint_leaves(int32_t x, int32_t y)
{
    // Clusters lit from above left.
    struct plate cluster = plates(51, x, y, 4);
    float lit = plates(51, (x + 15) & 15, (y + 15) & 15, 4).edge - cluster.edge;
    float value = 0.42f + 0.1f * lit + 0.45f * (grain(28, x, y) - 0.5f);
    value += 0.3f * (hash_unit(cluster.id) - 0.5f);
    value -= cluster.edge < 0.8f ? 0.35f : 0.0f;
    return ramp_at(&leaves_ramp, value, 0.0f);
}

static struct color paint_ore(int32_t x, int32_t y)
{
    struct plate crystal = plates(61, x, y, 4);
    float size = hash_unit(crystal.id * 0x85ebca6bu);
    if (size > 0.62f && crystal.nearest < 0.9f + size) {
        float value = 0.95f - 0.34f * crystal.nearest + 0.3f * (grain(29, x, y) - 0.5f);
        return ramp_at(&ember_ramp, value, 0.8f * clamp01(0.4f + value));
    }
    struct color stone = paint_stone(x, y);
    if (size > 0.62f && crystal.nearest < 1.9f + size)
        stone = ramp_at(&stone_ramp, 0.1f, 0.0f);
    return stone;
}

static struct color paint_obsidian(int32_t x, int32_t y)
{
    struct plate shard = plates(71, x, y, 2);
    float value = 0.12f + 0.5f * hash_unit(shard.id) + 0.14f * grain(30, x, y);
    // A glint where a shard's edge faces up and to the left.
    float beside = plates(71, (x + 1) & 15, (y + 1) & 15, 2).edge;
    if (shard.edge < 0.9f)
        value = beside > 1.6f && grain(32, x / 2, y / 2) > 0.45f ? 0.95f : 0.0f;
    return ramp_at(&obsidian_ramp, value, 0.0f);
}

static struct color paint_planks(int32_t x, int32_t y)
{
    int32_t board = y / 4, joint = (board * 7 + 3) & 15;
    float value = 0.3f + 0.5f * streaks(33 + (uint32_t)board, x, y, 2, 8) + 0.2f * grain(34, x, y);
    value += 0.2f * (hash_unit(hash_mix(35, board, 0, 0)) - 0.5f);
    if ((y & 3) == 3 || x == joint)
        value = 0.0f;
    else if ((y & 3) == 0)
        value += 0.14f;
    bool nail = (y & 3) == 1 && (x == ((joint + 2) & 15) || x == ((joint + 14) & 15));
    return nail ? color_of(0x5a4630, 0.0f) : ramp_at(&wood_ramp, value, 0.0f);
}

static struct color paint_glass(int32_t x, int32_t y)
{
    bool frame = x == 0 || y == 0 || x == 15 || y == 15;
    if (frame)
        return color_of((x + y) % 15 < 8 ? 0xdff2f5 : 0xb9d9e2, 0.85f);
    int32_t diagonal = x + y;
    bool glint = (diagonal >= 9 && diagonal <= 10 && x < 8) || (diagonal == 12 && x < 9 && x > 2) ||
                 (diagonal >= 22 && diagonal <= 23 && x > 8);
    return glint ? color_of(0xf4fdff, 0.6f) : color_of(0xc3e4ee, 0.14f);
}

static struct color paint_lamp(int32_t x, int32_t y)
{
    bool frame = x == 0 || y == 0 || x == 15 || y == 15;
    bool bar = x == 7 || x == 8 || y == 7 || y == 8;
    if (frame)
        return ramp_at(&basalt_ramp, 0.3f + 0.4f * grain(36, x, y), 0.0f);
    float dx = (float)(x & 7) - 3.5f, dy = (float)(y & 7) - 3.5f;
    float value = 1.05f - 0.2f * sqrtf(dx * dx + dy * dy) + 0.1f * grain(37, x, y);
    return bar ? ramp_at(&bark_ramp, 0.7f, 0.15f) : ramp_at(&lamp_ramp, value, 1.0f);
}

typedef struct color painter(int32_t x, int32_t y);

static painter *const painters[TEXTURE_LAYERS] = {
    [TEXTURE_STONE] = paint_stone,
    [TEXTURE_BASALT] = paint_basalt,
    [TEXTURE_SAND] = paint_sand,
    [TEXTURE_DIRT] = paint_dirt,
    [TEXTURE_GRASS_TOP] = paint_grass_top,
    [TEXTURE_GRASS_SIDE] = paint_grass_side,
    [TEXTURE_ASH] = paint_ash,
    [TEXTURE_LAVA] = paint_lava,
    [TEXTURE_LOG_TOP] = paint_log_top,
    [TEXTURE_LOG_SIDE] = paint_log_side,
    [TEXTURE_LEAVES] = paint_leaves,
    [TEXTURE_ORE] = paint_ore,
    [TEXTURE_OBSIDIAN] = paint_obsidian,
    [TEXTURE_PLANKS] = paint_planks,
    [TEXTURE_GLASS] = paint_glass,
    [TEXTURE_LAMP] = paint_lamp,
};

static uint8_t to_byte(float value)
{
    return (uint8_t)(clamp01(value) * 255.0f + 0.5f);
}

static void paint_layer(uint32_t layer, uint8_t *strips)
{
    for (int32_t y = 0; y < TEXTURE_EDGE; y++) {
        for (int32_t x = 0; x < TEXTURE_EDGE; x++) {
            const struct color color = painters[layer](x, y);
            uint8_t *out = strips + textures_at(layer, 0, (uint32_t)x, (uint32_t)y);
            out[0] = to_byte(color.r);
            out[1] = to_byte(color.g);
            out[2] = to_byte(color.b);
            out[3] = to_byte(color.a);
        }
    }
}

// Four pixels as one. Light adds up, sRGB codes do not: their squares nearly do.
static uint8_t average(const uint8_t *pixels, bool color)
{
    const uint32_t row = TEXTURE_STRIP * 4;
    const float values[4] = {pixels[0], pixels[4], pixels[row], pixels[row + 4]};
    float sum = 0.0f;
    for (uint32_t i = 0; i < 4; i++)
        sum += color ? values[i] * values[i] : values[i];
    return (uint8_t)((color ? sqrtf(sum * 0.25f) : sum * 0.25f) + 0.5f);
}

// Makes a level from the one before.
static void shrink_layer(uint32_t layer, uint32_t level, uint8_t *strips)
{
    const uint32_t edge = (uint32_t)TEXTURE_EDGE >> level;
    for (uint32_t y = 0; y < edge; y++)
        for (uint32_t x = 0; x < edge; x++)
            for (uint32_t channel = 0; channel < 4; channel++)
                strips[textures_at(layer, level, x, y) + channel] = average(
                    strips + textures_at(layer, level - 1, 2 * x, 2 * y) + channel, channel < 3);
}

void textures_fill(uint8_t *strips)
{
    memset(strips, 0, TEXTURES_SIZE);
    for (uint32_t layer = 0; layer < TEXTURE_LAYERS; layer++) {
        paint_layer(layer, strips);
        for (uint32_t level = 1; level <= TEXTURE_LAST_LEVEL; level++)
            shrink_layer(layer, level, strips);
    }
}
