// Everything that an allocator and its device hold, as a text: two of them can be compared, and the
// difference reads well.
#ifndef TESTS_SUPPORT_MEMORY_STATE_H
#define TESTS_SUPPORT_MEMORY_STATE_H

#include "tests/support/memory_test.h"

#include <stddef.h>
#include <stdint.h>

struct memory_state {
    char text[32768];
    size_t size;
};

// Sums, chunks, free regions, blocks and their names, and the objects of a fake device; after
// ash_allocator_check. Counts of calls and peaks are left out: they only grow.
void memory_state_look(struct memory_test *test, struct memory_state *out);
// One line more.
__attribute__((format(printf, 2, 3))) void memory_state_add(struct memory_state *state,
                                                            const char *format, ...);
// Fails the test where the two differ, with what was done in between: the `nth` request of `name`.
void memory_state_compare(const struct memory_state *before, const struct memory_state *after,
                          const char *name, uint64_t nth);

#endif
