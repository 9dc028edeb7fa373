// The game that is walked: a start, frames that fly over new columns, a picture of the last, a
// world that is saved. All of it lies in the current folder.
#ifndef TESTS_FAULTS_PLAYED_H
#define TESTS_FAULTS_PLAYED_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/faults/child.h"

struct played {
    bool day; // as tests/faults/day/cinder_day.c plays, with all that happens there
    char pristine[96], reference[96]; // the world before each run, and what is drawn of it
};

// After walk_begin: makes a world with edits. False: could not.
bool played_begin(struct played *played);

// Plays once, with these words besides (at blanks), on a fresh copy of the world.
void played_run(const struct played *played, struct child *child, const char *words);

// Keeps the picture of the last run, to compare others with.
void played_keep_reference(const struct played *played);
bool played_same_picture(const struct played *played);

// The world opens, and has every edit.
bool played_world_is_whole(void);

#endif
