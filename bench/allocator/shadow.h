// Where every live block lies, kept apart from the allocator that is watched: finds overlaps,
// wrong alignments and blocks that leave their memory.
#ifndef BENCH_ALLOCATOR_SHADOW_H
#define BENCH_ALLOCATOR_SHADOW_H

#include "bench/allocator/target.h"

struct shadow;

struct shadow *shadow_create(void); // NULL: no memory
void shadow_destroy(struct shadow *shadow);
// False, with a line on standard error: the block is not what was asked for, or not where it may
// be; the block is not there.
bool shadow_add(struct shadow *shadow, struct place place, const struct operation *operation);
bool shadow_remove(struct shadow *shadow, struct place place);

#endif
