#include "game/world/terrain/ground.h"

#include <math.h>

#include "engine/assert.h"
#include "game/world/block/chunk.h"
#include "game/world/terrain/noise.h"

enum {
    CHANNEL_WARP_X = 1,
    CHANNEL_WARP_Z = 4,
    CHANNEL_HILLS = 7,
    CHANNEL_SEABED = 10,
    CHANNEL_FOREST = 12,
    CHANNEL_PATCH = 14
};

static struct fields fields_at_node(uint32_t seed, int32_t x, int32_t z)
{
    struct fields fields = {0};
    fields.warp_x = noise2(seed, CHANNEL_WARP_X, x, z, 6) +
                    0.45f * noise2(seed, CHANNEL_WARP_X + 1, x, z, 5) +
                    0.2f * noise2(seed, CHANNEL_WARP_X + 2, x, z, 4);
    fields.warp_z = noise2(seed, CHANNEL_WARP_Z, x, z, 6) +
                    0.45f * noise2(seed, CHANNEL_WARP_Z + 1, x, z, 5) +
                    0.2f * noise2(seed, CHANNEL_WARP_Z + 2, x, z, 4);
    fields.hills = noise2(seed, CHANNEL_HILLS, x, z, 6) +
                   0.5f * noise2(seed, CHANNEL_HILLS + 1, x, z, 5) +
                   0.16f * noise2(seed, CHANNEL_HILLS + 2, x, z, 4);
    fields.seabed = noise2(seed, CHANNEL_SEABED, x, z, 6) + 0.3f * fields.hills;
    fields.forest = noise2(seed, CHANNEL_FOREST, x, z, 6) + 0.3f * fields.warp_x;
    fields.patch =
        noise2(seed, CHANNEL_PATCH, x, z, 5) + 0.6f * noise2(seed, CHANNEL_PATCH + 1, x, z, 4);
    return fields;
}

// Rounds down, below zero too.
static int32_t step_of(int32_t coordinate)
{
    return coordinate >= 0 ? coordinate / GROUND_STEP
                           : -((GROUND_STEP - 1 - coordinate) / GROUND_STEP);
}

void ground_area_init(struct ground_area *area, uint32_t seed, int32_t x0, int32_t z0, int32_t size)
{
    ASH_ASSERT(size > 0 && size <= GROUND_SIZE_MAX);
    area->seed = seed;
    area->node_x = step_of(x0);
    area->node_z = step_of(z0);
    islands_near(seed, x0, z0, size, &area->islands);
    int32_t count_x = step_of(x0 + size - 1) - area->node_x + 2;
    int32_t count_z = step_of(z0 + size - 1) - area->node_z + 2;
    for (int32_t z = 0; z < count_z; z++)
        for (int32_t x = 0; x < count_x; x++)
            area->nodes[z][x] = fields_at_node(seed, (area->node_x + x) * GROUND_STEP,
                                               (area->node_z + z) * GROUND_STEP);
}

static float between(float a, float b, float c, float d, float tx, float tz)
{
    return lerp(lerp(a, b, tx), lerp(c, d, tx), tz);
}

struct ground ground_at(const struct ground_area *area, int32_t x, int32_t z)
{
    int32_t step_x = step_of(x), step_z = step_of(z);
    const struct fields *near = &area->nodes[step_z - area->node_z][step_x - area->node_x];
    const struct fields *a = near, *b = near + 1;
    const struct fields *c = near + GROUND_NODES_MAX, *d = near + GROUND_NODES_MAX + 1;
    float tx = (float)(x - step_x * GROUND_STEP) / (float)GROUND_STEP;
    float tz = (float)(z - step_z * GROUND_STEP) / (float)GROUND_STEP;
    struct fields fields = {
        .warp_x = between(a->warp_x, b->warp_x, c->warp_x, d->warp_x, tx, tz),
        .warp_z = between(a->warp_z, b->warp_z, c->warp_z, d->warp_z, tx, tz),
        .hills = between(a->hills, b->hills, c->hills, d->hills, tx, tz),
        .seabed = between(a->seabed, b->seabed, c->seabed, d->seabed, tx, tz),
        .forest = between(a->forest, b->forest, c->forest, d->forest, tx, tz),
        .patch = between(a->patch, b->patch, c->patch, d->patch, tx, tz),
    };
    return islands_ground(&area->islands, area->seed, x, z, &fields);
}

