// Replays a trace on a target, in several ways: for time, for latencies, for tightness, for
// instructions.
#ifndef BENCH_ALLOCATOR_MEASURE_H
#define BENCH_ALLOCATOR_MEASURE_H

#include "bench/allocator/target.h"
#include "bench/allocator/trace.h"

#include <stdbool.h>
#include <stdint.h>

enum { MEASURE_SAMPLES = 200, MEASURE_MOST_THREADS = 64 };

// What a replay for time found. Nanoseconds of the thread's own time.
struct timing {
    double alloc_ns, free_ns, pair_ns; // means; a pair is an alloc and a free
    uint64_t allocs, frees;            // that were timed
    bool complete;                     // false: it ran out of its time and stopped half-way
};
// Stops after `limit_s` seconds of timed operations. False: an operation failed.
bool measure_time(const struct target_type *type, const struct trace *trace, double limit_s,
                  struct timing *out);

struct latencies {
    double alloc_p50, alloc_p99, alloc_p999, alloc_max;
    double free_p50, free_p99, free_p999, free_max;
};
bool measure_latencies(const struct target_type *type, const struct trace *trace,
                       struct latencies *out);

struct sample {
    double progress; // 0 to 1
    uint64_t live_bytes, reserved_bytes;
};
struct tightness {
    struct sample samples[MEASURE_SAMPLES];
    uint32_t sample_count;
    double average; // of reserved over live, over the samples
    uint64_t peak_live, peak_reserved;
    uint64_t peak_chunks, driver_calls, peak_live_blocks;
    uint64_t kept_bytes;         // after everything was freed
    double host_bytes_per_block; // where most blocks live
    uint64_t checked;            // operations that the shadow map saw
    // The same where the allocator is grown ahead, as soon as it asks for it; 0: it never asks.
    double grown_average;
    uint64_t grown_peak_reserved;
};
// With `check`, a shadow map watches every operation. False: an operation failed or was wrong, and
// standard error says which.
bool measure_tightness(const struct target_type *type, const struct trace *trace, bool check,
                       struct tightness *out);

// Threads, each with a trace of its own, on one target. Millions of operations a second, together.
struct scaling {
    double million_ops_per_s;
    uint64_t reserved_bytes, live_bytes; // at the end of the traces
    uint64_t chunks;
};
bool measure_threads(const struct target_type *type, const struct trace *traces, uint32_t count,
                     struct scaling *out);

// Runs the trace once, its timed part inside the function bench_allocator_timed_part, for a
// profiler (scripts/gate-allocator).
bool measure_once(const struct target_type *type, const struct trace *trace);

// The most instructions that one operation took, among those that took the most time, and others.
// (The driver's are among them, where it is called: those of bench/allocator/driver.h are few.)
// False: this system can't (x86-64 Linux can).
struct stepping {
    uint64_t stepped; // operations
    uint64_t alloc_max, free_max;
    double alloc_mean, free_mean;
};
bool measure_steps(const struct target_type *type, const struct trace *trace, struct stepping *out);

// A load that grows by 500 MiB/s in T2's sizes, over a driver that takes 30 ms for a chunk, with or
// without a worker that grows the allocator ahead.
struct hitch {
    uint64_t allocs;
    double p50_us, p99_us, p999_us, max_us; // of an allocation, as the frame's thread sees it
    uint64_t calls_of_frame; // vkAllocateMemory calls on the frame's thread, after the first chunk
    uint64_t calls;          // of all threads
};
bool measure_hitch(bool growth, double seconds, uint64_t seed, struct hitch *out);

#endif
