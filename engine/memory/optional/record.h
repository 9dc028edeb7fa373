// Records what an allocator is asked for, in a compact form that bench_allocator replays.
//
//     struct ash_record record;
//     ash_record_begin(&record, allocator, write_to_file, file);
//     ...                                     // the program runs
//     ash_record_end(&record, allocator);     // and here what is left is written
//
// Format: "ASHMEM1\n", then per operation a byte (bit 0: free; bit 1: optimal image; bit 2: memory
// of its own; bits 3 to 7: memory type), the block's slot as a varint, and for an allocation the
// binary logarithm of the alignment (a byte) and the size (a varint). A varint has seven bits a
// byte, the lowest first, and the eighth set on all but the last. A slot is used by one block at a
// time.
//
// Units: bytes. Thread-safety: what a record observes may come from any thread.
#ifndef ASH_MEMORY_OPTIONAL_RECORD_H
#define ASH_MEMORY_OPTIONAL_RECORD_H

#include "engine/api.h"
#include "engine/memory/allocator.h"
#include "engine/memory/lock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { ASH_RECORD_BUFFER = 4096 };

// Where the bytes go: called with the allocator locked, so it calls nothing of it.
typedef void (*ash_record_write)(void *user, const void *bytes, size_t size);

struct ash_record {
    // private
    ash_record_write write;
    void *user;
    struct ash_lock lock;
    size_t used;
    unsigned char buffer[ASH_RECORD_BUFFER];
};

// Observes the allocator from now on. Blocks that are in use already are not in the record, but
// their frees are: readers skip them. Valid usage: no other call of the allocator is under way.
ASH_API void ash_record_begin(struct ash_record *record, struct ash_allocator *allocator,
                              ash_record_write write, void *user);
// Writes what is left and lets go of the allocator. Valid usage: as begin.
ASH_API void ash_record_end(struct ash_record *record, struct ash_allocator *allocator);

// One line of a record: what was asked for, not where it came to lie.
struct ash_record_operation {
    enum ash_operation_type type;
    uint32_t slot;
    uint32_t memory_type_index;
    uint8_t alignment_log2;
    bool optimal_image, dedicated;
    VkDeviceSize size;
};

// Reads a record from memory. What it is given may be anything: it is checked.
struct ash_record_reader {
    bool broken; // the record ended in the middle of an operation, or says what can't be
    // private
    const unsigned char *bytes, *end;
};
// False: the bytes do not begin as a record does.
ASH_API bool ash_record_read_begin(struct ash_record_reader *reader, const void *bytes,
                                   size_t size);
// False: the end, or `broken`. Whether a slot that is freed is in use is for the caller to know.
ASH_API bool ash_record_read(struct ash_record_reader *reader, struct ash_record_operation *out);

#ifdef __cplusplus
}
#endif

#endif
