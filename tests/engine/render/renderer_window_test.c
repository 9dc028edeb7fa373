// Labels: gpu window
// Frames into a real window on a display of its own: resized, minimised, copied, its monitor
// unplugged.
#include "engine/render/renderer.h"

#include <stdio.h>

#include "engine/context/window.h"
#include "tests/support/display.h"
#include "tests/support/monitor.h"
#include "tests/support/render_fixture.h"
#include "tests/support/test_passes.h"

#define TITLE "ash-renderer-test"

struct window_fixture {
    struct render_fixture base;
    struct ash_window *window;
};

static void open_window(struct window_fixture *fixture, uint32_t frames, bool vsync)
{
    static const struct ash_pass_type *const passes[] = {&fill_pass, &depth_pass, &fill_pass,
                                                         &invert_pass};
    *fixture = (struct window_fixture){0};
    assert_int_equal(
        ash_window_create(&(struct ash_window_params){.title = TITLE, .width = 320, .height = 200},
                          &fixture->window),
        ASH_OK);
    render_fixture_open(&fixture->base, ash_window_surface_source(fixture->window));
    assert_int_equal(render_fixture_create(
                         &fixture->base,
                         &(struct ash_renderer_params){.extent = ash_window_extent(fixture->window),
                                                       .passes = passes,
                                                       .pass_count = 4,
                                                       .vsync = vsync,
                                                       .frames_in_flight = frames}),
                     ASH_OK);
}

static void close_window(struct window_fixture *fixture)
{
    render_fixture_close(&fixture->base);
    ash_window_destroy(fixture->window);
}

// A frame as a game draws it; NOT_READY may come while the window changes, not for ever.
static void draw(struct window_fixture *fixture, const struct test_scene *scene)
{
    for (int attempt = 0; attempt < 100; attempt++) {
        uint32_t count;
        (void)ash_window_poll(fixture->window, &count);
        enum ash_result result =
            ash_renderer_draw(fixture->base.renderer, scene, ash_window_extent(fixture->window));
        if (result == ASH_OK)
            return;
        assert_int_equal(result, ASH_NOT_READY);
        ash_window_wait(fixture->window, 0.02);
    }
    fail_msg("the window never got ready");
}

// What the window has been given can't be read: a copy of a frame to come is.
static void read(struct window_fixture *fixture, const struct test_scene *scene)
{
    VkExtent2D extent = ash_renderer_extent(fixture->base.renderer);
    static uint8_t pixels[1280 * 1024 * 4];
    size_t size = (size_t)extent.width * extent.height * 4;
    assert_true(size <= sizeof(pixels));
    assert_int_equal(ash_renderer_read_pixels(fixture->base.renderer, pixels, size), ASH_NOT_READY);
    draw(fixture, scene);
    assert_int_equal(ash_renderer_extent(fixture->base.renderer).width, extent.width);
    assert_int_equal(ash_renderer_extent(fixture->base.renderer).height, extent.height);
    render_fixture_read(&fixture->base);
}

// fill_pass at the depth that it has, inverted at the end.
static const struct test_scene orange = {.color = {0.0f, 127.0f / 255.0f, 1.0f, 1.0f},
                                         .depth = 1.0f};
#define ORANGE 0xff8000ffu

static void draws_into_a_window(void **state)
{
    (void)state;
    for (uint32_t frames = 1; frames <= 3; frames++) {
        struct window_fixture fixture;
        open_window(&fixture, frames, frames == 2);
        for (int i = 0; i < 12; i++)
            draw(&fixture, &orange);
        read(&fixture, &orange);
        render_fixture_assert_all(&fixture.base, ORANGE);
        for (int i = 0; i < 3; i++)
            draw(&fixture, &orange);
        read(&fixture, &orange);
        render_fixture_assert_all(&fixture.base, ORANGE);
        close_window(&fixture);
    }
}

static void resize_window(struct window_fixture *fixture, uint32_t width, uint32_t height)
{
    char words[128];
    snprintf(words, sizeof(words),
             "search --sync --onlyvisible --name " TITLE " windowsize %%1 %u %u", width, height);
    assert_true(display_do(words));
    for (int i = 0; i < 200; i++) {
        draw(fixture, &orange);
        VkExtent2D extent = ash_renderer_extent(fixture->base.renderer);
        if (extent.width == width && extent.height == height)
            return;
    }
    fail_msg("%u x %u never arrived", width, height);
}

static void follows_the_windows_size(void **state)
{
    (void)state;
    static const VkExtent2D sizes[] = {{640, 480}, {1, 1},     {801, 333}, {17, 900},
                                       {900, 17},  {320, 200}, {321, 201}, {1279, 1023}};
    struct window_fixture fixture;
    open_window(&fixture, 2, false);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        resize_window(&fixture, sizes[i].width, sizes[i].height);
        draw(&fixture, &orange);
        read(&fixture, &orange);
        render_fixture_assert_all(&fixture.base, ORANGE);
    }
    close_window(&fixture);
}

