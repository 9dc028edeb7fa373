#include "engine/context/gpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/log.h"

// No device has more families; those beyond are not looked at.
#define MAX_FAMILIES 32

static enum ash_result no_answer(const struct ash_device_facts *facts, const char *call,
                                 VkResult vk_result)
{
    ash_log(ASH_LOG_ERROR, "%s failed on %s: %s; check it with vulkaninfo", call, facts->name,
            ash_vk_result_name(vk_result));
    return ash_result_from_vk(vk_result);
}

static enum ash_result query_extensions(const struct ash_instance_functions *fn,
                                        VkPhysicalDevice device, struct ash_device_facts *facts)
{
    static const char *const names[] = {VK_KHR_SWAPCHAIN_EXTENSION_NAME,
                                        VK_EXT_MEMORY_BUDGET_EXTENSION_NAME,
                                        // vulkan_beta.h has the constant, which is not included
                                        "VK_KHR_portability_subset"};
    bool *const found[] = {&facts->swapchain, &facts->memory_budget, &facts->portability_subset};
    uint32_t count = 0;
    VkResult vk_result = fn->vkEnumerateDeviceExtensionProperties(device, NULL, &count, NULL);
    if (vk_result == VK_SUCCESS && count == 0)
        return ASH_OK;
    VkExtensionProperties *properties = calloc(count + 1, sizeof(*properties));
    if (properties == NULL)
        vk_result = VK_ERROR_OUT_OF_HOST_MEMORY;
    if (vk_result == VK_SUCCESS)
        vk_result = fn->vkEnumerateDeviceExtensionProperties(device, NULL, &count, properties);
    for (uint32_t i = 0; vk_result >= 0 && i < count; i++)
        for (size_t j = 0; j < sizeof(names) / sizeof(names[0]); j++)
            *found[j] |= strcmp(properties[i].extensionName, names[j]) == 0;
    free(properties);
    if (vk_result < 0)
        return no_answer(facts, "vkEnumerateDeviceExtensionProperties", vk_result);
    return ASH_OK;
}

static void query_features(const struct ash_instance_functions *fn, VkPhysicalDevice device,
                           struct ash_device_facts *facts)
{
    VkPhysicalDeviceVulkan13Features vulkan13 = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES};
    VkPhysicalDeviceVulkan12Features vulkan12 = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES, .pNext = &vulkan13};
    VkPhysicalDeviceFeatures2 core = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
                                      .pNext = &vulkan12};
    // Older devices do not know the structs; they do not suit anyway.
    if (facts->api_version < VK_API_VERSION_1_3)
        return;
    fn->vkGetPhysicalDeviceFeatures2(device, &core);
    facts->dynamic_rendering = vulkan13.dynamicRendering == VK_TRUE;
    facts->synchronization2 = vulkan13.synchronization2 == VK_TRUE;
    facts->timeline_semaphore = vulkan12.timelineSemaphore == VK_TRUE;
    facts->draw_indirect_count = vulkan12.drawIndirectCount == VK_TRUE;
    facts->buffer_device_address = vulkan12.bufferDeviceAddress == VK_TRUE;
}

// Whether transfers are all a family is for. Video and optical flow engines can transfer as well,
// but are not made for it.
static bool only_transfers(VkQueueFlags flags)
{
    const VkQueueFlags allowed =
        VK_QUEUE_TRANSFER_BIT | VK_QUEUE_SPARSE_BINDING_BIT | VK_QUEUE_PROTECTED_BIT;
    return (flags & VK_QUEUE_TRANSFER_BIT) != 0 && (flags & ~allowed) == 0;
}

static enum ash_result query_families(const struct ash_context_instance *owned,
                                      VkPhysicalDevice device, struct ash_device_facts *facts)
{
    const VkQueueFlags both = VK_QUEUE_GRAPHICS_BIT | VK_QUEUE_COMPUTE_BIT;
    VkSurfaceKHR surface = owned->context.surface;
    VkQueueFamilyProperties families[MAX_FAMILIES];
    uint32_t count = MAX_FAMILIES;
    facts->graphics_family = ASH_NO_FAMILY;
    facts->transfer_family = ASH_NO_FAMILY;
    owned->fn.vkGetPhysicalDeviceQueueFamilyProperties(device, &count, families);
    for (uint32_t i = 0; i < count; i++) {
        if (families[i].queueCount == 0)
            continue;
        if (only_transfers(families[i].queueFlags) && facts->transfer_family == ASH_NO_FAMILY)
            facts->transfer_family = i;
        if ((families[i].queueFlags & both) != both)
            continue;
        facts->any_graphics = true;
        VkBool32 presents = VK_TRUE;
        if (surface != VK_NULL_HANDLE && facts->swapchain) {
            VkResult vk_result =
                owned->fn.vkGetPhysicalDeviceSurfaceSupportKHR(device, i, surface, &presents);
            if (vk_result != VK_SUCCESS)
                return no_answer(facts, "vkGetPhysicalDeviceSurfaceSupportKHR", vk_result);
        }
        if (presents == VK_TRUE && facts->graphics_family == ASH_NO_FAMILY) {
            facts->graphics_family = i;
            facts->timestamp_valid_bits = families[i].timestampValidBits;
        }
    }
    return ASH_OK;
}

