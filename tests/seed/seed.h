// What the tests of the seed document share. Each test is named after the sentence that it makes
// sure of; docs/memory.md has the table.
#ifndef TESTS_SEED_SEED_H
#define TESTS_SEED_SEED_H

#include "engine/memory/optional/report.h"
#include "tests/support/memory_test.h"

// An alignment that is at least every atom and granularity of the devices here but for the granular
// one, so that sizes come out exactly.
enum { SEED_ALIGNMENT = 1024 };

// A request for any memory that suits ordinary resources.
static inline struct ash_alloc_params seed_request(const struct memory_test *test,
                                                   VkDeviceSize size)
{
    uint32_t types = test->context->memory_properties.memoryTypeCount;
    return (struct ash_alloc_params){
        .size = size,
        .requirements = {.size = size,
                         .alignment = SEED_ALIGNMENT,
                         .memoryTypeBits = (uint32_t)((1ULL << types) - 1)},
        .label = "seed"};
}

static inline struct ash_memory_block seed_alloc(struct memory_test *test, VkDeviceSize size)
{
    struct ash_memory_block block;
    struct ash_alloc_params params = seed_request(test, size);
    assert_int_equal(ash_allocator_alloc(test->allocator, &params, &block), ASH_OK);
    return block;
}

static inline void seed_free(struct memory_test *test, struct ash_memory_block *block)
{
    assert_int_equal(ash_allocator_free(test->allocator, block), ASH_OK);
}

static inline uint64_t seed_allocate_calls(struct memory_test *test)
{
    struct ash_allocator_stats stats;
    ash_allocator_stats(test->allocator, &stats);
    if (test->device) // what the device counts is what counts
        assert_int_equal(stats.allocate_memory_calls,
                         fake_device_calls(test->device, "vkAllocateMemory"));
    return stats.allocate_memory_calls;
}

// The chunk of a block, as it is now.
static inline struct memory_map_chunk seed_chunk(struct memory_test *test,
                                                 const struct ash_memory_block *block)
{
    static struct memory_map map;
    memory_test_look(test, &map);
    const struct memory_map_chunk *chunk = memory_map_find(&map, block);
    assert_non_null(chunk);
    return *chunk;
}

#endif
