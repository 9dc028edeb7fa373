#include "game/world/terrain/islands.h"

#include <math.h>

#include "game/world/terrain/noise.h"

enum {
    LARGE_CELL = 256, // blocks along a cell of the lattice of large islands
    SMALL_CELL = 128,
    SALT_LARGE = 1,
    SALT_SMALL = 101,
    CHANNEL_RIBS = 40,
    CHANNEL_FLOW = 41
};

// How far from its radius an island still shapes the sea's floor, stretched and bent.
static const float REACH_STRETCH = 1.35f;
static const float REACH_MARGIN = 76.0f;
static const float DEEP_SEA = -12.0f;
static const float FAR_AWAY = 1000.0f;
// Of the land that a cone stands on; the rim's height counts on it.
static const float CONE_PLINTH = 5.0f;
static const float RIM_OVER_LAVA = 7.0f;

static float draw(uint32_t seed, int32_t x, int32_t z, uint32_t salt, float from, float to)
{
    return lerp(from, to, hash_unit(hash_mix(seed, x, z, salt)));
}

static struct direction draw_direction(uint32_t seed, int32_t x, int32_t z, uint32_t salt)
{
    float dx = draw(seed, x, z, salt, -1.0f, 1.0f);
    float dz = draw(seed, x, z, salt + 1, -1.0f, 1.0f);
    float length = sqrtf(dx * dx + dz * dz);
    if (length < 0.01f)
        return (struct direction){1.0f, 0.0f};
    return (struct direction){dx / length, dz / length};
}

static float cone_profile(const struct island *island, float cone)
{
    float c = clamp01(cone);
    return island->cone_height * (0.42f * c + 0.58f * c * c * c);
}

static void make_volcano(struct island *island, uint32_t seed, int32_t x, int32_t z, bool first)
{
    island->kind = ISLAND_VOLCANO;
    island->relief = 9.0f;
    island->active = first || draw(seed, x, z, SALT_LARGE + 10, 0.0f, 1.0f) < 0.75f;
    island->cone_radius = island->radius * draw(seed, x, z, SALT_LARGE + 11, 0.72f, 0.84f);
    island->crater_radius = draw(seed, x, z, SALT_LARGE + 12, 11.0f, 17.0f);
    // Chosen so that the rim, not the tip that the crater takes off, has the height wanted.
    float rim = first ? draw(seed, x, z, SALT_LARGE + 13, 62.0f, 70.0f)
                      : draw(seed, x, z, SALT_LARGE + 13, 44.0f, 74.0f);
    island->cone_height = 1.0f;
    float share = cone_profile(island, 1.0f - island->crater_radius / island->cone_radius);
    island->cone_height = (rim - CONE_PLINTH) / share;
    island->lava_level = rim - RIM_OVER_LAVA;
    island->flow = draw_direction(seed, x, z, SALT_LARGE + 14);
    island->flow_width = draw(seed, x, z, SALT_LARGE + 16, 1.4f, 2.6f);
    island->lush = draw_direction(seed, x, z, SALT_LARGE + 17);
}

// False where the cell holds no island.
static bool large_island(uint32_t seed, int32_t x, int32_t z, struct island *out)
{
    bool first = x == 0 && z == 0;
    float roll = draw(seed, x, z, SALT_LARGE, 0.0f, 1.0f);
    if (!first && roll > 0.82f)
        return false;
    // Cells are laid around the origin, so that the first volcano is within sight of it.
    float wander = first ? 30.0f : 70.0f;
    *out = (struct island){
        .x = x * LARGE_CELL + (int32_t)draw(seed, x, z, SALT_LARGE + 1, -wander, wander),
        .z = z * LARGE_CELL + (int32_t)draw(seed, x, z, SALT_LARGE + 2, -wander, wander),
        .axis = draw_direction(seed, x, z, SALT_LARGE + 3),
        .stretch = draw(seed, x, z, SALT_LARGE + 5, 1.0f, 1.22f),
        .radius = draw(seed, x, z, SALT_LARGE + 6, 62.0f, 104.0f),
    };
    if (first)
        out->radius = draw(seed, x, z, SALT_LARGE + 6, 88.0f, 104.0f);
    if (first || roll < 0.48f) {
        make_volcano(out, seed, x, z, first);
    } else {
        out->kind = ISLAND_HILLS;
        out->relief = draw(seed, x, z, SALT_LARGE + 7, 16.0f, 30.0f);
    }
    return true;
}

