// Labels: valgrind

#include "game/world/block/chunk.h"

#include <stdlib.h>

#include "tests/support/test.h"

static void every_block_has_its_index(void **state)
{
    (void)state;
    uint32_t expected = 0;
    for (uint32_t y = 0; y < CHUNK_SIZE; y++)
        for (uint32_t z = 0; z < CHUNK_SIZE; z++)
            for (uint32_t x = 0; x < CHUNK_SIZE; x++)
                assert_int_equal(chunk_index(x, y, z), expected++);
    assert_int_equal(expected, CHUNK_BLOCKS);
}

static void a_uniform_chunk_needs_no_array(void **state)
{
    (void)state;
    struct chunk chunk = {.uniform = 7};
    assert_int_equal(chunk_get(&chunk, 0, 0, 0), 7);
    assert_int_equal(chunk_get(&chunk, 31, 31, 31), 7);
    chunk.blocks = calloc(CHUNK_BLOCKS, 1);
    assert_non_null(chunk.blocks);
    chunk.blocks[chunk_index(3, 4, 5)] = 9;
    assert_int_equal(chunk_get(&chunk, 3, 4, 5), 9);
    assert_int_equal(chunk_get(&chunk, 5, 4, 3), 0);
    free(chunk.blocks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_block_has_its_index),
        cmocka_unit_test(a_uniform_chunk_needs_no_array),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
