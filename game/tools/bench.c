#include "game/tools/bench.h"

#include "game/base/file.h"

#include "engine/log.h"

#include <cjson/cJSON.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

// A part is to blame for a long frame if it explains at least this much of what the frame had
// more than the median.
#define BLAME_SHARE 0.3f

bool bench_init(struct bench *bench, uint32_t capacity, bool presents)
{
    *bench = (struct bench){.capacity = capacity, .presents = presents};
    bench->frames = calloc(capacity, sizeof(bench->frames[0]));
    if (bench->frames == NULL) {
        bench->capacity = 0;
        ash_log(ASH_LOG_ERROR, "not enough memory to measure %u frames; ask for fewer", capacity);
        return false;
    }
    return true;
}

void bench_finish(struct bench *bench)
{
    free(bench->frames);
    *bench = (struct bench){0};
}

void bench_add(struct bench *bench, const struct bench_frame *frame)
{
    if (bench->count < bench->capacity)
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

static const char *cause_name(const struct bench *bench, const struct bench_frame *frame,
                              enum bench_part part)
{
    static const char *const names[BENCH_PARTS] = {
        [BENCH_SIMULATION] = "simulation",
        [BENCH_STREAMING] = "streaming",
        [BENCH_SCENE] = "scene",
        [BENCH_PASSES] = "passes",
        [BENCH_WAIT] = "gpu",
        [BENCH_DRIVER] = "driver",
    };
    if (part == BENCH_PASSES && frame->uploaded)
        return "upload";
    if (part == BENCH_WAIT && bench->presents)
        return "present";
    return names[part];
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
        if ((double)frame->ms == out->max) {
            out->longest_cause = find_cause(bench, frame, medians);
            out->longest = *frame;
        }
    }
}

void bench_summarise(const struct bench *bench, struct bench_summary *out)
{
    *out = (struct bench_summary){.longest_cause = "none"};
    float *sorted = bench->count > 0 ? malloc(bench->count * sizeof(float)) : NULL;
    if (sorted == NULL)
        return;
    float medians[BENCH_PARTS + 1];
    find_medians(bench, sorted, medians); // leaves whole frames in `sorted`
    out->median = (double)medians[BENCH_PARTS];
    out->p95 = (double)percentile(sorted, bench->count, 0.95);
    out->p99 = (double)percentile(sorted, bench->count, 0.99);
    out->p999 = (double)percentile(sorted, bench->count, 0.999);
    out->max = (double)sorted[bench->count - 1];
    look_at_frames(bench, medians, out);
    free(sorted);
}

static bool add_causes(cJSON *object, const struct bench_summary *summary)
{
    cJSON *causes = cJSON_AddObjectToObject(object, "frames_over_three_medians");
    bool whole = causes != NULL;
    for (uint32_t i = 0; i < summary->cause_count; i++)
        whole = cJSON_AddNumberToObject(causes, summary->over_thrice[i].cause,
                                        summary->over_thrice[i].frames) != NULL &&
                whole;
    return whole;
}

static bool add_tenths(cJSON *object, const char *name, const uint64_t tenths[BENCH_TENTHS])
{
    double values[BENCH_TENTHS];
    for (uint32_t i = 0; i < BENCH_TENTHS; i++)
        values[i] = (double)tenths[i];
    cJSON *array = cJSON_CreateDoubleArray(values, BENCH_TENTHS);
    if (array != NULL && cJSON_AddItemToObject(object, name, array))
        return true;
    cJSON_Delete(array);
    return false;
}

static bool add_longest(cJSON *object, const struct bench_summary *summary)
{
    static const char *const names[BENCH_PARTS] = {
        [BENCH_SIMULATION] = "simulation",
        [BENCH_STREAMING] = "streaming",
        [BENCH_SCENE] = "scene",
        [BENCH_PASSES] = "passes",
        [BENCH_WAIT] = "wait",
        [BENCH_DRIVER] = "driver",
    };
    cJSON *parts = cJSON_AddObjectToObject(object, "longest_frame_ms");
    bool whole = parts != NULL;
    double rest = (double)summary->longest.ms;
    for (uint32_t part = 0; part < BENCH_PARTS; part++) {
        const double ms = (double)summary->longest.parts[part];
        whole = cJSON_AddNumberToObject(parts, names[part], ms) != NULL && whole;
        rest -= ms;
    }
    return cJSON_AddNumberToObject(parts, "rest", rest) != NULL && whole;
}

