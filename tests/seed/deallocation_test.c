// Labels: gpu
// The seed's sentences on freeing, chunks, blocks and cleanup; docs/memory.md has the table.
#include "tests/seed/seed.h"

#include <string.h>

#include "engine/memory/optional/check.h"
#include "engine/memory/optional/report.h"
#include "tests/support/catch.h"

static void a_call_takes_a_block(struct memory_test *test)
{
    static const struct ash_memory_block none;
    struct ash_memory_block block = seed_alloc(test, 5000);
    assert_int_equal(ash_allocator_free(test->allocator, &block), ASH_OK);
    assert_memory_equal(&block, &none, sizeof(none));
    assert_int_equal(ash_allocator_free(test->allocator, &block), ASH_OK); // no block
}

static void memory_is_freed_using_the_free_function(void **state)
{
    (void)state;
    memory_test_on_every_device(a_call_takes_a_block);
}

static void only_that_block_goes(struct memory_test *test)
{
    struct ash_memory_block blocks[3], copy;
    for (uint32_t i = 0; i < 3; i++)
        blocks[i] = seed_alloc(test, 4096);
    copy = blocks[1];
    seed_free(test, &blocks[1]);
    struct memory_map_chunk chunk = seed_chunk(test, &blocks[0]);
    assert_int_equal(chunk.blocks, 2);
    // Freed once; a second time it is refused, and nothing changes.
    catch_log_begin();
    assert_int_equal(ash_allocator_free(test->allocator, &copy), ASH_ERROR_INVALID_BLOCK);
    assert_int_equal(catch_log_count(ASH_LOG_ERROR), 1);
    catch_log_end();
    chunk = seed_chunk(test, &blocks[0]);
    assert_int_equal(chunk.blocks, 2);
    assert_true(ash_allocator_check(test->allocator));
    seed_free(test, &blocks[0]);
    seed_free(test, &blocks[2]);
}

static void block_is_the_memory_block_to_free(void **state)
{
    (void)state;
    memory_test_on_every_device(only_that_block_goes);
}

// Found, given back, merged: seen from outside.
static void the_steps_of_free(struct memory_test *test)
{
    struct ash_memory_block keeper = seed_alloc(test, 1024);
    struct memory_map_chunk before = seed_chunk(test, &keeper);
    struct ash_memory_block block = seed_alloc(test, 8192);
    assert_int_equal(seed_chunk(test, &keeper).free_bytes, before.free_bytes - 8192);
    seed_free(test, &block);
    struct memory_map_chunk after = seed_chunk(test, &keeper);
    assert_int_equal(after.free_bytes, before.free_bytes);
    assert_int_equal(after.chunk.free_region_count, 1);
    seed_free(test, &keeper);
}

static void the_free_function_takes_these_steps(void **state)
{
    (void)state;
    memory_test_on_every_device(the_steps_of_free);
}

static void the_right_chunk_gets_it(struct memory_test *test)
{
    struct ash_memory_block first = seed_alloc(test, 1024);
    VkDeviceSize chunk_size = seed_chunk(test, &first).chunk.size;
    struct ash_memory_block big = seed_alloc(test, chunk_size / 4 * 3);
    struct ash_memory_block other = seed_alloc(test, chunk_size / 2); // does not fit beside `big`
    struct ash_memory_block small = seed_alloc(test, 4096);
    assert_ptr_not_equal(big.memory, other.memory);
    const struct ash_memory_block *beside = small.memory == big.memory ? &big : &other;
    const struct ash_memory_block *apart = beside == &big ? &other : &big;
    VkDeviceSize beside_free = seed_chunk(test, beside).free_bytes;
    VkDeviceSize apart_free = seed_chunk(test, apart).free_bytes;
    seed_free(test, &small);
    assert_int_equal(seed_chunk(test, beside).free_bytes, beside_free + 4096);
    assert_int_equal(seed_chunk(test, apart).free_bytes, apart_free);
    seed_free(test, &other);
    seed_free(test, &big);
    seed_free(test, &first);
}

