// Labels: gpu
// The seed's sentences on the allocator, its creation and allocation; docs/memory.md has the table.
#include "engine/memory/optional/growth.h"
#include "engine/memory/optional/report.h"
#include "tests/seed/seed.h"

#include <string.h>

#define MIB (1024ULL * 1024ULL)

static void many_blocks_of_few_memories(struct memory_test *test)
{
    struct ash_memory_block blocks[100];
    for (uint32_t i = 0; i < 100; i++)
        blocks[i] = seed_alloc(test, 1000);
    assert_int_equal(seed_allocate_calls(test), 1);
    for (uint32_t i = 0; i < 100; i++)
        seed_free(test, &blocks[i]);
}

static void it_uses_a_custom_memory_allocator_to_manage_vulkan_memory_allocation(void **state)
{
    (void)state;
    memory_test_on_every_device(many_blocks_of_few_memories);
}

static void no_fragments_are_left(struct memory_test *test)
{
    struct ash_memory_block blocks[60], later;
    for (uint32_t i = 0; i < 60; i++)
        blocks[i] = seed_alloc(test, 1000 * (i % 7 + 1));
    for (uint32_t i = 0; i < 60; i += 2)
        seed_free(test, &blocks[i]);
    // The holes are used again: no further memory.
    for (uint32_t i = 0; i < 60; i += 2)
        blocks[i] = seed_alloc(test, 1000 * (i % 7 + 1));
    assert_int_equal(seed_allocate_calls(test), 1);
    later = seed_alloc(test, 1);
    for (uint32_t i = 0; i < 60; i++)
        seed_free(test, &blocks[i]);
    struct memory_map_chunk chunk = seed_chunk(test, &later);
    assert_true(chunk.chunk.free_region_count <= 2); // before and behind the one that is left
    assert_false(memory_map_has_split(&chunk));
    seed_free(test, &later);
}

static void its_chunking_strategy_reduces_fragmentation_and_improves_performance(void **state)
{
    (void)state;
    memory_test_on_every_device(no_fragments_are_left);
}

static void blocks_come_and_go(struct memory_test *test)
{
    struct ash_allocator_stats stats;
    struct ash_memory_block block = seed_alloc(test, 5000);
    ash_allocator_stats(test->allocator, &stats);
    assert_int_equal(stats.total.live_blocks, 1);
    assert_int_equal(stats.total.live_bytes, block.size);
    seed_free(test, &block);
    ash_allocator_stats(test->allocator, &stats);
    assert_int_equal(stats.total.live_blocks, 0);
    assert_int_equal(stats.total.live_bytes, 0);
}

static void the_memory_allocator_allocates_and_frees_memory_blocks(void **state)
{
    (void)state;
    memory_test_on_every_device(blocks_come_and_go);
}

static void another_allocator(struct memory_test *test)
{
    struct ash_allocator *allocator = NULL;
    struct ash_allocator_params params = {.context = test->context};
    assert_int_equal(ash_allocator_create(&params, &allocator), ASH_OK);
    assert_non_null(allocator);
    assert_int_equal(seed_allocate_calls(test), 0); // memory comes when it is asked for
    ash_allocator_destroy(allocator);
}

static void a_memory_allocator_is_created_using_the_new_function(void **state)
{
    (void)state;
    memory_test_on_every_device(another_allocator);
}

static void it_is_the_contexts(struct memory_test *test)
{
    assert_ptr_equal(ash_allocator_context(test->allocator), test->context);
}

static void context_is_the_ash_engine_context(void **state)
{
    (void)state;
    memory_test_on_every_device(it_is_the_contexts);
}

static void a_call_gives_a_block(struct memory_test *test)
{
    struct ash_memory_block block = {0};
    struct ash_alloc_params params = seed_request(test, 777);
    assert_int_equal(ash_allocator_alloc(test->allocator, &params, &block), ASH_OK);
    assert_non_null(block.memory);
    seed_free(test, &block);
}

static void memory_is_allocated_using_the_allocate_function(void **state)
{
    (void)state;
    memory_test_on_every_device(a_call_gives_a_block);
}

static void the_size_is_at_least_what_was_asked(struct memory_test *test)
{
    static const VkDeviceSize sizes[] = {1, 255, 1000, 1024, 1025, 300001, 2 * MIB};
    for (uint32_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct ash_memory_block block;
        struct ash_alloc_params params = seed_request(test, sizes[i]);
        params.requirements.size = 1; // less than asked: the larger counts
        assert_int_equal(ash_allocator_alloc(test->allocator, &params, &block), ASH_OK);
        assert_true(block.size >= sizes[i]);
        seed_free(test, &block);
    }
}

