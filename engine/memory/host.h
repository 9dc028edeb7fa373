// Host memory for bookkeeping: the few calls through which engine/memory takes any, in one place,
// so that a test can put failing ones under it (by defining these functions itself).
#ifndef ASH_MEMORY_HOST_H
#define ASH_MEMORY_HOST_H

#include <stdbool.h>
#include <stddef.h>

// Zeroed memory, aligned for a cache line; NULL if there is none.
void *ash_host_alloc(size_t size);
void ash_host_free(void *memory);

// Address space for `size` bytes without memory behind it; NULL if there is none. Tables that must
// not move when they grow are reserved at their largest and committed as they fill.
void *ash_host_reserve(size_t size);
// Puts zeroed memory behind a range of whole pages; tables grow by ASH_HOST_PAGE. False: there is
// none.
bool ash_host_commit(void *at, size_t size);
void ash_host_release(void *reserved, size_t size);

// Bytes; a multiple of the page of every system in use.
#if defined(__x86_64__) || defined(__i386__)
enum { ASH_HOST_PAGE = 4096 };
#else
enum { ASH_HOST_PAGE = 16384 };
#endif

#endif
