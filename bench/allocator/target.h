// What is measured, behind one interface: AshEngine's allocator, the seed's plain algorithm, and
// the C library's malloc (of host memory: how tight it can be done).
#ifndef BENCH_ALLOCATOR_TARGET_H
#define BENCH_ALLOCATOR_TARGET_H

#include "bench/allocator/trace.h"

#include <stdbool.h>
#include <stdint.h>

struct target; // one instance

// Where a block lies, for the shadow map.
struct place {
    uint64_t memory, offset, size;
};

struct target_stats {
    uint64_t reserved_bytes, live_bytes;
    uint64_t peak_reserved_bytes; // 0: not kept
    uint64_t chunks, driver_calls, host_bytes, live_blocks;
};

struct target_type {
    const char *name;
    // NULL: no memory. `slots` of the trace's blocks at once.
    struct target *(*create)(uint32_t slots);
    void (*destroy)(struct target *target);
    // `base` is added to the operation's slot: each thread has a part of the slots.
    bool (*alloc)(struct target *target, const struct operation *operation, uint32_t base);
    bool (*release)(struct target *target, uint32_t slot);
    void (*stats)(struct target *target, struct target_stats *out);
    // Optional.
    struct place (*place)(const struct target *target, uint32_t slot);
    bool (*check)(struct target *target);
    bool (*grow)(struct target *target); // what it wants grown; false: that failed
    bool thread_safe;
};

// Ends with one whose name is NULL.
extern const struct target_type target_types[];
const struct target_type *target_find(const char *name); // NULL: there is none

#endif
