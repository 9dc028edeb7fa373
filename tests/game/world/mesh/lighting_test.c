#include "game/world/mesh/lighting.h"

#include <stdlib.h>
#include <string.h>

#include "game/world/block/block.h"
#include "tests/support/test.h"

enum { EDGE = 3 * CHUNK_SIZE, VOLUME = EDGE * EDGE * WORLD_HEIGHT };

// Three by three columns, and their light as the words of lighting.h have it, block by block.
struct place {
    struct chunk chunks[9][COLUMN_CHUNKS];
    const struct chunk *around[COLUMN_CHUNKS + 2][3][3];
    uint8_t sky[VOLUME], lamps[VOLUME];
    struct lighting *lighting;
};

static const struct chunk air = {.uniform = BLOCK_AIR}, stone = {.uniform = BLOCK_STONE};

static struct place *place_create(void)
{
    struct place *place = calloc(1, sizeof(*place));
    assert_non_null(place);
    place->lighting = lighting_create();
    assert_non_null(place->lighting);
    for (uint32_t i = 0; i < 9; i++) {
        place->around[0][i / 3][i % 3] = &stone;
        place->around[COLUMN_CHUNKS + 1][i / 3][i % 3] = &air;
        for (uint32_t y = 0; y < COLUMN_CHUNKS; y++)
            place->around[y + 1][i / 3][i % 3] = &place->chunks[i][y];
    }
    return place;
}

static void place_destroy(struct place *place)
{
    for (uint32_t i = 0; i < 9 * COLUMN_CHUNKS; i++)
        free(place->chunks[i / COLUMN_CHUNKS][i % COLUMN_CHUNKS].blocks);
    lighting_destroy(place->lighting);
    free(place);
}

// From 0 to EDGE - 1; the column in the middle begins at CHUNK_SIZE.
static void set(struct place *place, uint32_t x, uint32_t y, uint32_t z, enum block block)
{
    struct chunk *chunk = &place->chunks[z / CHUNK_SIZE * 3 + x / CHUNK_SIZE][y / CHUNK_SIZE];
    if (chunk->blocks == NULL) {
        chunk->blocks = malloc(CHUNK_BLOCKS);
        assert_non_null(chunk->blocks);
        memset(chunk->blocks, chunk->uniform, CHUNK_BLOCKS);
    }
    chunk->blocks[chunk_index(x % CHUNK_SIZE, y % CHUNK_SIZE, z % CHUNK_SIZE)] = (uint8_t)block;
}

static enum block get(const struct place *place, uint32_t x, uint32_t y, uint32_t z)
{
    const struct chunk *chunk = &place->chunks[z / CHUNK_SIZE * 3 + x / CHUNK_SIZE][y / CHUNK_SIZE];
    return (enum block)chunk_get(chunk, x % CHUNK_SIZE, y % CHUNK_SIZE, z % CHUNK_SIZE);
}

static uint32_t index_of(uint32_t x, uint32_t y, uint32_t z)
{
    return (y * EDGE + z) * EDGE + x;
}

// Gives what is open and beside light of a strength one less, until all is done.
static void flood(const struct place *place, uint8_t *light)
{
    static const int32_t beside[6][3] = {{1, 0, 0},  {-1, 0, 0}, {0, 1, 0},
                                         {0, -1, 0}, {0, 0, 1},  {0, 0, -1}};
    for (uint32_t strength = LIGHT_MAX; strength > 1; strength--) {
        for (uint32_t i = 0; i < VOLUME; i++) {
            if (light[i] != strength)
                continue;
            for (uint32_t side = 0; side < 6; side++) {
                uint32_t x = i % EDGE + (uint32_t)beside[side][0];
                uint32_t y = i / (EDGE * EDGE) + (uint32_t)beside[side][1];
                uint32_t z = i / EDGE % EDGE + (uint32_t)beside[side][2];
                if (x < EDGE && y < WORLD_HEIGHT && z < EDGE &&
                    !block_types[get(place, x, y, z)].opaque && light[index_of(x, y, z)] < strength)
                    light[index_of(x, y, z)] = (uint8_t)(strength - 1);
            }
        }
    }
}

static void light_slowly(struct place *place)
{
    for (uint32_t i = 0; i < EDGE * EDGE; i++) {
        bool open = true;
        for (uint32_t y = WORLD_HEIGHT; y-- > 0;) {
            enum block block = get(place, i % EDGE, y, i / EDGE);
            open = open && !block_types[block].opaque;
            place->sky[index_of(i % EDGE, y, i / EDGE)] = open ? LIGHT_MAX : 0;
            place->lamps[index_of(i % EDGE, y, i / EDGE)] = block_types[block].light;
        }
    }
    flood(place, place->sky);
    flood(place, place->lamps);
}

// Above the layer over all blocks nothing looks into lamps' light: it is left out.
static int32_t top_of(const struct place *place)
{
    int32_t top = -1;
    for (uint32_t i = 0; i < VOLUME; i++)
        if (block_types[get(place, i % EDGE, i / (EDGE * EDGE), i / EDGE % EDGE)].opaque)
            top = (int32_t)(i / (EDGE * EDGE));
    return top + 1;
}

