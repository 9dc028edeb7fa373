// The time since the process began, before main and the dynamic linker: what a user waits for.
#ifndef GAME_BASE_CLOCK_H
#define GAME_BASE_CLOCK_H

double clock_seconds(void); // since the process began
// Reads when that was (the kernel tells it to 10 ms); called once, first of all.
void clock_start(void);

#endif
