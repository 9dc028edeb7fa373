// The operations of a trace, done, and the time.
#ifndef BENCH_ALLOCATOR_REPLAY_H
#define BENCH_ALLOCATOR_REPLAY_H

#include "bench/allocator/target.h"
#include "bench/allocator/trace.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

static inline double now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static inline bool operation_frees(const struct operation *operation)
{
    return (operation->flags & TRACE_FREE) != 0;
}

// In all of these `base` is added to the slots of the trace. False: an operation failed.
static inline bool replay_one(const struct target_type *type, struct target *target,
                              const struct operation *operation, uint32_t base)
{
    return operation_frees(operation) ? type->release(target, base + operation->slot)
                                      : type->alloc(target, operation, base);
}

// Operations from `from` to before `to`; standard error names one that fails.
bool replay(const struct target_type *type, struct target *target, const struct trace *trace,
            size_t from, size_t to, uint32_t base);
// Frees what the first `count` operations have left.
bool replay_release_rest(const struct target_type *type, struct target *target,
                         const struct trace *trace, size_t count, uint32_t base);

#endif
