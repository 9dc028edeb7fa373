// Other hardware over the real one: what devices say of themselves. Private to layers/.
//
// Thread-safety: as Vulkan's.
#ifndef LAYERS_PRETEND_H
#define LAYERS_PRETEND_H

#include "layers/lab.h"

// Has its word in what a new instance or device is asked.
void lab_pretend_instance(struct lab_instance *instance);
void lab_pretend_device(struct lab_device *device);
// Frees what a device's pretence has.
void lab_pretend_end(struct lab_device *device);

// Leaves out of the wanted extensions what only the pretence offers. `names` has room for as many
// as are wanted; answers how many are left.
uint32_t lab_pretend_extensions(struct lab_instance *instance, VkPhysicalDevice device,
                                const VkDeviceCreateInfo *params, const char **names);

#endif
