// Why a call failed, for callers that act on it.
//
// Only what the world can do to a program stands here: memory, device, surface, file. A
// broken rule of the documentation is an assertion (engine/assert.h). Details (the failing
// Vulkan call, its VkResult, the object's label) go to the log once, where they happened.
#ifndef ASH_RESULT_H
#define ASH_RESULT_H

#include "engine/api.h"

#include <vulkan/vulkan_core.h>

#ifdef __cplusplus
extern "C" {
#endif

enum ash_result {
    ASH_OK = 0,
    // Try again later: the staging ring is full, the window has no area, a timeout passed.
    ASH_NOT_READY,
    ASH_ERROR_OUT_OF_HOST_MEMORY,
    ASH_ERROR_OUT_OF_DEVICE_MEMORY,
    // No memory type, device, queue or format does what was asked for.
    ASH_ERROR_UNSUPPORTED,
    // The block is not this allocator's, or no longer in use.
    ASH_ERROR_INVALID_BLOCK,
    // An access through a view that leaves its range or is not allowed by it.
    ASH_ERROR_OUT_OF_RANGE,
    ASH_ERROR_MAP_FAILED,
    // The device does not answer any more; everything made from it must be destroyed.
    ASH_ERROR_DEVICE_LOST,
    // The surface is gone (a window closed under us); a new one can be made.
    ASH_ERROR_SURFACE_LOST,
    ASH_ERROR_NO_LOADER, // no Vulkan loader (libvulkan.so.1) on this machine
    ASH_ERROR_NO_DRIVER, // a loader, but no Vulkan driver
    ASH_ERROR_NO_DEVICE, // drivers, but no device that suits
    ASH_ERROR_NO_DISPLAY,
    ASH_ERROR_NO_LAYER, // validation was insisted on and is not installed
    ASH_ERROR_FILE,
    ASH_ERROR_VULKAN // any other VkResult; the log names it
};

// "ASH_ERROR_OUT_OF_DEVICE_MEMORY" and so on; never NULL.
ASH_API const char *ash_result_name(enum ash_result result);

// The result for a VkResult that is not VK_SUCCESS; ASH_OK for success codes (>= 0).
ASH_API enum ash_result ash_result_from_vk(VkResult vk_result);

// "VK_ERROR_DEVICE_LOST" and so on; "VK_RESULT_UNKNOWN" for a code this file has not heard of.
ASH_API const char *ash_vk_result_name(VkResult vk_result);

#ifdef __cplusplus
}
#endif

#endif
