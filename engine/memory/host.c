#include "engine/memory/host.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

void *ash_host_alloc(size_t size)
{
    size_t rounded = (size + 63) & ~(size_t)63;
    void *memory = aligned_alloc(64, rounded);
    if (memory != NULL)
        memset(memory, 0, rounded);
    return memory;
}

void ash_host_free(void *memory)
{
    free(memory);
}

void *ash_host_reserve(size_t size)
{
    void *at = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return at == MAP_FAILED ? NULL : at;
}

bool ash_host_commit(void *at, size_t size)
{
    return mprotect(at, size, PROT_READ | PROT_WRITE) == 0;
}

void ash_host_release(void *reserved, size_t size)
{
    if (reserved != NULL)
        munmap(reserved, size);
}
