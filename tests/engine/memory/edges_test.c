// Labels: valgrind
// Conditions that only rare calls meet: found by the coverage of branches and by broken code that
// nothing else noticed.
#include "engine/memory/allocator.h"

#include <string.h>

#include "engine/memory/buffer.h"
#include "engine/memory/host.h"
#include "engine/memory/image.h"
#include "engine/memory/optional/check.h"
#include "engine/memory/optional/record.h"
#include "engine/memory/optional/regions_check.h"
#include "engine/memory/optional/report.h"
#include "engine/memory/region_pool.h"
#include "tests/support/catch.h"
#include "tests/support/failing_host.h"
#include "tests/support/memory_test.h"

static void take(struct memory_test *test, VkMemoryPropertyFlags properties, VkDeviceSize size,
                 struct ash_memory_block *out)
{
    const struct ash_alloc_params params = {
        .requirements = {.size = size, .alignment = 16, .memoryTypeBits = UINT32_MAX},
        .properties = properties};
    assert_int_equal(ash_allocator_alloc(test->allocator, &params, out), ASH_OK);
}

static void give(struct memory_test *test, struct ash_memory_block *block)
{
    assert_int_equal(ash_allocator_free(test->allocator, block), ASH_OK);
}

// Choices of a memory type are remembered by a few bits of what was asked for.
static void what_was_asked_before_is_not_what_is_asked_now(void **state)
{
    (void)state;
    const VkMemoryPropertyFlags visible =
        VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
    const VkMemoryPropertyFlags cached = visible | VK_MEMORY_PROPERTY_HOST_CACHED_BIT;
    struct memory_test test;
    struct ash_memory_block blocks[3];
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    for (int i = 0; i < 2; i++) {
        take(&test, visible, 100, &blocks[0]);
        take(&test, cached, 100, &blocks[1]); // eight more: the same place
        take(&test, visible, 100, &blocks[2]);
        assert_int_equal(blocks[0].memory_type_index, 1);
        assert_int_equal(blocks[1].memory_type_index, 2);
        assert_int_equal(blocks[2].memory_type_index, 1);
        for (int block = 0; block < 3; block++)
            give(&test, &blocks[block]);
    }
    memory_test_end(&test);
}

static void rules_of_mapping(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_memory_block local, visible;
    void *data;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    take(&test, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, 100, &local);
    take(&test, VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT, 100, &visible);
    assert_breaks_rule("HOST_VISIBLE",
                       assert_int_equal(ash_allocator_map(test.allocator, &local, &data), ASH_OK));
    assert_breaks_rule("map_count", ash_allocator_unmap(test.allocator, &visible));
    give(&test, &local);
    give(&test, &visible);
    memory_test_end(&test);
    const struct ash_allocator_params nowhere = {.label = "nowhere"};
    struct ash_allocator *allocator;
    assert_breaks_rule("context",
                       assert_int_equal(ash_allocator_create(&nowhere, &allocator), ASH_OK));
}

// The driver does not merely prefer it: such resources can't share memory.
static void required_dedicated_memory_is_taken(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_buffer buffer;
    struct ash_image image;
    struct fake_profile profile = fake_profiles[FAKE_DISCRETE_NO_BAR];
    profile.requires_dedicated = FAKE_MIB;
    memory_test_begin(&test, &profile);
    const struct ash_buffer_params buffer_params = {.size = 2 * FAKE_MIB,
                                                    .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT};
    const struct ash_image_params image_params = {.extent = {1024, 1024},
                                                  .format = VK_FORMAT_R8G8B8A8_UNORM,
                                                  .usage = VK_IMAGE_USAGE_SAMPLED_BIT};
    assert_int_equal(ash_buffer_init(&buffer, test.allocator, &buffer_params), ASH_OK);
    assert_int_equal(ash_image_init(&image, test.allocator, &image_params), ASH_OK);
    struct ash_allocator_stats stats;
    ash_allocator_stats(test.allocator, &stats);
    assert_int_equal(stats.total.dedicated, 2);
    assert_int_equal(stats.total.chunks, 0);
    ash_image_finish(&image);
    ash_buffer_finish(&buffer);
    const struct ash_image_params flat = {.extent = {1024, 0},
                                          .format = VK_FORMAT_R8G8B8A8_UNORM,
                                          .usage = VK_IMAGE_USAGE_SAMPLED_BIT};
    assert_breaks_rule("one pixel",
                       assert_int_equal(ash_image_init(&image, test.allocator, &flat), ASH_OK));
    memory_test_end(&test);
}