static void size_is_the_requested_size_of_the_allocation(void **state)
{
    (void)state;
    memory_test_on_every_device(the_size_is_at_least_what_was_asked);
}

static void requirements_are_met(struct memory_test *test)
{
    const VkPhysicalDeviceMemoryProperties *memory = &test->context->memory_properties;
    static const VkDeviceSize alignments[] = {1, 4, 64, 256, 4096, 65536};
    struct ash_memory_block blocks[VK_MAX_MEMORY_TYPES][6];
    memset(blocks, 0, sizeof(blocks));
    for (uint32_t type = 0; type < memory->memoryTypeCount; type++) {
        VkMemoryPropertyFlags flags = memory->memoryTypes[type].propertyFlags;
        if (flags & ~(VkMemoryPropertyFlags)0xF)
            continue; // nobody gets these without asking
        for (uint32_t i = 0; i < 6; i++) {
            struct ash_alloc_params params = {.requirements = {.size = 100 + i,
                                                               .alignment = alignments[i],
                                                               .memoryTypeBits = 1u << type}};
            assert_int_equal(ash_allocator_alloc(test->allocator, &params, &blocks[type][i]),
                             ASH_OK);
            assert_int_equal(blocks[type][i].memory_type_index, type);
            assert_int_equal(blocks[type][i].offset % alignments[i], 0);
            assert_true(blocks[type][i].size >= 100 + i);
        }
    }
    for (uint32_t type = 0; type < memory->memoryTypeCount; type++) {
        for (uint32_t i = 0; i < 6; i++)
            seed_free(test, &blocks[type][i]);
    }
}

static void requirements_are_vulkan_memory_requirements_alignment_and_memory_type_bits(void **state)
{
    (void)state;
    memory_test_on_every_device(requirements_are_met);
}

static void properties_are_had(struct memory_test *test)
{
    static const VkMemoryPropertyFlags wanted[] = {0, VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT,
                                                   VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT};
    for (uint32_t i = 0; i < 3; i++) {
        struct ash_memory_block block;
        struct ash_alloc_params params = seed_request(test, 100);
        params.properties = wanted[i];
        assert_int_equal(ash_allocator_alloc(test->allocator, &params, &block), ASH_OK);
        VkMemoryPropertyFlags flags =
            ash_allocator_memory_type_properties(test->allocator, block.memory_type_index);
        assert_int_equal(flags & wanted[i], wanted[i]);
        seed_free(test, &block);
    }
}

static void properties_are_desired_memory_properties_like_host_visible_or_device_local(void **state)
{
    (void)state;
    memory_test_on_every_device(properties_are_had);
}

// All five steps, seen from outside: type, size, an existing region, a new chunk.
static void the_steps_of_allocate(struct memory_test *test)
{
    struct ash_memory_block first = seed_alloc(test, 1000);
    struct ash_memory_block second = seed_alloc(test, 1025);
    assert_int_equal(first.offset, 0);
    assert_int_equal(first.size, 1024);
    assert_int_equal(second.size, 2048);
    assert_ptr_equal(second.memory, first.memory);
    assert_int_equal(second.memory_type_index, first.memory_type_index);
    assert_true(second.offset >= first.size);
    seed_free(test, &first);
    seed_free(test, &second);
}

static void the_allocate_function_takes_these_steps(void **state)
{
    (void)state;
    memory_test_on_every_device(the_steps_of_allocate);
}

static void the_type_suits(struct memory_test *test)
{
    const VkPhysicalDeviceMemoryProperties *memory = &test->context->memory_properties;
    uint32_t index;
    for (uint32_t bits = 1; bits < 1u << memory->memoryTypeCount; bits++) {
        VkMemoryPropertyFlags wanted = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT;
        enum ash_result result =
            ash_allocator_find_memory_type(test->allocator, bits, wanted, 0, &index);
        bool exists = false;
        for (uint32_t type = 0; type < memory->memoryTypeCount; type++) {
            VkMemoryPropertyFlags flags = memory->memoryTypes[type].propertyFlags;
            exists |= (bits >> type & 1) && (flags & wanted) && !(flags & ~0xFu);
        }
        assert_int_equal(result, exists ? ASH_OK : ASH_ERROR_UNSUPPORTED);
        if (!exists) {
            assert_int_equal(index, UINT32_MAX);
            continue;
        }
        assert_true(bits >> index & 1);
        assert_true(memory->memoryTypes[index].propertyFlags & wanted);
    }
}

static void allocate_finds_a_suitable_memory_type_index_based_on_requirements_and_properties(
    void **state)
{
    (void)state;
    memory_test_on_every_device(the_type_suits);
}

