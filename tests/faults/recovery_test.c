// What the game lives with: a device that is lost, memory that runs out, hardware that is not here.
//
// Labels: gpu game
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/faults/child.h"
#include "tests/support/test.h"

#define LONGEST_RUN 100.0

static char folder[128];
static struct child child;

// Runs a short tour with these words besides, and keeps its last picture under this name. What is
// pretended, or the fault, is one word.
static void tour(const char *picture, const char *line, const char *option, const char *value)
{
    char words_of_line[256], path[192];
    const char *words[CHILD_WORDS] = {ASH_BINARY_DIR "/cinder", "--headless", "--validate", "--out",
                                      path};
    snprintf(path, sizeof(path), "%s/%s", folder, picture);
    snprintf(words_of_line, sizeof(words_of_line), "%s", line);
    size_t count = 5;
    for (char *word = strtok(words_of_line, " "); word != NULL; word = strtok(NULL, " "))
        words[count++] = word;
    if (option != NULL) {
        words[count++] = option;
        words[count++] = value;
    }
    child_run(&child, words, LONGEST_RUN);
    const char *complaint = child_complaint(&child);
    if (complaint != NULL)
        fail_msg("%s: %s\n%s", value, complaint, child.text);
}

static void succeeds(void)
{
    if (child.exit_code != 0)
        fail_msg("exit code %d: %s", child.exit_code, child.text);
}

static void assert_same_picture(const char *a, const char *b)
{
    char command[512];
    snprintf(command, sizeof(command), "cmp %s/%s %s/%s", folder, a, folder, b);
    assert_int_equal(system(command), 0);
}

static void other_hardware_draws_the_same(void **state)
{
    (void)state;
    static const char *const profiles[] = {
        "96 MiB heap", "256 MiB BAR",   "no BAR",    "non-coherent",
        "limit 8",     "80 MiB budget", "8 MiB BAR", "96 MiB heap,non-coherent,limit 12",
    };
    const char *line = "--frames 3 --size 160x90 --radius 5";
    tour("real.png", line, NULL, NULL);
    succeeds();
    for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
        tour("pretended.png", line, "--pretend", profiles[i]);
        succeeds();
        assert_same_picture("real.png", "pretended.png");
    }
}

// How many buffers a run of so many frames makes.
static unsigned buffers_of(const char *line)
{
    unsigned count = 0;
    tour("counted.png", line, NULL, NULL);
    for (const char *at = child.text; (at = strstr(at, "lab: ")) != NULL; at++) {
        char name[64];
        unsigned number;
        if (sscanf(at, "lab: %u %63s", &number, name) == 2 && strcmp(name, "vkCreateBuffer") == 0)
            count = number;
    }
    assert_true(count > 0);
    return count;
}

// On the way a buffer finds no memory: the view shrinks, and is whole again some hundred frames
// later.
static void the_view_shrinks_and_grows_again(void **state)
{
    (void)state;
    char fault[64];
    const char *line = "--fly --frames 760 --size 64x64 --radius 3 --log info";
    unsigned count = buffers_of("--fly --frames 30 --size 64x64 --radius 3 --fault-count");
    snprintf(fault, sizeof(fault), "vkCreateBuffer:%u=VK_ERROR_OUT_OF_DEVICE_MEMORY", count + 2);
    tour("whole.png", line, NULL, NULL);
    tour("again.png", line, "--fault", fault);
    succeeds();
    assert_true(child_says(&child, "cinder: warning", "the view shrinks from 3 to 2 columns"));
    assert_true(child_says(&child, "cinder: info", "the view grows to 3 columns"));
    assert_same_picture("whole.png", "again.png");
}

// How much memory a game cannot do without depends on the driver: Debian 12's has too little at 24
// MiB, Debian 13's at 19. On the way down each has a heap in which it shows less.
static void a_heap_that_is_too_small_shows_less(void **state)
{
    (void)state;
    bool less = false;
    for (int mib = 24; mib > 17 && !less; mib--) {
        char heap[32];
        snprintf(heap, sizeof(heap), "%d MiB heap", mib);
        tour("small.png", "--frames 3 --size 160x90 --radius 12", "--pretend", heap);
        assert_true(child.exit_code == 0 || child_says(&child, "cinder: ", "no memory for"));
        less = child_says(&child, "cinder: warning", "the view shrinks from 12 to 11 columns");
    }
    assert_true(less);
}

