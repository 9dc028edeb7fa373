#include "game/world/terrain/terrain.h"

#include <stdlib.h>
#include <string.h>

#include "game/world/block/block.h"
#include "game/world/terrain/caves.h"
#include "game/world/terrain/ground.h"
#include "game/world/terrain/noise.h"
#include "game/world/terrain/trees.h"

enum {
    AREA = CHUNK_SIZE * CHUNK_SIZE,
    EDGE = CHUNK_SIZE + 2, // heights are known one block around the column
    MARGIN = TREE_REACH + 1,
    SALT_SOIL = 301,
    SALT_ORE = 302,
    ORE_CELL = 8,
    ORE_HIGHEST = 72,
    CAVE_ROOF = 4 // blocks left between a cave and the sea or lava
};

// A column as layers: what each place is made of. Arrays run as a chunk's layer does, x fastest.
struct plan {
    int32_t x0, z0;
    uint8_t height[AREA];      // y of the highest solid block
    uint8_t filler_from[AREA]; // y of the lowest block of filler
    uint8_t top[AREA], filler[AREA], base[AREA];
    uint8_t cave_top[CHUNK_SIZE][CHUNK_SIZE];
    int32_t highest; // of heights, and the sea
};

struct neighborhood {
    int32_t height, lowest_beside, lowest_around; // of the place, of 4, of 8 places
};

// Up to where caves may take blocks. They may break through the surface of dry land here and there,
// but not drain the sea, nor undermine lava.
static int32_t cave_limit(const struct ground *ground, const struct neighborhood *near)
{
    int32_t limit = ground->patch > 0.05f ? near->height : near->height - 3;
    if (ground->flow < 6.0f || (ground->active && ground->crater < 1.6f))
        limit = near->lowest_around - 2 * CAVE_ROOF;
    // The deeper the sea the deeper the caves stay, until there is no room for them: nobody would
    // find them there.
    else if (near->lowest_around <= SEA_LEVEL + 2)
        limit = near->lowest_around - CAVE_ROOF - 2 * (SEA_LEVEL + 2 - near->lowest_around);
    // They peter out downwards where a region of caves ends.
    return ground->hollow < 0.0f ? limit + (int32_t)(ground->hollow * 400.0f) : limit;
}

static struct soil soil_at(uint32_t seed, const struct ground *ground,
                           const struct neighborhood *near, int32_t x, int32_t z)
{
    return ground_soil(ground, near->height, near->height - near->lowest_beside,
                       hash_mix(seed, x, z, SALT_SOIL));
}

static struct neighborhood look_around(const int16_t *height, int32_t stride)
{
    int32_t lowest = height[1];
    lowest = height[-1] < lowest ? height[-1] : lowest;
    lowest = height[stride] < lowest ? height[stride] : lowest;
    lowest = height[-stride] < lowest ? height[-stride] : lowest;
    int32_t around = height[0] < lowest ? height[0] : lowest;
    for (int32_t i = 0; i < 4; i++) {
        int32_t corner = height[(i & 1 ? stride : -stride) + (i & 2 ? 1 : -1)];
        around = corner < around ? corner : around;
    }
    return (struct neighborhood){height[0], lowest, around};
}

// A single place, as the column that holds it has it.
struct place {
    struct ground ground;
    struct neighborhood near;
    struct soil soil;
};
static void find_place(const struct ground_area *area, int32_t x, int32_t z, struct place *out)
{
    int16_t heights[9];
    for (int32_t i = 0; i < 9; i++) {
        struct ground ground = ground_at(area, x + i % 3 - 1, z + i / 3 - 1);
        heights[i] = (int16_t)ground_height(&ground);
        if (i == 4)
            out->ground = ground;
    }
    out->near = look_around(&heights[4], 3);
    out->soil = soil_at(area->seed, &out->ground, &out->near, x, z);
}

