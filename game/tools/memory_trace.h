// The file of --trace-memory: what the game asks of its allocator, for bench_allocator to replay.
//
// Failures are logged, as one sentence with the file's name.
#ifndef GAME_TOOLS_MEMORY_TRACE_H
#define GAME_TOOLS_MEMORY_TRACE_H

#include "engine/memory/optional/record.h"

#include <stdbool.h>
#include <stdio.h>

// All zero: nothing is traced.
struct memory_trace {
    const char *path; // borrowed
    FILE *file;       // owned
    struct ash_record record;
    bool failed; // not everything could be written
};

// From now on. Valid usage: nothing else is done with the allocator meanwhile; so for the end.
bool memory_trace_begin(struct memory_trace *trace, const char *path,
                        struct ash_allocator *allocator);
void memory_trace_end(struct memory_trace *trace, struct ash_allocator *allocator);

#endif