static void a_lost_device_is_made_again(void **state)
{
    (void)state;
    const char *line = "--frames 8 --size 160x90 --radius 3";
    tour("kept.png", line, NULL, NULL);
    tour("lost.png", line, "--fault", "vkQueueSubmit2:6=VK_ERROR_DEVICE_LOST");
    succeeds();
    double ms = 0;
    const char *told = child_line(&child, "cinder: warning: the device was lost in frame");
    const char *again = strstr(told, "again in ");
    assert_non_null(again);
    assert_int_equal(sscanf(again, "again in %lf ms", &ms), 1);
    print_message("made again in %.0f ms\n", ms);
    assert_true(ms < 2000);
    assert_same_picture("kept.png", "lost.png");
    // Nobody had waited for frame 5 yet.
    assert_true(child_says(&child, "cinder: warning: When the device was lost, the GPU was in",
                           "frame 5, drawing the pass \""));
}

// From the first loss on each pass is drawn by itself, so that the next loss is told to one of
// them.
static void passes_drawn_apart_are_the_same_picture(void **state)
{
    (void)state;
    const char *line = "--frames 8 --size 160x90 --radius 3";
    tour("kept.png", line, NULL, NULL);
    tour("lost.png", line, "--fault",
         "vkQueueSubmit2:6=VK_ERROR_DEVICE_LOST,vkQueueSubmit2:8=VK_ERROR_DEVICE_LOST");
    succeeds();
    assert_same_picture("kept.png", "lost.png");
}

static void a_device_that_is_lost_again_and_again_is_given_up(void **state)
{
    (void)state;
    tour("none.png", "--frames 8 --size 64x64 --radius 2", "--fault",
         "vkQueueSubmit2:4+=VK_ERROR_DEVICE_LOST");
    assert_int_equal(child.exit_code, 1);
    assert_true(child_says(&child, "cinder: ", "after everything was made anew 3 times"));
}

// Not the machine is to blame.
static void a_wrong_setting_ends_with_the_layers_word(void **state)
{
    (void)state;
    static const char *const options[] = {"--fault", "--pretend"};
    for (size_t i = 0; i < 2; i++) {
        tour("none.png", "--frames 1 --size 64x64 --radius 1", options[i], "GARBAGE");
        assert_int_equal(child.exit_code, 1);
        assert_true(child_says(&child, "lab: ASH_LAB_", "=GARBAGE can't be understood"));
        assert_string_equal(child_line(&child, "cinder: "),
                            "cinder: vkCreateInstance failed: VK_ERROR_INITIALIZATION_FAILED; a "
                            "layer that VK_INSTANCE_LAYERS names (VK_LAYER_ASH_lab) may have "
                            "refused it, and says why above");
    }
}

// VK_LAYER_PATH makes the loader look nowhere else.
static void the_laboratory_is_found_where_the_user_keeps_layers(void **state)
{
    (void)state;
    setenv("VK_LAYER_PATH", "/usr/share/vulkan/explicit_layer.d", 1);
    tour("none.png", "--frames 1 --size 64x64 --radius 1", "--fault", "vkCreateDevice:1");
    unsetenv("VK_LAYER_PATH");
    assert_int_equal(child.exit_code, 1);
    assert_true(child_says(&child, "lab: call", "vkCreateDevice 1, answers"));
}

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/ash-recovery-XXXXXX");
    return mkdtemp(folder) != NULL ? setenv("XDG_CACHE_HOME", folder, 1) : -1;
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
        cmocka_unit_test(other_hardware_draws_the_same),
        cmocka_unit_test(the_view_shrinks_and_grows_again),
        cmocka_unit_test(a_heap_that_is_too_small_shows_less),
        cmocka_unit_test(a_lost_device_is_made_again),
        cmocka_unit_test(passes_drawn_apart_are_the_same_picture),
        cmocka_unit_test(a_device_that_is_lost_again_and_again_is_given_up),
        cmocka_unit_test(a_wrong_setting_ends_with_the_layers_word),
        cmocka_unit_test(the_laboratory_is_found_where_the_user_keeps_layers),
    };
    cmocka_set_test_filter(getenv("ASH_TEST")); // a pattern of names; NULL: all
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
