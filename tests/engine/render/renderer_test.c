// Labels: gpu
#include "engine/render/renderer.h"

#include <string.h>

#include "tests/support/render_fixture.h"
#include "tests/support/test_passes.h"

static const VkExtent2D odd = {37, 23};

static void draws_nothing_but_the_clear_colour(void **state)
{
    (void)state;
    struct render_fixture fixture;
    render_fixture_open(&fixture, NULL);
    assert_int_equal(render_fixture_create(&fixture, &(struct ash_renderer_params){.extent = odd}),
                     ASH_OK);
    uint8_t none[4];
    assert_int_equal(ash_renderer_read_pixels(fixture.renderer, none, sizeof(none)), ASH_NOT_READY);
    render_fixture_draw(&fixture, NULL);
    render_fixture_read(&fixture);
    render_fixture_assert_all(&fixture, 0x000000ff);
    render_fixture_close(&fixture);
}

static void draws_exact_colours(void **state)
{
    (void)state;
    struct render_fixture fixture;
    render_fixture_open(&fixture, NULL);
    const struct ash_pass_type *const passes[] = {&fill_pass};
    assert_int_equal(render_fixture_create(&fixture,
                                           &(struct ash_renderer_params){
                                               .extent = odd, .passes = passes, .pass_count = 1}),
                     ASH_OK);
    struct test_scene scene = {.color = {1.0f, 128.0f / 255.0f, 0.0f, 1.0f}, .depth = 0.5f};
    render_fixture_draw(&fixture, &scene);
    render_fixture_read(&fixture);
    render_fixture_assert_all(&fixture, 0xff8000ff);
    // Reading again gives the same, and drawing goes on.
    render_fixture_read(&fixture);
    render_fixture_assert_all(&fixture, 0xff8000ff);
    scene.color[2] = 1.0f;
    render_fixture_draw(&fixture, &scene);
    render_fixture_draw(&fixture, &scene);
    render_fixture_read(&fixture);
    render_fixture_assert_all(&fixture, 0xff80ffff);
    render_fixture_close(&fixture);
}

static void draws_with_one_to_three_frames_in_flight(void **state)
{
    (void)state;
    const struct ash_pass_type *const passes[] = {&fill_pass, &uniform_pass};
    for (uint32_t count = 1; count <= 3; count++) {
        struct render_fixture fixture;
        render_fixture_open(&fixture, NULL);
        assert_int_equal(render_fixture_create(
                             &fixture, &(struct ash_renderer_params){.extent = odd,
                                                                     .passes = passes,
                                                                     .pass_count = 2,
                                                                     .frames_in_flight = count}),
                         ASH_OK);
        for (uint32_t i = 0; i < 10; i++) {
            struct test_scene scene = {.depth = 1.0f, .uniform_color = {0.0f, 0.0f, 0.0f, 1.0f}};
            scene.uniform_color[i % 3] = 1.0f;
            render_fixture_draw(&fixture, &scene);
            if (i % 4 != 3)
                continue;
            render_fixture_read(&fixture);
            render_fixture_assert_all(&fixture, 0x000000ffu | 0xff000000u >> (i % 3 * 8));
        }
        render_fixture_close(&fixture);
    }
}

static void tells_what_it_drew(void **state)
{
    (void)state;
    struct render_fixture fixture;
    render_fixture_open(&fixture, NULL);
    const struct ash_pass_type *const passes[] = {&fill_pass, &uniform_pass};
    assert_int_equal(
        render_fixture_create(
            &fixture,
            &(struct ash_renderer_params){.extent = {256, 256}, .passes = passes, .pass_count = 2}),
        ASH_OK);
    struct test_scene scene = {.depth = 1.0f};
    for (int i = 0; i < 5; i++)
        render_fixture_draw(&fixture, &scene);
    assert_int_equal(ash_renderer_wait_idle(fixture.renderer), ASH_OK);
    struct ash_renderer_stats stats;
    ash_renderer_stats(fixture.renderer, &stats);
    assert_int_equal(stats.frames, 5);
    assert_int_equal(stats.draws, 2);
    assert_int_equal(stats.triangles, 1);
    assert_int_equal(stats.pass_count, 2);
    assert_string_equal(stats.passes[0].name, "fill");
    assert_string_equal(stats.passes[1].name, "uniform");
    assert_true(stats.passes[0].cpu_ms > 0.0);
    // The GPU's times only on demand.
    assert_true(stats.gpu_ms <= 0.0);
    ash_renderer_measure_gpu(fixture.renderer, true);
    for (int i = 0; i < 5; i++)
        render_fixture_draw(&fixture, &scene);
    ash_renderer_stats(fixture.renderer, &stats);
    assert_true(fixture.context->timestamp_valid_bits == 0 || stats.gpu_ms > 0.0);
    assert_true(stats.gpu_ms < 10000.0);
    assert_true(stats.wait_ms >= 0.0);
    assert_int_equal(ash_renderer_extent(fixture.renderer).width, 256);
    render_fixture_close(&fixture);
}

