// The files of --record and --replay; game/play/optional/replay.h knows what stands in them.
//
// Failures are logged, as one sentence with the file's name.
#ifndef GAME_TOOLS_RECORDING_H
#define GAME_TOOLS_RECORDING_H

#include "game/play/optional/replay.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

// All zero: neither.
struct recording {
    const char *path; // borrowed
    FILE *file;       // owned; NULL: nothing is recorded
    uint8_t *bytes;   // owned; NULL: nothing is played
    struct replay replay;
    uint64_t next; // tick to play
};

bool recording_load(struct recording *recording, const char *path);
bool recording_create(struct recording *recording, const char *path,
                      const struct simulation *start);
// Notes a tick; what can't be written is told of by recording_finish.
void recording_add(struct recording *recording, const struct input_tick *tick);
// The next tick of what is played; false after the last.
bool recording_take(struct recording *recording, struct input_tick *tick);
// False: not everything could be written.
bool recording_finish(struct recording *recording);

#endif
