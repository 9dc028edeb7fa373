// Every Vulkan call of a short game fails in turn: the game recovers, or ends with exit code 1 and
// a line that names the call.
//
// Labels: gpu game walk
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "game/world/save.h"
#include "tests/faults/walk.h"
#include "tests/support/test.h"

enum { MAX_PLANS = 4096, EDITS = 60 };
#define LONGEST_RUN 60.0

static char folder[128], world[192], pristine[192], picture[192], reference[192];
static struct walk_plan plans[MAX_PLANS];
static size_t plan_count;

// A start, frames that fly over new columns, a picture of the last, a world that is saved.
static void play(struct child *child, const char *fault)
{
    const char *words[CHILD_WORDS] = {ASH_BINARY_DIR "/cinder",
                                      "--headless",
                                      "--fly",
                                      "--frames",
                                      "4",
                                      "--size",
                                      "64x64",
                                      "--radius",
                                      "2",
                                      "--validate",
                                      "--world",
                                      world,
                                      "--out",
                                      picture};
    size_t count = 14;
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
        const char *told = child_line(child, "cinder: ");
        *why = "no line names the call";
        // The loader asks these itself, and the call that it did so for is the one that fails.
        bool loaders = strncmp(call, "vkEnumerate", 11) == 0 && strstr(told, "vkCreate") != NULL;
        return happened && (loaders || strstr(told, call) != NULL) ? WALK_GAVE_UP : WALK_WRONG;
    }
    bool same = same_file(picture, reference);
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
    bool lost = result != NULL && strcmp(result, "VK_ERROR_DEVICE_LOST") == 0;
    snprintf(plan->fault, sizeof(plan->fault), "%s:%u%s%s", call, number, result != NULL ? "=" : "",
             result != NULL ? result : "");
    snprintf(plan->kind, sizeof(plan->kind), "%s%s", call, lost ? ", device lost" : "");
}

static bool can_lose_device(const char *call)
{
    static const char *const calls[] = {"vkCreateDevice",   "vkQueueSubmit2",
                                        "vkQueueWaitIdle",  "vkDeviceWaitIdle",
                                        "vkWaitSemaphores", "vkGetQueryPoolResults"};
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        if (strcmp(call, calls[i]) == 0)
            return true;
    }
    return false;
}

static bool lists_device_memory(const char *call)
{
    return strcmp(call, "vkResetCommandPool") != 0; // whose first it is
}

// One run without a fault lists the calls: each with its first error, with the device's memory
// used up, and where it can be with the device lost.
static void make_plans(void)
{
    static struct child child;
    char call[64];
    unsigned number = 0;
    setenv("ASH_LAB_LIST", "1", 1);
    play(&child, "1000000000");
    unsetenv("ASH_LAB_LIST");
    assert_null(child_complaint(&child));
    assert_int_equal(child.exit_code, 0);
    for (const char *line = child.text; line != NULL && *line != '\0';) {
        if (sscanf(line, "lab: call %*u, %63s %u", call, &number) == 2) {
            add_plan(call, number, NULL);
            if (lists_device_memory(call))
                add_plan(call, number, "VK_ERROR_OUT_OF_DEVICE_MEMORY");
            if (can_lose_device(call))
                add_plan(call, number, "VK_ERROR_DEVICE_LOST");
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

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/ash-walk-XXXXXX");
    if (mkdtemp(folder) == NULL)
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
    unlink(world);
    unlink(pristine);
    unlink(picture);
    unlink(reference);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_fails_once),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
