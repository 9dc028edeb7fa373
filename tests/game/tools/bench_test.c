// Labels: valgrind
//
// Frame statistics and the object that --bench writes.
#include "game/tools/bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <cjson/cJSON.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// `count` frames of 1, 2, 3 ... ms, in a mixed order.
static void fill(struct bench *bench, uint32_t count)
{
    assert_true(bench_init(bench, count, false));
    for (uint32_t i = 0; i < count; i++) {
        struct bench_frame frame = {.ms = (float)(i * 7 % count + 1)};
        bench_add(bench, &frame);
    }
}

static void percentiles_are_nearest_ranks(void **state)
{
    (void)state;
    struct bench bench;
    struct bench_summary summary;
    fill(&bench, 100);
    bench_summarise(&bench, &summary);
    assert_true(summary.median == 50 && summary.p95 == 95 && summary.p99 == 99);
    assert_true(summary.max == 100);
    bench_finish(&bench);
    fill(&bench, 1);
    bench_summarise(&bench, &summary);
    assert_true(summary.median == 1 && summary.p99 == 1 && summary.max == 1);
    bench_finish(&bench);
    fill(&bench, 10);
    bench_summarise(&bench, &summary);
    assert_true(summary.median == 5 && summary.p95 == 10);
    bench_finish(&bench);
}

static void no_frames_are_no_figures(void **state)
{
    (void)state;
    struct bench bench = {0};
    struct bench_summary summary;
    bench_summarise(&bench, &summary);
    assert_true(summary.median == 0 && summary.max == 0);
    assert_int_equal(summary.longest_count, 0);
    bench_finish(&bench);
}

static void frames_beyond_the_capacity_are_left_out(void **state)
{
    (void)state;
    struct bench bench;
    fill(&bench, 3);
    struct bench_frame late = {.ms = 1000};
    bench_add(&bench, &late);
    assert_int_equal(bench.count, 3);
    bench_finish(&bench);
}

// The most that --frames takes would be 8 GiB.
static void memory_is_had_for_the_frames_that_came(void **state)
{
    (void)state;
    enum { MOST = 100000000, CAME = 150001 };
    struct bench bench;
    struct bench_summary summary;
    assert_true(bench_init(&bench, MOST, false));
    assert_true(bench.room <= 100000);
    for (uint32_t i = 0; i < CAME; i++)
        bench_add(&bench, &(struct bench_frame){.ms = (float)(i + 1)});
    assert_int_equal(bench.count, CAME);
    assert_true(bench.room >= CAME && bench.room < 2 * CAME);
    bench_summarise(&bench, &summary);
    assert_true(summary.median == CAME / 2 + 1 && summary.max == CAME);
    bench_finish(&bench);
    fill(&bench, CAME);
    bench_add(&bench, &(struct bench_frame){.ms = 1});
    assert_true(bench.count == CAME && bench.room == CAME);
    bench_finish(&bench);
}

// Nine ordinary frames and a long one, whose extra time went into one part.
static const char *cause_of(enum bench_part part, bool uploaded, bool presents)
{
    struct bench bench;
    assert_true(bench_init(&bench, 10, presents));
    for (int i = 0; i < 10; i++) {
        struct bench_frame frame = {.ms = 10, .parts = {1, 1, 3, 3, 1}};
        if (i == 4) {
            frame.ms = 40;
            frame.uploaded = uploaded;
            if (part < BENCH_PARTS)
                frame.parts[part] += 25;
        }
        bench_add(&bench, &frame);
    }
    struct bench_summary summary;
    bench_summarise(&bench, &summary);
    assert_true(summary.longest[0].frame == &bench.frames[4]);
    bench_finish(&bench);
    return summary.longest[0].cause;
}

static void the_longest_frame_has_a_cause(void **state)
{
    (void)state;
    assert_string_equal(cause_of(BENCH_SIMULATION, false, false), "simulation");
    assert_string_equal(cause_of(BENCH_STREAMING, true, false), "streaming");
    assert_string_equal(cause_of(BENCH_SCENE, false, false), "scene");
    assert_string_equal(cause_of(BENCH_PASSES, false, false), "passes");
    assert_string_equal(cause_of(BENCH_PASSES, true, false), "upload");
    assert_string_equal(cause_of(BENCH_WAIT, false, false), "gpu");
    assert_string_equal(cause_of(BENCH_WAIT, false, true), "present");
    assert_string_equal(cause_of(BENCH_DRIVER, false, false), "driver");
    assert_string_equal(cause_of(BENCH_PARTS, false, false), "system");
}

static void the_longest_frames_are_kept_in_order(void **state)
{
    (void)state;
    struct bench bench;
    struct bench_summary summary;
    fill(&bench, 100);
    bench_summarise(&bench, &summary);
    assert_int_equal(summary.longest_count, BENCH_LONGEST);
    for (uint32_t i = 0; i < BENCH_LONGEST; i++)
        assert_true(summary.longest[i].frame->ms == (float)(100 - i));
    bench_finish(&bench);
}

