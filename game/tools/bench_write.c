#include "game/tools/bench.h"

#include "game/base/file.h"

#include "engine/log.h"

#include <cjson/cJSON.h>

#include <math.h>
#include <string.h>

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

static bool add_number(cJSON *object, const char *name, double value)
{
    // A thousandth of a millisecond is as fine as anything here is known.
    return cJSON_AddNumberToObject(object, name, round(value * 1000) / 1000) != NULL;
}

static const char *const part_names[BENCH_PARTS] = {
    [BENCH_SIMULATION] = "simulation", [BENCH_STREAMING] = "streaming", [BENCH_SCENE] = "scene",
    [BENCH_PASSES] = "passes",         [BENCH_WAIT] = "wait",           [BENCH_DRIVER] = "driver",
};

static bool add_part_medians(cJSON *object, const struct bench_summary *summary)
{
    cJSON *parts = cJSON_AddObjectToObject(object, "parts_ms_median");
    bool whole = parts != NULL;
    for (uint32_t part = 0; part < BENCH_PARTS; part++)
        whole = add_number(parts, part_names[part], summary->parts[part]) && whole;
    return whole;
}

static bool add_frame(cJSON *array, const struct bench_frame *frame, uint64_t number,
                      const char *cause)
{
    cJSON *object = cJSON_CreateObject();
    if (!cJSON_AddItemToArray(array, object)) {
        cJSON_Delete(object);
        return false;
    }
    bool whole = add_number(object, "frame", (double)number) &&
                 cJSON_AddStringToObject(object, "cause", cause) != NULL &&
                 add_number(object, "ms", (double)frame->ms);
    double rest = (double)frame->ms;
    for (uint32_t part = 0; part < BENCH_PARTS; part++) {
        const double ms = (double)frame->parts[part];
        whole = add_number(object, part_names[part], ms) && whole;
        rest -= ms;
    }
    const struct bench_thread *thread = &frame->thread;
    return add_number(object, "rest", rest) && add_number(object, "cpu", thread->cpu_ms) &&
           add_number(object, "page_faults", (double)thread->page_faults) &&
           add_number(object, "sleeps", (double)thread->sleeps) &&
           add_number(object, "interruptions", (double)thread->interruptions) && whole;
}

static bool add_longest(cJSON *object, const struct bench *bench,
                        const struct bench_summary *summary)
{
    const char *cause = summary->longest_count > 0 ? summary->longest[0].cause : "none";
    bool whole = cJSON_AddStringToObject(object, "longest_frame_cause", cause) != NULL;
    cJSON *array = cJSON_AddArrayToObject(object, "longest_frames");
    for (uint32_t i = 0; i < summary->longest_count && array != NULL; i++) {
        const struct bench_frame *frame = summary->longest[i].frame;
        whole = add_frame(array, frame, (uint64_t)(frame - bench->frames) + 1,
                          summary->longest[i].cause) &&
                whole;
    }
    return array != NULL && whole;
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
        whole = add_number(object, numbers[i].name, numbers[i].value) && whole;
    }
    whole = add_part_medians(object, &summary) && whole;
    whole = add_longest(object, bench, &summary) && whole;
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
