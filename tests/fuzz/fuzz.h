// A fuzz target is one file, tests/fuzz/NAME_fuzz.c, with one function and a folder of inputs,
// tests/fuzz/corpus/NAME. From both come:
//
//   - the test fuzz/NAME, which feeds it its inputs, and then as many bytes of chance as pass in a
//     second (any compiler);
//   - the program fuzz_NAME, which looks for new ones (scripts/fuzz; clang's libFuzzer).
//
// What is wrong ends in FUZZ_CHECK, an ASH_ASSERT or a sanitizer: each stops the program.
//
// To add one: write the file, put an input or two into the folder.
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

// The target: may be given any bytes, keeps nothing, answers 0.
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

// Works with the log switched off; for ash_assert_set_handler, too.
__attribute__((noreturn)) static inline void fuzz_fail(const char *rule, const char *file, int line)
{
    fprintf(stderr, "%s:%d: broken: %s\n", file, line, rule);
    abort();
}

#define FUZZ_CHECK(condition) ((condition) ? (void)0 : fuzz_fail(#condition, __FILE__, __LINE__))

// Bytes as a source of choices: what is read past their end is 0.
struct fuzz_bytes {
    const uint8_t *bytes;
    size_t size;
};

static inline uint32_t fuzz_take(struct fuzz_bytes *from)
{
    if (from->size == 0)
        return 0;
    from->size--;
    return *from->bytes++;
}

// 0 to limit - 1; takes as many bytes as the limit needs.
static inline uint32_t fuzz_below(struct fuzz_bytes *from, uint32_t limit)
{
    uint32_t value = 0;
    for (uint32_t most = limit - 1; most != 0; most >>= 8)
        value = value << 8 | fuzz_take(from);
    return value % limit;
}

#endif
