// A machine with as many GPUs as a test wants, as far as ash_context_create sees it: instance,
// physical devices, queue families, extensions, surfaces. Its devices can be made and destroyed,
// and do nothing else: tests/support/fake_device.h has one that works.
//
// There is one machine; its functions stand behind fake_machine_entry.
#ifndef TESTS_SUPPORT_FAKE_MACHINE_H
#define TESTS_SUPPORT_FAKE_MACHINE_H

#include "engine/context/context.h"

#include <vulkan/vulkan_core.h>

#include <stdbool.h>
#include <stdint.h>

#define FAKE_MACHINE_GPUS 4

struct fake_gpu {
    const char *name;
    VkPhysicalDeviceType type;
    uint32_t api_version;
    VkDeviceSize memory_size;
    VkQueueFlags families[6]; // ends with 0
    uint32_t presenting;      // bit n: family n presents
    const char *extensions[4];
    bool bare; // no optional feature
    bool no_dynamic_rendering;
};

struct fake_machine {
    // What the test sets.
    struct fake_gpu gpus[FAKE_MACHINE_GPUS];
    uint32_t gpu_count;
    const char *extensions[6]; // of the instance
    bool layer;                // the validation layer is installed
    VkResult no_instance;      // vkCreateInstance's answer, unless 0
    uint32_t fail_at;          // this call fails, counted from 1; 0: none
    VkResult fail_result;

    // What happened.
    uint32_t calls;                                    // of functions that can fail
    uint32_t instances, devices, surfaces, messengers; // living now
    VkInstanceCreateFlags instance_flags;
    char instance_extensions[512], device_extensions[512]; // "A B "
    uint32_t device_families[8], device_family_count;
    uint32_t device_gpu;
    VkPhysicalDeviceFeatures enabled;
    VkPhysicalDeviceVulkan12Features enabled12;
};

extern struct fake_machine fake_machine;

// A machine with a discrete GPU, an integrated one and a CPU driver.
void fake_machine_reset(void);

PFN_vkVoidFunction fake_machine_entry(VkInstance instance, const char *name);

// A window's surface source on this machine; it wants VK_KHR_surface and VK_KHR_fake_surface.
extern const struct ash_surface_source fake_machine_surface;

#endif