static bool small_island(uint32_t seed, int32_t x, int32_t z, struct island *out)
{
    float roll = draw(seed, x, z, SALT_SMALL, 0.0f, 1.0f);
    if (roll > 0.55f)
        return false;
    *out = (struct island){
        .x = x * SMALL_CELL + (int32_t)draw(seed, x, z, SALT_SMALL + 1, -50.0f, 50.0f),
        .z = z * SMALL_CELL + (int32_t)draw(seed, x, z, SALT_SMALL + 2, -50.0f, 50.0f),
        .axis = draw_direction(seed, x, z, SALT_SMALL + 3),
        .stretch = draw(seed, x, z, SALT_SMALL + 5, 1.0f, 1.3f),
    };
    if (roll < 0.2f) {
        out->kind = ISLAND_STACK;
        out->radius = draw(seed, x, z, SALT_SMALL + 6, 7.0f, 16.0f);
        out->relief = draw(seed, x, z, SALT_SMALL + 7, 12.0f, 30.0f);
    } else if (roll < 0.33f) {
        out->kind = ISLAND_ATOLL;
        out->radius = draw(seed, x, z, SALT_SMALL + 6, 30.0f, 46.0f);
    } else {
        out->kind = ISLAND_HILLS;
        out->radius = draw(seed, x, z, SALT_SMALL + 6, 18.0f, 42.0f);
        out->relief = draw(seed, x, z, SALT_SMALL + 7, 5.0f, 16.0f);
    }
    return true;
}

struct island islands_first(uint32_t seed)
{
    struct island island;
    large_island(seed, 0, 0, &island);
    return island;
}

// The lattice cell whose middle is nearest; cell 0 lies around the origin.
static int32_t cell_of(int32_t coordinate, int32_t cell)
{
    int32_t shifted = coordinate + cell / 2;
    return shifted >= 0 ? shifted / cell : -((cell - 1 - shifted) / cell);
}

static bool reaches(const struct island *island, int32_t x0, int32_t z0, int32_t size)
{
    float half = 0.5f * (float)size;
    float dx = fabsf((float)(x0 - island->x) + half) - half;
    float dz = fabsf((float)(z0 - island->z) + half) - half;
    float reach = island->radius * REACH_STRETCH + REACH_MARGIN;
    dx = dx > 0.0f ? dx : 0.0f;
    dz = dz > 0.0f ? dz : 0.0f;
    return dx * dx + dz * dz < reach * reach;
}

void islands_near(uint32_t seed, int32_t x0, int32_t z0, int32_t size, struct islands *out)
{
    int32_t middle_x = x0 + size / 2, middle_z = z0 + size / 2;
    out->count = 0;
    for (int32_t i = 0; i < 9; i++) {
        struct island *slot = &out->near[out->count];
        if (large_island(seed, cell_of(middle_x, LARGE_CELL) + i % 3 - 1,
                         cell_of(middle_z, LARGE_CELL) + i / 3 - 1, slot) &&
            reaches(slot, x0, z0, size))
            out->count++;
    }
    for (int32_t i = 0; i < 9; i++) {
        struct island *slot = &out->near[out->count];
        if (small_island(seed, cell_of(middle_x, SMALL_CELL) + i % 3 - 1,
                         cell_of(middle_z, SMALL_CELL) + i / 3 - 1, slot) &&
            reaches(slot, x0, z0, size))
            out->count++;
    }
}

