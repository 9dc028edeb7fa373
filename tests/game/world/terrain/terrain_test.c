// Labels: threads

#include "game/world/terrain/terrain.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "game/world/block/block.h"
#include "game/world/terrain/noise.h"
#include "tests/support/test.h"

struct column {
    struct chunk chunks[COLUMN_CHUNKS];
};

static void make(uint32_t seed, int32_t x, int32_t z, struct column *out)
{
    assert_true(terrain_generate(seed, (struct column_coord){x, z}, out->chunks));
}

static void drop(struct column *column)
{
    for (uint32_t i = 0; i < COLUMN_CHUNKS; i++)
        free(column->chunks[i].blocks);
}

static uint8_t block_of(const struct column *column, int32_t x, int32_t y, int32_t z)
{
    const uint32_t mask = CHUNK_SIZE - 1;
    return chunk_get(&column->chunks[y / CHUNK_SIZE], (uint32_t)x & mask, (uint32_t)y & mask,
                     (uint32_t)z & mask);
}

static void assert_same(const struct column *a, const struct column *b)
{
    for (uint32_t i = 0; i < COLUMN_CHUNKS; i++) {
        assert_int_equal(a->chunks[i].blocks == NULL, b->chunks[i].blocks == NULL);
        assert_int_equal(a->chunks[i].uniform, b->chunks[i].uniform);
        if (a->chunks[i].blocks != NULL)
            assert_memory_equal(a->chunks[i].blocks, b->chunks[i].blocks, CHUNK_BLOCKS);
    }
}

enum { SHARED_EDGE = 6, SHARED_COLUMNS = SHARED_EDGE * SHARED_EDGE };

struct worker {
    uint32_t seed;
    bool backwards;
    struct column columns[SHARED_COLUMNS];
};

static void *generate_all(void *argument)
{
    struct worker *worker = argument;
    for (int32_t i = 0; i < SHARED_COLUMNS; i++) {
        int32_t at = worker->backwards ? SHARED_COLUMNS - 1 - i : i;
        struct column_coord column = {at % SHARED_EDGE - 3, at / SHARED_EDGE - 3};
        if (!terrain_generate(worker->seed, column, worker->columns[at].chunks))
            return NULL;
    }
    return worker;
}

static void any_thread_in_any_order_makes_the_same(void **state)
{
    (void)state;
    static struct worker workers[2];
    pthread_t threads[2];
    for (uint32_t i = 0; i < 2; i++) {
        workers[i].seed = 9;
        workers[i].backwards = i == 1;
        assert_int_equal(pthread_create(&threads[i], NULL, generate_all, &workers[i]), 0);
    }
    for (uint32_t i = 0; i < 2; i++) {
        void *result = NULL;
        pthread_join(threads[i], &result);
        assert_non_null(result);
    }
    for (uint32_t i = 0; i < SHARED_COLUMNS; i++) {
        assert_same(&workers[0].columns[i], &workers[1].columns[i]);
        drop(&workers[0].columns[i]);
        drop(&workers[1].columns[i]);
    }
}

static void seeds_make_different_worlds(void **state)
{
    (void)state;
    struct column a, b;
    uint32_t different = 0;
    make(1, 0, 0, &a);
    make(257, 0, 0, &b); // the same lowest 8 bits
    for (int32_t z = 0; z < CHUNK_SIZE; z++)
        for (int32_t x = 0; x < CHUNK_SIZE; x++)
            for (int32_t y = 0; y < WORLD_HEIGHT; y++)
                different += block_of(&a, x, y, z) != block_of(&b, x, y, z);
    assert_true(different > 1000);
    drop(&a);
    drop(&b);
}

static bool is_tree(uint8_t block)
{
    return block == BLOCK_LOG || block == BLOCK_LEAVES;
}

// Far away as well, and at negative coordinates.
static void height_tells_the_highest_solid_block(void **state)
{
    (void)state;
    static const int32_t places[][2] = {{0, 0},     {-1, 2},         {2, -2},
                                        {-3, -1},   {1000, -2000},   {-65536, 65536},
                                        {30, 1000}, {1 << 24, -1000}};
    for (uint32_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        struct column column;
        make(5, places[i][0], places[i][1], &column);
        for (uint32_t j = 0; j < 200; j++) {
            int32_t x = (int32_t)(hash_mix(1, (int32_t)i, (int32_t)j, 0) % CHUNK_SIZE);
            int32_t z = (int32_t)(hash_mix(2, (int32_t)i, (int32_t)j, 0) % CHUNK_SIZE);
            int32_t y = WORLD_HEIGHT - 1;
            while (y > 0 && (!block_types[block_of(&column, x, y, z)].solid ||
                             is_tree(block_of(&column, x, y, z))))
                y--;
            int32_t at_x = places[i][0] * CHUNK_SIZE + x, at_z = places[i][1] * CHUNK_SIZE + z;
            assert_int_equal(terrain_height(5, at_x, at_z), y);
        }
        drop(&column);
    }
}

