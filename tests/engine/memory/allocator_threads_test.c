// Labels: threads
// Threads that share an allocator; blocks are freed by other threads than took them.
#include "engine/memory/allocator.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "engine/bits.h"
#include "engine/memory/optional/check.h"
#include "engine/memory/optional/growth.h"
#include "engine/memory/optional/report.h"
#include "tests/support/catch.h"
#include "tests/support/memory_test.h"

enum { THREADS = 8, ROUNDS = 1500, SHELF = 96 };

// Where threads leave blocks for others.
struct shelf {
    pthread_mutex_t lock;
    struct ash_memory_block blocks[SHELF];
};

struct worker {
    pthread_t thread;
    struct ash_allocator *allocator;
    struct shelf *shelf;
    uint64_t seed;
    bool *stop; // of those that work until told
    bool good;
};

static uint32_t chance(struct worker *worker, uint32_t limit)
{
    worker->seed = worker->seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(worker->seed >> 33) % limit;
}

static bool alloc(struct worker *worker, struct ash_memory_block *block)
{
    struct ash_alloc_params params = {
        .requirements = {.size = 1 + chance(worker, chance(worker, 40) == 0 ? 70u << 20 : 300000),
                         .alignment = UINT64_C(1) << chance(worker, 12),
                         .memoryTypeBits = chance(worker, 3) == 0 ? 2 : 1},
        .optimal_image = chance(worker, 4) == 0,
        .label = chance(worker, 4) == 0 ? "named" : NULL,
    };
    return ash_allocator_alloc(worker->allocator, &params, block) == ASH_OK &&
           block->offset % params.requirements.alignment == 0;
}

// Swaps an own block against whatever lies on the shelf, and frees that.
static void *swap_and_free(void *argument)
{
    struct worker *worker = argument;
    struct shelf *shelf = worker->shelf;
    worker->good = true;
    for (int i = 0; i < ROUNDS && worker->good; i++) {
        struct ash_memory_block block;
        worker->good = alloc(worker, &block);
        pthread_mutex_lock(&shelf->lock);
        uint32_t at = chance(worker, SHELF);
        struct ash_memory_block other = shelf->blocks[at];
        shelf->blocks[at] = block;
        pthread_mutex_unlock(&shelf->lock);
        worker->good = worker->good && ash_allocator_free(worker->allocator, &other) == ASH_OK;
    }
    return NULL;
}

static void show_nothing(void *user, const struct ash_memory_chunk *chunk,
                         const struct ash_memory_block_info *info)
{
    uint64_t *bytes = user;
    *bytes += info->block.size + (info->label != NULL ? strlen(info->label) : 0) + chunk->size;
}

// All that may be asked of an allocator while others use it.
static void *ask(void *argument)
{
    struct worker *worker = argument;
    worker->good = true;
    while (!__atomic_load_n(worker->stop, __ATOMIC_ACQUIRE) && worker->good) {
        struct ash_allocator_stats stats;
        uint64_t bytes = 0;
        struct ash_memory_visitor visitor = {.block = show_nothing, .user = &bytes};
        ash_allocator_stats(worker->allocator, &stats);
        worker->good = ash_allocator_visit(worker->allocator, &visitor) == ASH_OK &&
                       ash_allocator_check(worker->allocator);
        ash_allocator_trim(worker->allocator);
        uint32_t types = ash_allocator_wants_growth(worker->allocator);
        if (types != 0 && chance(worker, 16) == 0)
            worker->good =
                worker->good &&
                ash_allocator_grow(worker->allocator, (uint32_t)__builtin_ctz(types)) == ASH_OK;
    }
    return NULL;
}

static void free_shelf(struct shelf *shelf, struct ash_allocator *allocator)
{
    for (uint32_t i = 0; i < SHELF; i++)
        assert_int_equal(ash_allocator_free(allocator, &shelf->blocks[i]), ASH_OK);
}