// Blocks inward from the coast, bent by noise.
static float shore_of(const struct island *island, float dx, float dz, const struct fields *fields)
{
    float bend = island->radius * 0.42f;
    bend = bend < 30.0f ? bend : 30.0f;
    dx += fields->warp_x * bend;
    dz += fields->warp_z * bend;
    float along = (dx * island->axis.x + dz * island->axis.z) / island->stretch;
    float across = (dz * island->axis.x - dx * island->axis.z) * island->stretch;
    return island->radius - sqrtf(along * along + across * across);
}

// From the deep over a shelf and a beach to flat land.
static float coast_profile(float shore)
{
    if (shore < -46.0f)
        return DEEP_SEA - 4.0f;
    if (shore < -20.0f)
        return lerp(DEEP_SEA - 4.0f, -4.6f, smooth_step(-46.0f, -20.0f, shore));
    if (shore < 0.0f)
        return -4.6f * (shore / -20.0f) * (1.6f - 0.6f * (shore / -20.0f)) - 0.1f;
    if (shore < 9.0f)
        return shore * 0.26f - 0.1f;
    float inland = (shore - 9.0f) * 0.07f;
    return 2.24f + (inland < 4.0f ? inland : 4.0f);
}

static float land_profile(const struct island *island, float shore, const struct fields *fields)
{
    float base = coast_profile(shore);
    switch (island->kind) {
    case ISLAND_ATOLL: {
        // A ring of sand, broken here and there, round a lagoon that one sees through.
        float inner = coast_profile(14.0f - shore);
        inner = inner > -3.0f ? inner : -3.0f;
        float ring = shore > 7.0f ? inner : base;
        return shore > 0.0f && fields->patch > 0.0f ? ring - fields->patch * 4.5f : ring;
    }
    case ISLAND_STACK: {
        float wall = smooth_step(-2.5f, 2.5f, shore + fields->patch * 2.0f);
        return base + wall * (island->relief + fields->hills * 5.0f);
    }
    case ISLAND_VOLCANO:
    case ISLAND_HILLS:
    default: {
        // Some coasts are beaches, some rise at once.
        float begin = fields->patch > 0.12f ? 2.0f : 8.0f;
        float rise = smooth_step(begin, begin + 38.0f, shore);
        return base + rise * island->relief * (0.4f + 0.85f * fields->hills);
    }
    }
}

// How far the lava's bed lies below or above: sets flow, lowers the rim where the lava leaves.
static void carve_flow(const struct island *island, uint32_t seed, float dx, float dz, float cone,
                       struct ground *ground)
{
    float along = dx * island->flow.x + dz * island->flow.z;
    float end = island->cone_radius + 44.0f;
    if (along < island->crater_radius * 0.4f || along > end)
        return;
    float across = dz * island->flow.x - dx * island->flow.z;
    if (fabsf(across) > 34.0f)
        return;
    float settled = smooth_step(island->crater_radius, island->crater_radius + 30.0f, along);
    float id = (float)(island->x & 0xff);
    float bends = noise_free(seed, CHANNEL_FLOW, along * 0.028f, id + 0.5f, 0.5f) * 22.0f +
                  noise_free(seed, CHANNEL_FLOW, along * 0.09f, id + 0.5f, 9.5f) * 5.0f;
    float width = island->flow_width * lerp(1.5f, 1.0f, settled);
    float away = fabsf(across - bends * settled) - width;
    if (away > 9.0f)
        return;
    float bed = CONE_PLINTH - 1.0f + cone_profile(island, cone);
    bed = bed < island->lava_level ? bed : island->lava_level;
    // Beyond the cone's foot the flow runs down to the sea, and builds land into it.
    float run_out = smooth_step(island->cone_radius * 0.9f, end, along);
    bed = lerp(bed, 0.2f, run_out);
    ground->flow = away;
    if (bed < 0.8f && away <= 0.0f)
        ground->flow = 0.5f; // chilled by the sea
    float side = smooth_step(0.0f, 9.0f, away);
    ground->elevation = lerp(bed + (away > 0.0f ? 0.9f : 0.0f), ground->elevation, side);
    if (ground->flow <= 0.0f)
        ground->lava = bed;
}

