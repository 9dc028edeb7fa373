#include "engine/render/check.h"

#include "engine/log.h"

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
