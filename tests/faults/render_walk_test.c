// Every Vulkan call fails in turn while a window is resized, a shader reloaded and a picture taken:
// the renderer goes on, or says which call it was, and everything can be destroyed.
//
// Labels: gpu window walk
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/context/window.h"
#include "engine/render/renderer.h"
#include "tests/faults/walk.h"
#include "tests/support/display.h"
#include "tests/support/render_fixture.h"
#include "tests/support/test_passes.h"

enum { MAX_PLANS = 2048, MOST_TRIES = 20 };
#define LONGEST_RUN 60.0
#define TITLE       "ash-walk"

struct played {
    struct ash_window *window;
    struct ash_context *context;
    struct ash_allocator *allocator;
    struct ash_renderer *renderer;
};

static struct walk_plan plans[MAX_PLANS];
static size_t plan_count;

static const struct test_scene scene = {.color = {1.0f, 0.5f, 0.0f, 1.0f}, .depth = 1.0f};

static bool create(struct played *played)
{
    static const struct ash_pass_type *const passes[] = {&fill_pass, &depth_pass, &uniform_pass,
                                                         &invert_pass};
    return ash_window_create(&(struct ash_window_params){.title = TITLE, .width = 96, .height = 64},
                             &played->window) == ASH_OK &&
           ash_context_create(
               &(struct ash_context_params){.application_name = "walk",
                                            .validation = ASH_VALIDATION_REQUIRED,
                                            .surface = ash_window_surface_source(played->window)},
               &played->context) == ASH_OK &&
           ash_allocator_create(&(struct ash_allocator_params){.context = played->context},
                                &played->allocator) == ASH_OK &&
           ash_renderer_create(
               &(struct ash_renderer_params){.context = played->context,
                                             .allocator = played->allocator,
                                             .passes = passes,
                                             .pass_count = 4,
                                             .shaders = test_shaders,
                                             .shader_count = test_shaders_count,
                                             .extent = ash_window_extent(played->window)},
               &played->renderer) == ASH_OK;
}

// Anything but a lost device or surface is tried again, as a game does.
static bool goes_on(enum ash_result result)
{
    return result != ASH_ERROR_DEVICE_LOST && result != ASH_ERROR_SURFACE_LOST;
}

static bool draw(struct played *played)
{
    for (int tries = 0; tries < MOST_TRIES; tries++) {
        uint32_t count;
        (void)ash_window_poll(played->window, &count);
        enum ash_result result =
            ash_renderer_draw(played->renderer, &scene, ash_window_extent(played->window));
        if (result == ASH_OK || !goes_on(result))
            return result == ASH_OK;
        ash_window_wait(played->window, 0.02);
    }
    return false;
}

static bool resize(struct played *played, uint32_t width, uint32_t height)
{
    char words[128];
    snprintf(words, sizeof(words),
             "search --sync --onlyvisible --name " TITLE " windowsize --sync %%1 %u %u", width,
             height);
    if (!display_do(words))
        return false;
    for (int tries = 0; tries < MOST_TRIES; tries++) {
        VkExtent2D extent = ash_renderer_extent(played->renderer);
        if (extent.width == width && extent.height == height)
            return true;
        if (!draw(played))
            return false;
    }
    return false;
}

static bool reload(struct played *played)
{
    for (int tries = 0; tries < MOST_TRIES; tries++) {
        enum ash_result result = ash_renderer_reload(played->renderer, "test_fill");
        if (result == ASH_OK || !goes_on(result))
            return result == ASH_OK;
    }
    return false;
}

static bool read(struct played *played)
{
    static uint8_t pixels[256 * 256 * 4];
    VkExtent2D extent = ash_renderer_extent(played->renderer);
    for (int tries = 0; tries < MOST_TRIES; tries++) {
        enum ash_result result = ash_renderer_read_pixels(played->renderer, pixels,
                                                          (size_t)extent.width * extent.height * 4);
        if (result == ASH_OK || !goes_on(result))
            return result == ASH_OK;
        if (!draw(played))
            return false;
    }
    return false;
}