static void make_plan(const struct ground_area *area, struct plan *plan)
{
    static const int32_t edge = EDGE;
    struct ground grounds[EDGE * EDGE];
    int16_t heights[EDGE * EDGE];
    for (int32_t i = 0; i < EDGE * EDGE; i++) {
        grounds[i] = ground_at(area, plan->x0 + i % edge - 1, plan->z0 + i / edge - 1);
        heights[i] = (int16_t)ground_height(&grounds[i]);
    }
    plan->highest = SEA_LEVEL;
    for (int32_t i = 0; i < AREA; i++) {
        int32_t x = i % CHUNK_SIZE, z = i / CHUNK_SIZE;
        int32_t at = (z + 1) * EDGE + x + 1;
        struct neighborhood near = look_around(&heights[at], EDGE);
        struct soil soil = soil_at(area->seed, &grounds[at], &near, plan->x0 + x, plan->z0 + z);
        int32_t filler_from = near.height - soil.filler_depth;
        int32_t cave_top = cave_limit(&grounds[at], &near);
        plan->height[i] = (uint8_t)near.height;
        plan->filler_from[i] = (uint8_t)(filler_from > 0 ? filler_from : 0);
        plan->top[i] = soil.top;
        plan->filler[i] = soil.filler;
        plan->base[i] = soil.base;
        plan->cave_top[z][x] = (uint8_t)(cave_top > 0 ? cave_top : 0);
        if (near.height > plan->highest)
            plan->highest = near.height;
    }
}

// One layer at a time, so that the compiler does many blocks at once.
static void fill_layer(const struct plan *plan, uint8_t y, uint8_t *out)
{
    const uint8_t open = y <= SEA_LEVEL ? BLOCK_WATER : BLOCK_AIR;
    for (int32_t i = 0; i < AREA; i++) {
        uint8_t block = plan->base[i];
        block = y >= plan->filler_from[i] ? plan->filler[i] : block;
        block = y == plan->height[i] ? plan->top[i] : block;
        out[i] = y > plan->height[i] ? open : block;
    }
}

static bool fill_chunks(const struct plan *plan, struct chunk chunks[COLUMN_CHUNKS])
{
    for (int32_t c = 0; c < COLUMN_CHUNKS; c++) {
        chunks[c] = (struct chunk){.uniform = BLOCK_AIR};
        if (c * CHUNK_SIZE > plan->highest)
            continue;
        chunks[c].blocks = malloc(CHUNK_BLOCKS);
        if (chunks[c].blocks == NULL)
            return false;
        for (int32_t y = 0; y < CHUNK_SIZE; y++)
            fill_layer(plan, (uint8_t)(c * CHUNK_SIZE + y), &chunks[c].blocks[y * AREA]);
    }
    memset(chunks[0].blocks, BLOCK_BASALT, AREA);
    return true;
}

// A lump of ore in half of the cells of a grid, off the cell's border.
static void place_ore(uint32_t seed, const struct plan *plan, struct chunk chunks[COLUMN_CHUNKS],
                      int32_t cell)
{
    const int32_t across = CHUNK_SIZE / ORE_CELL;
    int32_t x0 = cell % across * ORE_CELL, z0 = cell / across % across * ORE_CELL;
    int32_t y0 = cell / (across * across) * ORE_CELL;
    uint32_t hash = hash_mix(seed, plan->x0 + x0, plan->z0 + z0, SALT_ORE + (uint32_t)y0);
    if ((hash & 7) > 2)
        return;
    int32_t x = x0 + 2 + (int32_t)(hash >> 4 & 3), z = z0 + 2 + (int32_t)(hash >> 6 & 3);
    int32_t y = y0 + 2 + (int32_t)(hash >> 8 & 3);
    for (int32_t i = 0; i < 27; i++) {
        int32_t dx = i % 3 - 1, dz = i / 3 % 3 - 1, dy = i / 9 - 1;
        if (dx * dx + dy * dy + dz * dz > 2 || (hash >> i & 3) == 0)
            continue;
        uint8_t *at = &chunks[(y + dy) / CHUNK_SIZE].blocks[chunk_index(
            (uint32_t)(x + dx), (uint32_t)(y + dy) % CHUNK_SIZE, (uint32_t)(z + dz))];
        if (*at == BLOCK_STONE || *at == BLOCK_BASALT)
            *at = BLOCK_ORE;
    }
}

