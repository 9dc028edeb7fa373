// Labels: gpu
//
// A frame explained: every phase, every upload and every barrier that reaches Vulkan is in the
// text, each barrier with its reason.
#include "game/tools/explain.h"

#include <stdlib.h>
#include <string.h>

#include "engine/context/observe.h"
#include "tests/support/render_fixture.h"
#include "tests/support/test_passes.h"

static void on_phase(void *user, uint64_t number, const char *phase, const char *pass,
                     const char *purpose)
{
    explain_phase(user, number, phase, pass, purpose);
}

static void on_upload(void *user, const char *target, VkDeviceSize size, bool direct)
{
    explain_upload(user, target, size, direct);
}

static void on_barrier(void *user, const VkDependencyInfo *barrier, const char *name,
                       const char *reason)
{
    explain_barrier(user, barrier, name, reason);
}

static uint32_t count(const char *text, const char *what)
{
    uint32_t found = 0;
    for (; (text = strstr(text, what)) != NULL; text += strlen(what))
        found++;
    return found;
}

static void every_pass_and_every_barrier_is_explained(void **state)
{
    (void)state;
    struct render_fixture fixture;
    struct explain explain = {0};
    const struct ash_observer observer = {on_phase, on_upload, on_barrier, NULL, &explain};
    const struct ash_pass_type *const passes[] = {&fill_pass, &invert_pass, &depth_pass};
    const struct ash_renderer_params params = {
        .extent = {37, 23}, .passes = passes, .pass_count = 3};
    render_fixture_open(&fixture, NULL);
    assert_int_equal(render_fixture_create(&fixture, &params), ASH_OK);
    uint32_t recorded = 0; // what really reaches Vulkan
    render_fixture_count_barriers(&fixture, &recorded);
    ash_context_observe(fixture.context, &observer);
    struct test_scene scene = {.color = {1.0f, 0.0f, 0.0f, 1.0f}, .depth = 0.5f};
    for (int i = 0; i < 3; i++) {
        recorded = 0;
        explain_begin(&explain);
        render_fixture_draw(&fixture, &scene);
    }
    const char *text = explain_end(&explain);
    assert_true(recorded >= 8);
    assert_int_equal(explain.barriers, recorded);
    assert_int_equal(count(text, "barrier "), recorded);
    assert_int_equal(count(text, "because "), recorded);
    assert_int_equal(count(text, "waits for "), recorded);
    assert_int_equal(count(text, "another layout"), 0);
    assert_int_equal(count(text, "0x"), 0); // no stage and no access without a name
    for (uint32_t i = 0; i < 3; i++) {
        char draw[64];
        snprintf(draw, sizeof(draw), "  draw %s\n", passes[i]->name);
        assert_int_equal(count(text, draw), 1);
    }
    assert_int_equal(count(text, "Frame 3, step by step:"), 1);
    ash_context_observe(fixture.context, NULL);
    explain_finish(&explain);
    render_fixture_close(&fixture);
}

// Uploads are summed by target, also where there are more targets than are kept.
static void uploads_are_told_by_target(void **state)
{
    (void)state;
    struct explain explain = {0};
    explain_begin(&explain);
    explain_phase(&explain, 7, "prepare", "terrain", NULL);
    for (int i = 0; i < 5; i++)
        explain_upload(&explain, "near", 1024, true);
    explain_upload(&explain, "near", 512, false);
    for (int i = 0; i < 2 * EXPLAIN_TARGETS; i++) {
        char name[24];
        snprintf(name, sizeof(name), "target %d", i);
        explain_upload(&explain, name, 2048, false);
    }
    explain_phase(&explain, 7, "upload", NULL, "copies");
    const char *text = explain_end(&explain);
    assert_int_equal(count(text, "5 uploads, 5.0 KiB, to \"near\": straight"), 1);
    assert_int_equal(count(text, "1 upload, 0.5 KiB, to \"near\": into the staging ring"), 1);
    assert_int_equal(count(text, "2.0 KiB, to \"target"), 2 * EXPLAIN_TARGETS);
    assert_int_equal(count(text, "22 uploads, 0 barriers"), 1);
    explain_finish(&explain);
    assert_string_equal(explain_end(&explain), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pass_and_every_barrier_is_explained),
        cmocka_unit_test(uploads_are_told_by_target),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