static void views_of_buffers(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_buffer buffer;
    struct ash_buffer_view view;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    const struct ash_buffer_params params = {.size = 256,
                                             .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT,
                                             .properties = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT};
    assert_int_equal(ash_buffer_init(&buffer, test.allocator, &params), ASH_OK);
    assert_int_equal(ash_buffer_begin_view(
                         &buffer, &(struct ash_view_params){.access = ASH_ACCESS_WRITE}, &view),
                     ASH_OK);
    assert_int_equal(ash_view_write(&view, 256, NULL, 0), ASH_OK); // nothing, at the very end
    struct ash_buffer_view strange = view;
    strange.slot = ASH_BUFFER_MAX_VIEWS;
    assert_breaks_rule("a view ends once", assert_int_equal(ash_buffer_end_view(&strange), ASH_OK));
    assert_int_equal(ash_buffer_end_view(&view), ASH_OK);
    ash_buffer_finish(&buffer);
    memory_test_end(&test);
}

// Each memory of its own takes a slot, and slots are committed in steps, regions as well.
static void no_host_memory_for_the_next_step(void **state)
{
    (void)state;
    enum { MOST = 3000 };
    static struct ash_memory_block blocks[MOST];
    struct memory_test test;
    struct fake_profile profile = fake_profiles[FAKE_DISCRETE];
    const struct ash_alloc_params params = {
        .requirements = {.size = 4096, .alignment = 64, .memoryTypeBits = 1}, .dedicated = true};
    profile.max_allocation_count = MOST;
    memory_test_begin(&test, &profile);
    uint32_t count = 0, refused = 0;
    catch_log_begin();
    while (count < 1200) {
        struct ash_allocator_stats before, after;
        ash_allocator_stats(test.allocator, &before);
        failing_host_fail(1);
        enum ash_result result = ash_allocator_alloc(test.allocator, &params, &blocks[count]);
        bool failed = failing_host_failed();
        failing_host_fail(0);
        assert_int_equal(result, failed ? ASH_ERROR_OUT_OF_HOST_MEMORY : ASH_OK);
        if (result == ASH_OK) {
            count++;
            continue;
        }
        ash_allocator_stats(test.allocator, &after);
        assert_int_equal(after.total.reserved_bytes, before.total.reserved_bytes);
        assert_int_equal(after.total.dedicated, before.total.dedicated);
        refused++;
        assert_int_equal(ash_allocator_alloc(test.allocator, &params, &blocks[count++]), ASH_OK);
    }
    catch_log_end();
    assert_true(refused >= 4); // of slots and of regions
    assert_true(ash_allocator_check(test.allocator));
    while (count > 0)
        give(&test, &blocks[--count]);
    memory_test_end(&test);
}

static void a_stock_that_is_asked_for_too_much(void **state)
{
    (void)state;
    struct ash_region_pool pool;
    struct ash_region_stock stock;
    const uint32_t step = ASH_HOST_PAGE / sizeof(struct ash_region);
    assert_true(ash_region_pool_init(&pool, 4 * step));
    ash_region_stock_init(&stock, &pool, 1);
    assert_false(ash_region_stock_has(&stock, step / 2 + 1));
    assert_int_equal(pool.committed, 0);
    assert_true(ash_region_stock_has(&stock, step / 2));
    assert_int_equal(pool.committed, step);
    // Region 0 is nobody's.
    assert_int_equal(ash_region_stock_take(&stock), 1);
    assert_int_equal(ash_region_stock_take(&stock), 2);
    ash_region_pool_finish(&pool);
}

