// What a test run has to show: sums that scripts/test prints at its end.
#ifndef TESTS_SUPPORT_COUNT_H
#define TESTS_SUPPORT_COUNT_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

// Adds to the sum of this name: "kills survived". Goes to the file that ASH_COUNTS names; several
// programs may do so at once.
static inline void test_count(const char *what, uint64_t count)
{
    const char *sums = getenv("ASH_COUNTS");
    FILE *file = sums != NULL ? fopen(sums, "a") : NULL;
    printf("counted: %llu %s\n", (unsigned long long)count, what);
    if (file == NULL)
        return;
    fprintf(file, "%llu\t%s\n", (unsigned long long)count, what);
    fclose(file);
}

#endif
