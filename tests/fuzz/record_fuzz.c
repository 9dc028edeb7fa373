// The readers of records get a stranger's file: the engine's, and the benchmark's over it.
#include "tests/fuzz/fuzz.h"

#include "bench/allocator/trace.h"
#include "engine/memory/optional/record.h"

// What may be replayed: one block in a slot at a time, as large as is said.
static void check_trace(const struct trace *trace, size_t most)
{
    // Slots that are only freed, of blocks from before the record, are numbered too.
    FUZZ_CHECK(trace->count > 0 && trace->count <= most && trace->slots <= most);
    uint32_t *sizes = calloc(trace->slots, sizeof(*sizes));
    FUZZ_CHECK(sizes != NULL);
    uint64_t live = 0, peak = 0;
    for (size_t i = 0; i < trace->count; i++) {
        const struct operation *operation = &trace->operations[i];
        bool frees = (operation->flags & TRACE_FREE) != 0;
        FUZZ_CHECK(operation->slot < trace->slots && operation->alignment_log2 < 32);
        FUZZ_CHECK((sizes[operation->slot] != 0) == frees && (operation->size == 0) == frees);
        live = live - sizes[operation->slot] + operation->size;
        sizes[operation->slot] = operation->size;
        peak = live > peak ? live : peak;
    }
    FUZZ_CHECK(peak == trace->peak_live_bytes);
    free(sizes);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct ash_record_reader reader;
    struct ash_record_operation operation;
    if (!ash_record_read_begin(&reader, bytes, size))
        return 0;
    size_t count = 0;
    while (ash_record_read(&reader, &operation)) {
        bool frees = operation.type == ASH_OPERATION_FREE;
        FUZZ_CHECK(frees || operation.type == ASH_OPERATION_ALLOC);
        FUZZ_CHECK(frees == (operation.size == 0));
        FUZZ_CHECK(operation.alignment_log2 < 64 && operation.memory_type_index < 32);
        count++;
    }
    FUZZ_CHECK(count <= size / 2); // no operation has less than two bytes
    FUZZ_CHECK(!ash_record_read(&reader, &operation));
    struct trace trace;
    if (trace_parse(&trace, bytes, size)) {
        FUZZ_CHECK(!reader.broken);
        check_trace(&trace, count);
        trace_finish(&trace);
    }
    return 0;
}
