// Labels: valgrind
// What happens when memory runs out: the driver's, at every call in turn, by limits, by budget.
#include "engine/memory/allocator.h"

#include <string.h>

#include "engine/memory/optional/check.h"
#include "engine/memory/optional/growth.h"
#include "engine/memory/optional/many.h"
#include "engine/memory/optional/report.h"
#include "tests/support/catch.h"
#include "tests/support/memory_test.h"

#define MIB (UINT64_C(1) << 20)

static struct ash_alloc_params request(VkDeviceSize size, uint32_t memory_type_bits)
{
    return (struct ash_alloc_params){
        .requirements = {.size = size, .alignment = 256, .memoryTypeBits = memory_type_bits},
        .label = "wanted"};
}

static bool is_zero(const struct ash_memory_block *block)
{
    static const struct ash_memory_block zero;
    return memcmp(block, &zero, sizeof(zero)) == 0;
}

static void give(struct memory_test *test, struct ash_memory_block *block)
{
    assert_int_equal(ash_allocator_free(test->allocator, block), ASH_OK);
    assert_true(ash_allocator_check(test->allocator));
}

// How often vkAllocateMemory has to fail until there is no way left, and what each failure before
// leads to.
static void every_way_to_memory_is_tried_in_order(void **state)
{
    (void)state;
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    struct ash_alloc_params params = request(MIB, 0xf);
    VkDeviceSize last_reserved = UINT64_MAX;
    uint32_t failures = 0;
    for (enum ash_result result = ASH_OK; result == ASH_OK; failures++) {
        struct ash_memory_block block;
        struct ash_allocator_stats stats;
        struct fake_fault fault = {"vkAllocateMemory", 1, failures, VK_ERROR_OUT_OF_DEVICE_MEMORY};
        fake_device_fail(test.device, &fault);
        catch_log_begin();
        result = ash_allocator_alloc(test.allocator, &params, &block);
        assert_int_equal(catch_log_count(ASH_LOG_ERROR), result != ASH_OK);
        catch_log_end();
        ash_allocator_stats(test.allocator, &stats);
        if (result == ASH_OK) {
            // First every type in turn, then ever less of it.
            if (failures < 4)
                assert_int_equal(stats.types[block.memory_type_index].reserved_bytes,
                                 block.memory_type_index == 3 ? 32 * MIB : 64 * MIB);
            else
                assert_true(stats.total.reserved_bytes <= 32 * MIB);
            last_reserved = stats.total.reserved_bytes;
            give(&test, &block);
            ash_allocator_trim(test.allocator);
        } else {
            assert_int_equal(result, ASH_ERROR_OUT_OF_DEVICE_MEMORY);
            assert_true(is_zero(&block));
            assert_int_equal(stats.total.reserved_bytes, 0);
        }
    }
    fake_device_fail(test.device, &(struct fake_fault){0});
    assert_true(failures > 4 + 4 * 3);
    assert_int_equal(last_reserved, MIB); // the last way: memory of its own
    memory_test_end(&test);
}

static void each_failure_of_the_driver_leaves_everything_as_it_was(void **state)
{
    (void)state;
    static const VkResult results[] = {VK_ERROR_OUT_OF_HOST_MEMORY, VK_ERROR_DEVICE_LOST,
                                       VK_ERROR_TOO_MANY_OBJECTS};
    static const enum ash_result answers[] = {ASH_ERROR_OUT_OF_HOST_MEMORY, ASH_ERROR_DEVICE_LOST,
                                              ASH_ERROR_OUT_OF_DEVICE_MEMORY};
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    struct ash_memory_block kept, block;
    struct ash_alloc_params small = request(MIB, 1), large = request(80 * MIB, 1);
    assert_int_equal(ash_allocator_alloc(test.allocator, &small, &kept), ASH_OK);
    struct ash_allocator_stats before, after;
    ash_allocator_stats(test.allocator, &before);
    for (size_t i = 0; i < 3; i++) {
        struct fake_fault fault = {"vkAllocateMemory", 1, UINT64_MAX, results[i]};
        fake_device_fail(test.device, &fault);
        catch_log_begin();
        assert_int_equal(ash_allocator_alloc(test.allocator, &large, &block), answers[i]);
        assert_true(catch_log_has("'wanted'"));
        assert_int_equal(ash_allocator_grow(test.allocator, 0), answers[i]);
        catch_log_end();
        fake_device_fail(test.device, &(struct fake_fault){0});
        assert_true(is_zero(&block));
        assert_true(ash_allocator_check(test.allocator));
        ash_allocator_stats(test.allocator, &after);
        after.allocate_memory_calls = before.allocate_memory_calls;
        after.host_bytes = before.host_bytes;
        assert_memory_equal(&before, &after, sizeof(before));
    }
    give(&test, &kept);
    memory_test_end(&test);
}