static void a_record_of_nothing_at_a_slot(void **state)
{
    (void)state;
    static const unsigned char empty_block[] = "ASHMEM1\n\x02\x05\x04\x00";
    struct ash_record_reader reader;
    struct ash_record_operation operation;
    assert_true(ash_record_read_begin(&reader, empty_block, sizeof(empty_block) - 1));
    assert_false(ash_record_read(&reader, &operation));
    assert_true(reader.broken);
}

// Two spans of one set whose regions are in each other's way.
static void the_check_of_regions_sees_more_damage(void **state)
{
    (void)state;
    static struct ash_regions set;
    struct ash_region_pool pool;
    struct ash_region_stock stock;
    uint64_t count = 0;
    assert_true(ash_region_pool_init(&pool, 1 << 16));
    ash_region_stock_init(&stock, &pool, 0);
    assert_true(ash_region_stock_has(&stock, 16));
    memset(&set, 0, sizeof(set));
    ash_regions_init(&set, &stock);
    uint32_t edge = ash_regions_add_span(&set, 7, 4096);
    struct ash_region *first = ash_regions_take(&set, 1024, 1);
    struct ash_region *second = ash_regions_take(&set, 1024, 1);
    struct ash_region *hole = &set.regions[second->next];
    assert_null(ash_regions_check_span(&set, edge, 7, 4096, &count));
    assert_int_equal(count, 1);

    second->size = 0;
    assert_string_equal(ash_regions_check_span(&set, edge, 7, 4096, &count),
                        "a region that leaves its span");
    second->size = 1024;
    second->state = ASH_REGION_FREE;
    second->bin = (uint16_t)ash_region_bin(1024);
    assert_string_equal(ash_regions_check_span(&set, edge, 7, 4096, &count),
                        "free neighbours that were not merged");
    second->state = ASH_REGION_USED;
    hole->bin++;
    assert_string_equal(ash_regions_check_span(&set, edge, 7, 4096, &count),
                        "a region in the wrong bin");
    hole->bin--;
    // The last region is missing, and the links agree.
    uint32_t last = second->next;
    second->next = edge;
    set.regions[edge].previous = (uint32_t)(second - set.regions);
    assert_string_equal(ash_regions_check_span(&set, edge, 7, 4096, &count),
                        "regions that do not fill their span");
    second->next = last;
    set.regions[edge].previous = last;
    // Bins.
    assert_null(ash_regions_check_bins(&set, 1));
    assert_string_equal(ash_regions_check_bins(&set, 0), "more regions in bins than are free");
    assert_string_equal(ash_regions_check_bins(&set, 2), "free regions that stand in no bin");
    hole->state = ASH_REGION_USED;
    assert_string_equal(ash_regions_check_bins(&set, 1),
                        "a bin that holds what does not belong there");
    hole->state = ASH_REGION_FREE;
    hole->link.bin_previous = edge;
    assert_string_equal(ash_regions_check_bins(&set, 1), "a broken link in a bin");
    hole->link.bin_previous = ASH_REGION_NONE;
    ash_regions_give(&set, first);
    ash_regions_give(&set, second);
    count = 0;
    assert_null(ash_regions_check_span(&set, edge, 7, 4096, &count));
    assert_int_equal(count, 1);
    ash_region_pool_finish(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_asked_before_is_not_what_is_asked_now),
        cmocka_unit_test(rules_of_mapping),
        cmocka_unit_test(required_dedicated_memory_is_taken),
        cmocka_unit_test(views_of_buffers),
        cmocka_unit_test(no_host_memory_for_the_next_step),
        cmocka_unit_test(a_stock_that_is_asked_for_too_much),
        cmocka_unit_test(a_record_of_nothing_at_a_slot),
        cmocka_unit_test(the_check_of_regions_sees_more_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
