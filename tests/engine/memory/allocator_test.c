// Labels: valgrind
// What the header of the allocator promises, rule by rule, on fake devices.
#include "engine/memory/allocator.h"

#include <string.h>

#include "engine/bits.h"
#include "engine/memory/optional/check.h"
#include "engine/memory/optional/report.h"
#include "tests/support/catch.h"
#include "tests/support/memory_test.h"

#define LOCAL    VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT
#define VISIBLE  VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT
#define COHERENT VK_MEMORY_PROPERTY_HOST_COHERENT_BIT
#define CACHED   VK_MEMORY_PROPERTY_HOST_CACHED_BIT

static struct ash_alloc_params request(VkDeviceSize size, VkDeviceSize alignment)
{
    return (struct ash_alloc_params){
        .requirements = {.size = size, .alignment = alignment, .memoryTypeBits = ~0u}};
}

static struct ash_memory_block take(struct memory_test *test, struct ash_alloc_params params)
{
    struct ash_memory_block block;
    assert_int_equal(ash_allocator_alloc(test->allocator, &params, &block), ASH_OK);
    assert_true(ash_allocator_check(test->allocator));
    return block;
}

static void give(struct memory_test *test, struct ash_memory_block *block)
{
    assert_int_equal(ash_allocator_free(test->allocator, block), ASH_OK);
    assert_true(ash_allocator_check(test->allocator));
}

static struct ash_allocator_stats stats_of(struct memory_test *test)
{
    struct ash_allocator_stats stats;
    ash_allocator_stats(test->allocator, &stats);
    return stats;
}

static bool is_zero(const struct ash_memory_block *block)
{
    static const struct ash_memory_block zero;
    return memcmp(block, &zero, sizeof(zero)) == 0;
}

// ---- choice

static void the_memory_type_has_most_of_what_is_preferred_and_least_besides(void **state)
{
    (void)state;
    static const struct {
        enum fake_profile_name profile;
        VkMemoryPropertyFlags required, preferred;
        uint32_t bits, expected; // UINT32_MAX: none
    } cases[] = {
        {FAKE_DISCRETE, 0, 0, ~0u, 0},
        {FAKE_DISCRETE, LOCAL, 0, ~0u, 0},
        {FAKE_DISCRETE, VISIBLE, 0, ~0u, 1},
        {FAKE_DISCRETE, VISIBLE, CACHED, ~0u, 2},
        {FAKE_DISCRETE, VISIBLE, LOCAL, ~0u, 3},
        {FAKE_DISCRETE, VISIBLE, LOCAL, 7, 1},
        {FAKE_DISCRETE, VISIBLE | LOCAL, 0, 7, UINT32_MAX},
        {FAKE_DISCRETE, 0, VISIBLE, 1, 0},
        {FAKE_DISCRETE, 0, 0, 0, UINT32_MAX},
        {FAKE_DISCRETE, 0, 0, 1u << 31, UINT32_MAX},
        {FAKE_DISCRETE_NO_BAR, VISIBLE | LOCAL, 0, ~0u, UINT32_MAX},
        {FAKE_DISCRETE_NO_BAR, VISIBLE, LOCAL, ~0u, 1},
        {FAKE_INTEGRATED, LOCAL, 0, ~0u, 0},
        {FAKE_INTEGRATED, LOCAL, CACHED, ~0u, 1},
        {FAKE_MOBILE, LOCAL, 0, ~0u, 0},
        {FAKE_MOBILE, VISIBLE | COHERENT, 0, ~0u, 4},
        {FAKE_MOBILE, VK_MEMORY_PROPERTY_LAZILY_ALLOCATED_BIT, 0, ~0u, 2},
        {FAKE_MOBILE, 0, VK_MEMORY_PROPERTY_LAZILY_ALLOCATED_BIT, ~0u, 2},
        {FAKE_TRAPS, LOCAL, 0, ~0u, 5},
        {FAKE_TRAPS, 0, 0, ~0u, 5},
        {FAKE_TRAPS, VISIBLE, 0, ~0u, 6},
        {FAKE_TRAPS, LOCAL, 0, 0xf, UINT32_MAX},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct memory_test test;
        memory_test_begin(&test, &fake_profiles[cases[i].profile]);
        uint32_t index;
        enum ash_result result = ash_allocator_find_memory_type(
            test.allocator, cases[i].bits, cases[i].required, cases[i].preferred, &index);
        assert_int_equal(result, cases[i].expected == UINT32_MAX ? ASH_ERROR_UNSUPPORTED : ASH_OK);
        assert_int_equal(index, cases[i].expected);
        memory_test_end(&test);
    }
}

