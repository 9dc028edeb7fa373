// Labels: gpu window
//
// A real window on a display of its own: what a person does to it arrives, and it shows a surface.
#include "engine/context/window.h"

#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/log.h"
#include "tests/support/display.h"

#define TITLE       "ash-window-test"
#define PATIENCE_S  10.0
#define MAX_EVENTS  4096
#define OF_A_WINDOW "search --sync --onlyvisible --name " TITLE " "

// Every event since the last forget(), in order.
static struct ash_window_event seen[MAX_EVENTS];
static uint32_t seen_count;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void collect(struct ash_window *window)
{
    uint32_t count = 0;
    const struct ash_window_event *events = ash_window_poll(window, &count);
    for (uint32_t i = 0; i < count && seen_count < MAX_EVENTS; i++)
        seen[seen_count++] = events[i];
}

static void forget(struct ash_window *window)
{
    // What is still under way arrives first.
    for (double until = now() + 0.1; now() < until;) {
        ash_window_wait(window, 0.02);
        collect(window);
    }
    seen_count = 0;
}

static uint32_t count_events(const struct ash_window_event *like)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < seen_count; i++)
        count += seen[i].type == like->type && seen[i].code == like->code &&
                 seen[i].pressed == like->pressed && seen[i].repeat == like->repeat;
    return count;
}

// Waits until at least `count` such events have come.
static bool await(struct ash_window *window, struct ash_window_event like, uint32_t count)
{
    for (double until = now() + PATIENCE_S; now() < until;) {
        collect(window);
        if (count_events(&like) >= count)
            return true;
        ash_window_wait(window, 0.05);
    }
    return false;
}

static bool await_extent(struct ash_window *window, uint32_t width, uint32_t height)
{
    for (double until = now() + PATIENCE_S; now() < until;) {
        collect(window);
        VkExtent2D extent = ash_window_extent(window);
        if (extent.width == width && extent.height == height)
            return true;
        ash_window_wait(window, 0.05);
    }
    return false;
}

// Waits until the cursor's last word is this place.
static bool await_cursor(struct ash_window *window, double x, double y)
{
    for (double until = now() + PATIENCE_S; now() < until;) {
        collect(window);
        for (uint32_t i = seen_count; i > 0; i--) {
            if (seen[i - 1].type != ASH_WINDOW_CURSOR)
                continue;
            if (seen[i - 1].x == x && seen[i - 1].y == y)
                return true;
            break;
        }
        ash_window_wait(window, 0.05);
    }
    return false;
}

// The window of the test under way, for the sake of those that come after one that failed.
static struct ash_window *opened;

static void close_window(struct ash_window *window)
{
    ash_window_destroy(window);
    opened = NULL;
}

static int close_opened(void **state)
{
    (void)state;
    close_window(opened);
    return 0;
}

static struct ash_window *open_window(void)
{
    const struct ash_window_params params = {.title = TITLE, .width = 640, .height = 480};
    struct ash_window *window = NULL;
    assert_int_equal(ash_window_create(&params, &window), ASH_OK);
    opened = window;
    assert_true(display_do(OF_A_WINDOW "windowfocus --sync %1"));
    forget(window);
    return window;
}

static void a_window_has_its_size_and_follows_resizing(void **state)
{
    (void)state;
    struct ash_window *window = open_window();
    assert_true(await_extent(window, 640, 480));
    assert_true(ash_window_content_scale(window) > 0.0F);
    assert_false(ash_window_should_close(window));
    assert_false(ash_window_is_fullscreen(window));
    forget(window);
    assert_true(display_do(OF_A_WINDOW "windowsize %1 801 333"));
    assert_true(await(window, (struct ash_window_event){.type = ASH_WINDOW_RESIZE}, 1));
    assert_true(await_extent(window, 801, 333));
    assert_true(display_do(OF_A_WINDOW "windowsize %1 1 1"));
    assert_true(await_extent(window, 1, 1));
    close_window(window);
}

static void a_size_of_zero_is_the_default(void **state)
{
    (void)state;
    struct ash_window *window = NULL;
    assert_int_equal(ash_window_create(&(struct ash_window_params){0}, &window), ASH_OK);
    assert_true(await_extent(window, 1280, 720));
    close_window(window);
    ash_window_destroy(NULL);
}

