// The instances and devices there are, found by any handle that belongs to them. Private to
// layers/.
//
// Thread-safety: any thread; a record is there while its handle is valid.
#ifndef LAYERS_REGISTRY_H
#define LAYERS_REGISTRY_H

#include "layers/lab.h"

void lab_add_instance(struct lab_instance *instance);
void lab_remove_instance(struct lab_instance *instance);
void lab_add_device(struct lab_device *device);
void lab_remove_device(struct lab_device *device);

// NULL: of none that there is.
struct lab_instance *lab_instance_of(const void *handle);
struct lab_device *lab_device_of(const void *handle);

// Bytes that all devices made from this one have allocated of each heap.
void lab_usage(VkPhysicalDevice device, VkDeviceSize used[VK_MAX_MEMORY_HEAPS]);

#endif
