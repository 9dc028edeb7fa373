#include "game/world/terrain/trees.h"

#include <stdlib.h>
#include <string.h>

#include "game/world/terrain/noise.h"

enum { SALT_TREE = 201 };

// Where a tree writes: one column of the world.
struct plot {
    int32_t x0, z0;
    struct chunk *chunks;
    bool failed; // memory ran out
};

static void put(struct plot *plot, int32_t x, int32_t y, int32_t z, enum block block)
{
    int32_t inside_x = x - plot->x0, inside_z = z - plot->z0;
    if (inside_x < 0 || inside_x >= CHUNK_SIZE || inside_z < 0 || inside_z >= CHUNK_SIZE || y < 0 ||
        y >= WORLD_HEIGHT)
        return;
    struct chunk *chunk = &plot->chunks[y / CHUNK_SIZE];
    if (chunk->blocks == NULL) {
        chunk->blocks = malloc(CHUNK_BLOCKS);
        if (chunk->blocks == NULL) {
            plot->failed = true;
            return;
        }
        memset(chunk->blocks, chunk->uniform, CHUNK_BLOCKS);
    }
    uint8_t *at = &chunk->blocks[chunk_index((uint32_t)inside_x, (uint32_t)y % CHUNK_SIZE,
                                             (uint32_t)inside_z)];
    if (*at == BLOCK_AIR || (block == BLOCK_LOG && *at == BLOCK_LEAVES))
        *at = (uint8_t)block;
}

static void trunk(struct plot *plot, const struct tree *tree, int32_t height)
{
    for (int32_t y = 0; y < height; y++)
        put(plot, tree->x, tree->y + y, tree->z, BLOCK_LOG);
}

// A disc of leaves; of its rim, a hash takes some.
static void disc(struct plot *plot, const struct tree *tree, int32_t y, int32_t radius,
                 int32_t squared)
{
    for (int32_t dz = -radius; dz <= radius; dz++) {
        for (int32_t dx = -radius; dx <= radius; dx++) {
            int32_t distance = dx * dx + dz * dz;
            if (distance > squared)
                continue;
            bool rim = distance > squared - radius;
            if (rim && hash_mix(tree->hash, dx, dz, (uint32_t)y) % 3 == 0)
                continue;
            put(plot, tree->x + dx, tree->y + y, tree->z + dz, BLOCK_LEAVES);
        }
    }
}

static void grow_broad(struct plot *plot, const struct tree *tree)
{
    int32_t height = 4 + (int32_t)(tree->hash & 3);
    trunk(plot, tree, height);
    disc(plot, tree, height - 2, 2, 6);
    disc(plot, tree, height - 1, 3, 8);
    disc(plot, tree, height, 2, 5);
    disc(plot, tree, height + 1, 1, 2);
}

static void grow_giant(struct plot *plot, const struct tree *tree)
{
    int32_t height = 9 + (int32_t)(tree->hash & 3);
    trunk(plot, tree, height);
    // Buttresses.
    for (int32_t i = 0; i < 4; i++)
        put(plot, tree->x + (i == 0) - (i == 1), tree->y, tree->z + (i == 2) - (i == 3), BLOCK_LOG);
    disc(plot, tree, height - 3, 2, 4);
    disc(plot, tree, height - 2, 4, 14);
    disc(plot, tree, height - 1, 4, 18);
    disc(plot, tree, height, 4, 13);
    disc(plot, tree, height + 1, 2, 6);
}

static void grow_fir(struct plot *plot, const struct tree *tree)
{
    int32_t height = 8 + (int32_t)(tree->hash & 3);
    trunk(plot, tree, height);
    for (int32_t y = 2; y < height; y++) {
        int32_t below_top = height - y;
        // Whorls: wide, narrow, wide, narrow.
        int32_t radius = (below_top + 1) / 3 + (below_top % 2);
        radius = radius < 3 ? radius : 3;
        disc(plot, tree, y, radius, radius * radius);
    }
    put(plot, tree->x, tree->y + height, tree->z, BLOCK_LEAVES);
}

