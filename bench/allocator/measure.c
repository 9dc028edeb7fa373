#include "bench/allocator/measure.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/allocator/shadow.h"
#include "engine/bits.h"

static double now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

// Of this thread alone: what other programs do meanwhile does not count.
static double own_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static bool frees(const struct operation *operation)
{
    return (operation->flags & TRACE_FREE) != 0;
}

static inline bool apply(const struct target_type *type, struct target *target,
                         const struct operation *operation, uint32_t base)
{
    return frees(operation) ? type->release(target, base + operation->slot)
                            : type->alloc(target, operation, base);
}

static bool apply_all(const struct target_type *type, struct target *target,
                      const struct trace *trace, size_t from, size_t to, uint32_t base)
{
    for (size_t i = from; i < to; i++) {
        if (!apply(type, target, &trace->operations[i], base)) {
            fprintf(stderr, "bench_allocator: %s failed at operation %zu of %s\n", type->name, i,
                    trace->name);
            return false;
        }
    }
    return true;
}

static bool release_rest(const struct target_type *type, struct target *target,
                         const struct trace *trace, size_t count, uint32_t base)
{
    bool *live = calloc(trace->slots, sizeof(*live));
    bool good = live != NULL;
    for (size_t i = 0; i < count && good; i++)
        live[trace->operations[i].slot] = !frees(&trace->operations[i]);
    for (uint32_t slot = 0; slot < trace->slots && good; slot++)
        good = !live[slot] || type->release(target, base + slot);
    free(live);
    return good;
}

bool measure_release_rest(const struct target_type *type, struct target *target,
                          const struct trace *trace, size_t count)
{
    return release_rest(type, target, trace, count, 0);
}

// ---- time

// The whole is timed by the thread's own clock, which is slow to read; how it divides into
// allocations and frees by the wall's, read where one kind follows the other.
static bool time_runs(const struct target_type *type, struct target *target,
                      const struct trace *trace, double limit_s, size_t *end, struct timing *out)
{
    double ns[2] = {0};
    uint64_t counts[2] = {0};
    size_t i = trace->ramp;
    double own_first = own_ns(), last = now_ns();
    while (i < trace->count && ns[0] + ns[1] < limit_s * 1e9) {
        bool kind = frees(&trace->operations[i]);
        size_t first = i;
        for (; i < trace->count && frees(&trace->operations[i]) == kind && i - first < 4096; i++) {
            if (!apply(type, target, &trace->operations[i], 0))
                return false;
        }
        double now = now_ns();
        ns[kind] += now - last;
        counts[kind] += i - first;
        last = now;
    }
    double share = (own_ns() - own_first) / (ns[0] + ns[1]);
    ns[0] *= share;
    ns[1] *= share;
    *end = i;
    uint64_t all = counts[0] + counts[1];
    *out = (struct timing){
        .alloc_ns = counts[0] != 0 ? ns[0] / (double)counts[0] : 0,
        .free_ns = counts[1] != 0 ? ns[1] / (double)counts[1] : 0,
        .pair_ns = all != 0 ? (ns[0] + ns[1]) * 2 / (double)all : 0,
        .allocs = counts[0],
        .frees = counts[1],
        .complete = i == trace->count,
    };
    return true;
}

bool measure_time(const struct target_type *type, const struct trace *trace, double limit_s,
                  struct timing *out)
{
    struct target *target = type->create(trace->slots);
    if (target == NULL)
        return false;
    size_t end = trace->ramp;
    bool good = apply_all(type, target, trace, 0, trace->ramp, 0) &&
                time_runs(type, target, trace, limit_s, &end, out);
    good = release_rest(type, target, trace, end, 0) && good;
    type->destroy(target);
    return good;
}

// ---- latencies

