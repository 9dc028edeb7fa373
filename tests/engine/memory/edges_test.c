// Labels: valgrind
// Conditions that only rare calls meet: found by the coverage of branches and by broken code that
// nothing else noticed.
#include "engine/memory/allocator_internal.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "engine/memory/host.h"
#include "engine/memory/optional/check.h"
#include "engine/memory/optional/growth.h"
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
    // Coherent memory needs no flush, nor a mapping for it.
    assert_int_equal(ash_allocator_flush(test.allocator, &visible, 0, 100), ASH_OK);
    assert_int_equal(fake_device_calls(test.device, "vkFlushMappedMemoryRanges"), 0);
    give(&test, &local);
    give(&test, &visible);
    memory_test_end(&test);
    const struct ash_allocator_params nowhere = {.label = "nowhere"};
    struct ash_allocator *allocator;
    assert_breaks_rule("context",
                       assert_int_equal(ash_allocator_create(&nowhere, &allocator), ASH_OK));
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
    const uint32_t count = 4 * ASH_HOST_PAGE / sizeof(struct ash_region);
    // Whole regions of the first page; the next goes on where they end.
    const uint32_t step = ASH_HOST_PAGE / sizeof(struct ash_region) * ASH_REGION_STEP;
    assert_true(ash_region_pool_init(&pool, count));
    ash_region_stock_init(&stock, &pool);
    struct ash_region_pool none;
    failing_host_fail(1);
    assert_false(ash_region_pool_init(&none, count));
    failing_host_fail(0);
    assert_int_equal(pool.committed, 0);
    assert_true(ash_region_stock_ready(&stock));
    assert_int_equal(pool.committed, step);
    // Region 0 is nobody's.
    assert_int_equal(ash_region_stock_take(&stock, pool.regions), ASH_REGION_STEP);
    assert_int_equal(ash_region_stock_take(&stock, pool.regions), 2 * ASH_REGION_STEP);
    // As many as are asked for are enough.
    while (stock.fresh_end - stock.fresh > 2 * ASH_REGION_STEP)
        (void)ash_region_stock_take(&stock, pool.regions);
    assert_true(ash_region_stock_ready(&stock));
    assert_int_equal(pool.committed, step);
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
    ash_region_stock_init(&stock, &pool);
    assert_true(ash_region_stock_ready(&stock));
    memset(&set, 0, sizeof(set));
    ash_regions_init(&set, &stock);
    uint32_t edge = ash_regions_add_span(&set, 7, 4096);
    uint32_t first, behind;
    assert_true(ash_regions_take(&set, 1024, 1, 0, &first));
    assert_true(ash_regions_take(&set, 1024, 1, 0, &behind));
    struct ash_region *second = ash_region_at(set.regions, behind);
    struct ash_region *hole = ash_region_at(set.regions, second->next);
    assert_null(ash_regions_check_span(&set, edge, 7, 4096, &count));
    assert_int_equal(count, 1);

    second->size = 0;
    assert_string_equal(ash_regions_check_span(&set, edge, 7, 4096, &count),
                        "a region that leaves its span");
    second->size = 1024;
    const uint64_t mark = second->mark, link = hole->mark;
    second->mark = 0;
    assert_string_equal(ash_regions_check_span(&set, edge, 7, 4096, &count),
                        "free neighbours that were not merged");
    second->mark = mark;
    // The last region is missing, and the links agree.
    uint32_t last = second->next;
    second->next = edge;
    ash_region_at(set.regions, edge)->previous = behind;
    assert_string_equal(ash_regions_check_span(&set, edge, 7, 4096, &count),
                        "regions that do not fill their span");
    second->next = last;
    ash_region_at(set.regions, edge)->previous = last;
    // Bins.
    assert_null(ash_regions_check_bins(&set, 1));
    assert_string_equal(ash_regions_check_bins(&set, 0), "more regions in bins than are free");
    assert_string_equal(ash_regions_check_bins(&set, 2), "free regions that stand in no bin");
    hole->mark = mark;
    assert_string_equal(ash_regions_check_bins(&set, 1),
                        "a bin that holds what does not belong there");
    hole->mark = link;
    hole->size *= 2;
    assert_string_equal(ash_regions_check_bins(&set, 1),
                        "a bin that holds what does not belong there");
    hole->size /= 2;
    hole->link.bin_previous = edge;
    assert_string_equal(ash_regions_check_bins(&set, 1), "a broken link in a bin");
    hole->link.bin_previous = ASH_REGION_NONE;
    ash_regions_give(&set, first);
    ash_regions_give(&set, behind);
    count = 0;
    assert_null(ash_regions_check_span(&set, edge, 7, 4096, &count));
    assert_int_equal(count, 1);
    ash_region_pool_finish(&pool);
}

