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

// Milliseconds that every vkAllocateMemory takes from now on, asleep.
void driver_set_delay(uint32_t milliseconds);
// The number of vkAllocateMemory calls that were made on this thread.
uint64_t driver_calls_of_thread(void);

#endif
