#include "engine/render/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/context/debug.h"
#include "engine/log.h"

// A handle is a pointer or a number of 64 bits.
_Static_assert(sizeof(void *) == sizeof(uint64_t), "a machine of 64 bits");

static const char *advice(enum ash_result result)
{
    switch (result) {
    case ASH_ERROR_OUT_OF_HOST_MEMORY:
        return "free some main memory";
    case ASH_ERROR_OUT_OF_DEVICE_MEMORY:
        return "free some graphics memory, or ask for less of it";
    case ASH_ERROR_DEVICE_LOST:
        return "destroy what was made from the device, and create it again";
    case ASH_ERROR_SURFACE_LOST:
        return "make a new surface";
    default:
        return "the validation layer may know more";
    }
}

enum ash_result ash_render_check(VkResult vk_result, const char *call, const char *object)
{
    if (vk_result >= 0)
        return ASH_OK;
    enum ash_result result = ash_result_from_vk(vk_result);
    ash_log(ASH_LOG_ERROR, "%s failed for %s with %s: %s.", call, object,
            ash_vk_result_name(vk_result), advice(result));
    return result;
}

enum ash_result ash_render_made(const struct ash_context *context, VkResult vk_result,
                                const char *call, VkObjectType type, void *handle,
                                const char *format, ...)
{
    char name[128];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(name, sizeof(name), format, arguments);
    va_end(arguments);
    uint64_t number = 0;
    if (vk_result == VK_SUCCESS)
        memcpy(&number, handle, sizeof(number));
    else
        memcpy(handle, &number, sizeof(number));
    ash_debug_name(context, type, number, "%s", name);
    return ash_render_check(vk_result, call, name);
}

enum ash_result ash_render_no_memory(const char *what)
{
    ash_log(ASH_LOG_ERROR, "No main memory for %s: free some.", what);
    return ASH_ERROR_OUT_OF_HOST_MEMORY;
}