static void the_largest_of_small_regions(void **state)
{
    (void)state;
    static struct ash_regions set;
    struct ash_region_pool pool;
    struct ash_region_stock stock;
    assert_true(ash_region_pool_init(&pool, 1 << 12));
    ash_region_stock_init(&stock, &pool);
    assert_true(ash_region_stock_ready(&stock));
    memset(&set, 0, sizeof(set));
    ash_regions_init(&set, &stock);
    for (uint32_t size = 1; size <= 64; size++) {
        uint32_t edge = ash_regions_add_span(&set, 1, size);
        assert_int_equal(ash_regions_largest(&set), size);
        ash_regions_remove_span(&set, edge);
        assert_int_equal(ash_regions_largest(&set), 0);
    }
    ash_region_pool_finish(&pool);
}

// Not only "this and all that follow": each request that fails is noticed by itself.
static void each_request_of_creation_is_looked_at(void **state)
{
    (void)state;
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    bool failed = true;
    for (uint64_t nth = 1; failed; nth++) {
        const struct ash_allocator_params params = {.context = test.context};
        struct ash_allocator *allocator;
        catch_log_begin();
        failing_host_fail_once(nth);
        enum ash_result result = ash_allocator_create(&params, &allocator);
        failed = failing_host_failed();
        failing_host_fail(0);
        catch_log_end();
        assert_int_equal(result, failed ? ASH_ERROR_OUT_OF_HOST_MEMORY : ASH_OK);
        ash_allocator_destroy(allocator);
    }
    memory_test_end(&test);
}

// Pages of address space that this process has.
static unsigned long address_space(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%lu", &pages), 1);
    fclose(file);
    return pages;
}

static void an_allocator_leaves_nothing(void **state)
{
    (void)state;
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    uint64_t living = failing_host_living();
    unsigned long before = address_space();
    for (int i = 0; i < 16; i++) {
        const struct ash_allocator_params params = {.context = test.context};
        struct ash_allocator *allocator;
        struct ash_memory_block block;
        const struct ash_alloc_params request = {
            .requirements = {.size = 64, .alignment = 64, .memoryTypeBits = 1}, .label = "leaked"};
        assert_int_equal(ash_allocator_create(&params, &allocator), ASH_OK);
        assert_int_equal(ash_allocator_alloc(allocator, &request, &block), ASH_OK);
        catch_log_begin();
        ash_allocator_destroy(allocator);
        assert_true(catch_log_has("leaked"));
        catch_log_end();
        assert_int_equal(failing_host_living(), living); // its name neither
    }
    // One table alone is 4 MiB, times 16.
    assert_true(address_space() < before + (48 << 20) / 4096);
    memory_test_end(&test);
}