static void free_finds_the_chunk_that_contains_the_memory_block(void **state)
{
    (void)state;
    memory_test_on_every_device(the_right_chunk_gets_it);
}

static void the_region_is_in_the_list(struct memory_test *test)
{
    struct ash_memory_block blocks[3];
    for (uint32_t i = 0; i < 3; i++)
        blocks[i] = seed_alloc(test, 4096);
    VkDeviceSize offset = blocks[1].offset;
    assert_int_equal(seed_chunk(test, &blocks[0]).chunk.free_region_count, 1);
    seed_free(test, &blocks[1]);
    struct memory_map_chunk chunk = seed_chunk(test, &blocks[0]);
    assert_int_equal(chunk.chunk.free_region_count, 2);
    bool found = false;
    for (uint32_t i = 0; i < 2; i++)
        found |= chunk.regions[i].offset == offset && chunk.regions[i].size == 4096;
    assert_true(found);
    seed_free(test, &blocks[0]);
    seed_free(test, &blocks[2]);
}

static void free_adds_the_freed_region_back_to_the_chunks_free_list(void **state)
{
    (void)state;
    memory_test_on_every_device(the_region_is_in_the_list);
}

// Frees four neighbours in this order: no two free regions may ever touch.
static void free_in_order(struct memory_test *test, const uint32_t *order)
{
    struct ash_memory_block blocks[4], keeper;
    for (uint32_t i = 0; i < 4; i++)
        blocks[i] = seed_alloc(test, 4096 * (i + 1));
    keeper = seed_alloc(test, 1024);
    for (uint32_t i = 0; i < 4; i++) {
        seed_free(test, &blocks[order[i]]);
        struct memory_map_chunk chunk = seed_chunk(test, &keeper);
        assert_false(memory_map_has_split(&chunk));
        assert_int_equal(chunk.free_bytes + chunk.live_bytes, chunk.chunk.size);
    }
    seed_free(test, &keeper);
    // The chunk that is kept is one region again.
    struct memory_map map;
    memory_test_look(test, &map);
    for (uint32_t i = 0; i < map.chunk_count; i++) {
        assert_int_equal(map.chunks[i].chunk.free_region_count, 1);
        assert_int_equal(map.chunks[i].regions[0].size, map.chunks[i].chunk.size);
    }
}

static void neighbours_merge(struct memory_test *test)
{
    for (uint32_t number = 0; number < 256; number++) {
        uint32_t order[4] = {number & 3, number >> 2 & 3, number >> 4 & 3, number >> 6 & 3};
        uint32_t seen = 1u << order[0] | 1u << order[1] | 1u << order[2] | 1u << order[3];
        if (seen == 15) // the 24 that are permutations
            free_in_order(test, order);
    }
}

static void free_merges_adjacent_free_regions_to_reduce_fragmentation(void **state)
{
    (void)state;
    memory_test_on_every_device(neighbours_merge);
}

static void a_chunk_is_one_allocation(struct memory_test *test)
{
    struct ash_memory_block block = seed_alloc(test, 1024);
    struct memory_map_chunk chunk = seed_chunk(test, &block);
    assert_int_equal(seed_allocate_calls(test), 1);
    assert_true(chunk.chunk.size >= 1024 * block.size);
    assert_false(chunk.chunk.dedicated);
    seed_free(test, &block);
}

static void a_memory_chunk_represents_a_large_chunk_of_allocated_device_memory(void **state)
{
    (void)state;
    memory_test_on_every_device(a_chunk_is_one_allocation);
}

