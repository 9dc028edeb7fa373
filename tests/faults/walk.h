// A walk: a program run once for each of its faults, and a table of what came of them.
//
// Several runs at a time: as many as there are cores, or ASH_WALK_JOBS. Each worker is a process in
// a folder of its own.
//
// ASH_WALK=40 walks so many of them, evenly, from an offset that changes with every run (or is
// ASH_WALK_OFFSET); ASH_WALK=all walks each. ASH_WALK_TABLE=FILE keeps the table, in Markdown.
#ifndef TESTS_FAULTS_WALK_H
#define TESTS_FAULTS_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/faults/child.h"

struct walk_plan {
    char fault[128]; // the words that make it happen
    char kind[192];  // the row of the table; a run may fill it in
};

enum walk_outcome {
    WALK_NOTHING,   // the fault did not happen
    WALK_RECOVERED, // exit code 0, and what was written is as without the fault
    WALK_DIFFERENT, // exit code 0, but not the same picture
    WALK_GAVE_UP,   // exit code 1, and a line that names the call
    WALK_WRONG,
    WALK_OUTCOME_COUNT
};

// Runs the program with one fault and says what came of it; for WALK_WRONG, why.
typedef enum walk_outcome walk_run(struct walk_plan *plan, struct child *child, const char **why);

struct walk {
    const char *name;
    const struct walk_plan *plans;
    size_t count;
    walk_run *run;
    size_t sample;       // so many of them, if ASH_WALK does not say; 0: 40
    bool (*begin)(void); // what a worker needs besides its folder; NULL: nothing
    void (*end)(void);
};

// Before and after all walks of a test: makes a folder, goes there, and removes it. What runs write
// lies in their current folder, caches included. False: could not.
bool walk_begin(void);
bool walk_end(void);
const char *walk_folder(void); // from the root

// Walks the plans, prints the table and answers how many were wrong.
uint32_t walk(const struct walk *walk);

// In a worker, in place of cmocka's: where it is not so, the worker ends, and its plan is wrong.
void walk_must(bool so, const char *what);

#endif
