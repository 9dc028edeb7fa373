// Labels: valgrind
// What an allocator tells of itself: leaks by name, statistics, the visitor, and damage that its
// check has to notice.
#include <string.h>

#include "engine/memory/allocator_internal.h"
#include "engine/memory/optional/check.h"
#include "engine/memory/optional/growth.h"
#include "engine/memory/optional/report.h"
#include "tests/support/catch.h"
#include "tests/support/memory_test.h"

#define MIB (UINT64_C(1) << 20)

static struct ash_memory_block take(struct memory_test *test, VkDeviceSize size,
                                    uint32_t memory_type_bits, const char *label)
{
    struct ash_memory_block block;
    struct ash_alloc_params params = {
        .requirements = {.size = size, .alignment = 256, .memoryTypeBits = memory_type_bits},
        .label = label};
    assert_int_equal(ash_allocator_alloc(test->allocator, &params, &block), ASH_OK);
    return block;
}

static void give(struct memory_test *test, struct ash_memory_block *block)
{
    assert_int_equal(ash_allocator_free(test->allocator, block), ASH_OK);
}

static void every_leak_is_named(void **state)
{
    (void)state;
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    struct ash_allocator *allocator;
    struct ash_allocator_params params = {.context = test.context, .label = "leaky"};
    assert_int_equal(ash_allocator_create(&params, &allocator), ASH_OK);
    struct ash_allocator *good = test.allocator;
    test.allocator = allocator;
    take(&test, 64 * MIB, 1, "a whole chunk");
    take(&test, 100 * MIB, 1, "its own memory");
    take(&test, 256, 2, NULL);
    struct ash_memory_block freed = take(&test, 256, 2, "no leak");
    give(&test, &freed);
    test.allocator = good;
    catch_log_begin();
    ash_allocator_destroy(allocator);
    assert_int_equal(catch_log_count(ASH_LOG_WARNING), 4);
    assert_true(catch_log_has("'a whole chunk', 67108864 bytes"));
    assert_true(catch_log_has("'its own memory', 104857600 bytes"));
    assert_true(catch_log_has("'(unnamed)', 256 bytes"));
    assert_true(catch_log_has("leaky: 3 blocks"));
    assert_false(catch_log_has("no leak"));
    catch_log_end();
    ash_allocator_destroy(NULL);
    memory_test_end(&test);
}

static void an_allocator_destroyed_before_its_resources_says_so(void **state)
{
    (void)state;
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    struct ash_memory_block block = take(&test, 256, 1, "a buffer's");
    ash_allocator_add_resource(test.allocator);
    catch_log_begin();
    assert_breaks_rule("before 1 buffers or images", ash_allocator_destroy(test.allocator));
    assert_true(catch_log_has("a buffer's"));
    catch_log_end();
    ash_allocator_remove_resource(test.allocator);
    give(&test, &block);
    assert_ptr_equal(ash_allocator_context(test.allocator), test.context);
    memory_test_end(&test);
}

static void statistics_add_up(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_allocator_stats stats;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    struct ash_memory_block a = take(&test, 1000, 1, NULL), b = take(&test, 80 * MIB, 2, NULL);
    struct ash_memory_block c = take(&test, 256, 4, NULL), d = take(&test, 512, 4, NULL);
    ash_allocator_stats(test.allocator, &stats);
    assert_int_equal(stats.types[0].live_bytes, 1024);
    assert_int_equal(stats.types[1].dedicated, 1);
    assert_int_equal(stats.types[1].live_bytes, 80 * MIB);
    assert_int_equal(stats.types[2].live_blocks, 2);
    assert_int_equal(stats.heaps[1].live_bytes, 80 * MIB + 768);
    assert_int_equal(stats.heaps[1].reserved_bytes, 144 * MIB);
    assert_int_equal(stats.total.live_bytes, 80 * MIB + 768 + 1024);
    assert_int_equal(stats.total.live_blocks, 4);
    assert_int_equal(stats.total.chunks, 2);
    assert_int_equal(stats.peak_live_bytes, stats.total.live_bytes);
    assert_int_equal(stats.peak_reserved_bytes, 208 * MIB);
    give(&test, &a);
    give(&test, &b);
    give(&test, &c);
    give(&test, &d);
    ash_allocator_stats(test.allocator, &stats);
    assert_int_equal(stats.total.live_bytes, 0);
    assert_int_equal(stats.peak_live_bytes, 80 * MIB + 768 + 1024);
    assert_int_equal(stats.peak_reserved_bytes, 208 * MIB);
    assert_int_equal(stats.free_memory_calls, 1);
    memory_test_end(&test);
}

struct seen {
    uint32_t chunks, spare;
    VkDeviceSize free_bytes;
};

static void see_chunk(void *user, const struct ash_memory_chunk *chunk)
{
    struct seen *seen = user;
    seen->chunks++;
    for (uint32_t i = 0; i < chunk->free_region_count; i++) {
        seen->free_bytes += chunk->free_regions[i].size;
        seen->spare += chunk->free_regions[i].size == chunk->size;
    }
}