static void a_map_or_flush_that_fails_changes_nothing(void **state)
{
    (void)state;
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_MOBILE]);
    struct ash_alloc_params params = request(1000, 2);
    struct ash_memory_block block;
    void *data = &block;
    assert_int_equal(ash_allocator_alloc(test.allocator, &params, &block), ASH_OK);
    struct fake_fault fault = {"vkMapMemory", 1, 1, VK_ERROR_MEMORY_MAP_FAILED};
    fake_device_fail(test.device, &fault);
    catch_log_begin();
    assert_int_equal(ash_allocator_map(test.allocator, &block, &data), ASH_ERROR_MAP_FAILED);
    assert_null(data);
    assert_int_equal(ash_allocator_map(test.allocator, &block, &data), ASH_OK);
    fault = (struct fake_fault){"vkFlushMappedMemoryRanges", 1, 1, VK_ERROR_OUT_OF_HOST_MEMORY};
    fake_device_fail(test.device, &fault);
    assert_int_equal(ash_allocator_flush(test.allocator, &block, 1, 998),
                     ASH_ERROR_OUT_OF_HOST_MEMORY);
    assert_int_equal(ash_allocator_flush(test.allocator, &block, 1, 998), ASH_OK);
    fault = (struct fake_fault){"vkInvalidateMappedMemoryRanges", 1, 1, VK_ERROR_DEVICE_LOST};
    fake_device_fail(test.device, &fault);
    assert_int_equal(ash_allocator_invalidate(test.allocator, &block, 999, 1),
                     ASH_ERROR_DEVICE_LOST);
    assert_int_equal(ash_allocator_invalidate(test.allocator, &block, 1000, 0), ASH_OK);
    assert_int_equal(catch_log_count(ASH_LOG_ERROR), 3);
    catch_log_end();
    assert_breaks_rule("ash_range_inside",
                       (void)(ash_allocator_flush(test.allocator, &block, 1, 1u << 20) == ASH_OK));
    ash_allocator_unmap(test.allocator, &block);
    give(&test, &block);
    memory_test_end(&test);
}

static void the_limit_on_objects_is_kept(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_memory_block blocks[9];
    memory_test_begin(&test, &fake_profiles[FAKE_LIMIT_8]);
    struct ash_alloc_params params = request(60 * MIB, 7);
    for (int i = 0; i < 8; i++)
        assert_int_equal(ash_allocator_alloc(test.allocator, &params, &blocks[i]), ASH_OK);
    catch_log_begin();
    assert_int_equal(ash_allocator_alloc(test.allocator, &params, &blocks[8]),
                     ASH_ERROR_OUT_OF_DEVICE_MEMORY);
    catch_log_end();
    // An empty chunk of another type makes room for one of this.
    struct ash_alloc_params other = request(MIB, 1);
    give(&test, &blocks[0]);
    other.requirements.memoryTypeBits = 1u << 3;
    assert_int_equal(ash_allocator_alloc(test.allocator, &other, &blocks[8]), ASH_OK);
    assert_int_equal(blocks[8].memory_type_index, 3);
    for (int i = 1; i < 9; i++)
        give(&test, &blocks[i]);
    memory_test_end(&test);
}

static void the_heap_and_the_budget_are_kept(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_memory_block blocks[16];
    struct ash_allocator_stats stats;
    memory_test_begin(&test, &fake_profiles[FAKE_SMALL_HEAP]); // without a budget: four fifths
    struct ash_alloc_params params = request(12 * MIB, 1);
    int count = 0;
    catch_log_begin();
    while (ash_allocator_alloc(test.allocator, &params, &blocks[count]) == ASH_OK)
        count++;
    catch_log_end();
    ash_allocator_stats(test.allocator, &stats);
    assert_int_equal(count, 6);
    assert_true(stats.total.reserved_bytes <= 96 * MIB / 5 * 4);
    while (count > 0)
        give(&test, &blocks[--count]);
    memory_test_end(&test);

    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    fake_device_set_budget(test.device, 0, 150 * MIB);
    params = request(50 * MIB, 3); // device-local, else system memory
    params.preferred = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
    for (; count < 4; count++)
        assert_int_equal(ash_allocator_alloc(test.allocator, &params, &blocks[count]), ASH_OK);
    assert_int_equal(blocks[1].memory_type_index, 0);
    assert_int_equal(blocks[2].memory_type_index, 1);
    ash_allocator_stats(test.allocator, &stats);
    assert_true(stats.heaps[0].reserved_bytes <= 150 * MIB);
    while (count > 0)
        give(&test, &blocks[--count]);
    memory_test_end(&test);
}