static void all_of_a_chunk_is_shown(struct memory_test *test)
{
    struct ash_memory_block blocks[5];
    for (uint32_t i = 0; i < 5; i++)
        blocks[i] = seed_alloc(test, 2048 * (i + 1));
    seed_free(test, &blocks[1]);
    seed_free(test, &blocks[3]);
    struct memory_map_chunk chunk = seed_chunk(test, &blocks[0]);
    assert_true(chunk.in_order);
    assert_int_equal(chunk.blocks, 3);
    assert_int_equal(chunk.live_bytes + chunk.free_bytes, chunk.chunk.size);
    for (uint32_t i = 0; i < 5; i++)
        seed_free(test, &blocks[i]); // two are no blocks any more
}

static void a_memory_chunk_contains_these_fields(void **state)
{
    (void)state;
    memory_test_on_every_device(all_of_a_chunk_is_shown);
}

static void its_memory_is_that_of_its_blocks(struct memory_test *test)
{
    struct ash_memory_block block = seed_alloc(test, 1024);
    struct memory_map map;
    memory_test_look(test, &map);
    assert_int_equal(map.chunk_count, 1);
    assert_non_null(map.chunks[0].chunk.memory);
    assert_ptr_equal(map.chunks[0].chunk.memory, block.memory);
    seed_free(test, &block);
}

static void memory_of_a_chunk_is_the_vulkan_device_memory(void **state)
{
    (void)state;
    memory_test_on_every_device(its_memory_is_that_of_its_blocks);
}

static void its_size_is_what_was_allocated(struct memory_test *test)
{
    struct ash_allocator_stats stats;
    struct ash_memory_block block = seed_alloc(test, 1024);
    VkDeviceSize size = seed_chunk(test, &block).chunk.size;
    ash_allocator_stats(test->allocator, &stats);
    assert_int_equal(stats.total.reserved_bytes, size);
    if (test->device) {
        struct fake_counts counts;
        fake_device_counts(test->device, &counts);
        assert_int_equal(counts.memory_bytes, size);
    }
    seed_free(test, &block);
}

static void size_of_a_chunk_is_its_total_size(void **state)
{
    (void)state;
    memory_test_on_every_device(its_size_is_what_was_allocated);
}

static void regions_are_offset_and_size(struct memory_test *test)
{
    struct ash_memory_block blocks[4];
    for (uint32_t i = 0; i < 4; i++)
        blocks[i] = seed_alloc(test, 4096);
    seed_free(test, &blocks[0]);
    seed_free(test, &blocks[2]);
    struct memory_map_chunk chunk = seed_chunk(test, &blocks[1]);
    assert_int_equal(chunk.chunk.free_region_count, 3);
    VkDeviceSize end = 0;
    for (uint32_t i = 0; i < 3; i++) {
        const struct ash_free_region *region = &chunk.chunk.free_regions[i];
        assert_true(i == 0 ? region->offset == 0 : region->offset > end); // in order
        assert_true(region->size > 0);
        end = region->offset + region->size;
        assert_true(end <= chunk.chunk.size);
    }
    seed_free(test, &blocks[1]);
    seed_free(test, &blocks[3]);
}

static void free_regions_of_a_chunk_are_offset_and_size_of_each_free_region(void **state)
{
    (void)state;
    memory_test_on_every_device(regions_are_offset_and_size);
}

static void a_chunk_is_of_one_type(struct memory_test *test)
{
    struct ash_memory_block block = seed_alloc(test, 1024);
    assert_int_equal(seed_chunk(test, &block).chunk.memory_type_index, block.memory_type_index);
    assert_true(block.memory_type_index < test->context->memory_properties.memoryTypeCount);
    seed_free(test, &block);
}

static void memory_type_index_of_a_chunk_is_the_vulkan_memory_type_index(void **state)
{
    (void)state;
    memory_test_on_every_device(a_chunk_is_of_one_type);
}