static void blocks_are_freed_by_other_threads(void **state)
{
    (void)state;
    struct memory_test test;
    struct shelf shelf = {.lock = PTHREAD_MUTEX_INITIALIZER};
    struct worker workers[THREADS];
    bool stop = false;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE_NO_BAR]);
    for (uint32_t i = 0; i < THREADS; i++) {
        workers[i] =
            (struct worker){.allocator = test.allocator, .shelf = &shelf, .seed = i, .stop = &stop};
        assert_int_equal(pthread_create(&workers[i].thread, NULL,
                                        i + 1 < THREADS ? swap_and_free : ask, &workers[i]),
                         0);
    }
    for (uint32_t i = 0; i < THREADS; i++) {
        if (i + 1 == THREADS)
            __atomic_store_n(&stop, true, __ATOMIC_RELEASE);
        pthread_join(workers[i].thread, NULL);
        assert_true(workers[i].good);
    }
    assert_true(ash_allocator_check(test.allocator));
    free_shelf(&shelf, test.allocator);
    assert_true(ash_allocator_check(test.allocator));
    memory_test_end(&test);
}

// Two threads at once free the same block: one of them is told.
struct pair {
    struct worker worker;
    struct ash_memory_block *blocks;
    pthread_barrier_t *barrier;
    uint32_t freed;
};

static void *free_all(void *argument)
{
    struct pair *pair = argument;
    for (uint32_t i = 0; i < SHELF; i++) {
        struct ash_memory_block copy = pair->blocks[i];
        if (i % 16 == 0)
            pthread_barrier_wait(pair->barrier);
        pair->freed += ash_allocator_free(pair->worker.allocator, &copy) == ASH_OK;
    }
    return NULL;
}

static void a_block_that_two_threads_free_is_freed_once(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_memory_block blocks[SHELF];
    pthread_barrier_t barrier;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE_NO_BAR]);
    assert_int_equal(pthread_barrier_init(&barrier, NULL, 2), 0);
    struct pair pairs[2] = {{.worker = {.allocator = test.allocator, .seed = 3}},
                            {.worker = {.allocator = test.allocator}}};
    for (uint32_t i = 0; i < SHELF; i++)
        assert_true(alloc(&pairs[0].worker, &blocks[i]));
    catch_log_begin();
    for (uint32_t i = 0; i < 2; i++) {
        pairs[i].blocks = blocks;
        pairs[i].barrier = &barrier;
        assert_int_equal(pthread_create(&pairs[i].worker.thread, NULL, free_all, &pairs[i]), 0);
    }
    for (uint32_t i = 0; i < 2; i++)
        pthread_join(pairs[i].worker.thread, NULL);
    assert_int_equal(catch_log_count(ASH_LOG_ERROR), SHELF);
    catch_log_end();
    assert_int_equal(pairs[0].freed + pairs[1].freed, SHELF);
    pthread_barrier_destroy(&barrier);
    memory_test_end(&test);
}

// A thread uses what another left, rather than ask the driver; and costs at most one chunk.
static void *fill_one_chunk(void *argument)
{
    struct worker *worker = argument;
    struct ash_alloc_params params = {
        .requirements = {.size = 1 << 20, .alignment = 256, .memoryTypeBits = 1}};
    worker->good = true;
    for (int i = 0; i < 40; i++) {
        struct ash_memory_block block;
        worker->good &= ash_allocator_alloc(worker->allocator, &params, &block) == ASH_OK;
        pthread_mutex_lock(&worker->shelf->lock);
        for (uint32_t at = 0; at < SHELF; at++) {
            if (worker->shelf->blocks[at].memory == VK_NULL_HANDLE) {
                worker->shelf->blocks[at] = block;
                break;
            }
        }
        pthread_mutex_unlock(&worker->shelf->lock);
    }
    return NULL;
}

static void a_thread_looks_into_the_others_chunks_first(void **state)
{
    (void)state;
    struct memory_test test;
    struct shelf shelf = {.lock = PTHREAD_MUTEX_INITIALIZER};
    struct ash_allocator_stats stats;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE_NO_BAR]);
    for (uint32_t i = 0; i < 3; i++) { // 40 MiB each, in chunks of 64
        struct worker worker = {.allocator = test.allocator, .shelf = &shelf};
        if (i == 2)
            free_shelf(&shelf, test.allocator);
        assert_int_equal(pthread_create(&worker.thread, NULL, fill_one_chunk, &worker), 0);
        pthread_join(worker.thread, NULL);
        assert_true(worker.good);
        ash_allocator_stats(test.allocator, &stats);
        assert_int_equal(stats.allocate_memory_calls, i == 0 ? 1 : 2);
    }
    free_shelf(&shelf, test.allocator);
    memory_test_end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_freed_by_other_threads),
        cmocka_unit_test(a_block_that_two_threads_free_is_freed_once),
        cmocka_unit_test(a_thread_looks_into_the_others_chunks_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
