// --fault-alloc and --fault-file: the N-th host allocation, or file operation, of the program
// fails.
//
// Counted are those of engine and game, and what SQLite and cJSON ask for in their name; not those
// of drivers. Neither engine nor game knows: in debug builds the linker puts these functions under
// theirs (--wrap), and in others without.c says that it does not.
//
//     allocations      malloc, calloc, realloc, aligned_alloc, strdup, mmap, mprotect, threads
//     file operations  open, read, write, close, rename, make, look, remove; SQLite's besides, with
//                      sync, truncate and lock
//
// Thread-safety: N counts in order of arrival, whichever thread it is.
#ifndef GAME_TOOLS_FAULTS_HOST_FAULTS_H
#define GAME_TOOLS_FAULTS_HOST_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

// Each is "N", or "N+" for that one and all after it (a disk that stays full), or NULL. Before any
// world is opened. `count` prints at the end how many of each there were.
//
// False: it is no such word, or this build can't (logged).
bool host_faults_switch_on(const char *alloc, const char *file, bool count);

#endif