static void keys_arrive_pressed_repeated_and_released(void **state)
{
    (void)state;
    struct ash_window *window = open_window();
    assert_true(display_do("keydown w"));
    assert_true(
        await(window,
              (struct ash_window_event){.type = ASH_WINDOW_KEY, .code = 'W', .pressed = true}, 1));
    assert_true(await(window,
                      (struct ash_window_event){
                          .type = ASH_WINDOW_KEY, .code = 'W', .pressed = true, .repeat = true},
                      2));
    assert_true(display_do("keyup w"));
    assert_true(await(window, (struct ash_window_event){.type = ASH_WINDOW_KEY, .code = 'W'}, 1));
    static const struct {
        const char *words;
        int code;
    } rows[] = {{"key space", ASH_KEY_SPACE},
                {"key Escape", ASH_KEY_ESCAPE},
                {"key Return", ASH_KEY_ENTER},
                {"key Tab", ASH_KEY_TAB},
                {"key Right", ASH_KEY_RIGHT},
                {"key Left", ASH_KEY_LEFT},
                {"key Down", ASH_KEY_DOWN},
                {"key Up", ASH_KEY_UP},
                {"key F1", ASH_KEY_F1},
                {"key F11", ASH_KEY_F1 + 10},
                {"key Shift_L", ASH_KEY_LEFT_SHIFT},
                {"key Control_L", ASH_KEY_LEFT_CONTROL},
                {"key Alt_L", ASH_KEY_LEFT_ALT},
                {"key 5", '5'}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_true(display_do(rows[i].words));
        assert_true(await(
            window, (struct ash_window_event){.type = ASH_WINDOW_KEY, .code = rows[i].code}, 1));
    }
    close_window(window);
}

static void mouse_buttons_wheel_and_cursor_arrive(void **state)
{
    (void)state;
    struct ash_window *window = open_window();
    assert_true(display_do(OF_A_WINDOW "mousemove --window %1 200 100"));
    assert_true(await_cursor(window, 200.0, 100.0));
    // X numbers left, middle, right; ours are left, right, middle.
    static const int codes[] = {0, 2, 1};
    static const char *const words[] = {"click 1", "click 2", "click 3"};
    for (size_t i = 0; i < 3; i++) {
        struct ash_window_event like = {.type = ASH_WINDOW_MOUSE_BUTTON, .code = codes[i]};
        assert_true(display_do(words[i]));
        assert_true(await(window, like, 1));
        like.pressed = true;
        assert_int_equal(count_events(&like), 1);
    }
    forget(window);
    assert_true(display_do("click 4"));
    assert_true(await(window, (struct ash_window_event){.type = ASH_WINDOW_SCROLL}, 1));
    assert_true(seen[seen_count - 1].y == 1.0);
    close_window(window);
}

static void a_captured_mouse_knows_no_edge(void **state)
{
    (void)state;
    struct ash_window *window = open_window();
    ash_window_capture_mouse(window, true);
    forget(window);
    // Ten times 300 pixels: far more than the display is wide.
    for (int i = 0; i < 10; i++) {
        assert_true(display_do("mousemove_relative 300 0"));
        assert_true(
            await(window, (struct ash_window_event){.type = ASH_WINDOW_CURSOR}, (uint32_t)i + 1));
    }
    double first = seen[0].x;
    double last = first;
    for (uint32_t i = 0; i < seen_count; i++)
        if (seen[i].type == ASH_WINDOW_CURSOR)
            last = seen[i].x;
    assert_true(last - first > 1280.0);
    ash_window_capture_mouse(window, false);
    close_window(window);
}

static void no_event_is_lost_however_many_there_are(void **state)
{
    (void)state;
    struct ash_window *window = open_window();
    assert_true(display_do("type --delay 1 "
                           "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghij"
                           "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghij"));
    assert_true(await(window, (struct ash_window_event){.type = ASH_WINDOW_KEY, .code = 'J'}, 10));
    uint32_t presses = 0;
    uint32_t releases = 0;
    for (uint32_t i = 0; i < seen_count; i++) {
        presses += seen[i].type == ASH_WINDOW_KEY && seen[i].pressed && !seen[i].repeat;
        releases += seen[i].type == ASH_WINDOW_KEY && !seen[i].pressed;
    }
    assert_int_equal(presses, 100);
    assert_int_equal(releases, 100);
    close_window(window);
}

