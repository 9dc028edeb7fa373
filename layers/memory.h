// Pretended memory: heaps that fill up, a limit on how many memories there are, types over other
// types, and bytes that reach the device only by a flush. Private to layers/.
//
// A rule of Vulkan that only such hardware shows (a flush beside the atoms, a map of memory that
// the CPU does not see) is answered with "lab: broken rule: ..." in the log.
//
// Thread-safety: as Vulkan's.
#ifndef LAYERS_MEMORY_H
#define LAYERS_MEMORY_H

#include "layers/lab.h"

// From here on the device's memory is as its map says.
void lab_memory_begin(struct lab_device *device);
void lab_memory_end(struct lab_device *device);

#endif
