// Where a host fault may happen, and which of them does.
//
// Thread-safety: N counts in order of arrival, whichever thread it is.
#ifndef GAME_TOOLS_FAULTS_FAULT_POINTS_H
#define GAME_TOOLS_FAULTS_FAULT_POINTS_H

#include <stdbool.h>
#include <stdint.h>

enum fault_kind { FAULT_ALLOCATION, FAULT_FILE, FAULT_KIND_COUNT };

// Counts anew: the `first`-th of a kind fails, 0 for none, and if `all` those after it, too. Before
// other threads are there.
void fault_arm(enum fault_kind kind, uint64_t first, bool all);

// Counts one operation. True, and a line about it on standard error, if it is to fail. `caller` is
// an address in the program; NULL where a library called.
bool fault_happens(enum fault_kind kind, const char *operation, const void *caller);

void fault_print_counts(void);

#endif
