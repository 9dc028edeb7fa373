// bench_allocator_touched: replays built-in traces and says how many regions single calls touched,
// on average and at most. Free of noise: the same on every machine.
#include "bench/allocator/touched/touched.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/allocator/replay.h"
#include "engine/bits.h"

enum { MOST_NOTED = 4096 }; // more in one call are counted as so many

static uint32_t noted[MOST_NOTED];
static uint32_t noted_count;

struct ash_region *touched_region(struct ash_region *regions, uint32_t index)
{
    uint32_t i = 0;
    while (i < noted_count && noted[i] != index)
        i++;
    if (i == noted_count && i < MOST_NOTED)
        noted[noted_count++] = index;
    return (struct ash_region *)(void *)((uint64_t *)(void *)regions + index);
}

struct touched {
    uint64_t calls, regions, most;
};

static bool count_calls(const struct target_type *type, const struct trace *trace,
                        struct touched *found)
{
    struct target *target = type->create(trace->slots);
    bool good = target != NULL;
    for (size_t i = 0; i < trace->count && good; i++) {
        struct touched *kind = &found[operation_frees(&trace->operations[i])];
        noted_count = 0;
        good = replay_one(type, target, &trace->operations[i], 0);
        kind->calls++;
        kind->regions += noted_count;
        kind->most = ash_max_u64(kind->most, noted_count);
    }
    good = good && replay_release_rest(type, target, trace, trace->count, 0);
    if (target != NULL)
        type->destroy(target);
    return good;
}

static double mean(const struct touched *kind)
{
    return kind->calls != 0 ? (double)kind->regions / (double)kind->calls : 0;
}

int main(int argc, char **argv)
{
    double scale = argc == 3 ? strtod(argv[2], NULL) : 1;
    if (argc < 2 || argc > 3 || argv[1][0] == '-' || !(scale > 0 && scale <= 100)) {
        fprintf(stderr, "usage: bench_allocator_touched TRACE [SCALE]\n"
                        "TRACE: T1 to T6, or a file that cinder --trace-memory wrote; SCALE: 1\n");
        return 2;
    }
    struct trace trace;
    struct touched found[2] = {0};
    if (!trace_init(&trace, &(struct trace_params){argv[1], scale, 1}))
        return 1;
    bool good = count_calls(target_find("ash"), &trace, found);
    if (good)
        printf("%-4s regions touched per alloc %.2f, at most %" PRIu64
               "; per free %.2f, at most %" PRIu64 "\n",
               argv[1], mean(&found[0]), found[0].most, mean(&found[1]), found[1].most);
    trace_finish(&trace);
    return good ? 0 : 1;
}
