// The reader of records gets a stranger's file.
#include "tests/fuzz/fuzz.h"

#include "engine/memory/record.h"

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
    return 0;
}