static void properties_of_a_type_that_is_not_there_are_none(void **state)
{
    (void)state;
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    assert_int_equal(ash_allocator_memory_type_properties(test.allocator, 0), LOCAL);
    assert_int_equal(ash_allocator_memory_type_properties(test.allocator, 4), 0);
    assert_int_equal(ash_allocator_memory_type_properties(test.allocator, UINT32_MAX), 0);
    memory_test_end(&test);
}

// A choice that is remembered must not be taken for another.
static void alternating_requests_get_their_own_types(void **state)
{
    (void)state;
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    for (uint32_t i = 0; i < 64; i++) {
        struct ash_alloc_params params = request(64, 4);
        params.requirements.memoryTypeBits = i % 16;
        params.properties = i / 16 % 2 != 0 ? VISIBLE : 0;
        params.preferred = i / 32 != 0 ? CACHED : 0;
        uint32_t expected;
        struct ash_memory_block block;
        enum ash_result found = ash_allocator_find_memory_type(
            test.allocator, i % 16, params.properties, params.preferred, &expected);
        catch_log_begin();
        for (uint32_t again = 0; again < 2; again++) {
            assert_int_equal(ash_allocator_alloc(test.allocator, &params, &block), found);
            if (found == ASH_OK) {
                assert_int_equal(block.memory_type_index, expected);
                give(&test, &block);
            } else {
                assert_true(is_zero(&block));
            }
        }
        assert_int_equal(catch_log_count(ASH_LOG_ERROR), found == ASH_OK ? 0 : 2);
        catch_log_end();
    }
    memory_test_end(&test);
}

static void addresses_where_the_device_has_none_are_unsupported(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_alloc_params params = request(64, 4);
    struct ash_memory_block block;
    params.device_address = true;
    memory_test_begin(&test, &fake_profiles[FAKE_MOBILE]);
    for (int warm = 0; warm < 2; warm++) {
        catch_log_begin();
        assert_int_equal(ash_allocator_alloc(test.allocator, &params, &block),
                         ASH_ERROR_UNSUPPORTED);
        assert_true(catch_log_has("device address"));
        catch_log_end();
        struct ash_memory_block other = take(&test, request(64, 4)); // now there is room
        give(&test, &other);
    }
    memory_test_end(&test);
}

// ---- sharing

static void neighbours_in_non_coherent_memory_share_no_atom(void **state)
{
    (void)state;
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_MOBILE]);
    for (VkDeviceSize size = 1; size < 2000; size = size * 3 + 1) {
        struct ash_alloc_params params = request(size, 4);
        params.requirements.memoryTypeBits = 1u << 1;
        struct ash_memory_block a = take(&test, params), b = take(&test, params);
        assert_int_equal(a.offset % 256, 0);
        assert_int_equal(a.size % 256, 0);
        assert_int_equal(b.offset % 256, 0);
        params.requirements.memoryTypeBits = 1u << 4; // coherent: no such rule
        struct ash_memory_block c = take(&test, params);
        assert_int_equal(c.size, ash_align_up(size, 4));
        give(&test, &a);
        give(&test, &b);
        give(&test, &c);
    }
    memory_test_end(&test);
}

static void optimal_images_have_their_pages_to_themselves(void **state)
{
    (void)state;
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_GRANULAR]);
    for (int i = 0; i < 3; i++) {
        struct ash_alloc_params linear = request(100, 4), optimal = request(100, 4);
        optimal.optimal_image = true;
        struct ash_memory_block a = take(&test, linear), b = take(&test, optimal);
        struct ash_memory_block c = take(&test, linear);
        assert_int_equal(b.offset % 1024, 0);
        assert_int_equal(b.size, 1024);
        assert_int_equal(a.memory == c.memory, 1);
        assert_int_not_equal(a.offset / 1024, b.offset / 1024);
        assert_int_not_equal(c.offset / 1024, b.offset / 1024);
        give(&test, &b);
        give(&test, &a);
        give(&test, &c);
    }
    memory_test_end(&test);
}

