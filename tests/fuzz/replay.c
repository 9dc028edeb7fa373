// Feeds a fuzz target its corpus, and chance, as an ordinary test.
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/support/count.h"
#include "tests/support/test.h"

enum { MOST_BYTES = 1 << 20, CHANCE_BYTES = 4096, CHANCE_MS = 1000 };

static uint8_t bytes[MOST_BYTES];

static void feed_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    // A copy of exactly the size, so that a sanitizer sees a read beyond it.
    uint8_t *input = malloc(size != 0 ? size : 1);
    assert_non_null(input);
    memcpy(input, bytes, size);
    assert_int_equal(LLVMFuzzerTestOneInput(input, size), 0);
    free(input);
}

static void the_corpus(void **state)
{
    (void)state;
    DIR *folder = opendir(FUZZ_CORPUS);
    assert_non_null(folder);
    uint32_t count = 0;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char path[1024];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", FUZZ_CORPUS, entry->d_name);
        feed_file(path);
        count++;
    }
    closedir(folder);
    test_count("inputs tried", count);
    assert_int_not_equal(count, 0);
}

static double now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec * 1e-6;
}

// The same bytes on every machine; a slower one sees fewer of them.
static void chance(void **state)
{
    (void)state;
    uint64_t seed = 1;
    uint32_t count = 0;
    const char *wanted = getenv("ASH_FUZZ_MS");
    double most_ms = wanted != NULL ? strtod(wanted, NULL) : CHANCE_MS;
    for (double end = now_ms() + most_ms; now_ms() < end; count++) {
        size_t size = 0;
        for (; size < CHANCE_BYTES; size++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
            bytes[size] = (uint8_t)(seed >> 56);
        }
        assert_int_equal(LLVMFuzzerTestOneInput(bytes, size - count % 97), 0);
    }
    test_count("inputs tried", count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_corpus),
        cmocka_unit_test(chance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