enum { REGION_EDGE = 10, REGION_BLOCKS = REGION_EDGE * CHUNK_SIZE };

// A square of columns around the origin.
struct region {
    struct column columns[REGION_EDGE * REGION_EDGE];
};

static struct region *region_create(uint32_t seed)
{
    struct region *region = malloc(sizeof(*region));
    assert_non_null(region);
    for (int32_t i = 0; i < REGION_EDGE * REGION_EDGE; i++)
        make(seed, i % REGION_EDGE - REGION_EDGE / 2, i / REGION_EDGE - REGION_EDGE / 2,
             &region->columns[i]);
    return region;
}

static void region_destroy(struct region *region)
{
    for (int32_t i = 0; i < REGION_EDGE * REGION_EDGE; i++)
        drop(&region->columns[i]);
    free(region);
}

// 0 to REGION_BLOCKS - 1; air outside.
static uint8_t region_get(const struct region *region, int32_t x, int32_t y, int32_t z)
{
    if (x < 0 || z < 0 || x >= REGION_BLOCKS || z >= REGION_BLOCKS || y < 0 || y >= WORLD_HEIGHT)
        return BLOCK_AIR;
    return block_of(&region->columns[z / CHUNK_SIZE * REGION_EDGE + x / CHUNK_SIZE], x, y, z);
}

// On which sides of a leaf the wood is that it may hang on: bits for west, here and east, and
// for north, here and south, counted in columns.
static uint32_t wood_sides(const struct region *region, int32_t x, int32_t y, int32_t z)
{
    uint32_t sides = 0;
    for (int32_t i = 0; i < 9 * 9 * 9; i++) {
        int32_t at_x = x + i % 9 - 4, at_y = y + i / 81 - 4, at_z = z + i / 9 % 9 - 4;
        if (region_get(region, at_x, at_y, at_z) == BLOCK_LOG)
            sides |= 1u << (at_x / CHUNK_SIZE - x / CHUNK_SIZE + 1) |
                     8u << (at_z / CHUNK_SIZE - z / CHUNK_SIZE + 1);
    }
    return sides;
}

// Leaves hang on wood, in whatever column that stands; over each of the four borders of columns
// there are some whose wood stands on the other side.
static void trees_cross_borders(void **state)
{
    (void)state;
    enum { WEST = 1, EAST = 4, NORTH = 8, SOUTH = 32, HERE_X = 2, HERE_Z = 16 };
    struct region *region = region_create(4);
    uint32_t over[4] = {0};
    for (int32_t i = 0; i < REGION_BLOCKS * REGION_BLOCKS; i++) {
        int32_t x = i % REGION_BLOCKS, z = i / REGION_BLOCKS;
        bool inner = x >= 8 && z >= 8 && x < REGION_BLOCKS - 8 && z < REGION_BLOCKS - 8;
        for (int32_t y = SEA_LEVEL; inner && y < WORLD_HEIGHT; y++) {
            if (region_get(region, x, y, z) != BLOCK_LEAVES)
                continue;
            uint32_t sides = wood_sides(region, x, y, z);
            assert_int_not_equal(sides, 0);
            over[0] += (sides & (WEST | HERE_X)) == WEST;
            over[1] += (sides & (EAST | HERE_X)) == EAST;
            over[2] += (sides & (NORTH | HERE_Z)) == NORTH;
            over[3] += (sides & (SOUTH | HERE_Z)) == SOUTH;
        }
    }
    for (uint32_t i = 0; i < 4; i++)
        assert_true(over[i] > 10);
    region_destroy(region);
}

