// Counts the instructions of single operations: the processor's trap flag raises a signal after
// each. That takes microseconds an instruction, so that not all operations of a trace can be
// stepped through: the trace is replayed for time first, and those that took longest are taken. The
// allocator does the same in every replay.
#include "bench/allocator/measure.h"

#if defined(__linux__) && defined(__x86_64__)
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <x86intrin.h>

#include "bench/allocator/replay.h"
#include "engine/bits.h"

// Operations to step through: the slowest, and others evenly spread, for the mean.
enum { SLOWEST = 1500, SPREAD = 500, TIMED_REPLAYS = 3 };

static const unsigned long long trap_flag = 0x100;
static volatile uint64_t steps;

static void count_step(int signal)
{
    (void)signal;
    steps++;
}

// A few instructions of its own are among those counted.
static bool step_through(const struct target_type *type, struct target *target,
                         const struct operation *operation)
{
    steps = 0;
    __builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() | trap_flag);
    bool good = replay_one(type, target, operation, 0);
    __builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() & ~trap_flag);
    return good;
}

// The cycles of every operation, the least of several replays: interruptions don't come twice.
static bool time_operations(const struct target_type *type, const struct trace *trace,
                            uint32_t *cycles)
{
    memset(cycles, 0xff, trace->count * sizeof(*cycles));
    bool good = true;
    for (int replay = 0; replay < TIMED_REPLAYS && good; replay++) {
        struct target *target = type->create(trace->slots);
        good = target != NULL;
        for (size_t i = 0; i < trace->count && good; i++) {
            uint64_t first = __rdtsc();
            good = replay_one(type, target, &trace->operations[i], 0);
            uint64_t took = ash_min_u64(__rdtsc() - first, UINT32_MAX);
            cycles[i] = (uint32_t)ash_min_u64(cycles[i], took);
        }
        good = good && replay_release_rest(type, target, trace, trace->count, 0);
        if (target != NULL)
            type->destroy(target);
    }
    return good;
}

static int compare_cycles(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x < y) - (x > y);
}

// From how many cycles on an operation is one of the slowest.
static bool find_threshold(const uint32_t *cycles, size_t count, uint32_t *out)
{
    uint32_t *sorted = malloc(count * sizeof(*sorted));
    if (sorted == NULL)
        return false;
    memcpy(sorted, cycles, count * sizeof(*sorted));
    qsort(sorted, count, sizeof(*sorted), compare_cycles);
    *out = sorted[ash_min_u64(SLOWEST, count) - 1];
    free(sorted);
    return true;
}

static bool step_chosen(const struct target_type *type, const struct trace *trace,
                        const uint32_t *cycles, uint32_t threshold, struct stepping *out)
{
    struct target *target = type->create(trace->slots);
    uint64_t most[2] = {0}, sums[2] = {0}, counts[2] = {0};
    size_t every = trace->count / SPREAD + 1;
    bool good = target != NULL;
    for (size_t i = 0; i < trace->count && good; i++) {
        const struct operation *operation = &trace->operations[i];
        bool kind = operation_frees(operation), spread = i % every == 0;
        if (!spread && cycles[i] < threshold) {
            good = replay_one(type, target, operation, 0);
            continue;
        }
        good = step_through(type, target, operation);
        most[kind] = ash_max_u64(most[kind], steps);
        sums[kind] += spread ? steps : 0;
        counts[kind] += spread;
        out->stepped++;
    }
    good = good && replay_release_rest(type, target, trace, trace->count, 0);
    if (target != NULL)
        type->destroy(target);
    out->alloc_max = most[0];
    out->free_max = most[1];
    out->alloc_mean = counts[0] != 0 ? (double)sums[0] / (double)counts[0] : 0;
    out->free_mean = counts[1] != 0 ? (double)sums[1] / (double)counts[1] : 0;
    return good && most[0] != 0;
}

bool measure_steps(const struct target_type *type, const struct trace *trace, struct stepping *out)
{
    const struct sigaction action = {.sa_handler = count_step};
    uint32_t *cycles = malloc(trace->count * sizeof(*cycles)), threshold = 0;
    *out = (struct stepping){0};
    bool good = cycles != NULL && sigaction(SIGTRAP, &action, NULL) == 0 &&
                time_operations(type, trace, cycles) &&
                find_threshold(cycles, trace->count, &threshold) &&
                step_chosen(type, trace, cycles, threshold, out);
    free(cycles);
    return good;
}

#else

bool measure_steps(const struct target_type *type, const struct trace *trace, struct stepping *out)
{
    (void)type, (void)trace, (void)out;
    return false;
}

#endif
