#include "engine/context/device.h"

#include <stdio.h>
#include <string.h>

#include "engine/context/debug.h"
#include "engine/log.h"

// What Vulkan guarantees where a driver was not asked, or does not say.
#define MIN_MAX_ALLOCATION_SIZE ((VkDeviceSize)1 << 30)

struct features {
    VkPhysicalDeviceFeatures2 core;
    VkPhysicalDeviceVulkan11Features vulkan11;
    VkPhysicalDeviceVulkan12Features vulkan12;
    VkPhysicalDeviceVulkan13Features vulkan13;
};

static void chain_features(struct features *features)
{
    *features = (struct features){0};
    features->core.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2;
    features->core.pNext = &features->vulkan11;
    features->vulkan11.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES;
    features->vulkan11.pNext = &features->vulkan12;
    features->vulkan12.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES;
    features->vulkan12.pNext = &features->vulkan13;
    features->vulkan13.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES;
}

// Enabled where the device has them; the context then says so. All else stays off.
#define OPTIONAL(feature, told)                                                                    \
    {                                                                                              \
        offsetof(struct features, feature), offsetof(struct ash_context, told)                     \
    }
static const struct {
    size_t feature; // a VkBool32 in struct features
    size_t told;    // a bool in struct ash_context
} optional[] = {
    OPTIONAL(core.features.multiDrawIndirect, multi_draw_indirect),
    OPTIONAL(core.features.drawIndirectFirstInstance, draw_indirect_first_instance),
    OPTIONAL(core.features.samplerAnisotropy, sampler_anisotropy),
    OPTIONAL(vulkan11.shaderDrawParameters, shader_draw_parameters),
    OPTIONAL(vulkan12.bufferDeviceAddress, buffer_device_address),
    OPTIONAL(vulkan12.drawIndirectCount, draw_indirect_count),
};

static void choose_features(const struct features *has, struct features *want,
                            struct ash_context *context)
{
    for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]); i++) {
        VkBool32 there = *(const VkBool32 *)((const char *)has + optional[i].feature);
        *(VkBool32 *)((char *)want + optional[i].feature) = there;
        *(bool *)((char *)context + optional[i].told) = there == VK_TRUE;
    }
    want->vulkan12.timelineSemaphore = VK_TRUE;
    want->vulkan13.dynamicRendering = VK_TRUE;
    want->vulkan13.synchronization2 = VK_TRUE;
    // What glslc makes of plain GLSL for Vulkan 1.3: workgroup sizes by id, and discard.
    want->vulkan13.maintenance4 = has->vulkan13.maintenance4;
    want->vulkan13.shaderTerminateInvocation = has->vulkan13.shaderTerminateInvocation;
    want->vulkan13.shaderDemoteToHelperInvocation = has->vulkan13.shaderDemoteToHelperInvocation;
}

static VkResult create_device(struct ash_context_instance *owned,
                              const struct ash_device_facts *facts, const struct features *want)
{
    static const float priority = 1.0F;
    const uint32_t families[] = {facts->graphics_family, facts->transfer_family};
    VkDeviceQueueCreateInfo queues[2];
    uint32_t queue_count = facts->transfer_family != ASH_NO_FAMILY ? 2 : 1;
    for (uint32_t i = 0; i < queue_count; i++)
        queues[i] = (VkDeviceQueueCreateInfo){
            .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
            .queueFamilyIndex = families[i],
            .queueCount = 1,
            .pQueuePriorities = &priority,
        };
    const char *extensions[3];
    uint32_t extension_count = 0;
    if (owned->context.surface != VK_NULL_HANDLE)
        extensions[extension_count++] = VK_KHR_SWAPCHAIN_EXTENSION_NAME;
    if (facts->memory_budget)
        extensions[extension_count++] = VK_EXT_MEMORY_BUDGET_EXTENSION_NAME;
    // A device that has it must have it enabled.
    if (facts->portability_subset)
        extensions[extension_count++] = "VK_KHR_portability_subset";
    VkDeviceCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
        .pNext = &want->core,
        .queueCreateInfoCount = queue_count,
        .pQueueCreateInfos = queues,
        .enabledExtensionCount = extension_count,
        .ppEnabledExtensionNames = extensions,
    };
    ash_loader_lock();
    VkResult vk_result = owned->fn.vkCreateDevice(owned->context.physical_device, &info, NULL,
                                                  &owned->context.device);
    ash_loader_unlock();
    return vk_result;
}

