// Every Vulkan call of a short game fails in turn: the game recovers, or ends with exit code 1 and
// a line that names the call.
//
// Labels: gpu window game walk
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/faults/played.h"
#include "tests/faults/walk.h"
#include "tests/support/display.h"
#include "tests/support/test.h"

enum { MAX_PLANS = 4096 };

static bool in_window;
static struct played played;
static struct walk_plan plans[MAX_PLANS];
static size_t plan_count;

static void play(struct child *child, const char *words)
{
    char line[256];
    snprintf(line, sizeof(line), "--validate %s %s", in_window ? "" : "--headless", words);
    played_run(&played, child, line);
}

static enum walk_outcome run(struct walk_plan *plan, struct child *child, const char **why)
{
    play(child, plan->fault);
    char call[64] = "";
    bool happened = sscanf(child_line(child, "lab: call"), "lab: call %*u, %63s", call) == 1;
    *why = child_complaint(child);
    if (*why == NULL && !played_world_is_whole())
        *why = "the world is damaged";
    if (*why != NULL)
        return WALK_WRONG;
    if (strncmp(call, "vkCreate", 8) == 0 && strstr(call, "SurfaceKHR") != NULL)
        snprintf(call, sizeof(call), "vkCreate*SurfaceKHR"); // which, the window library knows
    if (child->exit_code == 1) {
        *why = "no line names the call";
        // The loader asks these itself, and the call that it did so for is the one that fails.
        bool loaders =
            strncmp(call, "vkEnumerate", 11) == 0 && child_says(child, "cinder: ", "vkCreate");
        return happened && (loaders || child_says(child, "cinder: ", call)) ? WALK_GAVE_UP
                                                                            : WALK_WRONG;
    }
    // In a window time runs as it likes, and no two pictures are the same.
    bool same = in_window || played_same_picture(&played);
    if (!happened) {
        *why = "no fault, and another picture";
        return same ? WALK_NOTHING : WALK_WRONG;
    }
    return same ? WALK_RECOVERED : WALK_DIFFERENT;
}

static void add_plan(const char *call, unsigned number, const char *result)
{
    assert_true(plan_count < MAX_PLANS);
    struct walk_plan *plan = &plans[plan_count++];
    bool memory = result == NULL || strcmp(result, "VK_ERROR_OUT_OF_DEVICE_MEMORY") == 0;
    snprintf(plan->fault, sizeof(plan->fault), "--fault %s:%u%s%s", call, number,
             result != NULL ? "=" : "", result != NULL ? result : "");
    snprintf(plan->kind, sizeof(plan->kind), "%s%s%s", call, memory ? "" : ", ",
             memory ? "" : result + strlen("VK_"));
}