static void sizes_are_rounded(struct memory_test *test)
{
    for (VkDeviceSize size = 1; size < 5000; size += 97) {
        struct ash_memory_block block = seed_alloc(test, size);
        assert_int_equal(block.size, (size + 1023) / 1024 * 1024);
        seed_free(test, &block);
    }
}

static void allocate_rounds_up_the_requested_size_to_the_required_alignment(void **state)
{
    (void)state;
    memory_test_on_every_device(sizes_are_rounded);
}

static void chunks_of_the_type_are_tried(struct memory_test *test)
{
    struct ash_memory_block first = seed_alloc(test, 100000);
    for (uint32_t i = 0; i < 20; i++) {
        struct ash_memory_block block = seed_alloc(test, 5000 * (i + 1));
        assert_ptr_equal(block.memory, first.memory);
        seed_free(test, &block);
    }
    assert_int_equal(seed_allocate_calls(test), 1);
    seed_free(test, &first);
}

static void allocate_tries_to_find_a_free_region_in_existing_chunks_of_the_type(void **state)
{
    (void)state;
    memory_test_on_every_device(chunks_of_the_type_are_tried);
}

static void no_call_where_a_region_is_found(struct memory_test *test)
{
    struct ash_memory_block blocks[3];
    for (uint32_t i = 0; i < 3; i++)
        blocks[i] = seed_alloc(test, 4096);
    VkDeviceSize hole = blocks[1].offset;
    seed_free(test, &blocks[1]);
    // Just as large as the hole: that is where it goes, and the driver is not asked.
    blocks[1] = seed_alloc(test, 4096);
    assert_int_equal(blocks[1].offset, hole);
    assert_int_equal(seed_allocate_calls(test), 1);
    for (uint32_t i = 0; i < 3; i++)
        seed_free(test, &blocks[i]);
}

static void if_a_suitable_free_region_is_found_it_is_used(void **state)
{
    (void)state;
    memory_test_on_every_device(no_call_where_a_region_is_found);
}

static void the_region_shrinks_and_goes(struct memory_test *test)
{
    struct ash_memory_block keeper = seed_alloc(test, 4096);
    struct memory_map_chunk before = seed_chunk(test, &keeper);
    assert_int_equal(before.chunk.free_region_count, 1);
    struct ash_memory_block part = seed_alloc(test, 4096);
    struct memory_map_chunk shrunk = seed_chunk(test, &keeper);
    assert_int_equal(shrunk.chunk.free_region_count, 1);
    assert_int_equal(shrunk.free_bytes, before.free_bytes - 4096);
    struct ash_memory_block rest = seed_alloc(test, shrunk.free_bytes);
    struct memory_map_chunk full = seed_chunk(test, &keeper);
    assert_int_equal(full.chunk.free_region_count, 0);
    assert_int_equal(full.live_bytes, full.chunk.size);
    assert_int_equal(seed_allocate_calls(test), 1);
    seed_free(test, &part);
    seed_free(test, &rest);
    seed_free(test, &keeper);
}

static void allocate_removes_or_shrinks_the_free_region(void **state)
{
    (void)state;
    memory_test_on_every_device(the_region_shrinks_and_goes);
}

static void the_block_is_what_was_taken(struct memory_test *test)
{
    struct ash_memory_block keeper = seed_alloc(test, 4096);
    struct memory_map_chunk before = seed_chunk(test, &keeper);
    struct ash_memory_block block = seed_alloc(test, 8192);
    struct memory_map_chunk after = seed_chunk(test, &keeper);
    const struct ash_free_region *region = &before.regions[0];
    assert_true(block.offset >= region->offset);
    assert_true(block.offset + block.size <= region->offset + region->size);
    assert_int_equal(after.blocks, before.blocks + 1);
    assert_true(after.in_order);
    seed_free(test, &block);
    seed_free(test, &keeper);
}

static void allocate_returns_a_memory_block_representing_the_allocated_memory(void **state)
{
    (void)state;
    memory_test_on_every_device(the_block_is_what_was_taken);
}

static void another_chunk_comes(struct memory_test *test)
{
    struct ash_memory_block first = seed_alloc(test, 1024);
    VkDeviceSize chunk_size = seed_chunk(test, &first).chunk.size;
    struct ash_memory_block whole = seed_alloc(test, chunk_size); // no region is that large
    assert_int_equal(seed_allocate_calls(test), 2);
    assert_ptr_not_equal(whole.memory, first.memory);
    seed_free(test, &whole);
    seed_free(test, &first);
}

static void if_no_suitable_free_region_is_found_another_chunk_is_made(void **state)
{
    (void)state;
    memory_test_on_every_device(another_chunk_comes);
}

