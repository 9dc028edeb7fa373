#include "engine/memory/host.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

void *ash_host_alloc(size_t size)
{
    const size_t line = 64, rounded = (size + line - 1) & ~(line - 1);
    char *memory = aligned_alloc(line, rounded);
    // By lines: the string instruction that one memset of some KiB becomes does it byte by byte,
    // where instructions are counted one by one.
    for (size_t i = 0; memory != NULL && i < rounded; i += line)
        memset(memory + i, 0, line);
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
