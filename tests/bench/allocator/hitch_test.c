// Labels: threads
// No frame waits for the driver. A driver whose memory takes 30 ms, a load that grows by 500 MiB/s
// in T2's sizes, and a clock of its own, so that the machine's speed does not matter: the frame's
// thread moves it by a millisecond after each of its ticks.
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "bench/allocator/driver.h"
#include "engine/memory/allocator.h"
#include "engine/memory/optional/growth.h"
#include "engine/memory/optional/many.h"
#include "tests/support/test.h"

enum { DRIVER_MS = 30, RUN_MS = 3000, BYTES_PER_MS = 500 * 1024 * 1024 / 1000, MOST = 100000 };

struct stage {
    struct ash_allocator *allocator;
    pthread_t frame;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    // Under the mutex.
    uint64_t now_ms;
    uint64_t busy_until_ms; // the worker is inside the driver; 0: it is not
    uint32_t wanted;        // memory types for the worker; 0: it is idle
    bool ended;
    uint64_t calls_of_frame, calls_of_worker;
};

// vkAllocateMemory: the frame's thread loses the time, the worker waits for the clock.
static void take_time(void *user)
{
    struct stage *stage = user;
    pthread_mutex_lock(&stage->mutex);
    if (pthread_equal(pthread_self(), stage->frame)) {
        stage->calls_of_frame++;
        stage->now_ms += DRIVER_MS;
    } else {
        stage->calls_of_worker++;
        stage->busy_until_ms = stage->now_ms + DRIVER_MS;
        pthread_cond_broadcast(&stage->changed);
        while (stage->now_ms < stage->busy_until_ms)
            pthread_cond_wait(&stage->changed, &stage->mutex);
        stage->busy_until_ms = 0;
    }
    pthread_mutex_unlock(&stage->mutex);
}

static void *work(void *argument)
{
    struct stage *stage = argument;
    pthread_mutex_lock(&stage->mutex);
    while (!stage->ended) {
        uint32_t types = stage->wanted;
        pthread_mutex_unlock(&stage->mutex);
        for (uint32_t type = 0; type < VK_MAX_MEMORY_TYPES; type++) {
            if ((types >> type & 1) != 0)
                assert_int_equal(ash_allocator_grow(stage->allocator, type), ASH_OK);
        }
        pthread_mutex_lock(&stage->mutex);
        stage->wanted = 0;
        pthread_cond_broadcast(&stage->changed);
        while (stage->wanted == 0 && !stage->ended)
            pthread_cond_wait(&stage->changed, &stage->mutex);
    }
    pthread_mutex_unlock(&stage->mutex);
    return NULL;
}

// A millisecond passes. The worker gets what it is asked for and as far as it can come until then.
static void tick(struct stage *stage, bool grows)
{
    uint32_t types = grows ? ash_allocator_wants_growth(stage->allocator) : 0;
    pthread_mutex_lock(&stage->mutex);
    if (stage->wanted == 0 && types != 0) {
        stage->wanted = types;
        pthread_cond_broadcast(&stage->changed);
    }
    stage->now_ms++;
    pthread_cond_broadcast(&stage->changed);
    while (stage->wanted != 0 && stage->busy_until_ms <= stage->now_ms)
        pthread_cond_wait(&stage->changed, &stage->mutex);
    pthread_mutex_unlock(&stage->mutex);
}

// T2's: 2 to 256 KiB, every octave as often.
static VkDeviceSize next_size(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (VkDeviceSize)(2048 * exp2(7 * (double)(*seed >> 11) * 0x1.0p-53));
}

// The load, in two memory types by turns; answers how many blocks.
static uint32_t load(struct stage *stage, bool grows, struct ash_memory_block *blocks)
{
    uint64_t seed = 1;
    uint64_t bytes = 0;
    uint32_t count = 0;
    for (uint64_t ms = 0; ms < RUN_MS; ms++) {
        for (; bytes < (ms + 1) * BYTES_PER_MS; count++) {
            const struct ash_alloc_params params = {
                .requirements = {.size = next_size(&seed),
                                 .alignment = 64,
                                 .memoryTypeBits = 1u << (ms / 1000 % 2)}};
            assert_true(count < MOST);
            assert_int_equal(ash_allocator_alloc(stage->allocator, &params, &blocks[count]),
                             ASH_OK);
            bytes += params.requirements.size;
        }
        tick(stage, grows);
    }
    return count;
}

static void run(struct stage *stage, bool grows)
{
    pthread_t worker;
    struct ash_memory_block *blocks = calloc(MOST, sizeof(*blocks));
    struct ash_context *context = driver_create();
    const struct ash_allocator_params params = {.context = context};
    *stage = (struct stage){.frame = pthread_self()};
    assert_true(blocks != NULL && context != NULL);
    assert_int_equal(pthread_mutex_init(&stage->mutex, NULL), 0);
    assert_int_equal(pthread_cond_init(&stage->changed, NULL), 0);
    assert_int_equal(ash_allocator_create(&params, &stage->allocator), ASH_OK);
    // The first chunk of each type is made while a program loads.
    assert_int_equal(ash_allocator_grow(stage->allocator, 0), ASH_OK);
    assert_int_equal(ash_allocator_grow(stage->allocator, 1), ASH_OK);
    driver_set_wait(take_time, stage);
    assert_int_equal(pthread_create(&worker, NULL, work, stage), 0);
    uint32_t count = load(stage, grows, blocks);
    pthread_mutex_lock(&stage->mutex);
    stage->ended = true;
    stage->now_ms += DRIVER_MS * 2;
    pthread_cond_broadcast(&stage->changed);
    pthread_mutex_unlock(&stage->mutex);
    pthread_join(worker, NULL);
    driver_set_wait(NULL, NULL);
    assert_int_equal(ash_allocator_free_many(stage->allocator, blocks, count), ASH_OK);
    ash_allocator_destroy(stage->allocator);
    ash_context_destroy(context);
    pthread_cond_destroy(&stage->changed);
    pthread_mutex_destroy(&stage->mutex);
    free(blocks);
}

static void with_a_worker_no_frame_waits_for_the_driver(void **state)
{
    (void)state;
    struct stage stage;
    run(&stage, /*grows=*/true);
    assert_int_equal(stage.calls_of_frame, 0);
    assert_true(stage.calls_of_worker >= 22); // 1.5 GB, less the first chunks
}

static void without_one_it_waits_for_every_chunk(void **state)
{
    (void)state;
    struct stage stage;
    run(&stage, /*grows=*/false);
    assert_true(stage.calls_of_frame >= 22);
    assert_int_equal(stage.calls_of_worker, 0);
    assert_true(stage.now_ms >= RUN_MS + stage.calls_of_frame * DRIVER_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_a_worker_no_frame_waits_for_the_driver),
        cmocka_unit_test(without_one_it_waits_for_every_chunk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
