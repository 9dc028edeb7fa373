// Labels: gpu
// Shaders that change while frames are in flight.
#include "engine/render/renderer.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/catch.h"
#include "tests/support/render_fixture.h"
#include "tests/support/test_passes.h"

struct stage {
    struct render_fixture fixture;
    struct ash_shader *shaders; // a table that changes
    struct test_scene scene;
};

static int setup(void **state)
{
    static const struct ash_pass_type *const passes[] = {&fill_pass, &fill_pass};
    struct stage *stage = calloc(1, sizeof(*stage));
    assert_non_null(stage);
    stage->shaders = calloc(test_shaders_count, sizeof(*stage->shaders));
    assert_non_null(stage->shaders);
    memcpy(stage->shaders, test_shaders, test_shaders_count * sizeof(*stage->shaders));
    stage->scene = (struct test_scene){.color = {1.0f, 0.0f, 0.0f, 1.0f}, .depth = 0.5f};
    render_fixture_open(&stage->fixture, NULL);
    assert_int_equal(
        render_fixture_create(&stage->fixture,
                              &(struct ash_renderer_params){.extent = {8, 8},
                                                            .passes = passes,
                                                            .pass_count = 2,
                                                            .frames_in_flight = 3,
                                                            .shaders = stage->shaders,
                                                            .shader_count = test_shaders_count}),
        ASH_OK);
    *state = stage;
    return 0;
}

static int teardown(void **state)
{
    struct stage *stage = *state;
    render_fixture_close(&stage->fixture);
    free(stage->shaders);
    free(stage);
    return 0;
}

// Puts the words of the fragment stage of `from` where those of `to` were.
static void exchange(struct stage *stage, const char *to, const char *from)
{
    const struct ash_shader *source = NULL;
    for (uint32_t i = 0; i < test_shaders_count; i++)
        if (strcmp(test_shaders[i].name, from) == 0 &&
            test_shaders[i].stage == VK_SHADER_STAGE_FRAGMENT_BIT)
            source = &test_shaders[i];
    assert_non_null(source);
    for (uint32_t i = 0; i < test_shaders_count; i++) {
        struct ash_shader *shader = &stage->shaders[i];
        if (strcmp(shader->name, to) == 0 && shader->stage == VK_SHADER_STAGE_FRAGMENT_BIT) {
            shader->words = source->words;
            shader->size = source->size;
        }
    }
}

static void draws(struct stage *stage, uint32_t rgba)
{
    for (int i = 0; i < 4; i++)
        render_fixture_draw(&stage->fixture, &stage->scene);
    render_fixture_read(&stage->fixture);
    render_fixture_assert_all(&stage->fixture, rgba);
}

static void the_next_frame_draws_with_the_new_shader(void **state)
{
    struct stage *stage = *state;
    struct ash_renderer *renderer = stage->fixture.renderer;
    struct ash_renderer_stats stats;
    draws(stage, 0xff0000ff);
    exchange(stage, "test_fill", "test_swap");
    assert_int_equal(ash_renderer_reload(renderer, "test_fill"), ASH_OK);
    ash_renderer_stats(renderer, &stats);
    assert_int_equal(stats.retired_objects, 2); // one for each pass, and the GPU may be at it yet
    draws(stage, 0x0000ffff);
    ash_renderer_stats(renderer, &stats);
    assert_int_equal(stats.retired_objects, 0);
    exchange(stage, "test_fill", "test_fill");
    assert_int_equal(ash_renderer_reload(renderer, "test_fill"), ASH_OK);
    draws(stage, 0xff0000ff);
}

static void a_shader_that_does_not_fit_is_refused(void **state)
{
    struct stage *stage = *state;
    exchange(stage, "test_fill", "test_uniform"); // it has a binding, and the pipeline none
    catch_log_begin();
    assert_int_equal(ash_renderer_reload(stage->fixture.renderer, "test_fill"),
                     ASH_ERROR_UNSUPPORTED);
    assert_int_equal(catch_log_count(ASH_LOG_ERROR), 1);
    assert_true(catch_log_has("binding 0"));
    catch_log_end();
    draws(stage, 0xff0000ff);
    catch_log_begin();
    assert_int_equal(ash_renderer_reload(stage->fixture.renderer, "no_such"),
                     ASH_ERROR_UNSUPPORTED);
    assert_true(catch_log_has("no_such"));
    catch_log_end();
}

static void a_shader_that_nobody_uses_changes_nothing(void **state)
{
    struct stage *stage = *state;
    exchange(stage, "test_swap", "test_fill");
    assert_int_equal(ash_renderer_reload(stage->fixture.renderer, "test_swap"), ASH_OK);
    draws(stage, 0xff0000ff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_next_frame_draws_with_the_new_shader, setup, teardown),
        cmocka_unit_test_setup_teardown(a_shader_that_does_not_fit_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_shader_that_nobody_uses_changes_nothing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
