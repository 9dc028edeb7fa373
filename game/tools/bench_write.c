#include "game/tools/bench.h"

#include <math.h>

#include "game/base/json.h"

static void add_number(struct json *json, cJSON *object, const char *name, double value)
{
    // A thousandth of a millisecond is as fine as anything here is known.
    json_number(json, object, name, round(value * 1000) / 1000);
}

static void add_numbers(struct json *json, const struct bench_number *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add_number(json, json->root, numbers[i].name, numbers[i].value);
}

static void add_part_medians(struct json *json, const struct bench_summary *summary)
{
    cJSON *parts = json_object(json, json->root, "parts_ms_median");
    for (enum bench_part part = 0; part < BENCH_PARTS; part++)
        add_number(json, parts, bench_part_name(part), summary->parts[part]);
}

// The parts of a frame, and what is left of it.
static void add_parts(struct json *json, cJSON *object, const struct bench_frame *frame)
{
    double rest = (double)frame->ms;
    for (enum bench_part part = 0; part < BENCH_PARTS; part++) {
        const double ms = (double)frame->parts[part];
        add_number(json, object, bench_part_name(part), ms);
        rest -= ms;
    }
    add_number(json, object, "rest", rest);
}

static void add_frame(struct json *json, cJSON *array, const struct bench_frame *frame,
                      uint64_t number, const char *cause)
{
    cJSON *object = json_object(json, array, NULL);
    add_number(json, object, "frame", (double)number);
    json_text(json, object, "cause", cause);
    add_number(json, object, "ms", (double)frame->ms);
    add_parts(json, object, frame);
    add_number(json, object, "cpu", frame->thread.cpu_ms);
    add_number(json, object, "page_faults", (double)frame->thread.page_faults);
    add_number(json, object, "sleeps", (double)frame->thread.sleeps);
    add_number(json, object, "interruptions", (double)frame->thread.interruptions);
}

static void add_longest(struct json *json, const struct bench *bench,
                        const struct bench_summary *summary)
{
    const char *cause = summary->longest_count > 0 ? summary->longest[0].cause : "none";
    json_text(json, json->root, "longest_frame_cause", cause);
    cJSON *parts = json_object(json, json->root, "longest_frame_ms");
    if (summary->longest_count > 0)
        add_parts(json, parts, summary->longest[0].frame);
    cJSON *array = json_array(json, json->root, "longest_frames");
    for (uint32_t i = 0; i < summary->longest_count; i++) {
        const struct bench_frame *frame = summary->longest[i].frame;
        add_frame(json, array, frame, (uint64_t)(frame - bench->frames) + 1,
                  summary->longest[i].cause);
    }
}

static void add_causes(struct json *json, const struct bench_summary *summary)
{
    cJSON *causes = json_object(json, json->root, "frames_over_three_medians");
    for (uint32_t i = 0; i < summary->cause_count; i++)
        json_number(json, causes, summary->over_thrice[i].cause, summary->over_thrice[i].frames);
}

static void add_tenths(struct json *json, const char *name, const uint64_t tenths[BENCH_TENTHS])
{
    double values[BENCH_TENTHS];
    for (uint32_t i = 0; i < BENCH_TENTHS; i++)
        values[i] = (double)tenths[i];
    json_numbers(json, json->root, name, values, BENCH_TENTHS);
}

bool bench_write(const struct bench *bench, const struct bench_report *report, const char *path)
{
    struct json json;
    struct bench_summary summary;
    bench_summarise(bench, &summary);
    const struct bench_number frames[] = {
        {"frames", bench->count},
        {"frame_ms_median", summary.median},
        {"frame_ms_p95", summary.p95},
        {"frame_ms_p99", summary.p99},
        {"frame_ms_p999", summary.p999},
        {"frame_ms_max", summary.max},
        {"frames_over_two_medians", summary.over_twice},
    };
    json_begin(&json);
    json_text(&json, json.root, "device", report->device);
    json_text(&json, json.root, "driver", report->driver);
    add_numbers(&json, frames, sizeof(frames) / sizeof(frames[0]));
    add_numbers(&json, report->numbers, report->count);
    add_part_medians(&json, &summary);
    add_longest(&json, bench, &summary);
    add_causes(&json, &summary);
    add_tenths(&json, "memory_reserved_peak_bytes_by_tenth", summary.reserved_peak);
    add_tenths(&json, "memory_live_peak_bytes_by_tenth", summary.live_peak);
    return json_write(&json, path);
}