static void raise_cone(const struct island *island, uint32_t seed, float dx, float dz,
                       const struct fields *fields, struct ground *ground)
{
    float bent_x = dx + fields->warp_x * 7.0f, bent_z = dz + fields->warp_z * 7.0f;
    float distance = sqrtf(bent_x * bent_x + bent_z * bent_z);
    float cone = 1.0f - distance / island->cone_radius;
    ground->cone = cone;
    ground->crater = distance / island->crater_radius;
    ground->active = island->active;
    float inverse = distance > 0.5f ? 1.0f / distance : 0.0f;
    ground->lushness = (bent_x * island->lush.x + bent_z * island->lush.z) * inverse;
    if (cone < -0.6f)
        return;
    if (cone > 0.0f) {
        // Ribs and gullies, which rain has cut: noise on the circle of directions. They run out
        // towards the rim, which is only ragged.
        float slope = 4.0f * cone * (1.0f - cone);
        float id = (float)(island->x & 0x7f);
        float ribs = noise_free(seed, CHANNEL_RIBS, bent_x * inverse * 2.7f + id,
                                cone * 1.3f + 3.1f, bent_z * inverse * 2.7f + 100.0f);
        float fine = noise_free(seed, CHANNEL_RIBS, bent_x * inverse * 7.0f + id,
                                cone * 2.5f + 7.7f, bent_z * inverse * 7.0f + 50.0f);
        float cut = 1.0f - 2.2f * fabsf(ribs) + 0.5f * fine;
        float depth = 6.5f * smooth_step(0.8f, 2.2f, ground->crater) + 1.5f;
        float plinth = lerp(ground->elevation, CONE_PLINTH, smooth_step(0.0f, 0.45f, cone));
        ground->elevation = plinth + cone_profile(island, cone) - slope * depth * (cut - 0.35f) +
                            3.0f * fine * smooth_step(1.8f, 1.0f, ground->crater);
    }
    if (ground->crater < 1.0f) {
        float bowl = island->lava_level - 5.0f + 12.0f * smooth_step(0.5f, 1.0f, ground->crater) +
                     fields->patch * 2.0f;
        ground->elevation = bowl < ground->elevation ? bowl : ground->elevation;
    }
    if (!island->active)
        return;
    if (ground->crater < 1.0f)
        ground->lava = island->lava_level;
    carve_flow(island, seed, dx, dz, cone, ground);
}

// The larger of two, rounded where they meet.
static float smooth_max(float a, float b, float width)
{
    float near = width - fabsf(a - b);
    near = near > 0.0f ? near / width : 0.0f;
    return (a > b ? a : b) + near * near * width * 0.25f;
}

struct ground islands_ground(const struct islands *islands, uint32_t seed, int32_t x, int32_t z,
                             const struct fields *fields)
{
    struct ground nothing = {.elevation = DEEP_SEA + 2.6f * fields->seabed,
                             .lava = -FAR_AWAY,
                             .shore = -FAR_AWAY,
                             .cone = -FAR_AWAY,
                             .crater = FAR_AWAY,
                             .flow = FAR_AWAY,
                             .forest = fields->forest,
                             .patch = fields->patch,
                             .hollow = fields->seabed,
                             .kind = ISLAND_HILLS};
    struct ground best = nothing;
    float elevation = nothing.elevation;
    for (uint32_t i = 0; i < islands->count; i++) {
        const struct island *island = &islands->near[i];
        struct ground here = nothing;
        float dx = (float)(x - island->x), dz = (float)(z - island->z);
        here.kind = island->kind;
        here.shore = shore_of(island, dx, dz, fields);
        here.elevation = land_profile(island, here.shore, fields);
        if (island->kind == ISLAND_VOLCANO)
            raise_cone(island, seed, dx, dz, fields, &here);
        if (here.elevation > best.elevation)
            best = here;
        elevation = smooth_max(elevation, here.elevation, 4.0f);
    }
    best.elevation = elevation;
    return best;
}