static void impossible_sizes_never_reach_the_driver(void **state)
{
    (void)state;
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    static const VkDeviceSize sizes[] = {5 * 1024 * MIB, UINT64_C(1) << 40, UINT64_MAX - 255,
                                         UINT64_MAX};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct ash_alloc_params params = request(sizes[i], 0xf);
        struct ash_memory_block block;
        catch_log_begin();
        assert_int_equal(ash_allocator_alloc(test.allocator, &params, &block),
                         ASH_ERROR_OUT_OF_DEVICE_MEMORY);
        catch_log_end();
        assert_true(is_zero(&block));
    }
    assert_int_equal(fake_device_calls(test.device, "vkAllocateMemory"), 0);
    struct ash_alloc_params params = request(1, 0xf);
    params.requirements.alignment = UINT64_C(1) << 63;
    struct ash_memory_block block;
    catch_log_begin();
    assert_int_equal(ash_allocator_alloc(test.allocator, &params, &block),
                     ASH_ERROR_OUT_OF_DEVICE_MEMORY);
    catch_log_end();
    memory_test_end(&test);
}

static void many_are_all_or_none(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_memory_block blocks[4];
    struct ash_allocator_stats stats;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    struct ash_alloc_params params[4] = {request(10, 1), request(20, 1), request(UINT64_MAX, 1),
                                         request(30, 1)};
    catch_log_begin();
    memset(blocks, 255, sizeof(blocks));
    assert_int_equal(ash_allocator_alloc_many(test.allocator, params, 4, blocks),
                     ASH_ERROR_OUT_OF_DEVICE_MEMORY);
    for (int i = 0; i < 4; i++)
        assert_true(is_zero(&blocks[i]));
    ash_allocator_stats(test.allocator, &stats);
    assert_int_equal(stats.total.live_blocks, 0);
    params[2] = params[0];
    assert_int_equal(ash_allocator_alloc_many(test.allocator, params, 4, blocks), ASH_OK);
    struct ash_memory_block stale = blocks[1];
    give(&test, &stale);
    assert_int_equal(ash_allocator_free_many(test.allocator, blocks, 4), ASH_ERROR_INVALID_BLOCK);
    catch_log_end();
    ash_allocator_stats(test.allocator, &stats);
    assert_int_equal(stats.total.live_blocks, 0);
    memory_test_end(&test);
}

static void growth_is_asked_for_before_it_is_needed(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_memory_block blocks[8];
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    assert_int_equal(ash_allocator_wants_growth(test.allocator), 0);
    struct ash_alloc_params params = request(10 * MIB, 1);
    for (int i = 0; i < 3; i++)
        assert_int_equal(ash_allocator_alloc(test.allocator, &params, &blocks[i]), ASH_OK);
    assert_int_equal(ash_allocator_wants_growth(test.allocator), 0);
    assert_int_equal(ash_allocator_alloc(test.allocator, &params, &blocks[3]), ASH_OK);
    assert_int_equal(ash_allocator_wants_growth(test.allocator), 1);
    assert_int_equal(ash_allocator_grow(test.allocator, 0), ASH_OK);
    assert_int_equal(ash_allocator_wants_growth(test.allocator), 0);
    for (int i = 4; i < 8; i++)
        assert_int_equal(ash_allocator_alloc(test.allocator, &params, &blocks[i]), ASH_OK);
    assert_int_equal(fake_device_calls(test.device, "vkAllocateMemory"), 2);
    for (int i = 0; i < 8; i++)
        give(&test, &blocks[i]);
    assert_int_equal(ash_allocator_grow(test.allocator, 31), ASH_ERROR_UNSUPPORTED);
    assert_int_equal(ash_allocator_trim(test.allocator), 64 * MIB);
    assert_int_equal(ash_allocator_trim(test.allocator), 0);
    memory_test_end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_to_memory_is_tried_in_order),
        cmocka_unit_test(each_failure_of_the_driver_leaves_everything_as_it_was),
        cmocka_unit_test(a_map_or_flush_that_fails_changes_nothing),
        cmocka_unit_test(the_limit_on_objects_is_kept),
        cmocka_unit_test(the_heap_and_the_budget_are_kept),
        cmocka_unit_test(impossible_sizes_never_reach_the_driver),
        cmocka_unit_test(many_are_all_or_none),
        cmocka_unit_test(growth_is_asked_for_before_it_is_needed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
