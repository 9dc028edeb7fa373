// Labels: valgrind
#include "bench/allocator/first_fit.h"

#include <stdlib.h>
#include <string.h>

#include "engine/bits.h"
#include "tests/support/test.h"

static struct ash_first_fit_block alloc(struct ash_first_fit *allocator, uint64_t size,
                                        uint64_t alignment)
{
    struct ash_first_fit_block block;
    assert_int_equal(ash_first_fit_alloc(allocator, size, alignment, 0, &block), ASH_OK);
    assert_int_equal(block.offset % alignment, 0);
    assert_int_equal(block.size, ash_align_up(size, alignment));
    return block;
}

static void the_first_region_that_fits_is_split(void **state)
{
    (void)state;
    struct ash_first_fit allocator = {0};
    struct ash_first_fit_block a = alloc(&allocator, 100, 4), b = alloc(&allocator, 100, 4);
    struct ash_first_fit_block c = alloc(&allocator, 100, 4);
    assert_int_equal(a.offset, 0);
    assert_int_equal(b.offset, 100);
    assert_int_equal(c.offset, 200);
    assert_int_equal(ash_first_fit_free(&allocator, &a), ASH_OK);
    assert_int_equal(a.memory, 0);
    // 60 fit into the hole of 100; behind them 40 stay free.
    struct ash_first_fit_block d = alloc(&allocator, 60, 4);
    assert_int_equal(d.offset, 0);
    const struct ash_first_fit_chunk *chunk = &allocator.chunks[0];
    assert_int_equal(chunk->free_region_count, 2);
    assert_int_equal(chunk->free_regions[0].offset, 60);
    assert_int_equal(chunk->free_regions[0].size, 40);
    assert_int_equal(ash_first_fit_finish(&allocator), 260);
}

static void an_aligned_block_leaves_what_is_before_it_free(void **state)
{
    (void)state;
    struct ash_first_fit allocator = {0};
    alloc(&allocator, 4, 4);
    struct ash_first_fit_block block = alloc(&allocator, 256, 256);
    assert_int_equal(block.offset, 256);
    const struct ash_first_fit_chunk *chunk = &allocator.chunks[0];
    assert_int_equal(chunk->free_regions[0].offset, 4);
    assert_int_equal(chunk->free_regions[0].size, 252);
    assert_int_equal(chunk->free_regions[1].offset, 512);
    ash_first_fit_finish(&allocator);
}

static void neighbours_merge_on_both_sides(void **state)
{
    (void)state;
    struct ash_first_fit allocator = {0};
    struct ash_first_fit_block blocks[4];
    for (int i = 0; i < 4; i++)
        blocks[i] = alloc(&allocator, 64, 64);
    assert_int_equal(ash_first_fit_free(&allocator, &blocks[0]), ASH_OK);
    assert_int_equal(ash_first_fit_free(&allocator, &blocks[2]), ASH_OK);
    assert_int_equal(allocator.chunks[0].free_region_count, 3);
    assert_int_equal(ash_first_fit_free(&allocator, &blocks[1]), ASH_OK);
    assert_int_equal(allocator.chunks[0].free_region_count, 2);
    assert_int_equal(ash_first_fit_free(&allocator, &blocks[3]), ASH_OK);
    assert_int_equal(allocator.chunks[0].free_region_count, 1);
    assert_int_equal(allocator.chunks[0].free_regions[0].size, ASH_FIRST_FIT_CHUNK_SIZE);
    assert_int_equal(ash_first_fit_finish(&allocator), 0);
}

static void what_is_not_in_use_is_refused(void **state)
{
    (void)state;
    struct ash_first_fit allocator = {0};
    struct ash_first_fit_block a = alloc(&allocator, 64, 64), b = alloc(&allocator, 64, 64);
    struct ash_first_fit_block stale = a;
    assert_int_equal(ash_first_fit_free(&allocator, &a), ASH_OK);
    assert_int_equal(ash_first_fit_free(&allocator, &stale), ASH_ERROR_INVALID_BLOCK);
    assert_int_equal(ash_first_fit_free(&allocator, &a), ASH_ERROR_INVALID_BLOCK); // zero
    stale = b;
    stale.memory = 77;
    assert_int_equal(ash_first_fit_free(&allocator, &stale), ASH_ERROR_INVALID_BLOCK);
    stale = b;
    stale.size = UINT64_MAX;
    assert_int_equal(ash_first_fit_free(&allocator, &stale), ASH_ERROR_INVALID_BLOCK);
    stale.size = 128; // reaches into free bytes
    assert_int_equal(ash_first_fit_free(&allocator, &stale), ASH_ERROR_INVALID_BLOCK);
    stale = (struct ash_first_fit_block){.memory = b.memory, .offset = 32, .size = 64};
    assert_int_equal(ash_first_fit_free(&allocator, &stale), ASH_ERROR_INVALID_BLOCK);
    assert_int_equal(ash_first_fit_finish(&allocator), 64);
}

