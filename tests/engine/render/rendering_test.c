// Labels: gpu
// Passes that read what earlier passes left: colour, depth, both in turn.
#include "engine/render/rendering.h"

#include "tests/support/render_fixture.h"
#include "tests/support/test_passes.h"

static void open_with(struct render_fixture *fixture, const struct ash_pass_type *const *passes,
                      uint32_t count)
{
    render_fixture_open(fixture, NULL);
    assert_int_equal(
        render_fixture_create(fixture, &(struct ash_renderer_params){.extent = {37, 23},
                                                                     .passes = passes,
                                                                     .pass_count = count,
                                                                     .frames_in_flight = 3}),
        ASH_OK);
}

static void a_pass_reads_colour(void **state)
{
    (void)state;
    struct render_fixture fixture;
    const struct ash_pass_type *const passes[] = {&fill_pass, &invert_pass};
    open_with(&fixture, passes, 2);
    struct test_scene scene = {.color = {1.0f, 0.0f, 0.0f, 1.0f}, .depth = 0.5f};
    for (int i = 0; i < 6; i++) {
        scene.color[1] = (float)(i % 2);
        render_fixture_draw(&fixture, &scene);
    }
    render_fixture_read(&fixture);
    render_fixture_assert_all(&fixture, 0x0000ffff);
    render_fixture_close(&fixture);
}

static void a_pass_that_reads_colour_first_sees_the_clear(void **state)
{
    (void)state;
    struct render_fixture fixture;
    const struct ash_pass_type *const passes[] = {&invert_pass};
    open_with(&fixture, passes, 1);
    render_fixture_draw(&fixture, NULL);
    render_fixture_read(&fixture);
    render_fixture_assert_all(&fixture, 0xffffffff);
    render_fixture_close(&fixture);
}

static void colour_is_read_twice(void **state)
{
    (void)state;
    struct render_fixture fixture;
    const struct ash_pass_type *const passes[] = {&fill_pass, &invert_pass, &invert_pass};
    open_with(&fixture, passes, 3);
    struct test_scene scene = {.color = {1.0f, 0.0f, 1.0f, 1.0f}, .depth = 0.5f};
    for (int i = 0; i < 3; i++)
        render_fixture_draw(&fixture, &scene);
    render_fixture_read(&fixture);
    render_fixture_assert_all(&fixture, 0xff00ffff);
    render_fixture_close(&fixture);
}

static void a_pass_reads_depth(void **state)
{
    (void)state;
    struct render_fixture fixture;
    const struct ash_pass_type *const passes[] = {&fill_pass, &depth_pass};
    open_with(&fixture, passes, 2);
    struct test_scene scene = {.color = {0.0f, 1.0f, 0.0f, 1.0f}};
    for (int i = 0; i < 4; i++) {
        scene.depth = i == 3 ? 128.0f / 255.0f : 1.0f; // 0x80
        render_fixture_draw(&fixture, &scene);
    }
    render_fixture_read(&fixture);
    render_fixture_assert_all(&fixture, 0x800000ff);
    render_fixture_close(&fixture);
}

// With nothing drawn before, depth is far: zero.
static void depth_is_cleared_to_far(void **state)
{
    (void)state;
    struct render_fixture fixture;
    const struct ash_pass_type *const passes[] = {&depth_pass};
    open_with(&fixture, passes, 1);
    for (int i = 0; i < 3; i++)
        render_fixture_draw(&fixture, NULL);
    render_fixture_read(&fixture);
    render_fixture_assert_all(&fixture, 0x000000ff);
    render_fixture_close(&fixture);
}

// Every kind of pause: write, read, write again, colour, depth.
static void reading_and_writing_take_turns(void **state)
{
    (void)state;
    struct render_fixture fixture;
    const struct ash_pass_type *const passes[] = {
        &fill_pass,   &depth_pass,  &depth_pass, &fill_pass,  &invert_pass, &depth_pass,
        &invert_pass, &invert_pass, &fill_pass,  &depth_pass, &invert_pass};
    open_with(&fixture, passes, 11);
    struct test_scene scene = {.color = {0.0f, 1.0f, 0.0f, 1.0f}, .depth = 1.0f};
    for (int i = 0; i < 5; i++)
        render_fixture_draw(&fixture, &scene);
    render_fixture_read(&fixture);
    render_fixture_assert_all(&fixture, 0x00ffffff); // depth 1 is red, inverted
    // A pass that is left out leaves the layouts of the others right.
    scene.fail_prepare = true;
    for (int i = 0; i < 3; i++)
        render_fixture_draw(&fixture, &scene);
    render_fixture_read(&fixture);
    render_fixture_assert_all(&fixture, 0xffffffff); // depth 0 is black, inverted
    render_fixture_close(&fixture);
}

static void equal_depth_passes(void **state)
{
    (void)state;
    struct render_fixture fixture;
    const struct ash_pass_type *const passes[] = {&fill_pass, &depth_pass, &fill_pass};
    open_with(&fixture, passes, 3);
    // The second fill has the depth of the first: GREATER_OR_EQUAL lets it pass.
    struct test_scene scene = {.color = {0.0f, 0.0f, 1.0f, 1.0f}, .depth = 0.25f};
    render_fixture_draw(&fixture, &scene);
    render_fixture_read(&fixture);
    render_fixture_assert_all(&fixture, 0x0000ffff);
    render_fixture_close(&fixture);
}

// Twice in a frame, with three frames in flight that share the images.
static void a_pass_draws_to_a_target_of_its_own(void **state)
{
    (void)state;
    struct render_fixture fixture;
    const struct ash_pass_type *const passes[] = {&target_pass, &invert_pass, &target_pass};
    open_with(&fixture, passes, 3);
    struct test_scene scene = {.uniform_color = {1.0f, 0.0f, 0.0f, 1.0f}};
    for (int i = 0; i < 6; i++) {
        scene.uniform_color[1] = (float)(i % 2);
        render_fixture_draw(&fixture, &scene);
    }
    render_fixture_read(&fixture);
    render_fixture_assert_all(&fixture, 0x0000ffff); // test_read inverts what it shows
    scene.fail_prepare = true;
    render_fixture_draw(&fixture, &scene);
    render_fixture_read(&fixture);
    render_fixture_assert_all(&fixture, 0x000000ff);
    render_fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pass_reads_colour),
        cmocka_unit_test(a_pass_that_reads_colour_first_sees_the_clear),
        cmocka_unit_test(colour_is_read_twice),
        cmocka_unit_test(a_pass_reads_depth),
        cmocka_unit_test(depth_is_cleared_to_far),
        cmocka_unit_test(reading_and_writing_take_turns),
        cmocka_unit_test(a_pass_draws_to_a_target_of_its_own),
        cmocka_unit_test(equal_depth_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