enum ash_result ash_device_init(struct ash_context_instance *owned,
                                const struct ash_device_facts *facts)
{
    struct ash_context *context = &owned->context;
    struct features has, want;
    chain_features(&has);
    chain_features(&want);
    owned->fn.vkGetPhysicalDeviceFeatures2(context->physical_device, &has.core);
    choose_features(&has, &want, context);
    VkResult vk_result = create_device(owned, facts, &want);
    if (vk_result != VK_SUCCESS) {
        context->device = VK_NULL_HANDLE;
        ash_log(ASH_LOG_ERROR,
                "vkCreateDevice failed on %s: %s; choose another GPU, or look at "
                "the driver's own log",
                facts->name, ash_vk_result_name(vk_result));
        return ash_result_from_vk(vk_result);
    }
    ash_device_table_load(&owned->table, &owned->fn, context->device);
    context->memory_budget = facts->memory_budget;
    context->timestamp_valid_bits = facts->timestamp_valid_bits;
    context->graphics.family_index = facts->graphics_family;
    owned->table.vkGetDeviceQueue(context->device, facts->graphics_family, 0,
                                  &context->graphics.queue);
    ash_debug_name(context, VK_OBJECT_TYPE_QUEUE, (uint64_t)context->graphics.queue, "graphics");
    context->transfer = context->graphics;
    if (facts->transfer_family != ASH_NO_FAMILY) {
        context->transfer.family_index = facts->transfer_family;
        owned->table.vkGetDeviceQueue(context->device, facts->transfer_family, 0,
                                      &context->transfer.queue);
        ash_debug_name(context, VK_OBJECT_TYPE_QUEUE, (uint64_t)context->transfer.queue,
                       "transfer");
    }
    return ASH_OK;
}

void ash_device_describe(struct ash_context_instance *owned)
{
    struct ash_context *context = &owned->context;
    const struct ash_instance_functions *fn = &owned->fn;
    VkPhysicalDeviceDriverProperties driver = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES};
    VkPhysicalDeviceMaintenance3Properties limits = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES, .pNext = &driver};
    VkPhysicalDeviceProperties2 properties = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &limits};
    VkPhysicalDeviceMemoryProperties2 memory = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2};
    if (fn->vkGetPhysicalDeviceProperties2 != NULL)
        fn->vkGetPhysicalDeviceProperties2(context->physical_device, &properties);
    else
        fn->vkGetPhysicalDeviceProperties(context->physical_device, &properties.properties);
    if (fn->vkGetPhysicalDeviceMemoryProperties2 != NULL)
        fn->vkGetPhysicalDeviceMemoryProperties2(context->physical_device, &memory);
    else
        fn->vkGetPhysicalDeviceMemoryProperties(context->physical_device, &memory.memoryProperties);
    context->properties = properties.properties;
    context->memory_properties = memory.memoryProperties;
    context->max_memory_allocation_size = limits.maxMemoryAllocationSize > 0
                                              ? limits.maxMemoryAllocationSize
                                              : MIN_MAX_ALLOCATION_SIZE;
    context->driver_id = driver.driverID;
    snprintf(context->driver, sizeof(context->driver), "%s%s%s", driver.driverName,
             driver.driverInfo[0] != '\0' ? " " : "", driver.driverInfo);
    context->software = context->properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU;
}