// As many slots as are committed at once, and none behind them.
static void slots_that_fill_their_page(void **state)
{
    (void)state;
    enum { SLOTS = 256 }; // of 64 bytes in 16 KiB; the first is nobody's
    static struct ash_memory_block blocks[SLOTS];
    struct memory_test test;
    const struct ash_alloc_params params = {
        .requirements = {.size = 4096, .alignment = 64, .memoryTypeBits = 1}, .dedicated = true};
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    for (uint32_t i = 1; i < SLOTS; i++)
        assert_int_equal(ash_allocator_alloc(test.allocator, &params, &blocks[i]), ASH_OK);
    assert_true(ash_allocator_check(test.allocator));
    for (uint32_t i = 1; i < SLOTS; i++)
        give(&test, &blocks[i]);
    assert_true(ash_allocator_check(test.allocator));
    memory_test_end(&test);
}

// Of two types that will do, the one that can less: what is rare is kept for who asks for it.
static void the_fewest_extra_flags_are_taken(void **state)
{
    (void)state;
    const VkMemoryPropertyFlags local = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
    struct memory_test test;
    struct ash_memory_block block;
    struct fake_profile profile = fake_profiles[FAKE_DISCRETE];
    profile.memory.memoryTypeCount = 2;
    profile.memory.memoryTypes[0].propertyFlags = local | VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT;
    profile.memory.memoryTypes[1].propertyFlags = local;
    memory_test_begin(&test, &profile);
    take(&test, local, 64, &block);
    assert_int_equal(block.memory_type_index, 1);
    give(&test, &block);
    take(&test, 0, 64, &block);
    assert_int_equal(block.memory_type_index, 1);
    give(&test, &block);
    memory_test_end(&test);
}

// An image's granularity may be less than the atoms that a flush touches.
static void images_are_whole_atoms_too(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_memory_block block;
    const struct ash_alloc_params params = {
        .requirements = {.size = 1, .alignment = 1, .memoryTypeBits = 2}, .optimal_image = true};
    memory_test_begin(&test, &fake_profiles[FAKE_MOBILE]);
    assert_int_equal(ash_allocator_alloc(test.allocator, &params, &block), ASH_OK);
    assert_int_equal(block.size, 256);
    give(&test, &block);
    memory_test_end(&test);
}

// memoryTypeBits that differ by eight share a place among the remembered choices.
static void other_type_bits_are_another_choice(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_memory_block blocks[2];
    struct fake_profile profile = fake_profiles[FAKE_DISCRETE];
    profile.memory.memoryTypeCount = 6;
    for (int i = 0; i < 6; i++)
        profile.memory.memoryTypes[i] = profile.memory.memoryTypes[0];
    memory_test_begin(&test, &profile);
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < 2; i++) {
            const struct ash_alloc_params params = {
                .requirements = {.size = 64, .alignment = 64, .memoryTypeBits = 8u << i}};
            assert_int_equal(ash_allocator_alloc(test.allocator, &params, &blocks[i]), ASH_OK);
            assert_int_equal(blocks[i].memory_type_index, 3 + i);
        }
        give(&test, &blocks[0]);
        give(&test, &blocks[1]);
    }
    memory_test_end(&test);
}

static void a_block_of_an_eighth_of_a_chunk_is_large(void **state)
{
    (void)state;
    enum { BLOCKS = 5 };
    static const VkDeviceSize sizes[BLOCKS] = {1024, 60 * FAKE_MIB, 9 * FAKE_MIB, 8 * FAKE_MIB,
                                               8 * FAKE_MIB - 64};
    struct memory_test test;
    struct ash_memory_block blocks[BLOCKS];
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    for (int i = 0; i < 3; i++) // the third is in a chunk of its own
        take(&test, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, sizes[i], &blocks[i]);
    assert_true(blocks[2].memory != blocks[0].memory);
    give(&test, &blocks[1]);
    for (int i = 3; i < BLOCKS; i++)
        take(&test, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, sizes[i], &blocks[i]);
    assert_true(blocks[3].memory == blocks[2].memory);
    assert_true(blocks[4].memory == blocks[0].memory);
    for (int i = 0; i < BLOCKS; i++)
        give(&test, &blocks[i]);
    memory_test_end(&test);
}

