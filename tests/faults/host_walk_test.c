// Every host allocation and every file operation of a short game fails in turn, headless and in a
// window: the game recovers, or ends with exit code 1 and a sentence, and its world is whole.
//
// Labels: gpu window game walk
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/faults/played.h"
#include "tests/faults/walk.h"
#include "tests/support/display.h"
#include "tests/support/test.h"

enum { MAX_PLANS = 8192, MAX_PLACES = 1024, START_ALLOCATIONS = 48 };

static bool in_window;
static struct display display;
static struct played played;
static struct walk_plan plans[MAX_PLANS];

static void play(struct child *child, const char *fault)
{
    char words[1024];
    snprintf(words, sizeof(words), "%s %s %s", in_window ? "" : "--headless",
             played.day ? "" : "--memory-report memory.json --trace trace", fault);
    played_run(&played, child, words);
}

// The function at an address of the program, and its file: "world_create (game/world/world.c)".
static void look_up(const char *address, char *name, size_t size)
{
    char command[512], function[64] = "?", file[256] = "?";
    snprintf(command, sizeof(command), "addr2line -f -e " ASH_BINARY_DIR "/%s %s",
             played.day ? "cinder_day" : "cinder", address);
    FILE *answer = popen(command, "r");
    walk_must(answer != NULL, "addr2line is there");
    if (fscanf(answer, "%63s %255s", function, file) != 2)
        snprintf(function, sizeof(function), "?");
    pclose(answer);
    // Some compilers name files from where they were called: build/debug/../../game/main.c.
    const char *ours = file;
    for (const char *up = file; (up = strstr(up, "../")) != NULL; up += 3)
        ours = up + 3;
    if (strncmp(ours, ASH_SOURCE_DIR "/", sizeof(ASH_SOURCE_DIR)) == 0)
        ours += sizeof(ASH_SOURCE_DIR);
    snprintf(name, size, "%s (%.*s)", function, (int)strcspn(ours, ":"), ours);
}

// The same, and each address is looked up once.
static const char *name_place(const char *address)
{
    static struct {
        char address[32], name[96];
    } known[MAX_PLACES];
    static size_t count;
    size_t i = 0;
    while (i < count && strcmp(known[i].address, address) != 0)
        i++;
    if (i == count) {
        walk_must(count < MAX_PLACES, "so many places can fail");
        snprintf(known[i].address, sizeof(known[i].address), "%s", address);
        look_up(address, known[i].name, sizeof(known[i].name));
        count++;
    }
    return known[i].name;
}

// "fault: allocation 57, calloc at 0x1234, fails"
static void name_kind(const char *said, struct walk_plan *plan)
{
    char operation[64] = "", address[32] = "";
    if (sscanf(said, "fault: %*[^,], %63[^,]", operation) != 1)
        return;
    char *at = strstr(operation, " at 0x");
    if (at == NULL) { // a library's, which says whose
        snprintf(plan->kind, sizeof(plan->kind), "%s", operation);
        return;
    }
    snprintf(address, sizeof(address), "%s", at + strlen(" at "));
    *at = '\0';
    snprintf(plan->kind, sizeof(plan->kind), "%s in %s", operation, name_place(address));
}

static enum walk_outcome run(struct walk_plan *plan, struct child *child, const char **why)
{
    play(child, plan->fault);
    const char *said = child_line(child, "fault: ");
    bool happened = said[0] != '\0';
    name_kind(said, plan);
    *why = child_complaint(child);
    if (*why == NULL && !played_world_is_whole())
        *why = "the world is damaged";
    if (*why == NULL && child->exit_code == 1 && !child_says(child, "cinder: ", " "))
        *why = "no sentence says why";
    if (*why == NULL && child_says(child, "cinder: ", "nothing has said why"))
        *why = "nothing has said why";
    if (*why != NULL)
        return WALK_WRONG;
    if (child->exit_code == 1)
        return WALK_GAVE_UP;
    if (!happened)
        return WALK_NOTHING;
    // In a window time runs as it likes, and no two pictures are the same.
    return in_window || played_same_picture(&played) ? WALK_RECOVERED : WALK_DIFFERENT;
}

