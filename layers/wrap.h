// Every call of calls.h, wrapped. Private to layers/.
//
// Thread-safety: as Vulkan's.
#ifndef LAYERS_WRAP_H
#define LAYERS_WRAP_H

#include "layers/lab.h"

// Finds the next layer's functions. `handle`, `get` and `version` are set.
void lab_load_instance(struct lab_instance *instance);
void lab_load_device(struct lab_device *device);

// What stands in front of this call ("vkCreateBuffer"), or NULL: nothing does.
PFN_vkVoidFunction lab_wrapped(const char *name);

#endif