static void the_peak_is_of_what_was_there_at_once(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_memory_block block;
    struct fake_profile profile = fake_profiles[FAKE_DISCRETE];
    profile.max_allocation_size = 64 * FAKE_MIB;
    struct ash_alloc_params params = {
        .requirements = {.size = 10 * FAKE_MIB, .alignment = 64, .memoryTypeBits = 1},
        .dedicated = true};
    memory_test_begin(&test, &profile);
    struct ash_allocator_stats stats;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ash_allocator_alloc(test.allocator, &params, &block), ASH_OK);
        give(&test, &block);
        ash_allocator_stats(test.allocator, &stats);
        assert_int_equal(stats.peak_reserved_bytes, 10 * FAKE_MIB);
        assert_int_equal(stats.peak_live_bytes, 10 * FAKE_MIB);
    }
    // Chunks are no memory of one block's own, nor are they when they go.
    for (int i = 0; i < 2; i++) {
        take(&test, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, 1024, &block);
        ash_allocator_stats(test.allocator, &stats);
        assert_int_equal(stats.peak_live_bytes, 10 * FAKE_MIB + 1024);
        give(&test, &block);
        assert_int_equal(ash_allocator_trim(test.allocator), 64 * FAKE_MIB);
    }
    // As large as one may be, and no larger.
    params.requirements.size = 64 * FAKE_MIB;
    assert_int_equal(ash_allocator_alloc(test.allocator, &params, &block), ASH_OK);
    give(&test, &block);
    catch_log_begin();
    params.requirements.size += 64;
    assert_int_equal(ash_allocator_alloc(test.allocator, &params, &block),
                     ASH_ERROR_OUT_OF_DEVICE_MEMORY);
    catch_log_end();
    memory_test_end(&test);
}

// ---- threads

static void *take_one(void *argument)
{
    struct memory_test *test = ((void **)argument)[0];
    struct ash_memory_block *block = ((void **)argument)[1];
    // All of a chunk: nobody else's has room for it.
    take(test, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, 64 * FAKE_MIB, block);
    return NULL;
}

// The number of a block's arena is part of its id, so that no two threads make the same.
static void threads_have_arenas_of_their_own(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_memory_block blocks[3];
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    for (int i = 0; i < 3; i++) {
        pthread_t thread;
        void *argument[] = {&test, &blocks[i]};
        assert_int_equal(pthread_create(&thread, NULL, take_one, argument), 0);
        pthread_join(thread, NULL);
    }
    for (int i = 1; i < 3; i++)
        assert_int_not_equal(blocks[i - 1].id >> ASH_BLOCK_ARENA_SHIFT & 31,
                             blocks[i].id >> ASH_BLOCK_ARENA_SHIFT & 31);
    for (int i = 0; i < 3; i++)
        give(&test, &blocks[i]);
    memory_test_end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_asked_before_is_not_what_is_asked_now),
        cmocka_unit_test(rules_of_mapping),
        cmocka_unit_test(no_host_memory_for_the_next_step),
        cmocka_unit_test(a_stock_that_is_asked_for_too_much),
        cmocka_unit_test(a_record_of_nothing_at_a_slot),
        cmocka_unit_test(the_check_of_regions_sees_more_damage),
        cmocka_unit_test(the_largest_of_small_regions),
        cmocka_unit_test(each_request_of_creation_is_looked_at),
        cmocka_unit_test(an_allocator_leaves_nothing),
        cmocka_unit_test(slots_that_fill_their_page),
        cmocka_unit_test(the_fewest_extra_flags_are_taken),
        cmocka_unit_test(images_are_whole_atoms_too),
        cmocka_unit_test(other_type_bits_are_another_choice),
        cmocka_unit_test(a_block_of_an_eighth_of_a_chunk_is_large),
        cmocka_unit_test(the_peak_is_of_what_was_there_at_once),
        cmocka_unit_test(threads_have_arenas_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