static void a_thread_knows_what_it_had_of_the_machine(void **state)
{
    (void)state;
    const struct bench_thread before = bench_thread_now();
    struct bench_thread after = before;
    while (after.cpu_ms < before.cpu_ms + 2)
        after = bench_thread_now();
    const struct timespec briefly = {.tv_nsec = 1000000};
    nanosleep(&briefly, NULL);
    after = bench_thread_now();
    const struct bench_thread between = bench_thread_between(&before, &after);
    assert_true(between.cpu_ms >= 2 && between.cpu_ms < 1000);
    assert_true(between.sleeps >= 1);
}

static void long_frames_are_counted_by_cause(void **state)
{
    (void)state;
    struct bench bench;
    assert_true(bench_init(&bench, 100, false));
    for (int i = 0; i < 100; i++) {
        struct bench_frame frame = {.ms = 10, .parts = {1, 1, 3, 3, 1}};
        const float more = i < 2 ? 15 : i < 5 ? 25 : i < 7 ? 35 : 0;
        frame.ms += more;
        frame.parts[i < 5 ? BENCH_STREAMING : BENCH_DRIVER] += more;
        bench_add(&bench, &frame);
    }
    struct bench_summary summary;
    bench_summarise(&bench, &summary);
    assert_int_equal(summary.over_twice, 7);
    assert_int_equal(summary.cause_count, 2);
    assert_string_equal(summary.over_thrice[0].cause, "streaming");
    assert_int_equal(summary.over_thrice[0].frames, 3);
    assert_string_equal(summary.over_thrice[1].cause, "driver");
    assert_int_equal(summary.over_thrice[1].frames, 2);
    assert_true(summary.p99 == 45 && summary.p999 == 45);
    bench_finish(&bench);
}

static void memory_has_a_peak_in_each_tenth(void **state)
{
    (void)state;
    struct bench bench;
    assert_true(bench_init(&bench, 25, false));
    for (uint64_t i = 0; i < 25; i++) {
        struct bench_frame frame = {.ms = 1, .reserved = 100 + i, .live = 50 - i};
        bench_add(&bench, &frame);
    }
    struct bench_summary summary;
    bench_summarise(&bench, &summary);
    assert_int_equal(summary.reserved_peak[0], 102);
    assert_int_equal(summary.reserved_peak[9], 124);
    assert_int_equal(summary.live_peak[0], 50);
    assert_int_equal(summary.live_peak[9], 50 - 23);
    bench_finish(&bench);
}

static void the_object_has_what_frames_and_caller_say(void **state)
{
    (void)state;
    char path[256];
    snprintf(path, sizeof(path), "%s/bench-test-%ld.json", ASH_BINARY_DIR, (long)getpid());
    struct bench bench;
    fill(&bench, 100);
    const struct bench_number numbers[] = {{"seed", UINT32_MAX},
                                           {"bytes_uploaded", (double)(UINT64_C(1) << 40)},
                                           {"first_frame_ms", 123.4567}};
    struct bench_report report = {
        .device = "a \"GPU\"", .driver = "a driver", .numbers = numbers, .count = 3};
    assert_true(bench_write(&bench, &report, path));
    bench_finish(&bench);
    char text[8192] = "";
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_true(fread(text, 1, sizeof(text) - 1, file) > 0);
    fclose(file);
    unlink(path);
    cJSON *object = cJSON_Parse(text);
    assert_non_null(object);
    assert_string_equal(cJSON_GetObjectItem(object, "device")->valuestring, "a \"GPU\"");
    assert_true(cJSON_GetObjectItem(object, "frames")->valuedouble == 100);
    assert_true(cJSON_GetObjectItem(object, "seed")->valuedouble == 4294967295.0);
    assert_true(cJSON_GetObjectItem(object, "bytes_uploaded")->valuedouble == 1099511627776.0);
    assert_true(fabs(cJSON_GetObjectItem(object, "first_frame_ms")->valuedouble - 123.457) < 1e-9);
    assert_true(cJSON_GetObjectItem(object, "frame_ms_median")->valuedouble == 50);
    cJSON_Delete(object);
}

static void a_place_that_can_not_be_written_is_an_error(void **state)
{
    (void)state;
    struct bench bench;
    fill(&bench, 3);
    struct bench_report report = {.device = "x", .driver = "y"};
    assert_false(bench_write(&bench, &report, "/nonexistent/folder/b.json"));
    bench_finish(&bench);
}

static void resident_memory_is_known(void **state)
{
    (void)state;
    double mib = bench_peak_resident_mib();
    assert_true(mib > 0.5 && mib < 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percentiles_are_nearest_ranks),
        cmocka_unit_test(no_frames_are_no_figures),
        cmocka_unit_test(frames_beyond_the_capacity_are_left_out),
        cmocka_unit_test(memory_is_had_for_the_frames_that_came),
        cmocka_unit_test(the_longest_frame_has_a_cause),
        cmocka_unit_test(the_longest_frames_are_kept_in_order),
        cmocka_unit_test(a_thread_knows_what_it_had_of_the_machine),
        cmocka_unit_test(long_frames_are_counted_by_cause),
        cmocka_unit_test(memory_has_a_peak_in_each_tenth),
        cmocka_unit_test(the_object_has_what_frames_and_caller_say),
        cmocka_unit_test(a_place_that_can_not_be_written_is_an_error),
        cmocka_unit_test(resident_memory_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
