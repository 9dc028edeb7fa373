// What a program asks of an allocator, written down: a list of operations to replay.
#ifndef BENCH_ALLOCATOR_TRACE_H
#define BENCH_ALLOCATOR_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TRACE_FREE = 1, TRACE_OPTIMAL = 2, TRACE_DEDICATED = 4 };

struct operation {
    uint32_t slot; // of the block; a slot has at most one block at a time
    uint32_t size; // bytes, a multiple of the alignment (0 for a free)
    uint8_t alignment_log2;
    uint8_t
        memory_type; // of built-in traces: 0 device-local, 1 host-visible; of files: as recorded
    uint8_t flags;
};

struct trace {
    const char *name; // borrowed
    struct operation *operations;
    size_t count, capacity;
    size_t ramp;    // the first so many are not timed
    uint32_t slots; // above every slot in use
    uint64_t peak_live_bytes;
};

struct trace_params {
    const char *name; // T1 to T6, or a file
    double scale;     // of live blocks and of pairs
    uint64_t seed;
};

// False: no memory, or no such file; standard error says which.
bool trace_init(struct trace *trace, const struct trace_params *params);
void trace_finish(struct trace *trace);

// What a file says that ash_record wrote (engine/memory/optional/record.h); its content may be
// anything.
bool trace_read(struct trace *trace, const char *path);
// The same from memory, without a word. False: it is no such record, an empty one, or there is no
// memory.
bool trace_parse(struct trace *trace, const void *bytes, size_t size);

#endif