// In the child. 0: done, 1: given up; the laboratory below reads its orders from the environment.
static int play(void *user)
{
    const struct walk_plan *plan = user;
    struct played played = {0};
    setenv("VK_ADD_LAYER_PATH", ASH_BINARY_DIR "/layers", 1);
    setenv("VK_INSTANCE_LAYERS", "VK_LAYER_ASH_lab", 1);
    setenv(plan->fault[0] != '\0' ? "ASH_LAB_FAULT" : "ASH_LAB_LIST",
           plan->fault[0] != '\0' ? plan->fault : "1", 1);
    bool done = create(&played) && draw(&played) && resize(&played, 160, 120) && draw(&played) &&
                reload(&played) && draw(&played) && resize(&played, 64, 200) && read(&played) &&
                draw(&played);
    ash_renderer_destroy(played.renderer);
    ash_allocator_destroy(played.allocator);
    ash_context_destroy(played.context);
    ash_window_destroy(played.window);
    return done ? 0 : 1;
}

static enum walk_outcome run(struct walk_plan *plan, struct child *child, const char **why)
{
    char call[64] = "";
    child_call(child, play, plan, LONGEST_RUN);
    bool happened = sscanf(child_line(child, "lab: call"), "lab: call %*u, %63s", call) == 1;
    *why = child_complaint(child);
    if (*why != NULL)
        return WALK_WRONG;
    if (child->exit_code == 0)
        return happened ? WALK_RECOVERED : WALK_NOTHING;
    if (strstr(call, "SurfaceKHR") != NULL && strncmp(call, "vkCreate", 8) == 0)
        snprintf(call, sizeof(call), "vkCreate*SurfaceKHR");
    *why = "no line names the call";
    bool loaders = strncmp(call, "vkEnumerate", 11) == 0 && child_says(child, "ash: ", "vkCreate");
    return happened && (loaders || child_says(child, "ash: ", call)) ? WALK_GAVE_UP : WALK_WRONG;
}

static void add_plan(const char *call, unsigned number, const char *result)
{
    assert_true(plan_count < MAX_PLANS);
    struct walk_plan *plan = &plans[plan_count++];
    snprintf(plan->fault, sizeof(plan->fault), "%s:%u%s", call, number, result);
    snprintf(plan->kind, sizeof(plan->kind), "%s%s", call,
             strstr(result, "LOST") != NULL ? ", DEVICE_LOST" : "");
}

static struct display display;

static bool begin_display(void)
{
    return display_start(&display);
}

static void end_display(void)
{
    display_stop(&display);
}

static void every_call_fails_once(void **state)
{
    (void)state;
    static struct child child;
    assert_true(begin_display());
    struct walk_plan none = {.fault = ""};
    child_call(&child, play, &none, LONGEST_RUN);
    if (child.exit_code != 0 || child_complaint(&child) != NULL)
        fail_msg("without a fault: %s: %s",
                 child_complaint(&child) != NULL ? child_complaint(&child) : "it gave up",
                 child.text + (strlen(child.text) > 600 ? strlen(child.text) - 600 : 0));
    char call[64];
    unsigned number = 0;
    for (const char *line = child.text; line != NULL && *line != '\0';) {
        if (sscanf(line, "lab: call %*u, %63s %u", call, &number) == 2) {
            add_plan(call, number, "");
            if (strcmp(call, "vkQueueSubmit2") == 0 || strcmp(call, "vkQueuePresentKHR") == 0 ||
                strcmp(call, "vkAcquireNextImageKHR") == 0)
                add_plan(call, number, "=VK_ERROR_DEVICE_LOST");
        }
        line = strchr(line, '\n');
        line = line != NULL ? line + 1 : NULL;
    }
    assert_true(plan_count > 100);
    end_display();
    const struct walk all = {.name = "resize, reload, read, in a window",
                             .plans = plans,
                             .count = plan_count,
                             .run = run,
                             .begin = begin_display,
                             .end = end_display};
    assert_int_equal(walk(&all), 0);
}

static int begin(void **state)
{
    (void)state;
    setenv("NODEVICE_SELECT", "1", 1); // Mesa's layer falls over a failed call
    return walk_begin() ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    return walk_end() ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_call_fails_once)};
    return cmocka_run_group_tests(tests, begin, end);
}
