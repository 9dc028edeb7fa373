#include "engine/context/messenger.h"

#include <stdio.h>
#include <string.h>

#include "engine/log.h"

static atomic_uint total_count;

const char *ash_message_text(const char *message)
{
    const char *id = strstr(message, "| MessageID = ");
    if (id == NULL)
        return message;
    const char *bar = strstr(id + 1, " | ");
    return bar != NULL ? bar + 3 : message;
}

// "mesh 12, pass" - the labels of the objects that a message is about; those without are left out.
static void join_names(char *out, size_t size, const VkDebugUtilsMessengerCallbackDataEXT *data)
{
    size_t used = 0;
    out[0] = '\0';
    for (uint32_t i = 0; i < data->objectCount; i++) {
        const char *name = data->pObjects[i].pObjectName;
        if (name == NULL || name[0] == '\0')
            continue;
        int written = snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : " on ", name);
        if (written < 0 || (size_t)written >= size - used)
            return;
        used += (size_t)written;
    }
}

// One message, one line: newer layers break theirs into several.
static void flatten(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text);
    for (char *at = out; (at = strpbrk(at, "\r\n")) != NULL;)
        *at = ' ';
}

// Only messages of the type "validation" count: "general" is the loader's talk about manifests and
// devices, "performance" is advice.
static VKAPI_ATTR VkBool32 VKAPI_CALL on_message(VkDebugUtilsMessageSeverityFlagBitsEXT severity,
                                                 VkDebugUtilsMessageTypeFlagsEXT types,
                                                 const VkDebugUtilsMessengerCallbackDataEXT *data,
                                                 void *user)
{
    (void)severity;
    struct ash_messages *messages = user;
    const char *id = data->pMessageIdName != NULL ? data->pMessageIdName : "no id";
    char text[1024];
    flatten(text, sizeof(text), ash_message_text(data->pMessage != NULL ? data->pMessage : ""));
    if ((types & VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT) == 0) {
        ash_log(ASH_LOG_DEBUG, "vulkan: %s: %s", id, text);
        return VK_FALSE;
    }
    char names[256];
    join_names(names, sizeof(names), data);
    atomic_fetch_add(&messages->count, 1);
    atomic_fetch_add(&total_count, 1);
    ash_log(ASH_LOG_ERROR, "validation: %s%s: %s", id, names, text);
    return VK_FALSE;
}

VkDebugUtilsMessengerCreateInfoEXT ash_messenger_info(struct ash_messages *messages)
{
    return (VkDebugUtilsMessengerCreateInfoEXT){
        .sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT,
        .messageSeverity = VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT |
                           VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT,
        .messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_GENERAL_BIT_EXT |
                       VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT |
                       VK_DEBUG_UTILS_MESSAGE_TYPE_PERFORMANCE_BIT_EXT,
        .pfnUserCallback = on_message,
        .pUserData = messages,
    };
}

uint32_t ash_messages_total(void)
{
    return atomic_load(&total_count);
}