// Events that come while the caller walks its own stay where they are.
static void changing_the_window_leaves_the_events_in_hand_alone(void **state)
{
    (void)state;
    struct ash_window *window = open_window();
    uint32_t count = 0;
    assert_true(display_do("key q"));
    for (double until = now() + PATIENCE_S; count == 0 && now() < until;) {
        ash_window_wait(window, 0.05);
        (void)ash_window_poll(window, &count);
    }
    assert_true(display_do("key r"));
    uint32_t in_hand = 0;
    const struct ash_window_event *events = ash_window_poll(window, &in_hand);
    struct ash_window_event copy[64];
    uint32_t copied = in_hand < 64 ? in_hand : 64;
    memcpy(copy, events, copied * sizeof(copy[0]));
    ash_window_set_fullscreen(window, true);
    for (int i = 0; i < 20; i++)
        ash_window_wait(window, 0.01);
    assert_memory_equal(copy, events, copied * sizeof(copy[0]));
    close_window(window);
}

static void fullscreen_fills_the_display_and_comes_back(void **state)
{
    (void)state;
    struct ash_window *window = open_window();
    assert_true(display_do(OF_A_WINDOW "windowmove --sync %1 60 70"));
    forget(window);
    for (int i = 0; i < 2; i++) {
        ash_window_set_fullscreen(window, true);
        assert_true(ash_window_is_fullscreen(window));
        assert_true(await_extent(window, 1280, 1024));
        ash_window_set_fullscreen(window, true);
        ash_window_set_fullscreen(window, false);
        assert_false(ash_window_is_fullscreen(window));
        assert_true(await_extent(window, 640, 480));
    }
    // At its old place: what is clicked at (65, 75) of the display is (5, 5) of the window.
    forget(window);
    assert_true(display_do("mousemove 300 300 mousemove 65 75"));
    assert_true(await_cursor(window, 5.0, 5.0));
    close_window(window);
}

static void it_can_open_filling_the_display(void **state)
{
    (void)state;
    const struct ash_window_params params = {.title = TITLE, .fullscreen = true};
    struct ash_window *window = NULL;
    assert_int_equal(ash_window_create(&params, &window), ASH_OK);
    assert_true(ash_window_is_fullscreen(window));
    assert_true(await_extent(window, 1280, 1024));
    close_window(window);
}

static void the_title_changes(void **state)
{
    (void)state;
    struct ash_window *window = open_window();
    ash_window_set_title(window, "another-title");
    forget(window);
    assert_true(display_do("search --sync --name another-title"));
    close_window(window);
}

static void two_windows_live_side_by_side(void **state)
{
    (void)state;
    struct ash_window *first = open_window();
    struct ash_window *second = NULL;
    assert_int_equal(
        ash_window_create(&(struct ash_window_params){.width = 100, .height = 100}, &second),
        ASH_OK);
    ash_window_destroy(second);
    assert_true(await_extent(first, 640, 480));
    close_window(first);
}

static void without_a_gamepad_none_is_present(void **state)
{
    (void)state;
    struct ash_window *window = open_window();
    struct ash_gamepad gamepad;
    memset(&gamepad, 0xAA, sizeof(gamepad));
    ash_window_gamepad(window, &gamepad);
    if (!gamepad.present) {
        assert_int_equal(gamepad.buttons, 0);
        assert_true(gamepad.left_trigger == 0.0F && gamepad.left_x == 0.0F);
    }
    close_window(window);
}

static void a_context_presents_to_it(void **state)
{
    (void)state;
    struct ash_window *window = open_window();
    const struct ash_context_params params = {.validation = ASH_VALIDATION_REQUIRED,
                                              .surface = ash_window_surface_source(window)};
    struct ash_context *context = NULL;
    assert_int_equal(ash_context_create(&params, &context), ASH_OK);
    assert_true(context->surface != VK_NULL_HANDLE);
    for (int i = 0; i < 3; i++) {
        VkSurfaceCapabilitiesKHR capabilities;
        uint32_t format_count = 0;
        uint32_t mode_count = 0;
        VkFormatProperties properties;
        assert_int_equal(ash_context_surface_capabilities(context, &capabilities), VK_SUCCESS);
        assert_int_equal(capabilities.currentExtent.width, 640);
        assert_int_equal(capabilities.currentExtent.height, 480);
        assert_int_equal(ash_context_surface_formats(context, &format_count, NULL), VK_SUCCESS);
        assert_int_equal(ash_context_present_modes(context, &mode_count, NULL), VK_SUCCESS);
        assert_true(format_count > 0 && mode_count > 0);
        ash_context_format_properties(context, VK_FORMAT_B8G8R8A8_SRGB, &properties);
        assert_true((properties.optimalTilingFeatures & VK_FORMAT_FEATURE_COLOR_ATTACHMENT_BIT) !=
                    0);
        assert_int_equal(ash_context_recreate_surface(context), ASH_OK);
    }
    assert_int_equal(ash_context_validation_messages(context), 0);
    ash_context_destroy(context);
    close_window(window);
    assert_int_equal(ash_context_validation_messages(NULL), 0);
}

