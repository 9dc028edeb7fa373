// Labels: valgrind
// The numbers by which blocks are known: none can be made up, and they do not run out.
#include "engine/memory/allocator.h"

#include "engine/memory/allocator_internal.h"
#include "tests/support/catch.h"
#include "tests/support/memory_test.h"

static void take(struct memory_test *test, struct ash_memory_block *out)
{
    const struct ash_alloc_params params = {
        .requirements = {.size = 100, .alignment = 16, .memoryTypeBits = UINT32_MAX}};
    assert_int_equal(ash_allocator_alloc(test->allocator, &params, out), ASH_OK);
}

static void give(struct memory_test *test, struct ash_memory_block *block)
{
    assert_int_equal(ash_allocator_free(test->allocator, block), ASH_OK);
}

// A block's number says which arena it is of, and whether it has a name; neither can be made up.
static void numbers_that_nobody_was_given_are_refused(void **state)
{
    (void)state;
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    struct ash_memory_block block;
    take(&test, &block);
    assert_int_equal(ash_allocator_set_label(test.allocator, &block, "named", NULL), ASH_OK);
    catch_log_begin();
    for (uint32_t bit = 0; bit < 64; bit++) {
        struct ash_memory_block wrong = block;
        wrong.id ^= UINT64_C(1) << bit;
        assert_int_equal(ash_allocator_free(test.allocator, &wrong), ASH_ERROR_INVALID_BLOCK);
    }
    assert_int_equal(catch_log_count(ASH_LOG_ERROR), 64);
    catch_log_end();
    give(&test, &block);
    memory_test_end(&test);
}

// After the last number of an arena comes its first.
static void numbers_begin_again(void **state)
{
    (void)state;
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    struct ash_memory_block first, blocks[2];
    take(&test, &first);
    struct ash_arena *arena = ash_arena_of_thread(test.allocator);
    arena->owner = arena->last_owner - 1;
    take(&test, &blocks[0]);
    assert_int_equal(arena->owner, arena->last_owner);
    take(&test, &blocks[1]);
    assert_int_equal(blocks[1].id >> ASH_BLOCK_ARENA_SHIFT, first.id >> ASH_BLOCK_ARENA_SHIFT);
    assert_int_equal(blocks[1].id & ASH_BLOCK_SERIAL, first.id & ASH_BLOCK_SERIAL);
    give(&test, &blocks[0]);
    give(&test, &blocks[1]);
    give(&test, &first);
    memory_test_end(&test);
}

// Nor does it lie where no region is yet; looking there would end the process.
static void regions_that_do_not_exist_are_refused(void **state)
{
    (void)state;
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    struct ash_memory_block block;
    take(&test, &block);
    catch_log_begin();
    for (uint32_t i = 0; i < 3; i++) {
        struct ash_memory_block wrong = block;
        wrong.region = test.allocator->pool.committed + i * ASH_REGION_STEP;
        assert_int_equal(ash_allocator_free(test.allocator, &wrong), ASH_ERROR_INVALID_BLOCK);
    }
    catch_log_end();
    give(&test, &block);
    memory_test_end(&test);
}

static void what_stands_for_nothing_has_no_number(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_memory_block block;
    const struct ash_alloc_params params = {
        .requirements = {.size = 100, .alignment = 16, .memoryTypeBits = UINT32_MAX},
        .dedicated = true};
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    assert_int_equal(ash_allocator_alloc(test.allocator, &params, &block), ASH_OK);
    const struct ash_region *region = ash_region_at(test.allocator->pool.regions, block.region);
    assert_true(region->mark == block.id);
    give(&test, &block);
    assert_true(region->mark == 0);
    memory_test_end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_that_nobody_was_given_are_refused),
        cmocka_unit_test(numbers_begin_again),
        cmocka_unit_test(regions_that_do_not_exist_are_refused),
        cmocka_unit_test(what_stands_for_nothing_has_no_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