static cJSON *make_object(const struct bench *bench, const struct bench_report *report)
{
    struct bench_summary summary;
    bench_summarise(bench, &summary);
    const struct {
        const char *name;
        double value;
    } numbers[] = {
        {"width", report->width},
        {"height", report->height},
        {"radius", report->radius},
        {"seed", report->seed},
        {"speed", report->speed},
        {"frames", bench->count},
        {"frames_loading", report->frames_loading},
        {"frame_ms_median", summary.median},
        {"frame_ms_p95", summary.p95},
        {"frame_ms_p99", summary.p99},
        {"frame_ms_p999", summary.p999},
        {"frame_ms_max", summary.max},
        {"frames_over_two_medians", summary.over_twice},
        {"first_frame_ms", report->first_frame_ms},
        {"instance_ms", report->instance_ms},
        {"device_ms", report->device_ms},
        {"renderer_ms", report->renderer_ms},
        {"pipelines_ms", report->pipelines_ms},
        {"pipelines_cached", report->pipelines_cached},
        {"world_complete_ms", report->world_complete_ms},
        {"peak_resident_mib", report->peak_resident_mib},
        {"quads", (double)report->quads},
        {"draws", (double)report->draws},
        {"chunks_meshed", (double)report->chunks_meshed},
        {"chunks_became_visible", (double)report->chunks_became_visible},
        {"bytes_uploaded", (double)report->bytes_uploaded},
        {"memory_reserved_bytes", (double)report->memory_reserved_bytes},
        {"memory_live_bytes", (double)report->memory_live_bytes},
        {"memory_two_chunks_a_type_bytes", (double)report->two_chunks_a_type},
        {"allocate_memory_calls", (double)report->calls.allocate_memory},
        {"map_memory_calls", (double)report->calls.map_memory},
        {"create_pipeline_calls", (double)report->calls.create_pipeline},
        {"allocate_memory_calls_after_first_second",
         (double)(report->calls.allocate_memory - report->calls_at_first.allocate_memory)},
        {"map_memory_calls_after_first_second",
         (double)(report->calls.map_memory - report->calls_at_first.map_memory)},
        {"create_pipeline_calls_after_first_second",
         (double)(report->calls.create_pipeline - report->calls_at_first.create_pipeline)},
    };
    cJSON *object = cJSON_CreateObject();
    bool whole = cJSON_AddStringToObject(object, "device", report->device) != NULL &&
                 cJSON_AddStringToObject(object, "driver", report->driver) != NULL;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        // A thousandth of a millisecond is as fine as anything here is known.
        double value = round(numbers[i].value * 1000) / 1000;
        whole = cJSON_AddNumberToObject(object, numbers[i].name, value) != NULL && whole;
    }
    whole = cJSON_AddStringToObject(object, "longest_frame_cause", summary.longest_cause) != NULL &&
            whole;
    whole = add_longest(object, &summary) && whole;
    whole = add_causes(object, &summary) && whole;
    whole = add_tenths(object, "memory_reserved_peak_bytes_by_tenth", summary.reserved_peak) &&
            add_tenths(object, "memory_live_peak_bytes_by_tenth", summary.live_peak) && whole;
    if (!whole) {
        cJSON_Delete(object);
        return NULL;
    }
    return object;
}

bool bench_write(const struct bench *bench, const struct bench_report *report, const char *path)
{
    cJSON *object = make_object(bench, report);
    char *text = cJSON_Print(object);
    bool done = false;
    if (text == NULL)
        ash_log(ASH_LOG_ERROR, "could not write %s: not enough memory; close other programs", path);
    else
        done = file_replace(path, text, strlen(text));
    cJSON_free(text);
    cJSON_Delete(object);
    return done;
}

double bench_peak_resident_mib(void)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0)
        return 0;
    return (double)usage.ru_maxrss / 1024; // Linux counts in KiB
}
