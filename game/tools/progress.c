#include "game/tools/progress.h"

#include <stdio.h>
#include <unistd.h>

enum { BAR_STEPS = 40, PLAIN_STEPS = 4 };
#define NOTHING UINT32_MAX

void progress_begin(struct progress *progress, const char *what)
{
    *progress =
        (struct progress){.what = what, .terminal = isatty(STDERR_FILENO) == 1, .shown = NOTHING};
}

void progress_set(struct progress *progress, uint64_t done, uint64_t total)
{
    uint32_t steps = progress->terminal ? BAR_STEPS : PLAIN_STEPS;
    double part = total > 0 && done < total ? (double)done / (double)total : 1;
    uint32_t step = (uint32_t)(part * steps);
    if (step == progress->shown || (!progress->terminal && step == 0))
        return;
    progress->shown = step;
    if (!progress->terminal) {
        printf("%s: %u %%\n", progress->what, step * 100 / steps);
        fflush(stdout);
        return;
    }
    char bar[BAR_STEPS + 1];
    for (uint32_t i = 0; i < BAR_STEPS; i++)
        bar[i] = i < step ? '#' : '.';
    bar[BAR_STEPS] = '\0';
    fprintf(stderr, "\r%s [%s] %3u %%", progress->what, bar, step * 100 / steps);
    fflush(stderr);
}

void progress_end(struct progress *progress)
{
    if (progress->terminal && progress->shown != NOTHING)
        fprintf(stderr, "\r\033[K");
}
