// The laboratory's own structs: one for an instance and one for a device, each with the functions
// of the next layer below. Private to layers/.
//
//     program -> [lab: calls.h, wrap.c] -> fault.c may answer -> `next` -> next layer or driver
//                                                                 |
//                                      with a pretence: memory.c, pretend.c
//
// Thread-safety: instances and devices are found under a lock; the counts are atomic; what memory
// a device has is under the device's own lock.
#ifndef LAYERS_LAB_H
#define LAYERS_LAB_H

#include <vulkan/vulkan_core.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "layers/calls.h"

#define LAB_IF_C_I(x)
#define LAB_IF_I_I(x) x
#define LAB_IF_D_I(x)
#define LAB_IF_C_D(x)
#define LAB_IF_I_D(x)
#define LAB_IF_D_D(x) x

// The next layer's functions that can fail.
#define LAB_FIELD(name, parameters) VkResult(VKAPI_PTR *name) parameters;
#define LAB_FIELD_I(level, name, parameters, arguments, results, outputs)                          \
    LAB_IF_##level##_I(LAB_FIELD(name, parameters))
#define LAB_FIELD_D(level, name, parameters, arguments, results, outputs)                          \
    LAB_IF_##level##_D(LAB_FIELD(name, parameters))
struct lab_instance_calls {
    LAB_CALLS(LAB_FIELD_I)
};
struct lab_device_calls {
    LAB_CALLS(LAB_FIELD_D)
};

// Those that can't fail, and that the laboratory has its word in.
#define LAB_INSTANCE_ANSWERS(X)                                                                    \
    X(GetPhysicalDeviceProperties)                                                                 \
    X(GetPhysicalDeviceProperties2)                                                                \
    X(GetPhysicalDeviceMemoryProperties)                                                           \
    X(GetPhysicalDeviceMemoryProperties2)
#define LAB_DEVICE_ANSWERS(X)                                                                      \
    X(FreeMemory)                                                                                  \
    X(UnmapMemory)                                                                                 \
    X(GetBufferMemoryRequirements)                                                                 \
    X(GetBufferMemoryRequirements2)                                                                \
    X(GetImageMemoryRequirements)                                                                  \
    X(GetImageMemoryRequirements2)                                                                 \
    X(GetDeviceBufferMemoryRequirements)                                                           \
    X(GetDeviceImageMemoryRequirements)
#define LAB_ANSWER_FIELD(name) PFN_vk##name name;

// Pretended types over real ones.
struct lab_memory_map {
    VkPhysicalDeviceMemoryProperties told;
    uint32_t real_type[VK_MAX_MEMORY_TYPES];
};

// The loader's mark in a dispatchable handle: equal for all that belong to one instance or device.
#define LAB_KEY(handle) (*(const void *const *)(handle))

struct lab_instance {
    const void *key;
    struct lab_instance *after;
    VkInstance handle;
    PFN_vkGetInstanceProcAddr get;
    uint32_t version; // of Vulkan, that the program wants
    PFN_vkCreateDevice create_device;
    PFN_vkDestroyInstance destroy;
    struct lab_instance_calls next, below; // below: the real ones, where `next` pretends
    LAB_INSTANCE_ANSWERS(LAB_ANSWER_FIELD)
};

struct lab_memory;

struct lab_device {
    const void *key;
    struct lab_device *after;
    VkDevice handle;
    VkPhysicalDevice physical_device;
    PFN_vkGetDeviceProcAddr get;
    PFN_vkDestroyDevice destroy;
    struct lab_device_calls next, below;
    LAB_DEVICE_ANSWERS(LAB_ANSWER_FIELD)
    atomic_bool lost;
    pthread_mutex_t losing;  // held from there until the device is idle
    pthread_rwlock_t queues; // read: a call is on one of them; written: the laboratory, on all

    // With a pretence.
    struct lab_memory_map map;
    VkDeviceSize atom;
    pthread_mutex_t lock;
    struct lab_memory *memories;
    uint32_t memory_count;
    VkDeviceSize used[VK_MAX_MEMORY_HEAPS];
};

// The functions that the pretence has in place of the next layer's.
#define LAB_ANSWER_POINTER(name) extern const PFN_vk##name lab_answer_##name;
LAB_INSTANCE_ANSWERS(LAB_ANSWER_POINTER)
LAB_DEVICE_ANSWERS(LAB_ANSWER_POINTER)

#endif