int32_t ground_height(const struct ground *ground)
{
    float elevation = ground->elevation > ground->lava ? ground->elevation : ground->lava;
    int32_t height = SEA_LEVEL + (int32_t)floorf(elevation + 0.5f);
    height = height > 1 ? height : 1;
    return height < WORLD_HEIGHT - 8 ? height : WORLD_HEIGHT - 8;
}

static struct soil volcano_soil(const struct ground *ground, int32_t height, int32_t drop)
{
    struct soil rock = {BLOCK_BASALT, BLOCK_BASALT, BLOCK_STONE, 6};
    float ragged = ground->patch * 0.5f;
    if (ground->active && ground->crater < 1.25f + ragged)
        rock.top = ragged > -0.02f ? BLOCK_OBSIDIAN : BLOCK_BASALT;
    else if (ground->flow < 2.2f + 2.0f * ragged)
        rock.top = ground->flow < 1.1f ? BLOCK_OBSIDIAN : BLOCK_BASALT;
    else if (drop < 3 && ragged > 0.16f - 0.2f * (ground->lushness < 0.0f ? 1.0f : 0.0f))
        rock.top = BLOCK_ASH;
    // Glowing cracks in the upper slopes.
    if (ground->active && ground->cone > 0.45f && ground->crater > 1.2f &&
        fabsf(ragged - 0.03f) < 0.012f * ground->cone)
        rock.top = BLOCK_LAVA;
    if (height <= SEA_LEVEL + 1 && rock.top == BLOCK_ASH)
        rock.filler = BLOCK_ASH;
    return rock;
}

static struct soil sea_soil(const struct ground *ground, int32_t height)
{
    if (height < SEA_LEVEL - 6 && ground->patch > 0.3f)
        return (struct soil){BLOCK_STONE, BLOCK_STONE, BLOCK_STONE, 2};
    if (height < SEA_LEVEL - 2 && ground->patch < -0.45f)
        return (struct soil){BLOCK_BASALT, BLOCK_BASALT, BLOCK_STONE, 2};
    return (struct soil){BLOCK_SAND, BLOCK_SAND, BLOCK_STONE, 3};
}

struct soil ground_soil(const struct ground *ground, int32_t height, int32_t drop, uint32_t hash)
{
    if (ground->lava >= ground->elevation)
        return (struct soil){BLOCK_LAVA, BLOCK_LAVA, BLOCK_STONE,
                             (uint8_t)(ground->lava - ground->elevation)};
    // Where rain falls, woods climb the cone; on the other side ash lies down to the shore.
    float bare_from = ground->lushness > 0.0f ? 0.42f : 0.42f + 0.75f * ground->lushness;
    bare_from += ground->patch * 0.16f;
    bool bare =
        ground->kind == ISLAND_VOLCANO && ground->cone > bare_from - 0.001f && ground->shore > 1.0f;
    if (ground->flow < 4.0f && ground->shore > -24.0f)
        bare = true;
    if (bare && height > SEA_LEVEL - 2)
        return volcano_soil(ground, height, drop);
    float beach = 2.2f + ground->patch * 2.0f;
    if ((float)(height - SEA_LEVEL) <= beach && ground->kind != ISLAND_STACK) {
        if (height <= SEA_LEVEL)
            return sea_soil(ground, height);
        bool black = ground->kind == ISLAND_VOLCANO && ground->lushness < 0.1f;
        uint8_t sand = black ? BLOCK_ASH : BLOCK_SAND;
        return drop > 2 ? (struct soil){BLOCK_STONE, BLOCK_STONE, BLOCK_STONE, 2}
                        : (struct soil){sand, sand, BLOCK_STONE, 3};
    }
    if (height <= SEA_LEVEL)
        return sea_soil(ground, height);
    if (drop > 2 + (int32_t)(hash & 1))
        return (struct soil){BLOCK_STONE, BLOCK_STONE, BLOCK_STONE, 2};
    return (struct soil){BLOCK_GRASS, BLOCK_DIRT, BLOCK_STONE, 3};
}
