// As many memories as there are names for, on a device without a limit.
#include "engine/memory/allocator.h"

#include <stdlib.h>

#include "engine/memory/optional/check.h"
#include "tests/support/catch.h"
#include "tests/support/memory_test.h"

enum { MEMORIES = (1 << 16) - 1 }; // the first of 2^16 slots is nobody's

static void slots_run_out_and_come_back(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_memory_block none, *blocks = calloc(MEMORIES, sizeof(*blocks));
    struct fake_profile profile = fake_profiles[FAKE_DISCRETE];
    const struct ash_alloc_params params = {
        .requirements = {.size = 64, .alignment = 64, .memoryTypeBits = 1}, .dedicated = true};
    assert_non_null(blocks);
    profile.max_allocation_count = UINT32_MAX;
    memory_test_begin(&test, &profile);
    for (uint32_t i = 0; i < MEMORIES; i++)
        assert_int_equal(ash_allocator_alloc(test.allocator, &params, &blocks[i]), ASH_OK);
    catch_log_begin();
    assert_int_equal(ash_allocator_alloc(test.allocator, &params, &none),
                     ASH_ERROR_OUT_OF_HOST_MEMORY);
    assert_null(none.memory);
    catch_log_end();
    assert_true(ash_allocator_check(test.allocator));
    assert_int_equal(ash_allocator_free(test.allocator, &blocks[7]), ASH_OK);
    assert_int_equal(ash_allocator_alloc(test.allocator, &params, &blocks[7]), ASH_OK);
    for (uint32_t i = 0; i < MEMORIES; i++)
        assert_int_equal(ash_allocator_free(test.allocator, &blocks[i]), ASH_OK);
    assert_true(ash_allocator_check(test.allocator));
    memory_test_end(&test);
    free(blocks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(slots_run_out_and_come_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
