// A foreign renderer that made its own instance and device, and uses engine/memory alone on them.
#include <stdio.h>
#include <string.h>

#include <vulkan/vulkan.h>

#include "engine/context/context.h"
#include "engine/memory/allocator.h"
#include "engine/memory/buffer.h"

static const char text[] = "written through a view";

static VkResult make_device(struct ash_context_adopt_params *own)
{
    static const float priority = 1.0F;
    const VkApplicationInfo application = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
                                           .apiVersion = VK_API_VERSION_1_3};
    const VkInstanceCreateInfo instance_info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
                                                .pApplicationInfo = &application};
    const VkDeviceQueueCreateInfo queue_info = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                                                .queueCount = 1,
                                                .pQueuePriorities = &priority};
    const VkDeviceCreateInfo device_info = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                                            .queueCreateInfoCount = 1,
                                            .pQueueCreateInfos = &queue_info};
    uint32_t count = 1;
    VkResult result = vkCreateInstance(&instance_info, NULL, &own->instance);
    if (result == VK_SUCCESS)
        result = vkEnumeratePhysicalDevices(own->instance, &count, &own->physical_device);
    if (result < 0)
        return result;
    result = vkCreateDevice(own->physical_device, &device_info, NULL, &own->device);
    if (result == VK_SUCCESS)
        vkGetDeviceQueue(own->device, 0, 0, &own->graphics.queue);
    return result;
}

// A buffer of the engine's, with memory of the engine's, on the foreign device.
static enum ash_result write_and_read(struct ash_allocator *allocator)
{
    const struct ash_buffer_params params = {
        .size = sizeof(text),
        .usage = VK_BUFFER_USAGE_TRANSFER_SRC_BIT,
        .properties = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT,
    };
    const struct ash_view_params both = {.access = ASH_ACCESS_READ | ASH_ACCESS_WRITE};
    struct ash_buffer buffer;
    struct ash_buffer_view view = {0};
    enum ash_result result = ash_buffer_init(&buffer, allocator, &params);
    if (result == ASH_OK)
        result = ash_buffer_begin_view(&buffer, &both, &view);
    if (result == ASH_OK) {
        memcpy(view.data, text, sizeof(text));
        printf("%s\n", (const char *)view.data);
        result = ash_buffer_end_view(&view);
    }
    ash_buffer_finish(&buffer);
    return result;
}

int main(void)
{
    struct ash_context_adopt_params own = {.get_instance_proc_addr = vkGetInstanceProcAddr};
    struct ash_context *context = NULL;
    struct ash_allocator *allocator = NULL;
    if (make_device(&own) != VK_SUCCESS)
        return 1;
    enum ash_result result = ash_context_adopt(&own, &context);
    if (result == ASH_OK)
        result =
            ash_allocator_create(&(struct ash_allocator_params){.context = context}, &allocator);
    if (result == ASH_OK)
        result = write_and_read(allocator);
    ash_allocator_destroy(allocator);
    ash_context_destroy(context);
    vkDestroyDevice(own.device, NULL);
    vkDestroyInstance(own.instance, NULL);
    return result == ASH_OK ? 0 : 1;
}
