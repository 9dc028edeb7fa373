// A world is made, built in, closed, and built in again, while every host allocation and every file
// operation fails in turn: what was said to be saved is in the file, and the file opens.
//
// Labels: walk
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "game/tools/faults/fault_points.h"
#include "game/tools/faults/libraries.h"
#include "game/world/save/save.h"
#include "tests/faults/walk.h"
#include "tests/support/test.h"

enum { SEED = 3, MAX_PLANS = 8192 };
#define LONGEST_RUN 20.0

struct report {
    uint32_t sure; // edits that it was told are saved
};

#define WORLD "world.db"

static struct report *report; // shared with the child
static struct walk_plan plans[MAX_PLANS];

static struct block_coord place_of(uint32_t i)
{
    return (struct block_coord){(int32_t)(i % 3) * 40, 5 + (int32_t)i, 3};
}

static void build(struct save *save, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++)
        save_set_block(save, place_of(i), BLOCK_PLANKS);
}

static bool load(struct save *save, uint32_t i, bool *there)
{
    struct edits edits = {0};
    struct edit *list = NULL;
    uint32_t count = 0;
    bool read = save_load_edits(save, &edits);
    if (read && !edits_copy(&edits, edit_column(place_of(i)), &list, &count)) {
        fprintf(stderr, "said: there is no memory for a copy of a column's edits\n");
        read = false;
    }
    for (uint32_t k = 0; k < count && !*there; k++)
        *there = list[k].place == edit_place(place_of(i)) && list[k].block == BLOCK_PLANKS;
    free(list);
    edits_finish(&edits);
    return read;
}

static struct save *open_world(void)
{
    char message[256];
    uint32_t seed = SEED;
    struct save *save = save_open(WORLD, &seed, message, sizeof(message));
    if (save == NULL)
        fprintf(stderr, "said: %s\n", message);
    return save;
}

static bool share_report(void)
{
    report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return report != MAP_FAILED;
}

static int keep_house(void *user)
{
    const struct walk_plan *plan = user;
    unsigned long first = plan->fault[0] != '\0' ? strtoul(strrchr(plan->fault, ' '), NULL, 10) : 0;
    bool files = strstr(plan->fault, "file") != NULL, there = false;
    fault_arm(files ? FAULT_FILE : FAULT_ALLOCATION, first, /*all=*/false);
    struct save *save = open_world();
    if (save == NULL)
        return 1;
    build(save, 0, 40);
    bool done = save_flush(save) && !save_failed(save);
    report->sure = done ? 40 : 0;
    done = done && load(save, 39, &there);
    build(save, 40, 60);
    save_set_player(save, &(struct save_player){.y = 30, .hotbar = {2, 3, 4, 5, 6, 7, 9, 10, 15}});
    done = save_close(save) && done;
    report->sure = done ? 60 : report->sure;
    save = open_world();
    if (save == NULL)
        return 1;
    build(save, 60, 80);
    done = save_close(save) && done;
    report->sure = done ? 80 : report->sure;
    if (first == 0)
        fault_print_counts();
    return done ? 0 : 1;
}

static void empty_folder(void)
{
    walk_must(system("rm -rf ./*") == 0, "the folder can be emptied");
}

// Files in the current folder beside the world and its log.
static uint32_t count_strangers(void)
{
    uint32_t count = 0;
    DIR *entries = opendir(".");
    walk_must(entries != NULL, "the folder can be read");
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;)
        count += entry->d_name[0] != '.' && strcmp(entry->d_name, WORLD) != 0 &&
                 strcmp(entry->d_name, WORLD "-wal") != 0;
    closedir(entries);
    return count;
}

// What is wrong with the world that the child left; NULL: nothing.
static const char *look_at_world(void)
{
    if (access(WORLD, F_OK) != 0)
        return report->sure > 0 ? "there is no world" : NULL;
    struct save *save = open_world();
    if (save == NULL)
        return "the world does not open";
    bool whole = true;
    for (uint32_t i = 0; i < report->sure && whole; i++) {
        bool there = false;
        whole = load(save, i, &there) && there;
    }
    return save_close(save) && whole ? NULL : "what was saved is not in the world";
}

static enum walk_outcome run(struct walk_plan *plan, struct child *child, const char **why)
{
    empty_folder();
    *report = (struct report){0};
    child_call(child, keep_house, plan, LONGEST_RUN);
    const char *said = child_line(child, "fault: ");
    bool happened = sscanf(said, "fault: %*[^,], %127[^,]", plan->kind) == 1;
    char *at = strstr(plan->kind, " at 0x");
    if (at != NULL)
        *at = '\0';
    *why = child_complaint(child);
    if (*why == NULL && count_strangers() > 0 && strstr(plan->kind, "unlink") == NULL)
        *why = "a file was left behind";
    if (*why == NULL)
        *why = look_at_world();
    if (*why == NULL && child->exit_code == 1 && !child_says(child, "said: ", " ") &&
        !child_says(child, "ash: error: ", " "))
        *why = "no sentence says why";
    if (*why != NULL)
        return WALK_WRONG;
    if (!happened)
        return WALK_NOTHING;
    return child->exit_code == 0 ? WALK_RECOVERED : WALK_GAVE_UP;
}

static size_t plan_kind(const char *option, unsigned count, size_t used)
{
    assert_true(count > 10 && used + count <= MAX_PLANS);
    for (unsigned i = 1; i <= count; i++, used++) {
        snprintf(plans[used].fault, sizeof(plans[used].fault), "%s %u", option, i);
        snprintf(plans[used].kind, sizeof(plans[used].kind), "not reached");
    }
    return used;
}

static void what_was_saved_is_kept(void **state)
{
    (void)state;
    static struct child child;
    struct walk_plan none = {.fault = ""};
    unsigned allocations = 0, files = 0;
    assert_true(fault_libraries());
    child_call(&child, keep_house, &none, LONGEST_RUN);
    const char *counts = strstr(child.text, "fault: ");
    if (child.exit_code != 0 || child_complaint(&child) != NULL || counts == NULL ||
        sscanf(counts, "fault: %u allocations could have failed fault: %u file", &allocations,
               &files) != 2)
        fail_msg("without a fault: %s", child.text);
    assert_int_equal(report->sure, 80);
    size_t count = plan_kind("allocation", allocations, 0);
    count = plan_kind("file operation", files, count);
    const struct walk all = {
        .name = "saves", .plans = plans, .count = count, .run = run, .begin = share_report};
    assert_int_equal(walk(&all), 0);
}

static int begin(void **state)
{
    (void)state;
    return walk_begin() && share_report() ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    munmap(report, sizeof(*report));
    return walk_end() ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_was_saved_is_kept)};
    return cmocka_run_group_tests(tests, begin, end);
}