static int compare_floats(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static double at_share(const float *sorted, size_t count, double share)
{
    return count != 0 ? (double)sorted[(size_t)(share * (double)(count - 1))] : 0;
}

// What two readings of the clock take by themselves.
static double clock_cost(void)
{
    double least = INFINITY;
    for (int i = 0; i < 1000; i++) {
        double first = now_ns();
        least = fmin(least, now_ns() - first);
    }
    return least;
}

bool measure_latencies(const struct target_type *type, const struct trace *trace,
                       struct latencies *out)
{
    size_t count = trace->count - trace->ramp, counts[2] = {0};
    float *ns[2] = {malloc(count * sizeof(float) + 1), malloc(count * sizeof(float) + 1)};
    struct target *target = type->create(trace->slots);
    double cost = clock_cost();
    bool good = target != NULL && ns[0] != NULL && ns[1] != NULL &&
                apply_all(type, target, trace, 0, trace->ramp, 0);
    for (size_t i = trace->ramp; i < trace->count && good; i++) {
        const struct operation *operation = &trace->operations[i];
        double first = now_ns();
        good = apply(type, target, operation, 0);
        double took = now_ns() - first - cost;
        bool kind = frees(operation);
        ns[kind][counts[kind]++] = (float)fmax(took, 0);
    }
    if (good) {
        good = release_rest(type, target, trace, trace->count, 0);
        for (int kind = 0; kind < 2; kind++)
            qsort(ns[kind], counts[kind], sizeof(float), compare_floats);
        *out = (struct latencies){
            at_share(ns[0], counts[0], 0.5),   at_share(ns[0], counts[0], 0.99),
            at_share(ns[0], counts[0], 0.999), at_share(ns[0], counts[0], 1),
            at_share(ns[1], counts[1], 0.5),   at_share(ns[1], counts[1], 0.99),
            at_share(ns[1], counts[1], 0.999), at_share(ns[1], counts[1], 1),
        };
    }
    if (target != NULL)
        type->destroy(target);
    free(ns[0]);
    free(ns[1]);
    return good;
}

// ---- tightness

struct watch {
    const struct trace *trace;
    uint32_t *sizes; // by slot
    uint64_t live;   // bytes
    uint64_t blocks, most_blocks;
    bool grows;      // the target is grown ahead
    size_t eligible; // operations with at least half of the peak live
    size_t seen;     // of those
};

static void follow(struct watch *watch, const struct operation *operation)
{
    uint32_t *size = &watch->sizes[operation->slot];
    watch->live = watch->live - *size + operation->size;
    watch->blocks += frees(operation) ? (uint64_t)-1 : 1;
    *size = operation->size;
}

static bool half_full(const struct watch *watch)
{
    return watch->live >= watch->trace->peak_live_bytes / 2 && watch->live > 0;
}

static void sample(struct watch *watch, const struct target_type *type, struct target *target,
                   size_t at, struct tightness *out)
{
    struct target_stats stats;
    type->stats(target, &stats);
    out->samples[out->sample_count++] = (struct sample){
        .progress = (double)at / (double)watch->trace->count,
        .live_bytes = watch->live,
        .reserved_bytes = stats.reserved_bytes,
    };
    out->average += (double)stats.reserved_bytes / (double)watch->live;
}

// The highest of everything, where the target does not keep it, is looked for often enough that
// nothing of a chunk's size escapes.
static void note_peaks(struct watch *watch, const struct target_type *type, struct target *target,
                       struct tightness *out)
{
    struct target_stats stats;
    type->stats(target, &stats);
    out->peak_reserved = ash_max_u64(out->peak_reserved,
                                     ash_max_u64(stats.reserved_bytes, stats.peak_reserved_bytes));
    if (stats.chunks > out->peak_chunks)
        out->peak_chunks = stats.chunks;
    if (watch->blocks >= watch->most_blocks && watch->blocks > 0) {
        watch->most_blocks = watch->blocks;
        out->peak_live_blocks = watch->blocks;
        out->host_bytes_per_block = (double)stats.host_bytes / (double)watch->blocks;
    }
}

static bool replay_watched(struct watch *watch, const struct target_type *type,
                           struct target *target, struct shadow *shadow, struct tightness *out)
{
    const struct trace *trace = watch->trace;
    for (size_t i = 0; i < trace->count; i++) {
        const struct operation *operation = &trace->operations[i];
        bool is_free = frees(operation);
        if (shadow != NULL && is_free &&
            !shadow_remove(shadow, type->place(target, operation->slot)))
            return false;
        if (!apply_all(type, target, trace, i, i + 1, 0) || (watch->grows && !type->grow(target)))
            return false;
        if (shadow != NULL && !is_free &&
            !shadow_add(shadow, type->place(target, operation->slot), operation))
            return false;
        out->checked += shadow != NULL;
        follow(watch, operation);
        size_t due = out->sample_count * watch->eligible / MEASURE_SAMPLES;
        if (half_full(watch) && watch->seen++ >= due && out->sample_count < MEASURE_SAMPLES) {
            sample(watch, type, target, i, out);
            if (shadow != NULL && type->check != NULL && !type->check(target))
                return false;
        }
        if (i % 64 == 0 || i + 1 == trace->ramp)
            note_peaks(watch, type, target, out);
    }
    return true;
}

static bool measure_once_watched(const struct target_type *type, const struct trace *trace,
                                 struct shadow *shadow, bool grows, struct tightness *out)
{
    struct watch watch = {.trace = trace, .sizes = calloc(trace->slots + 1, sizeof(uint32_t))};
    struct target *target = type->create(trace->slots);
    *out = (struct tightness){.peak_live = trace->peak_live_bytes};
    bool good = watch.sizes != NULL && target != NULL;
    if (good) {
        for (size_t i = 0; i < trace->count; i++) {
            follow(&watch, &trace->operations[i]);
            watch.eligible += half_full(&watch);
        }
        memset(watch.sizes, 0, (trace->slots + 1) * sizeof(uint32_t));
        watch.live = watch.blocks = 0;
        watch.grows = grows;
        good = replay_watched(&watch, type, target, shadow, out);
        out->average /= out->sample_count != 0 ? out->sample_count : 1;
        struct target_stats stats;
        type->stats(target, &stats);
        out->driver_calls = stats.driver_calls;
        good = release_rest(type, target, trace, trace->count, 0) && good;
        type->stats(target, &stats);
        out->kept_bytes = stats.reserved_bytes;
    }
    if (target != NULL)
        type->destroy(target);
    free(watch.sizes);
    return good;
}

bool measure_tightness(const struct target_type *type, const struct trace *trace, bool check,
                       struct tightness *out)
{
    static struct tightness grown;
    struct shadow *shadow = check && type->place != NULL ? shadow_create() : NULL;
    bool good = measure_once_watched(type, trace, shadow, /*grows=*/false, out);
    shadow_destroy(shadow);
    // What is only checked need not be done twice.
    if (good && !check && type->grow != NULL) {
        good = measure_once_watched(type, trace, NULL, /*grows=*/true, &grown);
        out->grown_average = grown.average;
        out->grown_peak_reserved = grown.peak_reserved;
    }
    return good;
}

// ---- threads

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
    worker->good = apply_all(worker->type, worker->target, trace, 0, trace->ramp, worker->base);
    pthread_barrier_wait(worker->barrier);
    worker->first_ns = now_ns();
    worker->good = worker->good && apply_all(worker->type, worker->target, trace, trace->ramp,
                                             trace->count, worker->base);
    worker->last_ns = now_ns();
    return NULL;
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
        good = release_rest(type, target, &traces[i], traces[i].count, workers[i].base) && good;
    pthread_barrier_destroy(&barrier);
    type->destroy(target);
    return good;
}

// ---- for a profiler

__attribute__((noinline)) bool bench_allocator_timed_part(const struct target_type *type,
                                                          struct target *target,
                                                          const struct trace *trace);

bool bench_allocator_timed_part(const struct target_type *type, struct target *target,
                                const struct trace *trace)
{
    return apply_all(type, target, trace, trace->ramp, trace->count, 0);
}

bool measure_once(const struct target_type *type, const struct trace *trace)
{
    struct target *target = type->create(trace->slots);
    if (target == NULL)
        return false;
    bool good = apply_all(type, target, trace, 0, trace->ramp, 0) &&
                bench_allocator_timed_part(type, target, trace);
    if (!good)
        return false;
    size_t freed = 0;
    for (size_t i = trace->ramp; i < trace->count; i++)
        freed += frees(&trace->operations[i]);
    printf("%zu allocs, %zu frees\n", trace->count - trace->ramp - freed, freed);
    fflush(stdout);
    _Exit(0); // freeing the rest would be counted too
}