static void one_mapping_serves_all_views_of_a_chunk(void **state)
{
    (void)state;
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    struct ash_alloc_params params = request(1000, 16);
    params.properties = VISIBLE;
    struct ash_memory_block a = take(&test, params), b = take(&test, params);
    void *first, *second, *again;
    assert_int_equal(ash_allocator_map(test.allocator, &a, &first), ASH_OK);
    assert_int_equal(ash_allocator_map(test.allocator, &b, &second), ASH_OK);
    assert_int_equal(ash_allocator_map(test.allocator, &a, &again), ASH_OK);
    assert_ptr_equal(first, again);
    assert_int_equal((char *)second - (char *)first, (ptrdiff_t)(b.offset - a.offset));
    ash_allocator_unmap(test.allocator, &a);
    ash_allocator_unmap(test.allocator, &a);
    memset(second, 7, 1000); // still mapped
    ash_allocator_unmap(test.allocator, &b);
    struct ash_allocator_stats stats = stats_of(&test);
    assert_int_equal(stats.map_memory_calls, 1);
    assert_int_equal(stats.unmap_memory_calls, 1);
    give(&test, &a);
    give(&test, &b);
    memory_test_end(&test);
}

// ---- sizes

static void sizes_and_alignments_at_the_edges(void **state)
{
    (void)state;
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE_NO_BAR]);
    static const VkDeviceSize sizes[] = {1, 2, 255, 256, 4095, (64u << 20) - 1, 64u << 20};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        for (VkDeviceSize alignment = 1; alignment <= 32u << 20; alignment *= 8) {
            struct ash_alloc_params params = request(sizes[i], alignment);
            struct ash_memory_block guard = take(&test, request(3, 1));
            struct ash_memory_block block = take(&test, params);
            assert_int_equal(block.offset % alignment, 0);
            assert_int_equal(block.size, ash_align_up(sizes[i], alignment));
            give(&test, &guard);
            give(&test, &block);
        }
    }
    memory_test_end(&test);
}

static void the_larger_of_both_sizes_counts(void **state)
{
    (void)state;
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE_NO_BAR]);
    struct ash_alloc_params params = request(100, 8);
    params.size = 50;
    struct ash_memory_block block = take(&test, params);
    assert_int_equal(block.size, 104);
    give(&test, &block);
    params.size = 200;
    block = take(&test, params);
    assert_int_equal(block.size, 200);
    give(&test, &block);
    memory_test_end(&test);
}

static void what_is_larger_than_a_chunk_gets_memory_of_its_own(void **state)
{
    (void)state;
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE_NO_BAR]);
    struct ash_memory_block block = take(&test, request((64u << 20) + 1, 16));
    struct ash_allocator_stats stats = stats_of(&test);
    assert_int_equal(stats.total.dedicated, 1);
    assert_int_equal(stats.total.chunks, 0);
    assert_int_equal(stats.total.live_bytes, (64u << 20) + 16);
    assert_int_equal(stats.total.reserved_bytes, (64u << 20) + 16);
    struct ash_memory_block stale = block;
    give(&test, &block);
    assert_int_equal(stats_of(&test).total.reserved_bytes, 0);
    catch_log_begin();
    assert_int_equal(ash_allocator_free(test.allocator, &stale), ASH_ERROR_INVALID_BLOCK);
    catch_log_end();
    memory_test_end(&test);
}

static void chunk_sizes_follow_the_params_and_the_heap(void **state)
{
    (void)state;
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    struct ash_allocator *allocator;
    struct ash_allocator_params params = {.context = test.context, .chunk_size = 1 << 20};
    assert_int_equal(ash_allocator_create(&params, &allocator), ASH_OK);
    struct ash_alloc_params small = request(1, 1), bar = request(1, 1);
    bar.requirements.memoryTypeBits = 1u << 3; // of the heap of 256 MiB
    struct ash_memory_block a, b;
    struct ash_allocator_stats stats;
    assert_int_equal(ash_allocator_alloc(allocator, &small, &a), ASH_OK);
    ash_allocator_stats(allocator, &stats);
    assert_int_equal(stats.total.reserved_bytes, 1 << 20);
    assert_int_equal(ash_allocator_alloc(test.allocator, &bar, &b), ASH_OK);
    assert_int_equal(stats_of(&test).types[3].reserved_bytes, 32u << 20);
    assert_int_equal(stats_of(&test).heaps[2].reserved_bytes, 32u << 20);
    give(&test, &b);
    assert_int_equal(ash_allocator_free(allocator, &a), ASH_OK);
    ash_allocator_destroy(allocator);
    memory_test_end(&test);
}

