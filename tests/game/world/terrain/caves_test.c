#include "game/world/terrain/caves.h"

#include <stdlib.h>
#include <string.h>

#include "game/world/block/block.h"
#include "tests/support/test.h"

static uint8_t *block_at(struct chunk chunks[COLUMN_CHUNKS], int32_t x, int32_t y, int32_t z)
{
    return &chunks[y / CHUNK_SIZE]
                .blocks[chunk_index((uint32_t)x, (uint32_t)y % CHUNK_SIZE, (uint32_t)z)];
}

// Carving skips whole cells; a single block is evaluated on its own.
static void carving_takes_what_is_open_and_nothing_else(void **state)
{
    (void)state;
    static uint8_t tops[CHUNK_SIZE][CHUNK_SIZE];
    const struct column_coord column = {-7, 3};
    struct chunk chunks[COLUMN_CHUNKS];
    uint32_t taken = 0;
    for (uint32_t i = 0; i < COLUMN_CHUNKS; i++) {
        chunks[i] = (struct chunk){.blocks = malloc(CHUNK_BLOCKS)};
        assert_non_null(chunks[i].blocks);
        memset(chunks[i].blocks, BLOCK_STONE, CHUNK_BLOCKS);
    }
    for (int32_t i = 0; i < CHUNK_SIZE * CHUNK_SIZE; i++)
        tops[i / CHUNK_SIZE][i % CHUNK_SIZE] = (uint8_t)(40 + i % 83);
    caves_carve(12, column, tops, chunks);
    for (int32_t i = 0; i < WORLD_HEIGHT * CHUNK_SIZE * CHUNK_SIZE; i++) {
        int32_t x = i & 31, z = i >> 5 & 31, y = i >> 10;
        bool open = y >= CAVE_BOTTOM && y <= tops[z][x] &&
                    caves_open(12, column.x * CHUNK_SIZE + x, y, column.z * CHUNK_SIZE + z);
        uint8_t expected = !open ? BLOCK_STONE : (y <= CAVE_LAVA_LEVEL ? BLOCK_LAVA : BLOCK_AIR);
        assert_int_equal(*block_at(chunks, x, y, z), expected);
        taken += open;
    }
    assert_true(taken > 300);
    for (uint32_t i = 0; i < COLUMN_CHUNKS; i++)
        free(chunks[i].blocks);
}

static void no_cave_where_none_may_be(void **state)
{
    (void)state;
    static uint8_t tops[CHUNK_SIZE][CHUNK_SIZE];
    struct chunk chunks[COLUMN_CHUNKS] = {{0}}; // without arrays: touching one would crash
    caves_carve(12, (struct column_coord){0, 0}, tops, chunks);
    for (uint32_t i = 0; i < COLUMN_CHUNKS; i++)
        assert_null(chunks[i].blocks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(carving_takes_what_is_open_and_nothing_else),
        cmocka_unit_test(no_cave_where_none_may_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
