// The game that is walked: a start, frames that fly over new columns, a picture of the last, a
// world that is saved; in a folder of its own.
#ifndef TESTS_FAULTS_PLAYED_H
#define TESTS_FAULTS_PLAYED_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/faults/child.h"

struct played {
    char folder[64];
    char world[96], pristine[96]; // pristine: as the world is before each run
    char picture[96], reference[96];
};

// Makes the folder, and in it a world with edits. The cache goes there, too. False: could not.
bool played_begin(struct played *played);
bool played_end(struct played *played);

// Plays once, with these words besides (at blanks), on a fresh copy of the world.
void played_run(const struct played *played, struct child *child, const char *words);

// Keeps the picture of the last run, to compare others with.
void played_keep_reference(const struct played *played);
bool played_same_picture(const struct played *played);

// The world opens, and has every edit.
bool played_world_is_whole(const struct played *played);

#endif
