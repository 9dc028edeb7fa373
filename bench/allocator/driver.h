// A Vulkan driver that costs nothing: it hands out numbers for memory. What the benchmark then
// measures is the allocator's own work.
#ifndef BENCH_ALLOCATOR_DRIVER_H
#define BENCH_ALLOCATOR_DRIVER_H

#include "engine/context/context.h"

#include <stdint.h>

// As a discrete GPU has them, and further ones so that a recorded trace finds its own.
enum { DRIVER_DEVICE_LOCAL = 0, DRIVER_HOST_VISIBLE = 1, DRIVER_TYPE_COUNT = 32 };

// NULL: no host memory.
struct ash_context *driver_create(void);

// Called by every vkAllocateMemory, on its thread: takes as long as memory shall take. NULL: no
// time. Valid usage: nobody allocates meanwhile.
void driver_set_wait(void (*wait)(void *user), void *user);

#endif
