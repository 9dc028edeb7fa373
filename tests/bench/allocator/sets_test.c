// As many threads, memory types and sizes as an allocator keeps apart: every set of regions that it
// has room for is made. On the benchmark's driver, which has 32 memory types.
#include <pthread.h>

#include "bench/allocator/driver.h"
#include "engine/memory/allocator.h"
#include "engine/memory/optional/check.h"
#include "engine/memory/optional/growth.h"
#include "engine/memory/optional/report.h"
#include "tests/support/test.h"

enum { THREADS = 16, PER_TYPE = 3, BLOCKS = DRIVER_TYPE_COUNT * PER_TYPE };
static const VkDeviceSize chunk_size = 64 << 20, small = 1024;

struct worker {
    struct ash_allocator *allocator;
    struct ash_memory_block blocks[BLOCKS];
    bool good;
};

// Fills what it takes, so that the next thread finds no room and has to have its own: a chunk for
// one large block, and one for a small block and what is left beside it.
static void *fill(void *argument)
{
    struct worker *worker = argument;
    const VkDeviceSize sizes[PER_TYPE] = {chunk_size, small, chunk_size - small};
    worker->good = true;
    for (uint32_t i = 0; i < BLOCKS; i++) {
        const struct ash_alloc_params params = {
            .requirements = {.size = sizes[i % PER_TYPE],
                             .alignment = 64,
                             .memoryTypeBits = UINT32_C(1) << i / PER_TYPE}};
        worker->good = worker->good && ash_allocator_alloc(worker->allocator, &params,
                                                           &worker->blocks[i]) == ASH_OK;
    }
    return NULL;
}

static void every_set_is_made(void **state)
{
    (void)state;
    static struct worker workers[THREADS];
    struct ash_context *context = driver_create();
    const struct ash_allocator_params params = {.context = context};
    struct ash_allocator *allocator;
    struct ash_allocator_stats stats;
    assert_non_null(context);
    assert_int_equal(ash_allocator_create(&params, &allocator), ASH_OK);
    for (uint32_t i = 0; i < THREADS; i++) {
        pthread_t thread;
        workers[i].allocator = allocator;
        assert_int_equal(pthread_create(&thread, NULL, fill, &workers[i]), 0);
        pthread_join(thread, NULL);
        assert_true(workers[i].good);
    }
    ash_allocator_stats(allocator, &stats);
    assert_int_equal(stats.total.chunks, THREADS * DRIVER_TYPE_COUNT * 2);
    assert_int_equal(stats.total.live_bytes, stats.total.reserved_bytes);
    assert_true(ash_allocator_check(allocator));
    // Nothing is empty, so nothing is given back, whatever else the allocator counts.
    ash_allocator_add_resource(allocator);
    assert_int_equal(ash_allocator_trim(allocator), 0);
    assert_true(ash_allocator_check(allocator));
    ash_allocator_remove_resource(allocator);
    for (uint32_t i = 0; i < THREADS; i++) {
        for (uint32_t block = 0; block < BLOCKS; block++)
            assert_int_equal(ash_allocator_free(allocator, &workers[i].blocks[block]), ASH_OK);
    }
    ash_allocator_stats(allocator, &stats);
    assert_int_equal(stats.total.chunks, DRIVER_TYPE_COUNT); // one of each type is kept
    assert_int_equal(ash_allocator_trim(allocator), DRIVER_TYPE_COUNT * chunk_size);
    ash_allocator_destroy(allocator);
    ash_context_destroy(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_set_is_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