static void grow_palm(struct plot *plot, const struct tree *tree)
{
    int32_t height = 5 + (int32_t)(tree->hash & 3);
    // It leans one way by a block, half-way up; there the trunk is two blocks wide, so that it
    // holds.
    int32_t lean = (int32_t)(tree->hash >> 4 & 1) - (int32_t)(tree->hash >> 5 & 1);
    int32_t lean_x = (tree->hash >> 6 & 1) != 0 ? lean : 0, lean_z = lean - lean_x;
    for (int32_t y = 0; y < height; y++) {
        if (y <= height / 2)
            put(plot, tree->x, tree->y + y, tree->z, BLOCK_LOG);
        if (y >= height / 2)
            put(plot, tree->x + lean_x, tree->y + y, tree->z + lean_z, BLOCK_LOG);
    }
    int32_t x = tree->x + lean_x, y = tree->y + height, z = tree->z + lean_z;
    put(plot, x, y, z, BLOCK_LEAVES);
    for (int32_t i = 0; i < 4; i++) {
        int32_t dx = (i == 0) - (i == 1), dz = (i == 2) - (i == 3);
        for (int32_t reach = 1; reach <= 3; reach++)
            put(plot, x + dx * reach, y - (reach == 3), z + dz * reach, BLOCK_LEAVES);
        // The shorter fronds between them.
        int32_t side_x = dx + dz, side_z = dz - dx;
        put(plot, x + side_x, y, z + side_z, BLOCK_LEAVES);
        put(plot, x + 2 * side_x, y - 1, z + 2 * side_z, BLOCK_LEAVES);
    }
}

static void grow_dead(struct plot *plot, const struct tree *tree)
{
    int32_t height = 3 + (int32_t)(tree->hash & 3);
    trunk(plot, tree, height);
    int32_t side = (tree->hash >> 4 & 1) ? 1 : -1;
    bool along_x = (tree->hash >> 5 & 1) != 0;
    put(plot, tree->x + (along_x ? side : 0), tree->y + height - 2, tree->z + (along_x ? 0 : side),
        BLOCK_LOG);
}

struct tree tree_candidate(uint32_t seed, int32_t cell_x, int32_t cell_z)
{
    uint32_t place = hash_mix(seed, cell_x, cell_z, SALT_TREE);
    return (struct tree){
        .x = cell_x * TREE_CELL + (int32_t)(place % TREE_CELL),
        .z = cell_z * TREE_CELL + (int32_t)(place / TREE_CELL % TREE_CELL),
        .hash = hash_mix(seed, cell_x, cell_z, SALT_TREE + 1),
    };
}

enum tree_kind tree_on(const struct tree *candidate, const struct ground *ground, uint8_t top,
                       int32_t height)
{
    float chance = hash_unit(candidate->hash * 0x9e3779b1u);
    switch (top) {
    case BLOCK_GRASS:
        if (chance > 0.30f + 0.95f * ground->forest)
            return TREE_NONE;
        if (height > SEA_LEVEL + 20)
            return TREE_FIR;
        if (height <= SEA_LEVEL + 4)
            return (candidate->hash >> 8 & 1) != 0 ? TREE_PALM : TREE_BROAD;
        return (candidate->hash >> 8) % 6 == 0 && ground->forest > 0.1f ? TREE_GIANT : TREE_BROAD;
    case BLOCK_SAND:
        return height > SEA_LEVEL && chance < 0.16f + 0.2f * ground->forest ? TREE_PALM : TREE_NONE;
    case BLOCK_ASH:
        return height > SEA_LEVEL + 2 && chance < 0.10f ? TREE_DEAD : TREE_NONE;
    default:
        return TREE_NONE;
    }
}

bool tree_grow(const struct tree *tree, struct column_coord column,
               struct chunk chunks[COLUMN_CHUNKS])
{
    struct plot plot = {column.x * CHUNK_SIZE, column.z * CHUNK_SIZE, chunks, false};
    switch (tree->kind) {
    case TREE_BROAD:
        grow_broad(&plot, tree);
        break;
    case TREE_GIANT:
        grow_giant(&plot, tree);
        break;
    case TREE_FIR:
        grow_fir(&plot, tree);
        break;
    case TREE_PALM:
        grow_palm(&plot, tree);
        break;
    case TREE_DEAD:
        grow_dead(&plot, tree);
        break;
    case TREE_NONE:
        break;
    }
    return !plot.failed;
}