static void chunks_are_large(struct memory_test *test)
{
    const VkPhysicalDeviceMemoryProperties *memory = &test->context->memory_properties;
    for (uint32_t type = 0; type < memory->memoryTypeCount; type++) {
        struct ash_memory_block block;
        struct ash_alloc_params params = seed_request(test, 1);
        if (memory->memoryTypes[type].propertyFlags & ~0xFu)
            continue;
        params.requirements.memoryTypeBits = 1u << type;
        assert_int_equal(ash_allocator_alloc(test->allocator, &params, &block), ASH_OK);
        VkDeviceSize heap = memory->memoryHeaps[memory->memoryTypes[type].heapIndex].size;
        // Less than 64 MiB only where the heap is small.
        VkDeviceSize least = heap < 512 * MIB ? heap / 8 : 64 * MIB;
        assert_true(seed_chunk(test, &block).chunk.size >= least);
        seed_free(test, &block);
    }
}

static void a_new_memory_chunk_has_at_least_64_mb(void **state)
{
    (void)state;
    memory_test_on_every_device(chunks_are_large);
}

static void the_rest_is_free(struct memory_test *test)
{
    struct ash_memory_block block = seed_alloc(test, 10000);
    struct memory_map_chunk chunk = seed_chunk(test, &block);
    assert_int_equal(chunk.chunk.free_region_count, 1);
    assert_int_equal(chunk.regions[0].offset, block.size);
    assert_int_equal(chunk.regions[0].size, chunk.chunk.size - block.size);
    // No rest, no region.
    struct ash_memory_block whole = seed_alloc(test, chunk.chunk.size);
    struct memory_map_chunk full = seed_chunk(test, &whole);
    assert_int_equal(full.chunk.size, chunk.chunk.size);
    assert_int_equal(full.chunk.free_region_count, 0);
    seed_free(test, &whole);
    seed_free(test, &block);
}

static void the_remaining_space_in_the_new_chunk_is_added_as_a_free_region(void **state)
{
    (void)state;
    memory_test_on_every_device(the_rest_is_free);
}

static void the_first_block_is_at_the_beginning(struct memory_test *test)
{
    static const VkDeviceSize sizes[] = {1, 1000, 3 * MIB};
    for (uint32_t i = 0; i < 3; i++) {
        struct ash_memory_block block = seed_alloc(test, sizes[i]);
        assert_int_equal(block.offset, 0);
        seed_free(test, &block);
        assert_true(ash_allocator_trim(test->allocator) > 0); // the next one is in a new chunk
    }
    assert_int_equal(seed_allocate_calls(test), 3);
}

static void the_first_memory_block_is_at_the_beginning_of_the_new_chunk(void **state)
{
    (void)state;
    memory_test_on_every_device(the_first_block_is_at_the_beginning);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_uses_a_custom_memory_allocator_to_manage_vulkan_memory_allocation),
        cmocka_unit_test(its_chunking_strategy_reduces_fragmentation_and_improves_performance),
        cmocka_unit_test(the_memory_allocator_allocates_and_frees_memory_blocks),
        cmocka_unit_test(a_memory_allocator_is_created_using_the_new_function),
        cmocka_unit_test(context_is_the_ash_engine_context),
        cmocka_unit_test(memory_is_allocated_using_the_allocate_function),
        cmocka_unit_test(size_is_the_requested_size_of_the_allocation),
        cmocka_unit_test(
            requirements_are_vulkan_memory_requirements_alignment_and_memory_type_bits),
        cmocka_unit_test(
            properties_are_desired_memory_properties_like_host_visible_or_device_local),
        cmocka_unit_test(the_allocate_function_takes_these_steps),
        cmocka_unit_test(
            allocate_finds_a_suitable_memory_type_index_based_on_requirements_and_properties),
        cmocka_unit_test(allocate_rounds_up_the_requested_size_to_the_required_alignment),
        cmocka_unit_test(allocate_tries_to_find_a_free_region_in_existing_chunks_of_the_type),
        cmocka_unit_test(if_a_suitable_free_region_is_found_it_is_used),
        cmocka_unit_test(allocate_removes_or_shrinks_the_free_region),
        cmocka_unit_test(allocate_returns_a_memory_block_representing_the_allocated_memory),
        cmocka_unit_test(if_no_suitable_free_region_is_found_another_chunk_is_made),
        cmocka_unit_test(a_new_memory_chunk_has_at_least_64_mb),
        cmocka_unit_test(the_remaining_space_in_the_new_chunk_is_added_as_a_free_region),
        cmocka_unit_test(the_first_memory_block_is_at_the_beginning_of_the_new_chunk),
    };
    return cmocka_run_group_tests(tests, NULL, memory_test_release);
}