static void the_visitor_shows_spare_chunks_as_all_free(void **state)
{
    (void)state;
    struct memory_test test;
    struct seen seen = {0};
    struct ash_memory_visitor visitor = {.chunk = see_chunk, .user = &seen};
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    assert_int_equal(ash_allocator_grow(test.allocator, 0), ASH_OK);
    assert_int_equal(ash_allocator_grow(test.allocator, 0), ASH_OK);
    struct ash_memory_block a = take(&test, MIB, 1, NULL), b = take(&test, 70 * MIB, 1, NULL);
    assert_int_equal(ash_allocator_visit(test.allocator, &visitor), ASH_OK);
    assert_int_equal(seen.chunks, 3);
    assert_int_equal(seen.spare, 1);
    assert_int_equal(seen.free_bytes, 127 * MIB);
    give(&test, &a);
    give(&test, &b);
    assert_int_equal(fake_device_calls(test.device, "vkFreeMemory"), 2);
    memory_test_end(&test);
}

// Spoils one number, and expects the check to say so.
#define DAMAGE(lvalue, value)                                                                      \
    do {                                                                                           \
        __typeof__(lvalue) before = (lvalue);                                                      \
        (lvalue) = (__typeof__(lvalue))(value);                                                    \
        catch_log_begin();                                                                         \
        bool intact = ash_allocator_check(test.allocator);                                         \
        (lvalue) = before;                                                                         \
        assert_false(intact);                                                                      \
        assert_int_equal(catch_log_count(ASH_LOG_ERROR), 1);                                       \
        catch_log_end();                                                                           \
        assert_true(ash_allocator_check(test.allocator));                                          \
    } while (0)

static void the_check_sees_damage(void **state)
{
    (void)state;
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    struct ash_memory_block block = take(&test, MIB, 1, NULL), own = take(&test, 70 * MIB, 1, NULL);
    struct ash_memory_block large = take(&test, 64 * MIB, 1, NULL);
    assert_int_equal(ash_allocator_grow(test.allocator, 0), ASH_OK);
    struct ash_allocator *allocator = test.allocator;
    struct ash_region *region = ash_region_at(allocator->pool.regions, block.region);
    struct ash_region *own_region = ash_region_at(allocator->pool.regions, own.region);
    struct ash_chunk *chunk = &allocator->chunks[ash_region_span(block.id)];
    struct ash_chunk *dedicated = &allocator->chunks[ash_region_span(own.id)];
    struct ash_regions *set = chunk->regions;
    assert_true(ash_allocator_check(allocator));
    DAMAGE(chunk->memory, VK_NULL_HANDLE);
    DAMAGE(chunk->memory_type_index, 1);
    DAMAGE(chunk->size, chunk->size / 2);
    DAMAGE(chunk->regions, allocator->chunks[ash_region_span(large.id)].regions);
    DAMAGE(region->size, region->size + 256);
    DAMAGE(region->mark, region->mark + (UINT64_C(1) << ASH_REGION_SPAN_SHIFT));
    DAMAGE(set->used_bytes, 0);
    DAMAGE(set->used_count, 0);
    DAMAGE(set->summary, 0);
    DAMAGE(own_region->mark, 0);
    DAMAGE(own_region->mark, ASH_REGION_USED);
    DAMAGE(allocator->spare[0], 0);
    DAMAGE(allocator->spare[0], ash_region_span(block.id));
    DAMAGE(allocator->spare[1], allocator->spare[0]);
    DAMAGE(allocator->chunks[allocator->spare[0]].next_slot, allocator->spare[0]);
    DAMAGE(allocator->chunks[allocator->spare[0]].memory_type_index, 1);
    assert_true(dedicated->dedicated);
    give(&test, &block);
    give(&test, &own);
    give(&test, &large);
    memory_test_end(&test);
}

static void labels_change_and_go(void **state)
{
    (void)state;
    struct memory_test test;
    int user;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    struct ash_memory_block block = take(&test, 256, 1, "first");
    const struct ash_region *region = ash_region_at(test.allocator->pool.regions, block.region);
    assert_string_equal(ash_block_note_get(test.allocator, block.region).label, "first");
    assert_int_equal(ash_allocator_set_label(test.allocator, &block, "second", &user), ASH_OK);
    assert_string_equal(ash_block_note_get(test.allocator, block.region).label, "second");
    assert_ptr_equal(ash_block_note_get(test.allocator, block.region).user, &user);
    assert_int_equal(ash_allocator_set_label(test.allocator, &block, NULL, &user), ASH_OK);
    assert_null(ash_block_note_get(test.allocator, block.region).label);
    assert_int_equal(ash_allocator_set_label(test.allocator, &block, NULL, NULL), ASH_OK);
    assert_true((region->mark & ASH_BLOCK_NOTED) == 0);
    give(&test, &block);
    block = take(&test, 256, 1, NULL); // the same region, without the name
    assert_null(ash_block_note_get(test.allocator, block.region).label);
    give(&test, &block);
    memory_test_end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_leak_is_named),
        cmocka_unit_test(an_allocator_destroyed_before_its_resources_says_so),
        cmocka_unit_test(statistics_add_up),
        cmocka_unit_test(the_visitor_shows_spare_chunks_as_all_free),
        cmocka_unit_test(the_check_sees_damage),
        cmocka_unit_test(labels_change_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