static void leaves_out_a_pass_that_could_not_prepare(void **state)
{
    (void)state;
    struct render_fixture fixture;
    render_fixture_open(&fixture, NULL);
    const struct ash_pass_type *const passes[] = {&uniform_pass, &fill_pass};
    assert_int_equal(render_fixture_create(&fixture,
                                           &(struct ash_renderer_params){
                                               .extent = odd, .passes = passes, .pass_count = 2}),
                     ASH_OK);
    struct test_scene scene = {.color = {1.0f, 0.0f, 0.0f, 1.0f},
                               .depth = 1.0f,
                               .uniform_color = {0.0f, 0.0f, 1.0f, 1.0f}};
    struct ash_renderer_stats stats;
    for (int i = 0; i < 3; i++) {
        scene.fail_prepare = i == 1;
        render_fixture_draw(&fixture, &scene);
        render_fixture_read(&fixture);
        render_fixture_assert_all(&fixture, i == 1 ? 0x0000ffff : 0xff0000ff);
        ash_renderer_stats(fixture.renderer, &stats);
        assert_int_equal(stats.passes[0].prepared, ASH_OK);
        assert_int_equal(stats.passes[1].prepared, i == 1 ? ASH_NOT_READY : ASH_OK);
    }
    render_fixture_close(&fixture);
}

static void uniforms_used_up_are_not_ready(void **state)
{
    (void)state;
    struct render_fixture fixture;
    render_fixture_open(&fixture, NULL);
    const struct ash_pass_type *const passes[] = {&uniform_pass};
    assert_int_equal(
        render_fixture_create(&fixture, &(struct ash_renderer_params){.extent = odd,
                                                                      .passes = passes,
                                                                      .pass_count = 1,
                                                                      .uniform_size = 3 * 65536}),
        ASH_OK);
    struct ash_renderer_stats stats;
    for (uint32_t i = 0; i < 8; i++) {
        // Two leave room for the colour; four are one too many; each frame has its own space.
        struct test_scene scene = {.uniform_color = {0.0f, 1.0f, 0.0f, 1.0f},
                                   .uniforms_wanted = i % 2 == 0 ? 2 : 4};
        render_fixture_draw(&fixture, &scene);
        ash_renderer_stats(fixture.renderer, &stats);
        assert_int_equal(stats.passes[0].prepared, i % 2 == 1 ? ASH_NOT_READY : ASH_OK);
        render_fixture_read(&fixture);
        render_fixture_assert_all(&fixture, i % 2 == 0 ? 0x00ff00ff : 0x000000ff);
    }
    render_fixture_close(&fixture);
}

// Passes that count their calls, and fail where the test wants them to.
static struct {
    int inits, finishes, resizes;
    int init_that_fails; // from 1; 0: none
    VkExtent2D extent;
    enum ash_result resize_result;
} calls;

static enum ash_result counting_init(void *state, const struct ash_pass_env *env)
{
    (void)state;
    assert_non_null(env->allocator);
    assert_string_equal(env->game, "game");
    calls.inits++;
    return calls.inits == calls.init_that_fails ? ASH_ERROR_OUT_OF_DEVICE_MEMORY : ASH_OK;
}

static void counting_finish(void *state, const struct ash_pass_env *env)
{
    (void)state;
    (void)env;
    calls.finishes++;
}

static enum ash_result counting_resize(void *state, const struct ash_pass_env *env,
                                       VkExtent2D extent)
{
    (void)state;
    (void)env;
    calls.resizes++;
    calls.extent = extent;
    return calls.resize_result;
}

static const struct ash_pass_type counting_pass = {
    .name = "counting",
    .init = counting_init,
    .finish = counting_finish,
    .resize = counting_resize,
};