// What calls answer besides that memory was short.
static void add_other_plans(const char *call, unsigned number)
{
    static const struct {
        const char *call, *result;
    } answers[] = {
        {"vkCreateDevice", "VK_ERROR_DEVICE_LOST"},
        {"vkQueueSubmit2", "VK_ERROR_DEVICE_LOST"},
        {"vkQueueWaitIdle", "VK_ERROR_DEVICE_LOST"},
        {"vkDeviceWaitIdle", "VK_ERROR_DEVICE_LOST"},
        {"vkWaitSemaphores", "VK_ERROR_DEVICE_LOST"},
        {"vkWaitSemaphores", "VK_TIMEOUT"},
        {"vkMapMemory", "VK_ERROR_MEMORY_MAP_FAILED"},
        {"vkAcquireNextImageKHR", "VK_ERROR_DEVICE_LOST"},
        {"vkAcquireNextImageKHR", "VK_ERROR_OUT_OF_DATE_KHR"},
        {"vkAcquireNextImageKHR", "VK_ERROR_SURFACE_LOST_KHR"},
        {"vkAcquireNextImageKHR", "VK_SUBOPTIMAL_KHR"},
        {"vkAcquireNextImageKHR", "VK_TIMEOUT"},
        {"vkAcquireNextImageKHR", "VK_NOT_READY"},
        {"vkQueuePresentKHR", "VK_ERROR_DEVICE_LOST"},
        {"vkQueuePresentKHR", "VK_ERROR_OUT_OF_DATE_KHR"},
        {"vkQueuePresentKHR", "VK_ERROR_SURFACE_LOST_KHR"},
        {"vkQueuePresentKHR", "VK_SUBOPTIMAL_KHR"},
        {"vkCreateSwapchainKHR", "VK_ERROR_DEVICE_LOST"},
        {"vkCreateSwapchainKHR", "VK_ERROR_SURFACE_LOST_KHR"},
        {"vkCreateSwapchainKHR", "VK_ERROR_NATIVE_WINDOW_IN_USE_KHR"},
        {"vkGetSwapchainImagesKHR", "VK_INCOMPLETE"},
        {"vkGetPhysicalDeviceSurfaceSupportKHR", "VK_ERROR_SURFACE_LOST_KHR"},
        {"vkGetPhysicalDeviceSurfaceFormatsKHR", "VK_ERROR_SURFACE_LOST_KHR"},
        {"vkGetPhysicalDeviceSurfacePresentModesKHR", "VK_ERROR_SURFACE_LOST_KHR"},
        {"vkGetPhysicalDeviceSurfaceCapabilitiesKHR", "VK_ERROR_SURFACE_LOST_KHR"},
    };
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        if (strcmp(call, answers[i].call) == 0)
            add_plan(call, number, answers[i].result);
    }
}

// One run without a fault lists the calls: each with its first error, with the device's memory
// used up, and where it can be with the device lost.
static void make_plans(void)
{
    static struct child child;
    char call[64];
    unsigned number = 0;
    plan_count = 0;
    setenv("ASH_LAB_LIST", "1", 1);
    play(&child, "--fault 1000000000");
    unsetenv("ASH_LAB_LIST");
    if (child_complaint(&child) != NULL || child.exit_code != 0)
        fail_msg("without a fault: %s", child.text);
    for (const char *line = child.text; line != NULL && *line != '\0';) {
        if (sscanf(line, "lab: call %*u, %63s %u", call, &number) == 2) {
            add_plan(call, number, NULL);
            if (strcmp(call, "vkResetCommandPool") != 0) // whose first error it is
                add_plan(call, number, "VK_ERROR_OUT_OF_DEVICE_MEMORY");
            add_other_plans(call, number);
        }
        line = strchr(line, '\n');
        line = line != NULL ? line + 1 : NULL;
    }
}

static void every_call_fails_once(void **state)
{
    (void)state;
    make_plans();
    assert_true(plan_count > 200);
    played_keep_reference(&played);
    const struct walk all = {
        .name = "Vulkan calls, headless", .plans = plans, .count = plan_count, .run = run};
    assert_int_equal(walk(&all), 0);
}

#ifndef NDEBUG
static void every_call_of_a_day_fails_once(void **state)
{
    (void)state;
    played.day = true;
    make_plans();
    assert_true(plan_count > 200);
    played_keep_reference(&played);
    const struct walk all = {.name = "Vulkan calls of a day",
                             .plans = plans,
                             .count = plan_count,
                             .run = run,
                             .sample = 12};
    assert_int_equal(walk(&all), 0);
    played.day = false;
}
#endif

static struct display display;

static bool begin_display(void)
{
    return display_start(&display);
}

static void end_display(void)
{
    display_stop(&display);
}

static void every_call_fails_once_in_a_window(void **state)
{
    (void)state;
    assert_true(begin_display());
    in_window = true;
    make_plans();
    assert_true(plan_count > 200);
    end_display();
    const struct walk all = {.name = "Vulkan calls, in a window",
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
    return walk_begin() && played_begin(&played) ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    return walk_end() ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_fails_once),
#ifndef NDEBUG
        cmocka_unit_test(every_call_of_a_day_fails_once),
#endif
        cmocka_unit_test(every_call_fails_once_in_a_window),
    };
    cmocka_set_test_filter(getenv("ASH_TEST"));
    return cmocka_run_group_tests(tests, begin, end);
}
