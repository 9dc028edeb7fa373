// What a frame notices of a slow driver.
#include "bench/allocator/measure.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "bench/allocator/driver.h"
#include "bench/allocator/replay.h"
#include "engine/memory/allocator.h"
#include "engine/memory/optional/growth.h"
#include "engine/memory/optional/many.h"
#include "engine/memory/optional/report.h"

enum { DRIVER_MS = 30, TICK_US = 1000, BYTES_PER_TICK = 500 * 1024 * 1024 / 1000 };

struct grower {
    struct ash_allocator *allocator;
    bool stop;
};

static double now_us(void)
{
    return now_ns() * 1e-3;
}

static void rest(long microseconds)
{
    nanosleep(&(struct timespec){.tv_nsec = microseconds * 1000}, NULL);
}

// The driver's memory takes its time; and who has to wait for it is noted.
static _Thread_local uint64_t calls_of_thread;

static void take_time(void *user)
{
    (void)user;
    calls_of_thread++;
    rest(DRIVER_MS * 1000);
}

// What Cinder's worker does: asks, and grows what wants it.
static void *keep_growing(void *argument)
{
    struct grower *grower = argument;
    while (!__atomic_load_n(&grower->stop, __ATOMIC_ACQUIRE)) {
        uint32_t types = ash_allocator_wants_growth(grower->allocator);
        for (uint32_t type = 0; types != 0; type++, types >>= 1) {
            if ((types & 1) != 0 && ash_allocator_grow(grower->allocator, type) != ASH_OK)
                return NULL;
        }
        rest(TICK_US);
    }
    return NULL;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Allocates as the clock demands; answers how many blocks.
static uint32_t load(struct ash_allocator *allocator, const struct trace *trace, double seconds,
                     struct ash_memory_block *blocks, double *took)
{
    double begin = now_us();
    uint64_t bytes = 0;
    uint32_t count = 0;
    uint64_t target = (uint64_t)(seconds * 1e6 / TICK_US) * BYTES_PER_TICK;
    while (bytes < target && count < trace->count) {
        if ((double)bytes > (now_us() - begin) / TICK_US * BYTES_PER_TICK) {
            rest(TICK_US);
            continue;
        }
        struct ash_alloc_params params = {
            .requirements = {.size = trace->operations[count].size,
                             .alignment = 64,
                             .memoryTypeBits = 1u << DRIVER_DEVICE_LOCAL},
        };
        double first = now_us();
        if (ash_allocator_alloc(allocator, &params, &blocks[count]) != ASH_OK)
            break;
        took[count++] = now_us() - first;
        bytes += params.requirements.size;
    }
    return count;
}

static void summarise(double *took, uint32_t count, struct hitch *out)
{
    qsort(took, count, sizeof(*took), compare_doubles);
    out->allocs = count;
    if (count == 0)
        return;
    out->p50_us = took[(count - 1) / 2];
    out->p99_us = took[(size_t)(0.99 * (count - 1))];
    out->p999_us = took[(size_t)(0.999 * (count - 1))];
    out->max_us = took[count - 1];
}

bool measure_hitch(bool growth, double seconds, uint64_t seed, struct hitch *out)
{
    struct trace trace;
    if (!trace_init(&trace, &(struct trace_params){.name = "T2", .scale = 4, .seed = seed}))
        return false;
    struct ash_context *context = driver_create();
    struct ash_memory_block *blocks = calloc(trace.count, sizeof(*blocks));
    double *took = calloc(trace.count, sizeof(*took));
    struct grower grower = {0};
    pthread_t thread;
    bool growing = false, good = false;
    uint32_t count = 0;
    struct ash_allocator_params params = {.context = context};
    if (context == NULL || blocks == NULL || took == NULL ||
        ash_allocator_create(&params, &grower.allocator) != ASH_OK)
        goto done;
    driver_set_wait(take_time, NULL);
    // The first chunk is paid for while a program loads.
    if (ash_allocator_grow(grower.allocator, DRIVER_DEVICE_LOCAL) != ASH_OK)
        goto done;
    uint64_t before = calls_of_thread;
    growing = growth && pthread_create(&thread, NULL, keep_growing, &grower) == 0;
    count = load(grower.allocator, &trace, seconds, blocks, took);
    struct ash_allocator_stats stats;
    ash_allocator_stats(grower.allocator, &stats);
    *out = (struct hitch){.calls_of_frame = calls_of_thread - before,
                          .calls = stats.allocate_memory_calls};
    summarise(took, count, out);
    good = count != 0 && growing == growth;
done:
    if (growing) {
        __atomic_store_n(&grower.stop, true, __ATOMIC_RELEASE);
        pthread_join(thread, NULL);
    }
    driver_set_wait(NULL, NULL);
    if (count != 0)
        good = ash_allocator_free_many(grower.allocator, blocks, count) == ASH_OK && good;
    ash_allocator_destroy(grower.allocator);
    ash_context_destroy(context);
    free(took);
    free(blocks);
    trace_finish(&trace);
    return good;
}