static uint32_t slow_light(const struct place *place, int32_t x, int32_t y, int32_t z)
{
    if (y < 0)
        return 0;
    if (y >= WORLD_HEIGHT)
        return LIGHT_MAX;
    uint32_t at = index_of((uint32_t)(x + CHUNK_SIZE), (uint32_t)y, (uint32_t)(z + CHUNK_SIZE));
    return place->sky[at] | (uint32_t)place->lamps[at] << 4;
}

static void compare(struct place *place, uint32_t first, uint32_t last)
{
    const int32_t top = top_of(place);
    lighting_spread(place->lighting, place->around, first, last);
    for (uint32_t chunk = first; chunk <= last; chunk++) {
        const struct light_cells *cells = lighting_cells(place->lighting, chunk);
        for (int32_t i = 0; i < LIGHT_PADDED * LIGHT_PADDED * LIGHT_PADDED; i++) {
            int32_t x = i % LIGHT_PADDED, z = i / LIGHT_PADDED % LIGHT_PADDED;
            int32_t y = i / (LIGHT_PADDED * LIGHT_PADDED);
            int32_t height = y - 1 + (int32_t)chunk * CHUNK_SIZE;
            uint32_t light =
                height <= top ? slow_light(place, x - 1, height, z - 1) : (uint32_t)LIGHT_MAX;
            assert_int_equal(cells->at[y][z][x], light);
            assert_int_equal(cells->dim[y][z] >> x & 1, light != LIGHT_MAX);
        }
    }
}

static uint32_t random_below(uint32_t *state, uint32_t limit)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) % limit;
}

// Rock full of holes up to some height, lamps of all kinds in it, slabs over it.
static void fill_at_random(struct place *place, uint32_t *random)
{
    const uint32_t height = random_below(random, WORLD_HEIGHT + 1);
    const uint32_t holes = 10 + random_below(random, 80), lump = random_below(random, 3);
    for (uint32_t i = 0; i < EDGE * EDGE * height; i++) {
        uint32_t x = i % EDGE, z = i / EDGE % EDGE, y = i / (EDGE * EDGE);
        uint32_t mask = ~((1u << lump) - 1u);
        enum block block = get(place, x & mask, y & mask, z & mask);
        if (((x | y | z) & ~mask) == 0)
            block = random_below(random, 100) < holes ? BLOCK_AIR : BLOCK_STONE;
        if (random_below(random, 400) == 0)
            block = (enum block)random_below(random, BLOCK_COUNT);
        if (block != BLOCK_AIR)
            set(place, x, y, z, block);
    }
    const uint32_t slab = random_below(random, WORLD_HEIGHT), from = random_below(random, EDGE);
    for (uint32_t i = 0; i < EDGE * EDGE; i++)
        if (i % EDGE > from && random_below(random, 200) != 0)
            set(place, i % EDGE, slab, i / EDGE, BLOCK_STONE);
}

static void light_is_what_a_slow_flood_finds(void **state)
{
    (void)state;
    uint32_t random = 5;
    for (uint32_t i = 0; i < 6; i++) {
        struct place *place = place_create();
        fill_at_random(place, &random);
        light_slowly(place);
        compare(place, 0, COLUMN_CHUNKS - 1);
        // The same where only some chunks are asked for, with what was there before in memory.
        uint32_t first = random_below(&random, COLUMN_CHUNKS);
        compare(place, first, first + random_below(&random, COLUMN_CHUNKS - first));
        place_destroy(place);
    }
}

static void the_open_air_is_plain(void **state)
{
    (void)state;
    struct place *place = place_create();
    lighting_spread(place->lighting, place->around, 0, COLUMN_CHUNKS - 1);
    const struct light_cells *cells = lighting_cells(place->lighting, 2);
    for (uint32_t i = 0; i < LIGHT_PADDED * LIGHT_PADDED; i++)
        assert_int_equal(cells->dim[i / LIGHT_PADDED][i % LIGHT_PADDED], 0);
    place_destroy(place);
}

static void a_closed_cave_is_dark_until_it_has_a_lamp(void **state)
{
    (void)state;
    struct place *place = place_create();
    for (uint32_t i = 0; i < 9; i++)
        place->chunks[i][0].uniform = BLOCK_STONE;
    for (uint32_t x = 40; x < 60; x++)
        set(place, x, 10, 48, BLOCK_AIR);
    light_slowly(place);
    compare(place, 0, 0);
    const struct light_cells *cells = lighting_cells(place->lighting, 0);
    assert_int_equal(cells->at[11][17][50 - 31], 0);
    set(place, 40, 10, 48, BLOCK_LAMP);
    light_slowly(place);
    compare(place, 0, 0);
    cells = lighting_cells(place->lighting, 0);
    assert_int_equal(cells->at[11][17][50 - 31], 5 << 4);
    place_destroy(place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(light_is_what_a_slow_flood_finds),
        cmocka_unit_test(the_open_air_is_plain),
        cmocka_unit_test(a_closed_cave_is_dark_until_it_has_a_lamp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
