// Labels: threads
// Where a block comes from when its thread has no room: each way by itself, and in order.
#include "engine/memory/allocator.h"

#include <pthread.h>
#include <sched.h>

#include "engine/memory/allocator_internal.h"
#include "engine/memory/optional/growth.h"
#include "tests/support/catch.h"
#include "tests/support/memory_test.h"

#define MIB (UINT64_C(1) << 20)

static struct ash_alloc_params request(VkDeviceSize size, uint32_t memory_type_bits)
{
    return (struct ash_alloc_params){
        .requirements = {.size = size, .alignment = 256, .memoryTypeBits = memory_type_bits}};
}

static void give(struct memory_test *test, struct ash_memory_block *block)
{
    assert_int_equal(ash_allocator_free(test->allocator, block), ASH_OK);
}

// A block when vkAllocateMemory fails so often, and what was taken from the driver for it.
static enum ash_result take_after(struct memory_test *test, uint32_t failures,
                                  const struct ash_alloc_params *params,
                                  struct ash_memory_block *block, VkDeviceSize *reserved,
                                  bool *dedicated)
{
    struct ash_allocator_stats stats;
    const struct fake_fault fault = {"vkAllocateMemory", 1, failures,
                                     VK_ERROR_OUT_OF_DEVICE_MEMORY};
    fake_device_fail(test->device, &fault);
    catch_log_begin();
    enum ash_result result = ash_allocator_alloc(test->allocator, params, block);
    assert_int_equal(catch_log_count(ASH_LOG_WARNING), failures);
    catch_log_end();
    fake_device_fail(test->device, &(struct fake_fault){0});
    ash_allocator_stats(test->allocator, &stats);
    *reserved = stats.total.reserved_bytes;
    *dedicated = stats.total.dedicated == 1;
    return result;
}

// Three memory types; the last is in a heap of 256 MiB, where chunks have 32.
static void each_way_is_tried_in_all_types_before_the_next(void **state)
{
    (void)state;
    static const struct {
        uint32_t type;
        VkDeviceSize size;
        bool dedicated;
    } ways[] = {
        {0, 64 * MIB, false}, {1, 64 * MIB, false}, {3, 32 * MIB, false}, {0, 32 * MIB, false},
        {0, 16 * MIB, false}, {0, 8 * MIB, false},  {1, 32 * MIB, false}, {1, 16 * MIB, false},
        {1, 8 * MIB, false},  {3, 16 * MIB, false}, {3, 8 * MIB, false},  {3, 4 * MIB, false},
        {0, MIB, true},       {1, MIB, true},       {3, MIB, true},
    };
    const uint32_t count = sizeof(ways) / sizeof(ways[0]);
    const struct ash_alloc_params params = request(MIB, 1 << 0 | 1 << 1 | 1 << 3);
    struct memory_test test;
    struct ash_memory_block block;
    VkDeviceSize reserved;
    bool dedicated;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(take_after(&test, i, &params, &block, &reserved, &dedicated), ASH_OK);
        assert_int_equal(block.memory_type_index, ways[i].type);
        assert_int_equal(reserved, ways[i].size);
        assert_int_equal(dedicated, ways[i].dedicated);
        give(&test, &block);
        (void)ash_allocator_trim(test.allocator);
    }
    assert_int_equal(take_after(&test, count, &params, &block, &reserved, &dedicated),
                     ASH_ERROR_OUT_OF_DEVICE_MEMORY);
    assert_int_equal(reserved, 0);
    memory_test_end(&test);
}

// Half a chunk is enough for half a chunk; for a page more, only memory of its own is.
static void a_smaller_chunk_may_just_hold_the_block(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_memory_block block;
    VkDeviceSize reserved;
    bool dedicated;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    for (uint32_t i = 0; i < 2; i++) {
        const struct ash_alloc_params params = request(32 * MIB + i * 4096, 1);
        assert_int_equal(take_after(&test, 1, &params, &block, &reserved, &dedicated), ASH_OK);
        assert_int_equal(reserved, 32 * MIB + i * 4096);
        assert_int_equal(dedicated, i);
        give(&test, &block);
        (void)ash_allocator_trim(test.allocator);
    }
    memory_test_end(&test);
}

struct job {
    struct memory_test *test;
    struct ash_alloc_params params;
    struct ash_memory_block block;
};

static void *take(void *argument)
{
    struct job *job = argument;
    assert_int_equal(ash_allocator_alloc(job->test->allocator, &job->params, &job->block), ASH_OK);
    return NULL;
}

// In a thread of its own, which thereby has an arena of its own.
static void take_elsewhere(struct job *job)
{
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, take, job), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static void *release_when_awaited(void *argument)
{
    struct ash_lock *lock = argument;
    while (__atomic_load_n(&lock->awaited, __ATOMIC_SEQ_CST) == 0)
        sched_yield();
    ash_lock_release(lock);
    return NULL;
}

// This thread, another whose chunk is full, and a third that has room: whoever comes first among
// them, all are asked before the driver is.
static void all_threads_are_asked(struct memory_test *test, bool busy)
{
    struct job own = {.test = test, .params = request(MIB, 1 << 1)};
    struct job full = {.test = test, .params = request(64 * MIB, 1 << 0)};
    struct job room = {.test = test, .params = request(MIB, 1 << 0)};
    struct job wanted = room;
    take(&own);
    take_elsewhere(&full);
    take_elsewhere(&room);
    assert_int_equal(fake_device_calls(test->device, "vkAllocateMemory"), 3);
    struct ash_lock *locks[] = {
        &ash_arena_at(test->allocator, full.block.id >> ASH_BLOCK_ARENA_SHIFT & 31)->lock,
        &ash_arena_at(test->allocator, room.block.id >> ASH_BLOCK_ARENA_SHIFT & 31)->lock};
    assert_true(locks[0] != locks[1]);
    pthread_t threads[2];
    for (int i = 0; i < 2 && busy; i++) {
        ash_lock_acquire(locks[i]);
        assert_int_equal(pthread_create(&threads[i], NULL, release_when_awaited, locks[i]), 0);
    }
    take(&wanted);
    for (int i = 0; i < 2 && busy; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_true(wanted.block.memory == room.block.memory);
    assert_int_equal(fake_device_calls(test->device, "vkAllocateMemory"), 3);
    give(test, &own.block);
    give(test, &full.block);
    give(test, &room.block);
    give(test, &wanted.block);
}

static void all_threads_are_asked_before_the_driver(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) { // from other arenas each time
        struct memory_test test;
        memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
        all_threads_are_asked(&test, i % 2 == 1);
        memory_test_end(&test);
    }
}

// Whichever arena has the only chunk: each in turn, at last this thread's.
static void no_arena_is_forgotten(void **state)
{
    (void)state;
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    for (int i = 0; i <= ASH_ARENA_COUNT; i++) {
        struct job own = {.test = &test, .params = request(MIB, 1 << 0)}, other = own;
        if (i == ASH_ARENA_COUNT)
            take(&own);
        take_elsewhere(&other);
        if (i < ASH_ARENA_COUNT)
            take(&own);
        assert_true(own.block.memory == other.block.memory);
        give(&test, &own.block);
        give(&test, &other.block);
        (void)ash_allocator_trim(test.allocator);
    }
    memory_test_end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_way_is_tried_in_all_types_before_the_next),
        cmocka_unit_test(a_smaller_chunk_may_just_hold_the_block),
        cmocka_unit_test(all_threads_are_asked_before_the_driver),
        cmocka_unit_test(no_arena_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
