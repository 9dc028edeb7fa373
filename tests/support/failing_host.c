#include "tests/support/failing_host.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "engine/memory/host.h"

// Some linkers (lld) take these functions for every program with tests/support, threads included.
static _Atomic uint64_t fail_at, requests, committed, living;
static _Atomic bool failed, only_once;

void failing_host_fail(uint64_t nth)
{
    fail_at = nth;
    requests = committed = 0;
    failed = only_once = false;
}

void failing_host_fail_once(uint64_t nth)
{
    failing_host_fail(nth);
    only_once = true;
}

bool failing_host_failed(void)
{
    return failed;
}

uint64_t failing_host_requests(void)
{
    return requests;
}

uint64_t failing_host_committed(void)
{
    return committed;
}

uint64_t failing_host_living(void)
{
    return living;
}

static bool is_refused(void)
{
    uint64_t number = ++requests;
    bool refused = fail_at != 0 && (only_once ? number == fail_at : number >= fail_at);
    if (refused)
        failed = true;
    return refused;
}

void *ash_host_alloc(size_t size)
{
    size_t rounded = (size + 63) / 64 * 64;
    void *memory = is_refused() ? NULL : aligned_alloc(64, rounded);
    if (memory) {
        memset(memory, 0, rounded);
        living++;
    }
    return memory;
}

void ash_host_free(void *memory)
{
    living -= memory != NULL;
    free(memory);
}

void *ash_host_reserve(size_t size)
{
    void *at = is_refused() ? MAP_FAILED
                            : mmap(NULL, size, PROT_NONE,
                                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return at == MAP_FAILED ? NULL : at;
}

bool ash_host_commit(void *at, size_t size)
{
    bool done = !is_refused() && mprotect(at, size, PROT_READ | PROT_WRITE) == 0;
    committed += done ? size : 0;
    return done;
}

void ash_host_release(void *reserved, size_t size)
{
    if (reserved)
        munmap(reserved, size);
}
