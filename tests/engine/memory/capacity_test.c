// As much as there is room for: memories, types of memory, regions in stock.
#include "engine/memory/allocator.h"

#include <stdlib.h>

#include "engine/memory/allocator_internal.h"
#include "engine/memory/host.h"
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

// Behind the last type stands the one of who gets none.
static void as_many_types_as_vulkan_has_names_for(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_memory_block block;
    struct fake_profile profile = fake_profiles[FAKE_DISCRETE];
    profile.memory.memoryTypeCount = VK_MAX_MEMORY_TYPES;
    for (uint32_t type = 0; type < VK_MAX_MEMORY_TYPES; type++)
        profile.memory.memoryTypes[type] = (VkMemoryType){VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, 0};
    memory_test_begin(&test, &profile);
    const struct ash_memory_type *none = &test.allocator->types[ASH_MEMORY_TYPE_NONE];
    assert_int_equal(none->chunk_size, 0);
    assert_int_equal(none->alignment[1], 0);
    for (uint32_t type = 0; type < VK_MAX_MEMORY_TYPES; type++) {
        const struct ash_alloc_params params = {
            .requirements = {.size = 64, .alignment = 64, .memoryTypeBits = UINT32_C(1) << type}};
        assert_int_equal(ash_allocator_alloc(test.allocator, &params, &block), ASH_OK);
        assert_int_equal(block.memory_type_index, type);
        assert_int_equal(ash_allocator_free(test.allocator, &block), ASH_OK);
    }
    memory_test_end(&test);
}

// The pool is asked for more when there are too few regions for one operation, and not before.
static void the_last_regions_in_stock_are_used(void **state)
{
    (void)state;
    enum { MOST = 2 * ASH_HOST_PAGE / sizeof(struct ash_region) };
    struct memory_test test;
    struct ash_memory_block blocks[MOST + 2];
    const struct ash_alloc_params params = {
        .requirements = {.size = 64, .alignment = 64, .memoryTypeBits = 1}};
    uint32_t count = 0;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    const struct ash_region_stock *stock = &ash_arena_of_thread(test.allocator)->stock;
    do {
        assert_true(count < MOST);
        assert_int_equal(ash_allocator_alloc(test.allocator, &params, &blocks[count++]), ASH_OK);
    } while (stock->fresh_end - stock->fresh > 2 * ASH_REGION_STEP);
    const uint32_t end = stock->fresh_end;
    assert_int_equal(ash_allocator_alloc(test.allocator, &params, &blocks[count++]), ASH_OK);
    assert_int_equal(stock->fresh_end, end);
    assert_int_equal(ash_allocator_alloc(test.allocator, &params, &blocks[count++]), ASH_OK);
    assert_true(stock->fresh_end > end);
    while (count > 0)
        assert_int_equal(ash_allocator_free(test.allocator, &blocks[--count]), ASH_OK);
    memory_test_end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slots_run_out_and_come_back),
        cmocka_unit_test(as_many_types_as_vulkan_has_names_for),
        cmocka_unit_test(the_last_regions_in_stock_are_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
