// The instance's side of a context: the loader, the instance, its functions and its messages.
// Private to engine/context.
//
// volk keeps instance functions in globals. Contexts over different loaders (a fake device and a
// real one) have to live in one process, so each keeps its own few in a struct.
#ifndef ASH_CONTEXT_INSTANCE_H
#define ASH_CONTEXT_INSTANCE_H

#include "engine/context/context.h"

#include <pthread.h>

#include <volk.h>

#include "engine/context/messenger.h"

// Those that an adopted context needs are first; the others may be missing there.
#define ASH_INSTANCE_FUNCTIONS(X)                                                                  \
    X(vkGetDeviceProcAddr)                                                                         \
    X(vkGetPhysicalDeviceProperties)                                                               \
    X(vkGetPhysicalDeviceMemoryProperties)                                                         \
    X(vkGetPhysicalDeviceProperties2)                                                              \
    X(vkGetPhysicalDeviceMemoryProperties2)                                                        \
    X(vkGetPhysicalDeviceQueueFamilyProperties)                                                    \
    X(vkGetPhysicalDeviceFormatProperties)                                                         \
    X(vkGetPhysicalDeviceFeatures2)                                                                \
    X(vkDestroyInstance)                                                                           \
    X(vkEnumeratePhysicalDevices)                                                                  \
    X(vkEnumerateDeviceExtensionProperties)                                                        \
    X(vkCreateDevice)                                                                              \
    X(vkDestroySurfaceKHR)                                                                         \
    X(vkGetPhysicalDeviceSurfaceSupportKHR)                                                        \
    X(vkGetPhysicalDeviceSurfaceCapabilitiesKHR)                                                   \
    X(vkGetPhysicalDeviceSurfaceFormatsKHR)                                                        \
    X(vkGetPhysicalDeviceSurfacePresentModesKHR)                                                   \
    X(vkCreateDebugUtilsMessengerEXT)                                                              \
    X(vkDestroyDebugUtilsMessengerEXT)                                                             \
    X(vkSetDebugUtilsObjectNameEXT)                                                                \
    X(vkCmdBeginDebugUtilsLabelEXT)                                                                \
    X(vkCmdEndDebugUtilsLabelEXT)

struct ash_instance_functions {
    PFN_vkGetInstanceProcAddr vkGetInstanceProcAddr;
#define ASH_FIELD(name) PFN_##name name;
    ASH_INSTANCE_FUNCTIONS(ASH_FIELD)
#undef ASH_FIELD
};

struct ash_context_instance {
    struct ash_context context; // what the user holds a pointer to
    struct VolkDeviceTable table;
    struct ash_instance_functions fn;
    struct ash_messages messages;
    VkDebugUtilsMessengerEXT messenger;
    struct ash_surface_source surface_source; // .create NULL: no window
    bool adopted;                             // instance and device are the caller's
    pthread_mutex_t children_lock;
    struct ash_context_child *children;
};

// Held around volk's globals and wherever the loader's lists of drivers and devices, one for the
// whole process, are changed or walked: while instances and devices are made and destroyed, GPUs
// enumerated (drivers without one are unloaded there), functions asked for, objects named. The
// loader has locks of its own, but not the same for both sides (1.4.309 crashes; its issue 2018).
void ash_loader_lock(void);
void ash_loader_unlock(void);

// The loader's entry, or NULL (logged) where there is no loader. Thread-safe.
PFN_vkGetInstanceProcAddr ash_loader_entry(void);

// Fills the functions; those that the instance has not are NULL.
void ash_instance_load(struct ash_instance_functions *fn, VkInstance instance,
                       PFN_vkGetInstanceProcAddr get_instance_proc_addr);

// Whether names and labels can be given (where VK_EXT_debug_utils is enabled).
bool ash_instance_can_label(const struct ash_instance_functions *fn);

// Fills volk's table for a device that belongs to these functions. Thread-safe.
void ash_device_table_load(struct VolkDeviceTable *table, const struct ash_instance_functions *fn,
                           VkDevice device);

// Creates the instance and its messenger: context.instance, context.debug_utils, fn, messages.
//
// Errors: NO_LOADER, NO_DRIVER, NO_LAYER, UNSUPPORTED (the surface's extensions are missing),
// OUT_OF_HOST_MEMORY, VULKAN; logged. What was made is left to ash_instance_finish.
enum ash_result ash_instance_init(struct ash_context_instance *owned,
                                  const struct ash_context_params *params);
void ash_instance_finish(struct ash_context_instance *owned);

#endif
