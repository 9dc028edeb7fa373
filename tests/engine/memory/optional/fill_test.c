// Labels: valgrind
// The bytes that debug builds put into blocks, and what only asked-for memory is spared.
#include <string.h>

#include "engine/memory/allocator.h"
#include "engine/memory/optional/growth.h"
#include "tests/support/catch.h"
#include "tests/support/memory_test.h"

enum { SIZE = 1000 };

#ifdef NDEBUG
static const bool fills = false;
#else
static const bool fills = true;
#endif

static struct ash_memory_block take(struct ash_allocator *allocator, VkMemoryPropertyFlags wanted)
{
    struct ash_memory_block block;
    struct ash_alloc_params params = {
        .requirements = {.size = SIZE, .alignment = 16, .memoryTypeBits = UINT32_MAX},
        .properties = wanted};
    assert_int_equal(ash_allocator_alloc(allocator, &params, &block), ASH_OK);
    return block;
}

// How many bytes of a block, from its first, hold this one.
static VkDeviceSize count_bytes(struct ash_allocator *allocator,
                                const struct ash_memory_block *block, unsigned char byte)
{
    void *data;
    assert_int_equal(ash_allocator_map(allocator, block, &data), ASH_OK);
    assert_int_equal(ash_allocator_invalidate(allocator, block, 0, block->size), ASH_OK);
    VkDeviceSize count = 0;
    while (count < block->size && ((unsigned char *)data)[count] == byte)
        count++;
    ash_allocator_unmap(allocator, block);
    return count;
}

static uint64_t map_calls(struct ash_allocator *allocator)
{
    struct ash_allocator_stats stats;
    ash_allocator_stats(allocator, &stats);
    return stats.map_memory_calls;
}

// Seen through the neighbour's mapping (where that shows it): a block in use is untouched, one that
// was given back is not.
static void look_at_freed(struct ash_allocator *allocator, const struct ash_memory_block *neighbour,
                          const struct ash_memory_block *freed)
{
    bool coherent = (ash_allocator_memory_type_properties(allocator, neighbour->memory_type_index) &
                     VK_MEMORY_PROPERTY_HOST_COHERENT_BIT) != 0;
    void *data;
    assert_int_equal(ash_allocator_map(allocator, neighbour, &data), ASH_OK);
    const unsigned char *bytes = (unsigned char *)data - neighbour->offset + freed->offset;
    for (VkDeviceSize i = 0; i < freed->size && coherent; i++)
        assert_int_equal(bytes[i], ASH_FILL_FREED);
    ash_allocator_unmap(allocator, neighbour);
    assert_int_equal(count_bytes(allocator, neighbour, ASH_FILL_NEW), neighbour->size);
}

static void blocks_are_filled_as_they_come_and_go(struct memory_test *test)
{
    const VkMemoryPropertyFlags visible = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT;
    struct ash_allocator *allocator;
    struct ash_allocator_params params = {.context = test->context, .fill = true};
    assert_int_equal(ash_allocator_create(&params, &allocator), ASH_OK);
    struct ash_memory_block before = take(allocator, visible), block = take(allocator, visible);
    struct ash_memory_block stale = block;
    if (fills) {
        assert_int_equal(count_bytes(allocator, &before, ASH_FILL_NEW), before.size);
        assert_int_equal(count_bytes(allocator, &block, ASH_FILL_NEW), block.size);
    }
    assert_int_equal(ash_allocator_free(allocator, &block), ASH_OK);
    if (fills)
        look_at_freed(allocator, &before, &stale);
    // What is not in use is not filled either.
    struct ash_memory_block reused = take(allocator, visible);
    catch_log_begin();
    assert_int_equal(ash_allocator_free(allocator, &stale), ASH_ERROR_INVALID_BLOCK);
    catch_log_end();
    if (fills)
        assert_int_equal(count_bytes(allocator, &reused, ASH_FILL_NEW), reused.size);
    else
        assert_int_equal(map_calls(allocator), 0);
    assert_int_equal(ash_allocator_free(allocator, &reused), ASH_OK);
    assert_int_equal(ash_allocator_free(allocator, &before), ASH_OK);
    ash_allocator_destroy(allocator);
}

