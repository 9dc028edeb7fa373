#include "bench/allocator/trace.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/bits.h"

enum { KIB = 1024, MIB = 1024 * 1024, BURST = 32, LEAST_LIVE = 256 };

// ---- chance: xorshift64*, the same everywhere

struct chance {
    uint64_t state;
};

static uint64_t next(struct chance *chance)
{
    chance->state ^= chance->state >> 12;
    chance->state ^= chance->state << 25;
    chance->state ^= chance->state >> 27;
    return chance->state * UINT64_C(0x2545F4914F6CDD1D);
}

// 0 to 1, 1 excluded.
static double fraction(struct chance *chance)
{
    return (double)(next(chance) >> 11) * 0x1.0p-53;
}

static uint32_t below(struct chance *chance, uint32_t limit)
{
    return (uint32_t)(fraction(chance) * limit);
}

static uint32_t log_uniform(struct chance *chance, double least, double most)
{
    return (uint32_t)(least * exp(fraction(chance) * log(most / least)));
}

// ---- a trace in the making

struct maker {
    struct trace *trace;
    struct chance chance;
    struct live {
        uint32_t slot, size;
    } * live; // in order of age
    uint32_t live_count, live_capacity;
    uint32_t *unused_slots;
    uint32_t unused_count, unused_capacity;
    uint64_t live_bytes;
    bool failed;
};

static void *grown(void *array, size_t *capacity, size_t element_size)
{
    *capacity = *capacity != 0 ? *capacity * 2 : 1024;
    return realloc(array, *capacity * element_size);
}

static void append(struct maker *maker, struct operation operation)
{
    struct trace *trace = maker->trace;
    if (trace->count == trace->capacity) {
        size_t capacity = trace->capacity;
        void *larger = grown(trace->operations, &capacity, sizeof(*trace->operations));
        if (larger == NULL) {
            maker->failed = true;
            return;
        }
        trace->operations = larger;
        trace->capacity = capacity;
    }
    trace->operations[trace->count++] = operation;
}

// An allocation as a driver's requirements would have it: the size is a multiple of the alignment.
static void alloc(struct maker *maker, uint32_t size, uint32_t alignment, uint8_t memory_type,
                  uint8_t flags)
{
    uint32_t slot = maker->unused_count != 0 ? maker->unused_slots[--maker->unused_count]
                                             : maker->trace->slots++;
    struct operation operation = {
        .slot = slot,
        .size = (uint32_t)ash_align_up(size, alignment),
        .alignment_log2 = (uint8_t)__builtin_ctz(alignment),
        .memory_type = memory_type,
        .flags = flags,
    };
    if (maker->live_count == maker->live_capacity) {
        size_t capacity = maker->live_capacity;
        void *larger = grown(maker->live, &capacity, sizeof(*maker->live));
        if (larger == NULL) {
            maker->failed = true;
            return;
        }
        maker->live = larger;
        maker->live_capacity = (uint32_t)capacity;
    }
    maker->live[maker->live_count++] = (struct live){slot, operation.size};
    maker->live_bytes += operation.size;
    if (maker->live_bytes > maker->trace->peak_live_bytes)
        maker->trace->peak_live_bytes = maker->live_bytes;
    append(maker, operation);
}

// Frees a block that has been taken off the list of live ones.
static void release(struct maker *maker, struct live live)
{
    if (maker->unused_count == maker->unused_capacity) {
        size_t capacity = maker->unused_capacity;
        void *larger = grown(maker->unused_slots, &capacity, sizeof(*maker->unused_slots));
        if (larger == NULL) {
            maker->failed = true;
            return;
        }
        maker->unused_slots = larger;
        maker->unused_capacity = (uint32_t)capacity;
    }
    // NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign): of a block that lives
    maker->unused_slots[maker->unused_count++] = live.slot;
    maker->live_bytes -= live.size;
    append(maker, (struct operation){.slot = live.slot, .flags = TRACE_FREE});
}

static void free_random(struct maker *maker)
{
    uint32_t at = below(&maker->chance, maker->live_count);
    struct live live = maker->live[at]; // NOLINT(clang-analyzer-core.NullDereference): one lives
    maker->live[at] = maker->live[--maker->live_count];
    release(maker, live);
}

// ---- T1 to T6

static void alloc_t1(struct maker *maker)
{
    static const uint32_t alignments[] = {16, 16, 64, 256};
    uint32_t alignment = alignments[below(&maker->chance, 4)];
    alloc(maker, log_uniform(&maker->chance, 256, 64 * KIB), alignment, 0, 0);
}

static void alloc_t2(struct maker *maker)
{
    alloc(maker, log_uniform(&maker->chance, 2 * KIB, 256 * KIB), 64, 0, 0);
}

static void alloc_t3(struct maker *maker)
{
    static const uint32_t buffers[] = {16, 64, 256, 256};
    static const uint32_t textures[] = {KIB, 4 * KIB, 4 * KIB, 64 * KIB};
    struct chance *chance = &maker->chance;
    double kind = fraction(chance);
    if (kind < 0.55) {
        uint32_t alignment = buffers[below(chance, 4)];
        uint8_t memory_type = fraction(chance) < 0.25;
        alloc(maker, log_uniform(chance, 256, MIB), alignment, memory_type, 0);
    } else if (kind < 0.95) {
        uint32_t alignment = textures[below(chance, 4)];
        alloc(maker, log_uniform(chance, 64 * KIB, 8 * MIB), alignment, 0, TRACE_OPTIMAL);
    } else {
        alloc(maker, log_uniform(chance, 16 * MIB, 96 * MIB), 64 * KIB, 0, TRACE_OPTIMAL);
    }
}

