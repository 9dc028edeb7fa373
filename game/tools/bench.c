#include "game/tools/bench.h"

#include "engine/log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

// A part is to blame for a long frame if it explains at least this much of what the frame had
// more than the median.
#define BLAME_SHARE 0.3f
// Memory is had for so many frames at first, and twice as many whenever they are full: a long run
// asks for what it needs, not for what it might. A fast GPU's minute fits into the first: the
// frame in which all are copied takes milliseconds.
enum { FIRST_ROOM = 100000 };

static bool make_room(struct bench *bench, uint32_t room)
{
    struct bench_frame *frames = realloc(bench->frames, room * sizeof(*frames));
    if (frames == NULL)
        return false;
    bench->frames = frames;
    bench->room = room;
    return true;
}

bool bench_init(struct bench *bench, uint32_t capacity, bool presents)
{
    *bench = (struct bench){.capacity = capacity, .presents = presents};
    if (make_room(bench, capacity < FIRST_ROOM ? capacity : FIRST_ROOM))
        return true;
    bench->capacity = 0;
    ash_log(ASH_LOG_ERROR, "not enough memory to measure %u frames; ask for fewer", capacity);
    return false;
}

void bench_finish(struct bench *bench)
{
    free(bench->frames);
    *bench = (struct bench){0};
}

void bench_add(struct bench *bench, const struct bench_frame *frame)
{
    if (bench->count == bench->capacity)
        return;
    const uint32_t room = bench->room < bench->capacity / 2 ? bench->room * 2 : bench->capacity;
    if (bench->count == bench->room && !make_room(bench, room)) {
        bench->capacity = bench->count;
        ash_log(ASH_LOG_ERROR, "not enough memory to measure more than %u frames; ask for fewer",
                bench->count);
        return;
    }
    bench->frames[bench->count++] = *frame;
}

static int compare(const void *a, const void *b)
{
    float x = *(const float *)a;
    float y = *(const float *)b;
    return (x > y) - (x < y);
}

// The nearest rank: the smallest value that at least this share of all is not above.
static float percentile(const float *sorted, uint32_t count, double share)
{
    uint32_t rank = (uint32_t)ceil(share * count);
    return sorted[rank > 0 ? rank - 1 : 0];
}

// All values of a part (or of the whole frame, BENCH_PARTS), sorted, into `out`.
static void sort_part(const struct bench *bench, enum bench_part part, float *out)
{
    for (uint32_t i = 0; i < bench->count; i++)
        out[i] = part == BENCH_PARTS ? bench->frames[i].ms : bench->frames[i].parts[part];
    qsort(out, bench->count, sizeof(out[0]), compare);
}

const char *bench_part_name(enum bench_part part)
{
    static const char *const names[BENCH_PARTS] = {"simulation", "streaming", "scene",
                                                   "passes",     "wait",      "driver"};
    return names[part];
}

static const char *cause_name(const struct bench *bench, const struct bench_frame *frame,
                              enum bench_part part)
{
    if (part == BENCH_PASSES && frame->uploaded)
        return "upload";
    if (part == BENCH_WAIT)
        return bench->presents ? "present" : "gpu";
    return bench_part_name(part);
}

// Of the whole frame (the last) and of each part.
static void find_medians(const struct bench *bench, float *scratch, float medians[BENCH_PARTS + 1])
{
    for (enum bench_part part = 0; part <= BENCH_PARTS; part++) {
        sort_part(bench, part, scratch);
        medians[part] = percentile(scratch, bench->count, 0.5);
    }
}

// The part that took most more than it usually does; "system" where none explains the frame.
static const char *find_cause(const struct bench *bench, const struct bench_frame *frame,
                              const float medians[BENCH_PARTS + 1])
{
    float most = (frame->ms - medians[BENCH_PARTS]) * BLAME_SHARE;
    const char *cause = "system";
    for (enum bench_part part = 0; part < BENCH_PARTS; part++) {
        float excess = frame->parts[part] - medians[part];
        if (excess >= most) {
            most = excess;
            cause = cause_name(bench, frame, part);
        }
    }
    return cause;
}

