#include "bench/allocator/measure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/allocator/replay.h"
#include "bench/allocator/shadow.h"
#include "engine/bits.h"

// Of this thread alone: what other programs do meanwhile does not count.
static double own_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
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
        bool kind = operation_frees(&trace->operations[i]);
        size_t first = i;
        for (;
             i < trace->count && operation_frees(&trace->operations[i]) == kind && i - first < 4096;
             i++) {
            if (!replay_one(type, target, &trace->operations[i], 0))
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
    bool good = replay(type, target, trace, 0, trace->ramp, 0) &&
                time_runs(type, target, trace, limit_s, &end, out);
    good = replay_release_rest(type, target, trace, end, 0) && good;
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
                replay(type, target, trace, 0, trace->ramp, 0);
    for (size_t i = trace->ramp; i < trace->count && good; i++) {
        const struct operation *operation = &trace->operations[i];
        double first = now_ns();
        good = replay_one(type, target, operation, 0);
        double took = now_ns() - first - cost;
        bool kind = operation_frees(operation);
        ns[kind][counts[kind]++] = (float)fmax(took, 0);
    }
    if (good) {
        good = replay_release_rest(type, target, trace, trace->count, 0);
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
    watch->blocks += operation_frees(operation) ? (uint64_t)-1 : 1;
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
        bool is_free = operation_frees(operation);
        if (shadow != NULL && is_free &&
            !shadow_remove(shadow, type->place(target, operation->slot)))
            return false;
        if (!replay(type, target, trace, i, i + 1, 0) || (watch->grows && !type->grow(target)))
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
        good = replay_release_rest(type, target, trace, trace->count, 0) && good;
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

// ---- for a profiler

__attribute__((noinline)) bool bench_allocator_timed_part(const struct target_type *type,
                                                          struct target *target,
                                                          const struct trace *trace);

bool bench_allocator_timed_part(const struct target_type *type, struct target *target,
                                const struct trace *trace)
{
    return replay(type, target, trace, trace->ramp, trace->count, 0);
}

bool measure_once(const struct target_type *type, const struct trace *trace)
{
    struct target *target = type->create(trace->slots);
    if (target == NULL)
        return false;
    bool good = replay(type, target, trace, 0, trace->ramp, 0) &&
                bench_allocator_timed_part(type, target, trace);
    if (!good)
        return false;
    size_t freed = 0;
    for (size_t i = trace->ramp; i < trace->count; i++)
        freed += operation_frees(&trace->operations[i]);
    printf("%zu allocs, %zu frees\n", trace->count - trace->ramp - freed, freed);
    fflush(stdout);
    _Exit(0); // freeing the rest would be counted too
}
