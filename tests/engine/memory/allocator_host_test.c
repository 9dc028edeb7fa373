// Labels: valgrind
// Host memory runs out at every request in turn, under the allocator's own calls.
#include "engine/memory/allocator.h"

#include <string.h>

#include "engine/memory/optional/check.h"
#include "engine/memory/optional/many.h"
#include "engine/memory/optional/report.h"
#include "tests/support/catch.h"
#include "tests/support/failing_host.h"
#include "tests/support/memory_test.h"

enum { BLOCKS = 700 };

static void an_allocator_is_made_whole_or_not_at_all(void **state)
{
    (void)state;
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    uint64_t living = failing_host_living();
    bool failed = true;
    for (uint64_t nth = 1; failed; nth++) {
        struct ash_allocator *allocator = (struct ash_allocator *)1;
        struct ash_allocator_params params = {.context = test.context, .label = "fragile"};
        catch_log_begin();
        failing_host_fail(nth);
        enum ash_result result = ash_allocator_create(&params, &allocator);
        failed = failing_host_failed();
        failing_host_fail(0);
        assert_int_equal(result, failed ? ASH_ERROR_OUT_OF_HOST_MEMORY : ASH_OK);
        assert_int_equal(catch_log_count(ASH_LOG_ERROR), failed);
        catch_log_end();
        if (failed)
            assert_null(allocator);
        ash_allocator_destroy(allocator);
        assert_int_equal(failing_host_living(), living);
    }
    memory_test_end(&test);
}

static struct ash_alloc_params request(uint32_t i)
{
    return (struct ash_alloc_params){
        .requirements = {.size = i % 100 == 99 ? 70u << 20 : 1000 + i,
                         .alignment = UINT64_C(1) << i % 12,
                         .memoryTypeBits = i % 7 == 0 ? 2 : 1},
        .label = i % 3 == 1 ? "labelled" : NULL,
        .user = i % 5 == 0 ? &i : NULL,
    };
}

// Runs the same program with the nth request failing, until none fails.
static void every_request_of_a_run_fails_in_turn(void **state)
{
    (void)state;
    static struct ash_memory_block blocks[BLOCKS];
    uint32_t failures = 0;
    bool failed = true;
    for (uint64_t nth = 1; failed; nth++) {
        struct memory_test test;
        memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE_NO_BAR]);
        catch_log_begin();
        failing_host_fail(nth);
        uint32_t count = 0;
        enum ash_result result = ASH_OK;
        while (count < BLOCKS && result == ASH_OK) {
            struct ash_alloc_params params = request(count);
            result = ash_allocator_alloc(test.allocator, &params, &blocks[count]);
            count += result == ASH_OK;
        }
        failed = failing_host_failed();
        failing_host_fail(0);
        assert_int_equal(result, failed ? ASH_ERROR_OUT_OF_HOST_MEMORY : ASH_OK);
        assert_int_equal(catch_log_count(ASH_LOG_ERROR), failed);
        catch_log_end();
        assert_true(ash_allocator_check(test.allocator));
        struct ash_allocator_stats stats;
        ash_allocator_stats(test.allocator, &stats);
        assert_int_equal(stats.total.live_blocks, count);
        // And goes on where there is memory again.
        for (; count < BLOCKS; count++) {
            struct ash_alloc_params params = request(count);
            assert_int_equal(ash_allocator_alloc(test.allocator, &params, &blocks[count]), ASH_OK);
        }
        assert_int_equal(ash_allocator_free_many(test.allocator, blocks, BLOCKS), ASH_OK);
        memory_test_end(&test);
        assert_int_equal(failing_host_living(), 0);
        failures += failed;
    }
    assert_true(failures > 200); // labels alone are more
}

static void reports_need_host_memory_and_say_so(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_memory_block block;
    struct ash_alloc_params params = request(2);
    struct ash_memory_visitor visitor = {0};
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE_NO_BAR]);
    assert_int_equal(ash_allocator_alloc(test.allocator, &params, &block), ASH_OK);
    catch_log_begin();
    failing_host_fail(1);
    assert_int_equal(ash_allocator_visit(test.allocator, &visitor), ASH_ERROR_OUT_OF_HOST_MEMORY);
    assert_false(ash_allocator_check(test.allocator));
    assert_int_equal(ash_allocator_set_label(test.allocator, &block, "new", NULL),
                     ASH_ERROR_OUT_OF_HOST_MEMORY);
    failing_host_fail(2);
    assert_int_equal(ash_allocator_set_label(test.allocator, &block, "new", NULL),
                     ASH_ERROR_OUT_OF_HOST_MEMORY);
    failing_host_fail(0);
    assert_int_equal(ash_allocator_set_label(test.allocator, &block, "new", NULL), ASH_OK);
    assert_int_equal(ash_allocator_set_label(test.allocator, &block, NULL, NULL), ASH_OK);
    catch_log_end();
    assert_int_equal(ash_allocator_free(test.allocator, &block), ASH_OK);
    memory_test_end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_allocator_is_made_whole_or_not_at_all),
        cmocka_unit_test(every_request_of_a_run_fails_in_turn),
        cmocka_unit_test(reports_need_host_memory_and_say_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