// Nothing but rock below; no water hangs over or beside air.
static void the_sea_stays_where_it_is(void **state)
{
    (void)state;
    for (uint32_t seed = 2; seed < 6; seed++) {
        struct region *region = region_create(seed);
        for (int32_t i = 0; i < REGION_BLOCKS * REGION_BLOCKS; i++) {
            int32_t x = i % REGION_BLOCKS, z = i / REGION_BLOCKS;
            bool inner = x > 0 && z > 0 && x < REGION_BLOCKS - 1 && z < REGION_BLOCKS - 1;
            assert_int_equal(region_get(region, x, 0, z), BLOCK_BASALT);
            for (int32_t y = 1; inner && y <= SEA_LEVEL; y++) {
                if (region_get(region, x, y, z) != BLOCK_WATER)
                    continue;
                assert_int_not_equal(region_get(region, x, y - 1, z), BLOCK_AIR);
                for (int32_t side = 0; side < 4; side++)
                    assert_int_not_equal(region_get(region, x + (side == 0) - (side == 1), y,
                                                    z + (side == 2) - (side == 3)),
                                         BLOCK_AIR);
            }
        }
        region_destroy(region);
    }
}

static void one_spawns_on_dry_land_in_sight_of_a_volcano(void **state)
{
    (void)state;
    for (uint32_t seed = 0; seed < 60; seed++) {
        struct block_coord spawn = terrain_spawn(seed), volcano = terrain_landmark(seed);
        struct column column;
        make(seed, spawn.x >> CHUNK_SHIFT, spawn.z >> CHUNK_SHIFT, &column);
        uint8_t under = block_of(&column, spawn.x, spawn.y - 1, spawn.z);
        assert_true(spawn.y > SEA_LEVEL + 1);
        assert_true(block_types[under].solid);
        assert_false(is_tree(under));
        assert_int_equal(block_of(&column, spawn.x, spawn.y, spawn.z), BLOCK_AIR);
        assert_int_equal(block_of(&column, spawn.x, spawn.y + 1, spawn.z), BLOCK_AIR);
        assert_true(abs(spawn.x) < 256 && abs(spawn.z) < 256);
        int32_t away = abs(spawn.x - volcano.x) + abs(spawn.z - volcano.z);
        assert_true(away > 40 && away < 220);
        assert_true(volcano.y > 80 && volcano.y < 110);
        drop(&column);
    }
}

// What makes a world of volcanic islands: all of it within sight of the origin.
static void every_world_has_sea_land_and_fire(void **state)
{
    (void)state;
    for (uint32_t seed = 100; seed < 106; seed++) {
        uint32_t count[BLOCK_COUNT] = {0}, surface_water = 0, highest = 0, caves = 0;
        for (int32_t i = 0; i < 144; i++) {
            struct column column;
            make(seed, i % 12 - 6, i / 12 - 6, &column);
            for (int32_t b = 0; b < WORLD_HEIGHT * CHUNK_SIZE * CHUNK_SIZE; b++) {
                int32_t x = b & 31, z = b >> 5 & 31, y = b >> 10;
                uint8_t block = block_of(&column, x, y, z);
                assert_true(block < BLOCK_COUNT);
                count[block]++;
                surface_water += y == SEA_LEVEL && block == BLOCK_WATER;
                caves += y <= SEA_LEVEL && block == BLOCK_AIR;
                if (block != BLOCK_AIR && (uint32_t)y > highest)
                    highest = (uint32_t)y;
            }
            drop(&column);
        }
        for (uint32_t block = BLOCK_WATER; block <= BLOCK_OBSIDIAN; block++)
            assert_true(count[block] > 30);
        assert_true(highest >= 88);
        assert_true(caves > 2000);
        // Neither drowned nor dried up.
        assert_true(surface_water > 144 * 1024 / 4 && surface_water < 144 * 1024 * 9 / 10);
    }
}

static void chunks_above_the_land_need_no_array(void **state)
{
    (void)state;
    struct column column;
    make(1, 200, 200, &column);
    assert_null(column.chunks[COLUMN_CHUNKS - 1].blocks);
    assert_int_equal(column.chunks[COLUMN_CHUNKS - 1].uniform, BLOCK_AIR);
    drop(&column);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_thread_in_any_order_makes_the_same),
        cmocka_unit_test(seeds_make_different_worlds),
        cmocka_unit_test(height_tells_the_highest_solid_block),
        cmocka_unit_test(trees_cross_borders),
        cmocka_unit_test(the_sea_stays_where_it_is),
        cmocka_unit_test(one_spawns_on_dry_land_in_sight_of_a_volcano),
        cmocka_unit_test(every_world_has_sea_land_and_fire),
        cmocka_unit_test(chunks_above_the_land_need_no_array),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