static void count_cause(struct bench_summary *summary, const char *cause)
{
    uint32_t i = 0;
    while (i < summary->cause_count && strcmp(summary->over_thrice[i].cause, cause) != 0)
        i++;
    if (i == summary->cause_count)
        summary->over_thrice[summary->cause_count++].cause = cause;
    summary->over_thrice[i].frames++;
}

static const struct bench_frame *shortest(const struct bench_summary *summary)
{
    return summary->longest[summary->longest_count - 1].frame;
}

static void keep_longest(struct bench_summary *summary, const struct bench_frame *frame,
                         const char *cause)
{
    if (summary->longest_count < BENCH_LONGEST)
        summary->longest_count++;
    uint32_t at = summary->longest_count - 1;
    for (; at > 0 && frame->ms > summary->longest[at - 1].frame->ms; at--)
        summary->longest[at] = summary->longest[at - 1];
    summary->longest[at].frame = frame;
    summary->longest[at].cause = cause;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static void look_at_frames(const struct bench *bench, const float medians[BENCH_PARTS + 1],
                           struct bench_summary *out)
{
    const float median = medians[BENCH_PARTS];
    for (uint32_t i = 0; i < bench->count; i++) {
        const struct bench_frame *frame = &bench->frames[i];
        const uint32_t tenth = (uint32_t)((uint64_t)i * BENCH_TENTHS / bench->count);
        out->reserved_peak[tenth] = larger(out->reserved_peak[tenth], frame->reserved);
        out->live_peak[tenth] = larger(out->live_peak[tenth], frame->live);
        out->over_twice += frame->ms > 2 * median;
        if (frame->ms > 3 * median)
            count_cause(out, find_cause(bench, frame, medians));
        if (out->longest_count < BENCH_LONGEST || frame->ms > shortest(out)->ms)
            keep_longest(out, frame, find_cause(bench, frame, medians));
    }
}

void bench_summarise(const struct bench *bench, struct bench_summary *out)
{
    *out = (struct bench_summary){0};
    float *sorted = bench->count > 0 ? malloc(bench->count * sizeof(float)) : NULL;
    if (sorted == NULL)
        return;
    float medians[BENCH_PARTS + 1];
    find_medians(bench, sorted, medians); // leaves whole frames in `sorted`
    out->median = (double)medians[BENCH_PARTS];
    for (uint32_t part = 0; part < BENCH_PARTS; part++)
        out->parts[part] = (double)medians[part];
    out->p95 = (double)percentile(sorted, bench->count, 0.95);
    out->p99 = (double)percentile(sorted, bench->count, 0.99);
    out->p999 = (double)percentile(sorted, bench->count, 0.999);
    out->max = (double)sorted[bench->count - 1];
    look_at_frames(bench, medians, out);
    free(sorted);
}

double bench_peak_resident_mib(void)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0)
        return 0;
    return (double)usage.ru_maxrss / 1024; // Linux counts in KiB
}

struct bench_thread bench_thread_now(void)
{
    struct rusage usage = {0};
    struct timespec cpu = {0};
    (void)getrusage(RUSAGE_THREAD, &usage); // where there is none of these, all is zero
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
    return (struct bench_thread){
        .cpu_ms = (double)cpu.tv_sec * 1e3 + (double)cpu.tv_nsec * 1e-6,
        .page_faults = (uint64_t)usage.ru_minflt + (uint64_t)usage.ru_majflt,
        .sleeps = (uint64_t)usage.ru_nvcsw,
        .interruptions = (uint64_t)usage.ru_nivcsw,
    };
}

struct bench_thread bench_thread_between(const struct bench_thread *from,
                                         const struct bench_thread *to)
{
    return (struct bench_thread){
        .cpu_ms = to->cpu_ms - from->cpu_ms,
        .page_faults = to->page_faults - from->page_faults,
        .sleeps = to->sleeps - from->sleeps,
        .interruptions = to->interruptions - from->interruptions,
    };
}