// ---- misuse

static void blocks_that_are_not_in_use_are_refused_and_named(void **state)
{
    (void)state;
    struct memory_test test, other;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    memory_test_begin(&other, &fake_profiles[FAKE_DISCRETE]);
    struct ash_memory_block live = take(&test, request(4096, 256));
    struct ash_memory_block foreign = take(&other, request(4096, 256));
    struct ash_memory_block freed = take(&test, request(4096, 256)), copy = freed;
    give(&test, &freed);
    struct ash_memory_block cases[9] = {copy, foreign, live, live, live, live, live, live, live};
    cases[2].offset += 256;
    cases[3].id ^= UINT64_C(1) << 32;
    cases[4].region++;
    cases[5].region = 0xfffffff0u;
    cases[6].memory = foreign.memory;
    cases[7].region = 0;
    cases[8].id++;
    for (size_t i = 0; i < 9; i++) {
        struct ash_memory_block before = cases[i];
        catch_log_begin();
        assert_int_equal(ash_allocator_free(test.allocator, &cases[i]), ASH_ERROR_INVALID_BLOCK);
        assert_int_equal(catch_log_count(ASH_LOG_ERROR), 1);
        assert_true(catch_log_has("4096 bytes"));
        assert_int_equal(ash_allocator_set_label(test.allocator, &cases[i], "x", NULL),
                         ASH_ERROR_INVALID_BLOCK);
        catch_log_end();
        assert_memory_equal(&before, &cases[i], sizeof(before));
        assert_true(ash_allocator_check(test.allocator));
    }
    // The same place again is another block.
    struct ash_memory_block again = take(&test, request(4096, 256));
    assert_int_equal(again.offset, copy.offset);
    catch_log_begin();
    assert_int_equal(ash_allocator_free(test.allocator, &copy), ASH_ERROR_INVALID_BLOCK);
    catch_log_end();
    struct ash_memory_block none = {0};
    assert_int_equal(ash_allocator_free(test.allocator, &none), ASH_OK);
    give(&test, &again);
    give(&test, &live);
    give(&other, &foreign);
    memory_test_end(&other);
    memory_test_end(&test);
}

static void broken_rules_stop_at_the_entry(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_memory_block block;
    enum ash_result result;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    struct ash_alloc_params nothing = request(0, 4), crooked = request(4, 3);
    assert_breaks_rule("requirements.size > 0",
                       result = ash_allocator_alloc(test.allocator, &nothing, &block));
    assert_breaks_rule("alignment", result = ash_allocator_alloc(test.allocator, &crooked, &block));
    (void)result;
    block = (struct ash_memory_block){.id = 5};
    void *data;
    assert_breaks_rule("not in use", result = ash_allocator_map(test.allocator, &block, &data));
    memory_test_end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_memory_type_has_most_of_what_is_preferred_and_least_besides),
        cmocka_unit_test(properties_of_a_type_that_is_not_there_are_none),
        cmocka_unit_test(alternating_requests_get_their_own_types),
        cmocka_unit_test(addresses_where_the_device_has_none_are_unsupported),
        cmocka_unit_test(neighbours_in_non_coherent_memory_share_no_atom),
        cmocka_unit_test(optimal_images_have_their_pages_to_themselves),
        cmocka_unit_test(one_mapping_serves_all_views_of_a_chunk),
        cmocka_unit_test(sizes_and_alignments_at_the_edges),
        cmocka_unit_test(the_larger_of_both_sizes_counts),
        cmocka_unit_test(what_is_larger_than_a_chunk_gets_memory_of_its_own),
        cmocka_unit_test(chunk_sizes_follow_the_params_and_the_heap),
        cmocka_unit_test(blocks_that_are_not_in_use_are_refused_and_named),
        cmocka_unit_test(broken_rules_stop_at_the_entry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
