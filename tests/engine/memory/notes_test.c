// Labels: valgrind
// Names and their owners' pointers: what they cost the host, and that none is lost.
#include "engine/memory/allocator.h"

#include <string.h>

#include "engine/bits.h"
#include "engine/memory/allocator_internal.h"
#include "engine/memory/host.h"
#include "tests/support/catch.h"
#include "tests/support/failing_host.h"
#include "tests/support/memory_test.h"

enum { COUNT = 3000 };

static struct ash_memory_block blocks[COUNT];

static void take_all(struct memory_test *test)
{
    const struct ash_alloc_params params = {
        .requirements = {.size = 64, .alignment = 64, .memoryTypeBits = 1}};
    for (uint32_t i = 0; i < COUNT; i++)
        assert_int_equal(ash_allocator_alloc(test->allocator, &params, &blocks[i]), ASH_OK);
}

static void give_all(struct memory_test *test)
{
    for (uint32_t i = 0; i < COUNT; i++)
        assert_int_equal(ash_allocator_free(test->allocator, &blocks[i]), ASH_OK);
}

// Where the table reaches to a block, its name is all that is asked of the host; where it does not,
// the table grows once, as far as there are regions.
static void the_table_grows_when_it_has_to(void **state)
{
    (void)state;
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    struct ash_allocator *allocator = test.allocator;
    const struct ash_alloc_params params = {
        .requirements = {.size = 64, .alignment = 64, .memoryTypeBits = 1}};
    size_t steps = 0, committed = 0;
    for (uint32_t i = 0; i < COUNT; i++) {
        assert_int_equal(ash_allocator_alloc(allocator, &params, &blocks[i]), ASH_OK);
        size_t needed = (blocks[i].region / ASH_REGION_STEP + 1) * sizeof(struct ash_block_note);
        bool grows = needed > allocator->notes_committed;
        failing_host_fail(0);
        assert_int_equal(ash_allocator_set_label(allocator, &blocks[i], "a name", &blocks[i]),
                         ASH_OK);
        assert_int_equal(failing_host_requests(), 1 + grows);
        committed += failing_host_committed();
        assert_int_equal(allocator->notes_committed, committed);
        steps += grows;
    }
    assert_true(steps > 1);
    assert_int_equal(committed, ash_align_up(allocator->pool.committed / ASH_REGION_STEP *
                                                 sizeof(struct ash_block_note),
                                             ASH_HOST_PAGE));
    give_all(&test);
    memory_test_end(&test);
}

// Also where all of the first names come late: one step is enough for them.
static void late_names_find_the_table_grown(void **state)
{
    (void)state;
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    take_all(&test);
    failing_host_fail(0);
    for (uint32_t i = 0; i < COUNT; i++)
        assert_int_equal(ash_allocator_set_label(test.allocator, &blocks[i], NULL, &blocks[i]),
                         ASH_OK);
    assert_int_equal(failing_host_requests(), 1);
    for (uint32_t i = 0; i < COUNT; i++)
        assert_ptr_equal(ash_block_note_get(test.allocator, blocks[i].region).user, &blocks[i]);
    give_all(&test);
    memory_test_end(&test);
}

// Where no block ever had a name there is no table, not even to look into.
static void a_leak_without_a_name_is_told_all_the_same(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_allocator *allocator;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    const struct ash_allocator_params params = {.context = test.context};
    const struct ash_alloc_params request = {
        .requirements = {.size = 64, .alignment = 64, .memoryTypeBits = 1}};
    assert_int_equal(ash_allocator_create(&params, &allocator), ASH_OK);
    assert_int_equal(ash_allocator_alloc(allocator, &request, &blocks[0]), ASH_OK);
    assert_int_equal(allocator->notes_committed, 0);
    catch_log_begin();
    ash_allocator_destroy(allocator);
    assert_int_equal(catch_log_count_text("leak: '(unnamed)', 64 bytes"), 1);
    catch_log_end();
    memory_test_end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_grows_when_it_has_to),
        cmocka_unit_test(late_names_find_the_table_grown),
        cmocka_unit_test(a_leak_without_a_name_is_told_all_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