static void chunks_are_64_mib_or_larger_and_one_empty_one_is_kept(void **state)
{
    (void)state;
    struct ash_first_fit allocator = {0};
    struct ash_first_fit_block blocks[3];
    blocks[0] = alloc(&allocator, ASH_FIRST_FIT_CHUNK_SIZE - 1, 1);
    blocks[1] = alloc(&allocator, ASH_FIRST_FIT_CHUNK_SIZE * 2, 1);
    blocks[2] = alloc(&allocator, 1, 1); // fits behind the first
    assert_int_equal(allocator.chunk_count, 2);
    assert_int_equal(allocator.reserved_bytes, ASH_FIRST_FIT_CHUNK_SIZE * 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(ash_first_fit_free(&allocator, &blocks[i]), ASH_OK);
    assert_int_equal(allocator.chunk_count, 1);
    assert_int_equal(allocator.live_bytes, 0);
    ash_first_fit_finish(&allocator);
}

static void memory_types_do_not_mix(void **state)
{
    (void)state;
    struct ash_first_fit allocator = {0};
    struct ash_first_fit_block a, b;
    assert_int_equal(ash_first_fit_alloc(&allocator, 8, 8, 0, &a), ASH_OK);
    assert_int_equal(ash_first_fit_alloc(&allocator, 8, 8, 3, &b), ASH_OK);
    assert_int_not_equal(a.memory, b.memory);
    assert_int_equal(b.memory_type_index, 3);
    ash_first_fit_finish(&allocator);
}

static void sizes_near_the_end_of_numbers_are_refused(void **state)
{
    (void)state;
    struct ash_first_fit allocator = {0};
    struct ash_first_fit_block block;
    assert_int_equal(ash_first_fit_alloc(&allocator, UINT64_MAX, 4096, 0, &block),
                     ASH_ERROR_OUT_OF_DEVICE_MEMORY);
    assert_int_equal(block.memory, 0);
    assert_int_equal(allocator.chunk_count, 0);
}

// A map of pages beside it: no two blocks share one, and nothing fails that would fit.
static void random_operations_agree_with_a_map(void **state)
{
    (void)state;
    enum { PAGE = 65536, PAGES = (int)(ASH_FIRST_FIT_CHUNK_SIZE / PAGE), MOST = 3000 };
    struct ash_first_fit allocator = {0};
    static struct ash_first_fit_block blocks[MOST];
    static bool used[16][PAGES];
    uint32_t count = 0;
    srand(3);
    for (int i = 0; i < 20000; i++) {
        if (count < MOST && rand() % 5 < (i / 4000 % 2 == 0 ? 3 : 2)) {
            uint64_t size = (uint64_t)(1 + rand() % 9) * PAGE;
            blocks[count] = alloc(&allocator, size, (uint64_t)PAGE << rand() % 3);
            assert_true(blocks[count].memory <= 16);
            bool *map = used[blocks[count].memory - 1];
            for (uint64_t page = 0; page < blocks[count].size / PAGE; page++) {
                assert_false(map[blocks[count].offset / PAGE + page]);
                map[blocks[count].offset / PAGE + page] = true;
            }
            count++;
        } else if (count > 0) {
            uint32_t at = (uint32_t)rand() % count;
            memset(&used[blocks[at].memory - 1][blocks[at].offset / PAGE], 0,
                   blocks[at].size / PAGE);
            assert_int_equal(ash_first_fit_free(&allocator, &blocks[at]), ASH_OK);
            blocks[at] = blocks[--count];
        }
    }
    uint64_t live = 0;
    for (uint32_t i = 0; i < count; i++)
        live += blocks[i].size;
    assert_int_equal(ash_first_fit_finish(&allocator), live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_region_that_fits_is_split),
        cmocka_unit_test(an_aligned_block_leaves_what_is_before_it_free),
        cmocka_unit_test(neighbours_merge_on_both_sides),
        cmocka_unit_test(what_is_not_in_use_is_refused),
        cmocka_unit_test(chunks_are_64_mib_or_larger_and_one_empty_one_is_kept),
        cmocka_unit_test(memory_types_do_not_mix),
        cmocka_unit_test(sizes_near_the_end_of_numbers_are_refused),
        cmocka_unit_test(random_operations_agree_with_a_map),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
