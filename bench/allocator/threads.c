// Threads that share a target, each with a trace of its own.
#include "bench/allocator/measure.h"

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/allocator/replay.h"

struct worker {
    pthread_t thread;
    const struct target_type *type;
    struct target *target;
    const struct trace *trace;
    uint32_t base;
    pthread_barrier_t *barrier;
    bool good;
    double first_ns, last_ns;
};

static void *work(void *argument)
{
    struct worker *worker = argument;
    const struct trace *trace = worker->trace;
    worker->good = replay(worker->type, worker->target, trace, 0, trace->ramp, worker->base);
    pthread_barrier_wait(worker->barrier);
    worker->first_ns = now_ns();
    worker->good = worker->good && replay(worker->type, worker->target, trace, trace->ramp,
                                          trace->count, worker->base);
    worker->last_ns = now_ns();
    return NULL;
}

// Each on the processor of its turn: left to itself, the system may keep threads that wake each
// other on one, and leave the other idle.
static void pin(pthread_t thread, uint32_t turn)
{
    cpu_set_t allowed, one;
    if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
        return;
    turn %= (uint32_t)CPU_COUNT(&allowed);
    size_t processor = 0;
    while (!CPU_ISSET(processor, &allowed) || turn-- > 0)
        processor++;
    CPU_ZERO(&one);
    CPU_SET(processor, &one);
    (void)pthread_setaffinity_np(thread, sizeof(one), &one);
}

bool measure_threads(const struct target_type *type, const struct trace *traces, uint32_t count,
                     struct scaling *out)
{
    struct worker workers[MEASURE_MOST_THREADS];
    pthread_barrier_t barrier;
    uint32_t slots = 0, started = 0;
    size_t operations = 0;
    for (uint32_t i = 0; i < count; i++)
        slots += traces[i].slots;
    struct target *target = type->create(slots);
    if (target == NULL || pthread_barrier_init(&barrier, NULL, count) != 0)
        return false;
    slots = 0;
    for (; started < count; started++) {
        struct worker *worker = &workers[started];
        *worker = (struct worker){.type = type,
                                  .target = target,
                                  .trace = &traces[started],
                                  .base = slots,
                                  .barrier = &barrier};
        slots += traces[started].slots;
        operations += traces[started].count - traces[started].ramp;
        if (pthread_create(&worker->thread, NULL, work, worker) != 0) {
            fprintf(stderr, "bench_allocator: no more threads than %u\n", started);
            exit(1); // those that started wait for the rest, and would for ever
        }
        pin(worker->thread, started);
    }
    double first = INFINITY, last = 0;
    bool good = true;
    for (uint32_t i = 0; i < count; i++) {
        pthread_join(workers[i].thread, NULL);
        first = fmin(first, workers[i].first_ns);
        last = fmax(last, workers[i].last_ns);
        good = good && workers[i].good;
    }
    struct target_stats stats;
    type->stats(target, &stats);
    *out = (struct scaling){(double)operations / (last - first) * 1e3, stats.reserved_bytes,
                            stats.live_bytes, stats.chunks};
    for (uint32_t i = 0; i < count; i++)
        good =
            replay_release_rest(type, target, &traces[i], traces[i].count, workers[i].base) && good;
    pthread_barrier_destroy(&barrier);
    type->destroy(target);
    return good;
}