// Fills up to `live`, then frees random ones and allocates as many, in bursts.
static void churn(struct maker *maker, void (*one)(struct maker *), double live, double pairs)
{
    while (maker->live_count < (uint32_t)live && !maker->failed)
        one(maker);
    maker->trace->ramp = maker->trace->count;
    for (double done = 0; done < pairs && !maker->failed; done += BURST) {
        for (int i = 0; i < BURST; i++)
            free_random(maker);
        for (int i = 0; i < BURST; i++)
            one(maker);
    }
}

static void make_t1(struct maker *maker, double scale)
{
    churn(maker, alloc_t1, fmax(100000 * scale, LEAST_LIVE), 2e6 * scale);
}

static void make_t3(struct maker *maker, double scale)
{
    churn(maker, alloc_t3, fmax(1500 * sqrt(scale), LEAST_LIVE), 4e5 * scale);
}

// Blocks by age, freed mostly from the old end. The list is compacted now and then.
static void make_t2(struct maker *maker, double scale)
{
    uint32_t live = (uint32_t)fmax(20000 * scale, LEAST_LIVE);
    uint32_t oldest = 0;
    while (maker->live_count < live && !maker->failed)
        alloc_t2(maker);
    maker->trace->ramp = maker->trace->count;
    for (double done = 0; done < 1e6 * scale && !maker->failed; done += BURST) {
        for (int i = 0; i < BURST; i++)
            alloc_t2(maker);
        for (int i = 0; i < BURST; i++) {
            uint32_t at = oldest;
            if (fraction(&maker->chance) >= 0.85)
                at += below(&maker->chance, (maker->live_count - oldest) / 4);
            struct live freed = maker->live[at];
            memmove(&maker->live[oldest + 1], &maker->live[oldest],
                    (at - oldest) * sizeof(struct live));
            oldest++;
            release(maker, freed);
        }
        if (oldest > live) {
            maker->live_count -= oldest;
            memmove(maker->live, &maker->live[oldest], maker->live_count * sizeof(struct live));
            oldest = 0;
        }
    }
}

// Frees one block of two, chosen at random, and answers how many bytes that were. Freeing every
// second one by place would leave no two free neighbours: that is another trace, in which malloc
// itself keeps 1.80 bytes for each live one instead of 1.61.
static uint64_t thin_out(struct maker *maker)
{
    uint64_t before = maker->live_bytes;
    uint32_t kept = maker->live_count - maker->live_count / 2;
    while (maker->live_count > kept && !maker->failed)
        free_random(maker);
    return before - maker->live_bytes;
}

static void make_t4(struct maker *maker, double scale)
{
    uint32_t count = (uint32_t)fmax(65536 * scale, LEAST_LIVE);
    double size = 16 * KIB;
    for (uint32_t i = 0; i < count; i++)
        alloc(maker, (uint32_t)size, 256, 0, 0);
    for (int round = 0; round < 8 && !maker->failed; round++) {
        uint64_t bytes = thin_out(maker);
        size *= 1.5;
        for (uint64_t refilled = 0; refilled + (uint64_t)size <= bytes; refilled += (uint64_t)size)
            alloc(maker, (uint32_t)size, 256, 0, 0);
    }
}

static void make_t6(struct maker *maker, double scale)
{
    uint32_t count = (uint32_t)fmax(1e6 * scale, LEAST_LIVE);
    for (uint32_t i = 0; i < count; i++)
        alloc(maker, 4 * KIB, 256, 0, 0);
    while (maker->live_count > 0 && !maker->failed)
        free_random(maker);
}

// A quarter of T1 per thread; the caller makes one per thread, with seeds of their own.
static void make_t5(struct maker *maker, double scale)
{
    make_t1(maker, scale / 4);
}

bool trace_init(struct trace *trace, const struct trace_params *params)
{
    static const struct {
        const char *name;
        void (*make)(struct maker *maker, double scale);
    } built_in[] = {{"T1", make_t1}, {"T2", make_t2}, {"T3", make_t3},
                    {"T4", make_t4}, {"T5", make_t5}, {"T6", make_t6}};
    size_t i = 0;
    while (i < sizeof(built_in) / sizeof(built_in[0]) &&
           strcmp(params->name, built_in[i].name) != 0)
        i++;
    if (i == sizeof(built_in) / sizeof(built_in[0]))
        return trace_read(trace, params->name);
    *trace = (struct trace){.name = params->name};
    struct maker maker = {.trace = trace};
    maker.chance.state = params->seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    built_in[i].make(&maker, params->scale);
    free(maker.live);
    free(maker.unused_slots);
    if (!maker.failed)
        return true;
    fprintf(stderr, "bench_allocator: no memory for trace %s\n", params->name);
    trace_finish(trace);
    return false;
}

void trace_finish(struct trace *trace)
{
    free(trace->operations);
    *trace = (struct trace){0};
}