static enum ash_result query_device(const struct ash_context_instance *owned,
                                    VkPhysicalDevice device, struct ash_device_facts *facts)
{
    const struct ash_instance_functions *fn = &owned->fn;
    VkPhysicalDeviceProperties properties;
    VkPhysicalDeviceMemoryProperties memory;
    fn->vkGetPhysicalDeviceProperties(device, &properties);
    fn->vkGetPhysicalDeviceMemoryProperties(device, &memory);
    snprintf(facts->name, sizeof(facts->name), "%s", properties.deviceName);
    facts->type = properties.deviceType;
    facts->api_version = properties.apiVersion;
    for (uint32_t i = 0; i < memory.memoryHeapCount; i++)
        if ((memory.memoryHeaps[i].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) != 0 &&
            memory.memoryHeaps[i].size > facts->device_local_size)
            facts->device_local_size = memory.memoryHeaps[i].size;
    query_features(fn, device, facts);
    enum ash_result result = query_extensions(fn, device, facts);
    return result == ASH_OK ? query_families(owned, device, facts) : result;
}

enum ash_result ash_gpus_query(const struct ash_context_instance *owned, struct ash_gpus *out)
{
    *out = (struct ash_gpus){.count = ASH_MAX_GPUS};
    ash_loader_lock();
    VkResult vk_result =
        owned->fn.vkEnumeratePhysicalDevices(owned->context.instance, &out->count, out->handles);
    ash_loader_unlock();
    if (vk_result >= 0 && out->count > 0) {
        enum ash_result result = ASH_OK;
        for (uint32_t i = 0; i < out->count && result == ASH_OK; i++) {
            result = query_device(owned, out->handles[i], &out->facts[i]);
            ash_device_judge(&out->facts[i], owned->context.surface != VK_NULL_HANDLE,
                             &out->verdicts[i]);
        }
        return result;
    }
    if (vk_result >= 0) {
        ash_log(ASH_LOG_ERROR, "there is a Vulkan driver but no device; check your GPU, or install "
                               "the software driver (Debian: apt install mesa-vulkan-drivers)");
        return ASH_ERROR_NO_DRIVER;
    }
    ash_log(ASH_LOG_ERROR,
            "vkEnumeratePhysicalDevices failed: %s; check the drivers with "
            "vulkaninfo",
            ash_vk_result_name(vk_result));
    return ash_result_from_vk(vk_result);
}

void ash_gpus_format(const struct ash_gpus *gpus, uint32_t index, char *line, size_t size)
{
    const struct ash_device_facts *facts = &gpus->facts[index];
    const struct ash_device_verdict *verdict = &gpus->verdicts[index];
    int length = snprintf(line, size, "%u: %s - %s, Vulkan %u.%u, ", (unsigned)index, facts->name,
                          ash_device_type_name(facts->type),
                          (unsigned)VK_API_VERSION_MAJOR(facts->api_version),
                          (unsigned)VK_API_VERSION_MINOR(facts->api_version));
    if (length < 0 || (size_t)length >= size)
        return;
    if (verdict->suits)
        snprintf(line + length, size - (size_t)length, "score %u", (unsigned)verdict->score);
    else
        snprintf(line + length, size - (size_t)length, "does not suit: %s", verdict->reason);
}

// "0: llvmpipe - cpu, Vulkan 1.3, score 110; 1: ..." for the sentences below.
static void format_gpus(const struct ash_gpus *gpus, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < gpus->count && used < size - 1; i++) {
        char line[512];
        ash_gpus_format(gpus, i, line, sizeof(line));
        snprintf(text + used, size - used, "%s%s", i > 0 ? "; " : "", line);
        used = strlen(text);
    }
}

static void log_choice(const struct ash_gpus *gpus, uint32_t chosen)
{
    for (uint32_t i = 0; i < gpus->count; i++) {
        char line[512];
        ash_gpus_format(gpus, i, line, sizeof(line));
        ash_log(ASH_LOG_INFO, "gpu %s%s%s%s%s", line, gpus->verdicts[i].suits ? " (" : "",
                gpus->verdicts[i].suits ? gpus->verdicts[i].reason : "",
                gpus->verdicts[i].suits ? ")" : "", i == chosen ? ", taken" : "");
    }
    if (gpus->facts[chosen].type == VK_PHYSICAL_DEVICE_TYPE_CPU)
        ash_log(ASH_LOG_INFO, "%s is no GPU: the processor does all rendering",
                gpus->facts[chosen].name);
}

enum ash_result ash_gpus_pick(const struct ash_gpus *gpus, const char *gpu, uint32_t *chosen)
{
    char all[768];
    switch (ash_device_pick(gpus->facts, gpus->verdicts, gpus->count, gpu, chosen)) {
    case ASH_DEVICE_CHOSEN:
        log_choice(gpus, *chosen);
        return ASH_OK;
    case ASH_DEVICE_NONE_MATCHES:
        format_gpus(gpus, all, sizeof(all));
        ash_log(ASH_LOG_ERROR,
                "no GPU is called \"%s\"; give the number or part of the name of: %s", gpu, all);
        return ASH_ERROR_NO_DEVICE;
    case ASH_DEVICE_NONE_SUITS:
        break;
    }
    format_gpus(gpus, all, sizeof(all));
    ash_log(ASH_LOG_ERROR,
            "no Vulkan device suits; update its driver, or install the software "
            "driver (Debian: apt install mesa-vulkan-drivers): %s",
            all);
    return ASH_ERROR_NO_DEVICE;
}
