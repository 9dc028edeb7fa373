#include "engine/result.h"

const char *ash_result_name(enum ash_result result)
{
#define NAME(code)                                                                                 \
    case code:                                                                                     \
        return #code
    switch (result) {
        NAME(ASH_OK);
        NAME(ASH_NOT_READY);
        NAME(ASH_ERROR_OUT_OF_HOST_MEMORY);
        NAME(ASH_ERROR_OUT_OF_DEVICE_MEMORY);
        NAME(ASH_ERROR_UNSUPPORTED);
        NAME(ASH_ERROR_INVALID_BLOCK);
        NAME(ASH_ERROR_OUT_OF_RANGE);
        NAME(ASH_ERROR_MAP_FAILED);
        NAME(ASH_ERROR_DEVICE_LOST);
        NAME(ASH_ERROR_SURFACE_LOST);
        NAME(ASH_ERROR_NO_LOADER);
        NAME(ASH_ERROR_NO_DRIVER);
        NAME(ASH_ERROR_NO_DEVICE);
        NAME(ASH_ERROR_NO_DISPLAY);
        NAME(ASH_ERROR_NO_LAYER);
        NAME(ASH_ERROR_FILE);
        NAME(ASH_ERROR_VULKAN);
    }
    return "ASH_RESULT_UNKNOWN";
}

enum ash_result ash_result_from_vk(VkResult vk_result)
{
    if (vk_result >= 0)
        return ASH_OK;
    switch (vk_result) {
    case VK_ERROR_OUT_OF_HOST_MEMORY:
        return ASH_ERROR_OUT_OF_HOST_MEMORY;
    case VK_ERROR_OUT_OF_DEVICE_MEMORY:
    case VK_ERROR_OUT_OF_POOL_MEMORY:
    case VK_ERROR_TOO_MANY_OBJECTS:
        return ASH_ERROR_OUT_OF_DEVICE_MEMORY;
    case VK_ERROR_MEMORY_MAP_FAILED:
        return ASH_ERROR_MAP_FAILED;
    case VK_ERROR_DEVICE_LOST:
        return ASH_ERROR_DEVICE_LOST;
    case VK_ERROR_SURFACE_LOST_KHR:
    case VK_ERROR_NATIVE_WINDOW_IN_USE_KHR:
        return ASH_ERROR_SURFACE_LOST;
    case VK_ERROR_FORMAT_NOT_SUPPORTED:
    case VK_ERROR_FEATURE_NOT_PRESENT:
    case VK_ERROR_EXTENSION_NOT_PRESENT:
        return ASH_ERROR_UNSUPPORTED;
    case VK_ERROR_INCOMPATIBLE_DRIVER:
        return ASH_ERROR_NO_DRIVER;
    case VK_ERROR_LAYER_NOT_PRESENT:
        return ASH_ERROR_NO_LAYER;
    default:
        return ASH_ERROR_VULKAN;
    }
}

const char *ash_vk_result_name(VkResult vk_result)
{
    switch (vk_result) {
        NAME(VK_SUCCESS);
        NAME(VK_NOT_READY);
        NAME(VK_TIMEOUT);
        NAME(VK_EVENT_SET);
        NAME(VK_EVENT_RESET);
        NAME(VK_INCOMPLETE);
        NAME(VK_ERROR_OUT_OF_HOST_MEMORY);
        NAME(VK_ERROR_OUT_OF_DEVICE_MEMORY);
        NAME(VK_ERROR_INITIALIZATION_FAILED);
        NAME(VK_ERROR_DEVICE_LOST);
        NAME(VK_ERROR_MEMORY_MAP_FAILED);
        NAME(VK_ERROR_LAYER_NOT_PRESENT);
        NAME(VK_ERROR_EXTENSION_NOT_PRESENT);
        NAME(VK_ERROR_FEATURE_NOT_PRESENT);
        NAME(VK_ERROR_INCOMPATIBLE_DRIVER);
        NAME(VK_ERROR_TOO_MANY_OBJECTS);
        NAME(VK_ERROR_FORMAT_NOT_SUPPORTED);
        NAME(VK_ERROR_FRAGMENTED_POOL);
        NAME(VK_ERROR_UNKNOWN);
        NAME(VK_ERROR_OUT_OF_POOL_MEMORY);
        NAME(VK_ERROR_INVALID_EXTERNAL_HANDLE);
        NAME(VK_ERROR_FRAGMENTATION);
        NAME(VK_ERROR_INVALID_OPAQUE_CAPTURE_ADDRESS);
        NAME(VK_ERROR_SURFACE_LOST_KHR);
        NAME(VK_ERROR_NATIVE_WINDOW_IN_USE_KHR);
        NAME(VK_SUBOPTIMAL_KHR);
        NAME(VK_ERROR_OUT_OF_DATE_KHR);
    default:
        return "VK_RESULT_UNKNOWN";
    }
#undef NAME
}
