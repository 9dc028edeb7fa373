// Every Vulkan call of a short game fails in turn: the game recovers, or ends with exit code 1 and
// a line that names the call.
//
// Labels: gpu window game walk
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "game/world/save/save.h"
#include "tests/faults/walk.h"
#include "tests/support/display.h"
#include "tests/support/test.h"

enum { MAX_PLANS = 4096, EDITS = 60 };
#define LONGEST_RUN 60.0

static bool in_window;
static char folder[128], world[192], pristine[192], picture[192], reference[192];
static struct walk_plan plans[MAX_PLANS];
static size_t plan_count;

// A start, frames that fly over new columns, a picture of the last, a world that is saved.
static void play(struct child *child, const char *fault)
{
    char line[512];
    const char *words[CHILD_WORDS] = {ASH_BINARY_DIR "/cinder"};
    snprintf(line, sizeof(line),
             "--frames 4 --size 64x64 --radius 2 --validate --world %s --out %s %s", world, picture,
             in_window ? "" : "--headless --fly");
    size_t count = 1;
    for (char *word = strtok(line, " "); word != NULL; word = strtok(NULL, " "))
        words[count++] = word;
    if (fault != NULL) {
        words[count++] = "--fault";
        words[count++] = fault;
    }
    child_run(child, words, LONGEST_RUN);
}

static void copy_file(const char *from, const char *to)
{
    FILE *source = fopen(from, "rb"), *copy = fopen(to, "wb");
    assert_non_null(source);
    assert_non_null(copy);
    for (int byte; (byte = fgetc(source)) != EOF;)
        fputc(byte, copy);
    fclose(source);
    assert_int_equal(fclose(copy), 0);
}

static bool same_file(const char *a, const char *b)
{
    FILE *files[2] = {fopen(a, "rb"), fopen(b, "rb")};
    bool same = files[0] != NULL && files[1] != NULL;
    for (int byte = 0; same && byte != EOF;) {
        byte = fgetc(files[0]);
        same = fgetc(files[1]) == byte;
    }
    for (int i = 0; i < 2; i++) {
        if (files[i] != NULL)
            fclose(files[i]);
    }
    return same;
}

static struct block_coord edit_place_of(int i)
{
    return (struct block_coord){i % 10, 100 + i / 10, i % 7};
}

static void make_world(void)
{
    char message[256];
    uint32_t seed = 7;
    struct save *save = save_open(pristine, &seed, message, sizeof(message));
    assert_non_null(save);
    for (int i = 0; i < EDITS; i++)
        save_set_block(save, edit_place_of(i), BLOCK_PLANKS);
    assert_true(save_close(save));
    copy_file(pristine, world);
}

// The world is whole: it opens, and has every edit.
static bool world_is_whole(void)
{
    char message[256];
    uint32_t seed = 0, count = 0;
    struct edit *edits = NULL;
    struct save *save = save_open(world, &seed, message, sizeof(message));
    if (save == NULL)
        return false;
    bool whole = seed == 7 && save_load_column(save, edit_column(edit_place_of(0)), &edits, &count);
    free(edits);
    return save_close(save) && whole && count == EDITS;
}

static enum walk_outcome run(const struct walk_plan *plan, struct child *child, const char **why)
{
    unlink(picture);
    copy_file(pristine, world); // each run begins at the same time of day
    play(child, plan->fault);
    char call[64] = "";
    bool happened = sscanf(child_line(child, "lab: call"), "lab: call %*u, %63s", call) == 1;
    *why = child_complaint(child);
    if (*why == NULL && !world_is_whole())
        *why = "the world is damaged";
    if (*why != NULL)
        return WALK_WRONG;
    if (child->exit_code == 1) {
        *why = "no line names the call";
        // The loader asks these itself, and the call that it did so for is the one that fails.
        bool loaders =
            strncmp(call, "vkEnumerate", 11) == 0 && child_says(child, "cinder: ", "vkCreate");
        return happened && (loaders || child_says(child, "cinder: ", call)) ? WALK_GAVE_UP
                                                                            : WALK_WRONG;
    }
    // In a window time runs as it likes, and no two pictures are the same.
    bool same = in_window || same_file(picture, reference);
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
    snprintf(plan->fault, sizeof(plan->fault), "%s:%u%s%s", call, number, result != NULL ? "=" : "",
             result != NULL ? result : "");
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
    play(&child, "1000000000");
    unsetenv("ASH_LAB_LIST");
    assert_null(child_complaint(&child));
    assert_int_equal(child.exit_code, 0);
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
    make_world();
    make_plans();
    assert_true(plan_count > 200);
    assert_int_equal(rename(picture, reference), 0);
    assert_int_equal(walk("Vulkan calls, headless", plans, plan_count, run), 0);
}

static void every_call_fails_once_in_a_window(void **state)
{
    (void)state;
    struct display display;
    assert_true(display_start(&display));
    in_window = true;
    make_world();
    make_plans();
    assert_true(plan_count > 200);
    uint32_t wrong = walk("Vulkan calls, in a window", plans, plan_count, run);
    display_stop(&display);
    assert_int_equal(wrong, 0);
}

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/ash-walk-XXXXXX");
    if (mkdtemp(folder) == NULL || setenv("XDG_CACHE_HOME", folder, 1) != 0)
        return -1;
    snprintf(world, sizeof(world), "%s/world.db", folder);
    snprintf(pristine, sizeof(pristine), "%s/pristine.db", folder);
    snprintf(picture, sizeof(picture), "%s/picture.png", folder);
    snprintf(reference, sizeof(reference), "%s/reference.png", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[256];
    snprintf(command, sizeof(command), "rm -r %s", folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_fails_once),
        cmocka_unit_test(every_call_fails_once_in_a_window),
    };
    cmocka_set_test_filter(getenv("ASH_TEST"));
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
