// Recorded traces. A file is a stranger's: what is allocated depends on its length alone.
#include "bench/allocator/trace.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine/bits.h"
#include "engine/memory/optional/record.h"

// Of a file: some hundred million operations.
static const long longest_file = 1L << 30;

static void *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    long end = -1;
    if (file != NULL && fseek(file, 0, SEEK_END) == 0)
        end = ftell(file);
    void *bytes = end >= 0 && end <= longest_file ? malloc((size_t)end + 1) : NULL;
    if (bytes != NULL) {
        rewind(file);
        *size = fread(bytes, 1, (size_t)end, file);
    }
    if (file != NULL)
        fclose(file);
    return bytes;
}

static int compare_slots(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

// Numbers the slots anew, from 0 without gaps. False: no memory.
static bool number_slots(struct trace *trace)
{
    uint32_t *slots = malloc((trace->count + 1) * sizeof(*slots)), count = 0;
    if (slots == NULL)
        return false;
    for (size_t i = 0; i < trace->count; i++)
        slots[i] = trace->operations[i].slot;
    qsort(slots, trace->count, sizeof(*slots), compare_slots);
    for (size_t i = 0; i < trace->count; i++) {
        if (count == 0 || slots[count - 1] != slots[i])
            slots[count++] = slots[i];
    }
    for (size_t i = 0; i < trace->count; i++) {
        uint32_t *slot = &trace->operations[i].slot;
        const uint32_t *found = bsearch(slot, slots, count, sizeof(*slots), compare_slots);
        *slot = (uint32_t)(found - slots);
    }
    trace->slots = count;
    free(slots);
    return true;
}

// Takes out what frees a block from before the record, and adds up what lives. False: a block where
// there is one already, or no memory.
static bool follow_blocks(struct trace *trace)
{
    uint32_t *sizes = calloc((size_t)trace->slots + 1, sizeof(*sizes));
    uint64_t live_bytes = 0;
    size_t kept = 0;
    bool good = sizes != NULL;
    for (size_t i = 0; i < trace->count && good; i++) {
        const struct operation *operation = &trace->operations[i];
        uint32_t *size = &sizes[operation->slot];
        bool frees = (operation->flags & TRACE_FREE) != 0;
        good = frees || *size == 0;
        if (frees && *size == 0)
            continue;
        live_bytes = live_bytes - *size + operation->size;
        *size = operation->size;
        trace->peak_live_bytes = ash_max_u64(trace->peak_live_bytes, live_bytes);
        trace->operations[kept++] = *operation;
    }
    trace->count = kept;
    free(sizes);
    return good;
}

// False: an operation can't be, or is larger than this program takes.
static bool read_operations(struct trace *trace, const void *bytes, size_t size)
{
    struct ash_record_reader reader;
    struct ash_record_operation read;
    if (!ash_record_read_begin(&reader, bytes, size))
        return false;
    trace->capacity = size / 2; // none has less than two bytes
    trace->operations = calloc(trace->capacity + 1, sizeof(*trace->operations));
    if (trace->operations == NULL)
        return false;
    while (ash_record_read(&reader, &read)) {
        bool frees = read.type == ASH_OPERATION_FREE;
        if (read.size > UINT32_MAX || read.alignment_log2 > 31)
            return false;
        trace->operations[trace->count++] = (struct operation){
            .slot = read.slot,
            .size = (uint32_t)read.size,
            .alignment_log2 = read.alignment_log2,
            .memory_type = (uint8_t)read.memory_type_index,
            .flags = (uint8_t)((frees ? TRACE_FREE : 0) | (read.optimal_image ? TRACE_OPTIMAL : 0) |
                               (read.dedicated ? TRACE_DEDICATED : 0)),
        };
    }
    return !reader.broken;
}

bool trace_parse(struct trace *trace, const void *bytes, size_t size)
{
    *trace = (struct trace){.name = "record"};
    if (read_operations(trace, bytes, size) && number_slots(trace) && follow_blocks(trace) &&
        trace->count != 0)
        return true;
    trace_finish(trace);
    return false;
}

bool trace_read(struct trace *trace, const char *path)
{
    size_t size = 0;
    void *bytes = read_file(path, &size);
    bool good = bytes != NULL && trace_parse(trace, bytes, size);
    if (bytes == NULL)
        fprintf(stderr, "bench_allocator: '%s' is no trace T1 to T6 and no readable file\n", path);
    else if (!good)
        fprintf(stderr, "bench_allocator: '%s' is not a trace of this version, damaged, or empty\n",
                path);
    if (good)
        trace->name = path;
    free(bytes);
    return good;
}