static void blocks_are_apart(struct memory_test *test)
{
    struct ash_memory_block blocks[40];
    for (uint32_t i = 0; i < 40; i++)
        blocks[i] = seed_alloc(test, 1 + i * 777);
    for (uint32_t i = 0; i < 40; i++) {
        for (uint32_t j = 0; j < i; j++)
            assert_true(blocks[i].memory != blocks[j].memory ||
                        blocks[i].offset >= blocks[j].offset + blocks[j].size ||
                        blocks[j].offset >= blocks[i].offset + blocks[i].size);
    }
    for (uint32_t i = 0; i < 40; i++)
        seed_free(test, &blocks[i]);
}

static void a_memory_block_represents_a_block_of_allocated_memory(void **state)
{
    (void)state;
    memory_test_on_every_device(blocks_are_apart);
}

static void a_block_says_all(struct memory_test *test)
{
    struct ash_memory_block block = seed_alloc(test, 3000);
    assert_non_null(block.memory);
    assert_int_equal(block.offset % SEED_ALIGNMENT, 0);
    assert_int_equal(block.size, 3072);
    assert_true(block.memory_type_index < test->context->memory_properties.memoryTypeCount);
    seed_free(test, &block);
}

static void a_memory_block_contains_these_fields(void **state)
{
    (void)state;
    memory_test_on_every_device(a_block_says_all);
}

static void a_blocks_memory_is_its_chunks(struct memory_test *test)
{
    struct ash_memory_block a = seed_alloc(test, 1024), b = seed_alloc(test, 1024);
    assert_non_null(a.memory);
    assert_ptr_equal(a.memory, b.memory);
    assert_int_equal(seed_chunk(test, &a).blocks, 2);
    seed_free(test, &a);
    seed_free(test, &b);
}

static void memory_of_a_block_is_the_vulkan_device_memory(void **state)
{
    (void)state;
    memory_test_on_every_device(a_blocks_memory_is_its_chunks);
}

static void a_block_lies_where_it_says(struct memory_test *test)
{
    struct ash_memory_block a = seed_alloc(test, 1000), b = seed_alloc(test, 1000);
    VkDeviceSize chunk_size = seed_chunk(test, &b).chunk.size;
    assert_int_equal(a.offset, 0);
    assert_true(b.offset >= a.size && b.offset + b.size <= chunk_size);
    seed_free(test, &a);
    seed_free(test, &b);
}

static void offset_of_a_block_is_within_the_vulkan_device_memory(void **state)
{
    (void)state;
    memory_test_on_every_device(a_block_lies_where_it_says);
}

static void size_is_counted_as_live(struct memory_test *test)
{
    struct ash_allocator_stats stats;
    struct ash_memory_block block = seed_alloc(test, 5000);
    ash_allocator_stats(test->allocator, &stats);
    assert_int_equal(block.size, 5120);
    assert_int_equal(stats.total.live_bytes, block.size);
    seed_free(test, &block);
}

static void size_of_a_block_is_its_size(void **state)
{
    (void)state;
    memory_test_on_every_device(size_is_counted_as_live);
}

static void a_block_is_of_the_type_asked_for(struct memory_test *test)
{
    struct ash_memory_block block;
    struct ash_alloc_params params = seed_request(test, 1024);
    uint32_t index;
    params.properties = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT;
    assert_int_equal(ash_allocator_find_memory_type(test->allocator,
                                                    params.requirements.memoryTypeBits,
                                                    params.properties, 0, &index),
                     ASH_OK);
    assert_int_equal(ash_allocator_alloc(test->allocator, &params, &block), ASH_OK);
    assert_int_equal(block.memory_type_index, index);
    seed_free(test, &block);
}

static void memory_type_index_of_a_block_is_the_vulkan_memory_type_index(void **state)
{
    (void)state;
    memory_test_on_every_device(a_block_is_of_the_type_asked_for);
}

static void create_again(struct memory_test *test)
{
    struct ash_allocator_params params = {.context = test->context};
    assert_int_equal(ash_allocator_create(&params, &test->allocator), ASH_OK);
}