// How many a run without a fault has: "fault: 1591 allocations could have failed".
static size_t count_faults(const char *what)
{
    static struct child child;
    unsigned long long count = 0;
    play(&child, "--fault-count");
    if (child_complaint(&child) != NULL || child.exit_code != 0)
        fail_msg("without a fault: %s", child.text);
    played_keep_reference(&played);
    for (const char *at = child.text; (at = strstr(at, "fault: ")) != NULL; at++) {
        char name[32];
        if (sscanf(at, "fault: %llu %31s", &count, name) == 2 &&
            strncmp(name, what, strlen(name)) == 0)
            return (size_t)count;
    }
    fail_msg("no count of %s: %s", what, child.text);
    return 0;
}

static bool begin_display(void)
{
    return !in_window || display_start(&display);
}

static void end_display(void)
{
    if (in_window)
        display_stop(&display);
}

static void walk_all(const char *name, const char *option, const char *what)
{
    assert_true(begin_display());
    size_t count = count_faults(what);
    end_display();
    assert_true(count > 20 && count <= MAX_PLANS);
    for (size_t i = 0; i < count; i++) {
        snprintf(plans[i].fault, sizeof(plans[i].fault), "--%s %zu", option, i + 1);
        snprintf(plans[i].kind, sizeof(plans[i].kind), "not reached");
    }
    const struct walk all = {.name = name,
                             .plans = plans,
                             .count = count,
                             .run = run,
                             .sample = played.day || in_window ? 12 : 0,
                             .begin = begin_display,
                             .end = end_display};
    assert_int_equal(walk(&all), 0);
}

static void every_allocation_fails_once(void **state)
{
    (void)state;
    walk_all("host allocations", "fault-alloc", "allocations");
}

// What is needed before the device is there, each of it, in every run of this test: once the list
// of GPUs was not there, and nobody said so, and once what watches shaders.
static void a_start_without_memory_says_so(void **state)
{
    (void)state;
    static struct child child;
    for (int i = 1; i <= START_ALLOCATIONS; i++) {
        char number[16];
        snprintf(number, sizeof(number), "%d", i);
        const char *words[] = {ASH_BINARY_DIR "/cinder",
                               "--headless",
                               "--radius",
                               "1",
                               "--frames",
                               "1",
                               "--size",
                               "64x64",
                               "--watch",
                               ASH_SOURCE_DIR "/shaders",
                               "--fault-alloc",
                               number,
                               NULL};
        child_run(&child, words, 60.0);
        bool silent = child_says(&child, "cinder: ", "nothing has said why");
        if (child_complaint(&child) != NULL || silent)
            fail_msg("allocation %d: %s", i, child.text);
    }
}

static void every_file_operation_fails_once(void **state)
{
    (void)state;
    walk_all("file operations", "fault-file", "file operations");
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

// What happens in a game besides.
static void every_allocation_of_a_day_fails_once(void **state)
{
    (void)state;
    played.day = true;
    walk_all("host allocations of a day", "fault-alloc", "allocations");
}

static void every_file_operation_of_a_day_fails_once(void **state)
{
    (void)state;
    played.day = true;
    walk_all("file operations of a day", "fault-file", "file operations");
    played.day = false;
}

static void every_allocation_fails_once_in_a_window(void **state)
{
    (void)state;
    in_window = true;
    walk_all("host allocations, in a window", "fault-alloc", "allocations");
}

static void every_file_operation_fails_once_in_a_window(void **state)
{
    (void)state;
    in_window = true;
    walk_all("file operations, in a window", "fault-file", "file operations");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_start_without_memory_says_so),
        cmocka_unit_test(every_allocation_fails_once),
        cmocka_unit_test(every_file_operation_fails_once),
        cmocka_unit_test(every_allocation_of_a_day_fails_once),
        cmocka_unit_test(every_file_operation_of_a_day_fails_once),
        cmocka_unit_test(every_allocation_fails_once_in_a_window),
        cmocka_unit_test(every_file_operation_fails_once_in_a_window),
    };
    cmocka_set_test_filter(getenv("ASH_TEST"));
    return cmocka_run_group_tests(tests, begin, end);
}
