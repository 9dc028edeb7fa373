// A progress bar on standard error where that is a terminal; else a few lines on standard output,
// so that what stands on standard error is always a failure or a warning.
#ifndef GAME_TOOLS_PROGRESS_H
#define GAME_TOOLS_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *what; // borrowed
    bool terminal;
    uint32_t shown; // steps of the bar
};

void progress_begin(struct progress *progress, const char *what);
void progress_set(struct progress *progress, uint64_t done, uint64_t total);
// Takes the bar away from a terminal.
void progress_end(struct progress *progress);

#endif