static void memory_that_the_cpu_reaches_is_filled(void **state)
{
    (void)state;
    static const enum fake_profile_name names[] = {FAKE_DISCRETE, FAKE_MOBILE, FAKE_INTEGRATED};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct memory_test test;
        memory_test_begin(&test, &fake_profiles[names[i]]);
        blocks_are_filled_as_they_come_and_go(&test);
        memory_test_end(&test);
    }
}

static void nothing_else_is_mapped(void **state)
{
    (void)state;
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    struct ash_allocator *filling;
    struct ash_allocator_params params = {.context = test.context, .fill = true};
    assert_int_equal(ash_allocator_create(&params, &filling), ASH_OK);
    struct ash_memory_block local = take(filling, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT);
    assert_int_equal(ash_allocator_free(filling, &local), ASH_OK);
    assert_int_equal(map_calls(filling), 0);
    ash_allocator_destroy(filling);
    // Nor anything, unless it is asked for.
    struct ash_memory_block visible = take(test.allocator, VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT);
    assert_int_equal(ash_allocator_free(test.allocator, &visible), ASH_OK);
    assert_int_equal(map_calls(test.allocator), 0);
    memory_test_end(&test);
}

// Then it stays as it is; the block is good all the same.
static void memory_that_cannot_be_mapped_is_not_filled(void **state)
{
    (void)state;
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    struct ash_allocator *filling;
    struct ash_allocator_params params = {.context = test.context, .fill = true};
    assert_int_equal(ash_allocator_create(&params, &filling), ASH_OK);
    const struct fake_fault fault = {"vkMapMemory", 1, 1, VK_ERROR_MEMORY_MAP_FAILED};
    fake_device_fail(test.device, &fault);
    catch_log_begin();
    struct ash_memory_block block = take(filling, VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT);
    assert_int_equal(fake_device_failed(test.device), fills);
    assert_int_equal(catch_log_count(ASH_LOG_ERROR), fills);
    catch_log_end();
    assert_int_equal(ash_allocator_free(filling, &block), ASH_OK);
    ash_allocator_destroy(filling);
    memory_test_end(&test);
}

// Where there is no block, there is nothing to fill.
static void a_block_that_cannot_be_had_is_not_filled(void **state)
{
    (void)state;
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    struct ash_allocator *filling;
    struct ash_allocator_params params = {.context = test.context, .fill = true};
    assert_int_equal(ash_allocator_create(&params, &filling), ASH_OK);
    const struct ash_alloc_params nowhere = {
        .requirements = {.size = SIZE, .alignment = 16, .memoryTypeBits = 0}};
    struct ash_memory_block block;
    catch_log_begin();
    assert_int_equal(ash_allocator_alloc(filling, &nowhere, &block), ASH_ERROR_UNSUPPORTED);
    assert_int_equal(catch_log_count(ASH_LOG_ERROR), 1);
    catch_log_end();
    assert_int_equal(map_calls(filling), 0);
    ash_allocator_destroy(filling);
    memory_test_end(&test);
}

// Types 0 to 4 of this device are protected, lazily allocated or device-coherent.
static void memory_that_is_only_for_who_asks_does_not_grow(void **state)
{
    (void)state;
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_TRAPS]);
    for (uint32_t type = 0; type < 5; type++)
        assert_int_equal(ash_allocator_grow(test.allocator, type), ASH_ERROR_UNSUPPORTED);
    // Also where a block of it is in use: a worker that does as it is told would ask for ever.
    struct ash_memory_block block = take(test.allocator, VK_MEMORY_PROPERTY_LAZILY_ALLOCATED_BIT);
    assert_int_equal(block.memory_type_index, 2);
    assert_int_equal(ash_allocator_wants_growth(test.allocator) & 0x1f, 0);
    assert_int_equal(ash_allocator_free(test.allocator, &block), ASH_OK);
    assert_int_equal(ash_allocator_grow(test.allocator, 5), ASH_OK);
    assert_int_equal(ash_allocator_grow(test.allocator, 7), ASH_ERROR_UNSUPPORTED);
    memory_test_end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_that_the_cpu_reaches_is_filled),
        cmocka_unit_test(nothing_else_is_mapped),
        cmocka_unit_test(memory_that_cannot_be_mapped_is_not_filled),
        cmocka_unit_test(a_block_that_cannot_be_had_is_not_filled),
        cmocka_unit_test(memory_that_is_only_for_who_asks_does_not_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