static void place_ores(uint32_t seed, const struct plan *plan, struct chunk chunks[COLUMN_CHUNKS])
{
    const int32_t across = CHUNK_SIZE / ORE_CELL;
    int32_t up = (plan->highest < ORE_HIGHEST ? plan->highest : ORE_HIGHEST) / ORE_CELL;
    for (int32_t cell = 0; cell < up * across * across; cell++)
        place_ore(seed, plan, chunks, cell);
}

static int32_t tree_cell_of(int32_t coordinate)
{
    return coordinate >= 0 ? coordinate / TREE_CELL : -((TREE_CELL - 1 - coordinate) / TREE_CELL);
}

// The tree of a cell of trees, of kind TREE_NONE where none grows.
static struct tree find_tree(const struct ground_area *area, const struct tree *candidate)
{
    struct tree tree = *candidate;
    struct ground ground = ground_at(area, tree.x, tree.z);
    int32_t height = ground_height(&ground);
    // Nothing grows there on any soil: saves looking for the soil.
    if (height <= SEA_LEVEL || (tree_on(&tree, &ground, BLOCK_GRASS, height) == TREE_NONE &&
                                tree_on(&tree, &ground, BLOCK_SAND, height) == TREE_NONE &&
                                tree_on(&tree, &ground, BLOCK_ASH, height) == TREE_NONE))
        return tree;
    struct place place;
    find_place(area, tree.x, tree.z, &place);
    if (cave_limit(&place.ground, &place.near) >= height &&
        caves_open(area->seed, tree.x, height, tree.z))
        return tree;
    tree.kind = tree_on(&tree, &place.ground, place.soil.top, height);
    tree.y = height + 1;
    return tree;
}

static bool plant_trees(const struct ground_area *area, struct column_coord column,
                        struct chunk chunks[COLUMN_CHUNKS])
{
    int32_t x0 = column.x * CHUNK_SIZE - TREE_REACH, z0 = column.z * CHUNK_SIZE - TREE_REACH;
    int32_t x1 = x0 + CHUNK_SIZE + 2 * TREE_REACH - 1, z1 = z0 + CHUNK_SIZE + 2 * TREE_REACH - 1;
    for (int32_t cell_z = tree_cell_of(z0); cell_z <= tree_cell_of(z1); cell_z++) {
        for (int32_t cell_x = tree_cell_of(x0); cell_x <= tree_cell_of(x1); cell_x++) {
            struct tree tree = tree_candidate(area->seed, cell_x, cell_z);
            if (tree.x < x0 || tree.x > x1 || tree.z < z0 || tree.z > z1)
                continue;
            tree = find_tree(area, &tree);
            if (!tree_grow(&tree, column, chunks))
                return false;
        }
    }
    return true;
}

bool terrain_generate(uint32_t seed, struct column_coord column, struct chunk chunks[COLUMN_CHUNKS])
{
    struct plan plan = {.x0 = column.x * CHUNK_SIZE, .z0 = column.z * CHUNK_SIZE};
    struct ground_area area;
    memset(chunks, 0, COLUMN_CHUNKS * sizeof(*chunks));
    ground_area_init(&area, seed, plan.x0 - MARGIN, plan.z0 - MARGIN, CHUNK_SIZE + 2 * MARGIN);
    make_plan(&area, &plan);
    bool complete = fill_chunks(&plan, chunks);
    if (complete) {
        place_ores(seed, &plan, chunks);
        caves_carve(seed, column, plan.cave_top, chunks);
        complete = plan.highest == SEA_LEVEL || plant_trees(&area, column, chunks);
    }
    if (complete)
        return true;
    for (int32_t c = 0; c < COLUMN_CHUNKS; c++)
        free(chunks[c].blocks);
    memset(chunks, 0, COLUMN_CHUNKS * sizeof(*chunks));
    return false;
}

