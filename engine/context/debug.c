#include "engine/context/debug.h"

#include <stdarg.h>
#include <stdio.h>

#include "engine/context/instance.h"

void ash_debug_name(const struct ash_context *context, VkObjectType type, uint64_t handle,
                    const char *format, ...)
{
    if (!context->debug_utils || handle == 0)
        return;
    char name[128];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(name, sizeof(name), format, arguments);
    va_end(arguments);
    const VkDebugUtilsObjectNameInfoEXT info = {
        .sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_OBJECT_NAME_INFO_EXT,
        .objectType = type,
        .objectHandle = handle,
        .pObjectName = name,
    };
    // A name that could not be kept is no reason to fail.
    ash_loader_lock();
    (void)context->owned->fn.vkSetDebugUtilsObjectNameEXT(context->device, &info);
    ash_loader_unlock();
}

void ash_debug_begin_label(const struct ash_context *context, VkCommandBuffer commands,
                           const char *name)
{
    if (!context->debug_utils)
        return;
    const VkDebugUtilsLabelEXT label = {.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_LABEL_EXT,
                                        .pLabelName = name};
    context->owned->fn.vkCmdBeginDebugUtilsLabelEXT(commands, &label);
}

void ash_debug_end_label(const struct ash_context *context, VkCommandBuffer commands)
{
    if (context->debug_utils)
        context->owned->fn.vkCmdEndDebugUtilsLabelEXT(commands);
}