// Faster than any image comes back: replaced swapchains pile up, and go.
static void survives_a_new_size_in_every_frame(void **state)
{
    (void)state;
    struct window_fixture fixture;
    open_window(&fixture, 3, false);
    // The renderer believes what it is told and asks the surface: each change makes a swapchain.
    for (uint32_t i = 0; i < 100; i++) {
        enum ash_result result =
            ash_renderer_draw(fixture.base.renderer, &orange, (VkExtent2D){100 + i, 100});
        assert_int_equal(result, ASH_OK);
    }
    for (int i = 0; i < 10; i++)
        draw(&fixture, &orange);
    read(&fixture, &orange);
    render_fixture_assert_all(&fixture.base, ORANGE);
    close_window(&fixture);
}

static void a_window_without_area_is_not_ready(void **state)
{
    (void)state;
    static const VkExtent2D nothing[] = {{0, 0}, {320, 0}, {0, 200}};
    struct window_fixture fixture;
    open_window(&fixture, 2, true);
    for (int i = 0; i < 9; i++) {
        draw(&fixture, &orange);
        assert_int_equal(ash_renderer_draw(fixture.base.renderer, &orange, nothing[i % 3]),
                         ASH_NOT_READY);
        assert_int_equal(ash_renderer_draw(fixture.base.renderer, &orange, nothing[i % 3]),
                         ASH_NOT_READY);
    }
    draw(&fixture, &orange);
    read(&fixture, &orange);
    render_fixture_assert_all(&fixture.base, ORANGE);
    close_window(&fixture);
}

// A game that starts minimised gets its images when there is something to draw to.
static void a_renderer_may_start_without_area(void **state)
{
    (void)state;
    static const struct ash_pass_type *const passes[] = {&uniform_pass};
    const struct test_scene scene = {.uniform_color = {0.0f, 1.0f, 0.0f, 1.0f}};
    struct window_fixture fixture = {0};
    assert_int_equal(
        ash_window_create(&(struct ash_window_params){.title = TITLE}, &fixture.window), ASH_OK);
    render_fixture_open(&fixture.base, ash_window_surface_source(fixture.window));
    assert_int_equal(
        render_fixture_create(&fixture.base,
                              &(struct ash_renderer_params){.passes = passes, .pass_count = 1}),
        ASH_OK);
    assert_int_equal(ash_renderer_extent(fixture.base.renderer).width, 0);
    assert_int_equal(ash_renderer_draw(fixture.base.renderer, &scene, (VkExtent2D){0, 0}),
                     ASH_NOT_READY);
    draw(&fixture, &scene);
    assert_true(ash_renderer_extent(fixture.base.renderer).width > 0);
    read(&fixture, &scene);
    render_fixture_assert_all(&fixture.base, 0x00ff00ff);
    close_window(&fixture);
}

static void await_extent(struct window_fixture *fixture, uint32_t width, uint32_t height)
{
    VkExtent2D extent = {0};
    for (int attempt = 0; attempt < 200 && (extent.width != width || extent.height != height);
         attempt++) {
        draw(fixture, &orange);
        extent = ash_renderer_extent(fixture->base.renderer);
    }
    assert_int_equal(extent.width, width);
    assert_int_equal(extent.height, height);
}

// An ordinary event: the window is one again, as large as before, and is drawn; without any monitor
// there is no full screen, and with one there is.
static void a_monitor_is_unplugged(void **state)
{
    (void)state;
    struct window_fixture fixture;
    open_window(&fixture, 2, /*vsync=*/false);
    ash_window_set_fullscreen(fixture.window, true);
    await_extent(&fixture, 1280, 1024);
    assert_true(monitor_plug(false));
    await_extent(&fixture, 320, 200);
    assert_false(ash_window_is_fullscreen(fixture.window));
    ash_window_set_fullscreen(fixture.window, true);
    assert_false(ash_window_is_fullscreen(fixture.window));
    await_extent(&fixture, 320, 200);
    assert_true(monitor_plug(true));
    await_extent(&fixture, 320, 200);
    ash_window_set_fullscreen(fixture.window, true);
    await_extent(&fixture, 1280, 1024);
    read(&fixture, &orange);
    render_fixture_assert_all(&fixture.base, ORANGE);
    close_window(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_into_a_window),
        cmocka_unit_test(follows_the_windows_size),
        cmocka_unit_test(survives_a_new_size_in_every_frame),
        cmocka_unit_test(a_window_without_area_is_not_ready),
        cmocka_unit_test(a_renderer_may_start_without_area),
        cmocka_unit_test(a_monitor_is_unplugged),
    };
    return cmocka_run_group_tests(tests, display_setup, display_teardown);
}