static void a_pass_that_can_not_be_made_fails_creation(void **state)
{
    (void)state;
    const struct ash_pass_type *const passes[] = {&counting_pass, &counting_pass, &counting_pass};
    for (int failing = 1; failing <= 4; failing++) {
        memset(&calls, 0, sizeof(calls));
        calls.init_that_fails = failing <= 3 ? failing : 0;
        calls.resize_result = failing == 4 ? ASH_ERROR_OUT_OF_DEVICE_MEMORY : ASH_OK;
        struct render_fixture fixture;
        render_fixture_open(&fixture, NULL);
        assert_int_equal(render_fixture_create(
                             &fixture,
                             &(struct ash_renderer_params){
                                 .extent = odd, .passes = passes, .pass_count = 3, .game = "game"}),
                         ASH_ERROR_OUT_OF_DEVICE_MEMORY);
        assert_null(fixture.renderer);
        assert_int_equal(calls.inits, failing <= 3 ? failing : 3);
        assert_int_equal(calls.finishes, calls.inits);
        assert_int_equal(calls.resizes, failing <= 3 ? 0 : 1);
        render_fixture_close(&fixture);
    }
}

static void passes_learn_each_size_once(void **state)
{
    (void)state;
    memset(&calls, 0, sizeof(calls));
    const struct ash_pass_type *const passes[] = {&counting_pass};
    struct render_fixture fixture;
    render_fixture_open(&fixture, NULL);
    assert_int_equal(render_fixture_create(&fixture, &(struct ash_renderer_params){.extent = odd,
                                                                                   .passes = passes,
                                                                                   .pass_count = 1,
                                                                                   .game = "game"}),
                     ASH_OK);
    // Offscreen, a size without area leaves the picture as it is.
    assert_int_equal(ash_renderer_draw(fixture.renderer, NULL, (VkExtent2D){0, 0}), ASH_OK);
    assert_int_equal(ash_renderer_draw(fixture.renderer, NULL, odd), ASH_OK);
    assert_int_equal(calls.resizes, 1);
    assert_int_equal(calls.extent.width, odd.width);
    assert_int_equal(calls.extent.height, odd.height);
    assert_int_equal(ash_renderer_draw(fixture.renderer, NULL, (VkExtent2D){100, 1}), ASH_OK);
    assert_int_equal(ash_renderer_draw(fixture.renderer, NULL, (VkExtent2D){100, 1}), ASH_OK);
    assert_int_equal(calls.resizes, 2);
    assert_int_equal(calls.extent.width, 100);
    assert_int_equal(ash_renderer_extent(fixture.renderer).height, 1);
    // One that can't be is refused, and the next that can is drawn again.
    uint32_t most = fixture.context->properties.limits.maxImageDimension2D;
    assert_int_equal(ash_renderer_draw(fixture.renderer, NULL, (VkExtent2D){most + 1, 1}),
                     ASH_ERROR_UNSUPPORTED);
    assert_int_equal(ash_renderer_draw(fixture.renderer, NULL, (VkExtent2D){100, 1}), ASH_OK);
    assert_int_equal(ash_renderer_extent(fixture.renderer).width, 100);
    render_fixture_close(&fixture);
    assert_int_equal(calls.finishes, 1);
}

static void refuses_a_picture_too_large(void **state)
{
    (void)state;
    struct render_fixture fixture;
    render_fixture_open(&fixture, NULL);
    uint32_t width = fixture.context->properties.limits.maxImageDimension2D + 1;
    assert_int_equal(
        render_fixture_create(&fixture, &(struct ash_renderer_params){.extent = {width, 1}}),
        ASH_ERROR_UNSUPPORTED);
    assert_null(fixture.renderer);
    render_fixture_close(&fixture);
}

static void destroying_nothing_is_allowed(void **state)
{
    (void)state;
    ash_renderer_destroy(NULL);
    ash_pipelines_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_nothing_but_the_clear_colour),
        cmocka_unit_test(draws_exact_colours),
        cmocka_unit_test(draws_with_one_to_three_frames_in_flight),
        cmocka_unit_test(tells_what_it_drew),
        cmocka_unit_test(leaves_out_a_pass_that_could_not_prepare),
        cmocka_unit_test(uniforms_used_up_are_not_ready),
        cmocka_unit_test(a_pass_that_can_not_be_made_fails_creation),
        cmocka_unit_test(passes_learn_each_size_once),
        cmocka_unit_test(refuses_a_picture_too_large),
        cmocka_unit_test(destroying_nothing_is_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
