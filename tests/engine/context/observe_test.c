// Labels: gpu
//
// What is told of a frame while it is made: its phases in order, every barrier that reaches Vulkan,
// uploads, and what the GPU took.
#include "engine/context/observe.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/render_fixture.h"
#include "tests/support/test_passes.h"

enum { MOST = 64 };

struct seen {
    char phases[MOST][32];
    uint64_t numbers[MOST];
    uint32_t phase_count, barriers, unexplained, uploads, gpu_spans;
    uint64_t gpu_number;
    double gpu_until;
};

static void on_phase(void *user, uint64_t number, const char *phase, const char *pass,
                     const char *purpose)
{
    struct seen *seen = user;
    assert_true(seen->phase_count < MOST && (pass == NULL) != (purpose == NULL));
    seen->numbers[seen->phase_count] = number;
    snprintf(seen->phases[seen->phase_count++], sizeof(seen->phases[0]), "%s%s%s", phase,
             pass != NULL ? " " : "", pass != NULL ? pass : "");
}

static void on_upload(void *user, const char *target, VkDeviceSize size, bool direct)
{
    (void)direct;
    assert_true(target[0] != '\0' && size > 0);
    ((struct seen *)user)->uploads++;
}

static void on_barrier(void *user, const VkDependencyInfo *barrier, const char *name,
                       const char *reason)
{
    struct seen *seen = user;
    seen->barriers++;
    seen->unexplained += strlen(name) < 4 || strlen(reason) < 10;
    assert_true(barrier->memoryBarrierCount + barrier->imageMemoryBarrierCount > 0);
}

static void on_gpu(void *user, uint64_t number, const char *phase, const char *pass, double from_ms,
                   double to_ms)
{
    struct seen *seen = user;
    assert_true(phase[0] != '\0' && pass[0] != '\0' && from_ms >= 0 && to_ms >= from_ms);
    seen->gpu_spans++;
    seen->gpu_number = number;
    seen->gpu_until = to_ms;
}

static void a_frame_is_told_in_order_with_every_barrier(void **state)
{
    (void)state;
    struct render_fixture fixture;
    struct seen seen = {0};
    const struct ash_observer observer = {on_phase, on_upload, on_barrier, on_gpu, &seen};
    const struct ash_pass_type *const passes[] = {&fill_pass, &invert_pass, &depth_pass};
    render_fixture_open(&fixture, NULL);
    assert_int_equal(render_fixture_create(&fixture,
                                           &(struct ash_renderer_params){
                                               .extent = {37, 23},
                                               .passes = passes,
                                               .pass_count = 3,
                                           }),
                     ASH_OK);
    struct test_scene scene = {.color = {1.0f, 0.0f, 0.0f, 1.0f}, .depth = 0.5f};
    render_fixture_draw(&fixture, &scene);

    uint32_t recorded = 0; // what really reaches Vulkan
    render_fixture_count_barriers(&fixture, &recorded);
    ash_context_observe(fixture.context, &observer);
    render_fixture_draw(&fixture, &scene);
    ash_context_observe(fixture.context, NULL);

    static const char *const phases[] = {
        "wait",      "reclaim",     "acquire",    "begin drawing", "prepare fill", "upload",
        "draw fill", "draw invert", "draw depth", "end drawing",   "submit",       "present"};
    assert_int_equal(seen.phase_count, sizeof(phases) / sizeof(phases[0]));
    for (uint32_t i = 0; i < seen.phase_count; i++) {
        assert_string_equal(seen.phases[i], phases[i]);
        assert_int_equal(seen.numbers[i], 2);
    }
    // Two of the targets' beginnings, four around the copy of the colour and one of the depth that
    // goes on, two where depth is read: at the least.
    assert_true(recorded >= 8);
    assert_int_equal(seen.barriers, recorded);
    assert_int_equal(seen.unexplained, 0);
    render_fixture_close(&fixture);
}

static void the_gpus_times_are_told_of_frames_that_are_done(void **state)
{
    (void)state;
    struct render_fixture fixture;
    struct seen seen = {0};
    const struct ash_observer observer = {.gpu = on_gpu, .upload = on_upload, .user = &seen};
    const struct ash_pass_type *const passes[] = {&fill_pass};
    render_fixture_open(&fixture, NULL);
    assert_int_equal(render_fixture_create(&fixture,
                                           &(struct ash_renderer_params){
                                               .extent = {37, 23},
                                               .passes = passes,
                                               .pass_count = 1,
                                           }),
                     ASH_OK);
    ash_context_observe(fixture.context, &observer);
    struct test_scene scene = {.color = {1.0f, 0.0f, 0.0f, 1.0f}, .depth = 0.5f};
    render_fixture_draw(&fixture, &scene);
    assert_int_equal(seen.gpu_spans, 0); // nobody has asked for times
    ash_renderer_measure_gpu(fixture.renderer, true);
    for (int i = 0; i < 4; i++)
        render_fixture_draw(&fixture, &scene);
    if (fixture.context->timestamp_valid_bits > 0) {
        assert_int_equal(seen.gpu_spans, 4); // prepare and draw of frames 2 and 3
        assert_int_equal(seen.gpu_number, 3);
        assert_true(seen.gpu_until > 0 && seen.gpu_until < 60000);
    }
    ash_context_observe(fixture.context, NULL);
    render_fixture_close(&fixture);
}

// A barrier recorded elsewhere would go unexplained.
static void the_engine_records_barriers_in_one_place(void **state)
{
    (void)state;
    FILE *found = popen("grep -rl --include=*.c 'vkCmdPipelineBarrier2\\?(' " ASH_SOURCE_DIR
                        "/engine " ASH_SOURCE_DIR "/game " ASH_SOURCE_DIR "/examples",
                        "r");
    assert_non_null(found);
    char line[512];
    assert_non_null(fgets(line, sizeof(line), found));
    assert_non_null(strstr(line, "engine/context/observe.c"));
    assert_null(fgets(line, sizeof(line), found));
    pclose(found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_is_told_in_order_with_every_barrier),
        cmocka_unit_test(the_gpus_times_are_told_of_frames_that_are_done),
        cmocka_unit_test(the_engine_records_barriers_in_one_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
