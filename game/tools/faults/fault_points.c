#include "game/tools/faults/fault_points.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>

struct counter {
    const char *name;
    atomic_uint_least64_t done;
    uint64_t first; // that fails; 0: none
    bool all;       // after it, too
};

static struct counter counters[FAULT_KIND_COUNT] = {
    [FAULT_ALLOCATION] = {.name = "allocation"},
    [FAULT_FILE] = {.name = "file operation"},
};

void fault_arm(enum fault_kind kind, uint64_t first, bool all)
{
    atomic_store(&counters[kind].done, 0);
    counters[kind].first = first;
    counters[kind].all = all;
}

bool fault_happens(enum fault_kind kind, const char *operation, const void *caller)
{
    struct counter *counter = &counters[kind];
    uint64_t number = atomic_fetch_add(&counter->done, 1) + 1;
    if (counter->first == 0 || number < counter->first ||
        (number > counter->first && !counter->all))
        return false;
    Dl_info program = {.dli_fbase = NULL};
    char place[32] = "", line[160];
    if (caller != NULL && dladdr(caller, &program) != 0) // as addr2line takes it
        snprintf(place, sizeof(place), " at 0x%tx",
                 (const char *)caller - (const char *)program.dli_fbase);
    snprintf(line, sizeof(line), "fault: %s %llu, %s%s, fails\n", counter->name,
             (unsigned long long)number, operation, place);
    fputs(line, stderr);
    return true;
}

void fault_print_counts(void)
{
    for (int i = 0; i < FAULT_KIND_COUNT; i++)
        fprintf(stderr, "fault: %llu %ss could have failed\n",
                (unsigned long long)atomic_load(&counters[i].done), counters[i].name);
}