static void it_ends(struct memory_test *test)
{
    ash_allocator_destroy(NULL);
    ash_allocator_destroy(test->allocator);
    create_again(test);
}

static void the_memory_allocator_implements_drop(void **state)
{
    (void)state;
    memory_test_on_every_device(it_ends);
}

static uint32_t living_memories(struct memory_test *test)
{
    struct fake_counts counts = {0};
    if (test->device) // on a real driver, the validation layer would name what is left
        fake_device_counts(test->device, &counts);
    return counts.memories;
}

static void chunks_are_freed_and_leaks_are_named(struct memory_test *test)
{
    struct ash_memory_block block = seed_alloc(test, 1000);
    seed_free(test, &block);
    catch_log_begin();
    ash_allocator_destroy(test->allocator);
    assert_int_equal(catch_log_count(ASH_LOG_WARNING), 0); // all was freed
    assert_int_equal(living_memories(test), 0);
    create_again(test);

    static const char *const labels[] = {"the first leak", "the second leak", NULL};
    VkDeviceSize sizes[] = {1000, 40 * FAKE_MIB, 1000};
    for (uint32_t i = 0; i < 3; i++) {
        struct ash_alloc_params params = seed_request(test, sizes[i]);
        params.label = labels[i];
        assert_int_equal(ash_allocator_alloc(test->allocator, &params, &block), ASH_OK);
    }
    catch_log_begin();
    ash_allocator_destroy(test->allocator);
    assert_true(catch_log_count(ASH_LOG_WARNING) >= 3); // each of them, not a sum
    assert_int_equal(catch_log_count_text("the first leak"), 1);
    assert_int_equal(catch_log_count_text("the second leak"), 1);
    catch_log_end();
    assert_int_equal(living_memories(test), 0);
    create_again(test);
}

static void when_it_is_dropped_it_frees_all_memory_chunks_and_logs_warnings_if_leaks_are_detected(
    void **state)
{
    (void)state;
    memory_test_on_every_device(chunks_are_freed_and_leaks_are_named);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_freed_using_the_free_function),
        cmocka_unit_test(block_is_the_memory_block_to_free),
        cmocka_unit_test(the_free_function_takes_these_steps),
        cmocka_unit_test(free_finds_the_chunk_that_contains_the_memory_block),
        cmocka_unit_test(free_adds_the_freed_region_back_to_the_chunks_free_list),
        cmocka_unit_test(free_merges_adjacent_free_regions_to_reduce_fragmentation),
        cmocka_unit_test(a_memory_chunk_represents_a_large_chunk_of_allocated_device_memory),
        cmocka_unit_test(a_memory_chunk_contains_these_fields),
        cmocka_unit_test(memory_of_a_chunk_is_the_vulkan_device_memory),
        cmocka_unit_test(size_of_a_chunk_is_its_total_size),
        cmocka_unit_test(free_regions_of_a_chunk_are_offset_and_size_of_each_free_region),
        cmocka_unit_test(memory_type_index_of_a_chunk_is_the_vulkan_memory_type_index),
        cmocka_unit_test(a_memory_block_represents_a_block_of_allocated_memory),
        cmocka_unit_test(a_memory_block_contains_these_fields),
        cmocka_unit_test(memory_of_a_block_is_the_vulkan_device_memory),
        cmocka_unit_test(offset_of_a_block_is_within_the_vulkan_device_memory),
        cmocka_unit_test(size_of_a_block_is_its_size),
        cmocka_unit_test(memory_type_index_of_a_block_is_the_vulkan_memory_type_index),
        cmocka_unit_test(the_memory_allocator_implements_drop),
        cmocka_unit_test(
            when_it_is_dropped_it_frees_all_memory_chunks_and_logs_warnings_if_leaks_are_detected),
    };
    return cmocka_run_group_tests(tests, NULL, memory_test_release);
}