// From here on with a window manager.
static void a_minimised_window_has_no_extent(void **state)
{
    (void)state;
    if (group_display.manager == 0)
        assert_true(display_start_manager(&group_display));
    struct ash_window *window = open_window();
    assert_true(display_do(OF_A_WINDOW "windowminimize --sync %1"));
    assert_true(await_extent(window, 0, 0));
    assert_true(await(window, (struct ash_window_event){.type = ASH_WINDOW_RESIZE}, 1));
    struct ash_window_event blur = {.type = ASH_WINDOW_FOCUS, .pressed = false};
    assert_true(await(window, blur, 1));
    assert_true(display_do("search --name " TITLE " windowmap %1 windowactivate %1"));
    assert_true(await_extent(window, 640, 480));
    assert_true(
        await(window, (struct ash_window_event){.type = ASH_WINDOW_FOCUS, .pressed = true}, 1));
    close_window(window);
}

static void closing_it_is_a_wish(void **state)
{
    (void)state;
    if (group_display.manager == 0)
        assert_true(display_start_manager(&group_display));
    struct ash_window *window = open_window();
    assert_true(display_do("key alt+F4"));
    assert_true(await(window, (struct ash_window_event){.type = ASH_WINDOW_CLOSE}, 1));
    assert_true(ash_window_should_close(window));
    assert_true(await_extent(window, 640, 480));
    close_window(window);
}

static char last_error[512];

static void hear(void *user, enum ash_log_level level, const char *message)
{
    (void)user;
    if (level == ASH_LOG_ERROR)
        snprintf(last_error, sizeof(last_error), "%s", message);
}

// The window is refused with this sentence; DISPLAY is `name` meanwhile, NULL: not set.
static void refuses(const char *name, const char *start)
{
    struct ash_window *window = (struct ash_window *)&group_display;
    const struct ash_log_sink sink = {hear, NULL};
    if (name != NULL)
        assert_int_equal(setenv("DISPLAY", name, 1), 0);
    ash_log_set_sink(&sink);
    last_error[0] = '\0';
    enum ash_result result = ash_window_create(&(struct ash_window_params){0}, &window);
    ash_log_set_sink(NULL);
    (void)unsetenv("DISPLAY");
    assert_int_equal(result, ASH_ERROR_NO_DISPLAY);
    assert_null(window);
    assert_memory_equal(last_error, start, strlen(start));
}

static void without_a_display_there_is_a_sentence(void **state)
{
    (void)state;
    display_stop(&group_display);
    refuses(NULL, "there is no display: DISPLAY is not set; start it on a desktop, or run without "
                  "a window");
    refuses("", "there is no display: DISPLAY is not set");
    refuses(":98765", "the display \":98765\" can't be opened (");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, close_opened)
    const struct CMUnitTest tests[] = {
        TEST(a_window_has_its_size_and_follows_resizing),
        TEST(a_size_of_zero_is_the_default),
        TEST(keys_arrive_pressed_repeated_and_released),
        TEST(mouse_buttons_wheel_and_cursor_arrive),
        TEST(a_captured_mouse_knows_no_edge),
        TEST(no_event_is_lost_however_many_there_are),
        TEST(changing_the_window_leaves_the_events_in_hand_alone),
        TEST(fullscreen_fills_the_display_and_comes_back),
        TEST(it_can_open_filling_the_display),
        TEST(the_title_changes),
        TEST(two_windows_live_side_by_side),
        TEST(without_a_gamepad_none_is_present),
        TEST(a_context_presents_to_it),
        TEST(a_minimised_window_has_no_extent),
        TEST(closing_it_is_a_wish),
        TEST(without_a_display_there_is_a_sentence),
    };
#undef TEST
    return cmocka_run_group_tests(tests, display_setup, display_teardown);
}