int32_t terrain_height(uint32_t seed, int32_t x, int32_t z)
{
    struct ground_area area;
    struct place place;
    ground_area_init(&area, seed, x - 1, z - 1, 3);
    find_place(&area, x, z, &place);
    int32_t y = place.near.height, limit = cave_limit(&place.ground, &place.near);
    while (y > CAVE_LAVA_LEVEL && y <= limit && caves_open(seed, x, y, z))
        y--;
    return y;
}

struct block_coord terrain_landmark(uint32_t seed)
{
    struct island volcano = islands_first(seed);
    return (struct block_coord){volcano.x, SEA_LEVEL + (int32_t)volcano.lava_level, volcano.z};
}

// How well one would stand here: dry, not too high, with the crater's rim free to see.
static float spawn_worth(uint32_t seed, struct block_coord volcano, int32_t x, int32_t z)
{
    struct ground_area area;
    struct place place;
    ground_area_init(&area, seed, x - 1, z - 1, 3);
    find_place(&area, x, z, &place);
    int32_t height = place.near.height;
    if (height <= SEA_LEVEL || height > SEA_LEVEL + 14 || height - place.near.lowest_around > 1 ||
        terrain_height(seed, x, z) != height)
        return -1.0f;
    float worth = place.soil.top == BLOCK_GRASS || place.soil.top == BLOCK_SAND ? 10.0f : 1.0f;
    // Woods stand in the way.
    worth -= place.ground.forest > 0.0f ? 6.0f * place.ground.forest : 0.0f;
    for (int32_t i = 1; i < 8; i++) {
        int32_t on_x = x + (volcano.x - x) * i / 8, on_z = z + (volcano.z - z) * i / 8;
        int32_t line = height + 2 + (volcano.y + 6 - height) * i / 8;
        worth -= terrain_height(seed, on_x, on_z) > line ? 1.0f : 0.0f;
    }
    return worth;
}

// Nobody starts inside a tree.
static bool beside_tree(uint32_t seed, int32_t x, int32_t z)
{
    struct ground_area area;
    ground_area_init(&area, seed, x - 2 * TREE_CELL - 1, z - 2 * TREE_CELL - 1, 4 * TREE_CELL + 3);
    for (int32_t i = 0; i < 9; i++) {
        struct tree candidate =
            tree_candidate(seed, tree_cell_of(x) + i % 3 - 1, tree_cell_of(z) + i / 3 - 1);
        struct tree tree = find_tree(&area, &candidate);
        if (tree.kind != TREE_NONE && abs(tree.x - x) <= TREE_REACH &&
            abs(tree.z - z) <= TREE_REACH)
            return true;
    }
    return false;
}

struct block_coord terrain_spawn(uint32_t seed)
{
    // On rings around the first volcano, which always has dry land at its foot.
    struct block_coord volcano = terrain_landmark(seed);
    struct block_coord best = {volcano.x, WORLD_HEIGHT, volcano.z};
    float best_worth = -1.0f;
    for (int32_t i = 0; i < 24 * 9; i++) {
        static const int8_t around[24][2] = {
            {16, 0},   {15, 4},   {14, 8},  {11, 11}, {8, 14},  {4, 15},   {0, 16},   {-4, 15},
            {-8, 14},  {-11, 11}, {-14, 8}, {-15, 4}, {-16, 0}, {-15, -4}, {-14, -8}, {-11, -11},
            {-8, -14}, {-4, -15}, {0, -16}, {4, -15}, {8, -14}, {11, -11}, {14, -8},  {15, -4}};
        int32_t distance = 60 + i / 24 * 6;
        int32_t x = volcano.x + around[i % 24][0] * distance / 16;
        int32_t z = volcano.z + around[i % 24][1] * distance / 16;
        float worth = beside_tree(seed, x, z) ? -1.0f : spawn_worth(seed, volcano, x, z);
        if (worth > best_worth) {
            best_worth = worth;
            best = (struct block_coord){x, terrain_height(seed, x, z) + 1, z};
        }
    }
    if (best_worth < 0.0f)
        best.y = terrain_height(seed, best.x, best.z) + 1;
    return best;
}
