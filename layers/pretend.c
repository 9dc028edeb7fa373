#include "layers/pretend.h"

#include <stdlib.h>
#include <string.h>

#include "layers/memory.h"
#include "layers/pretence.h"
#include "layers/registry.h"

static void change_limits(VkPhysicalDeviceLimits *limits)
{
    if (lab_pretence.limit > 0)
        limits->maxMemoryAllocationCount = lab_pretence.limit;
    limits->nonCoherentAtomSize = lab_pretence_atom(limits->nonCoherentAtomSize);
}

static VkDeviceSize largest(VkDeviceSize size)
{
    return lab_pretence.heap > 0 && lab_pretence.heap < size ? lab_pretence.heap : size;
}

static VKAPI_ATTR void VKAPI_CALL properties(VkPhysicalDevice handle,
                                             VkPhysicalDeviceProperties *out)
{
    lab_instance_of(handle)->GetPhysicalDeviceProperties(handle, out);
    change_limits(&out->limits);
}
const PFN_vkGetPhysicalDeviceProperties lab_answer_GetPhysicalDeviceProperties = properties;

static VKAPI_ATTR void VKAPI_CALL properties2(VkPhysicalDevice handle,
                                              VkPhysicalDeviceProperties2 *out)
{
    lab_instance_of(handle)->GetPhysicalDeviceProperties2(handle, out);
    change_limits(&out->properties.limits);
    for (VkBaseOutStructure *at = out->pNext; at != NULL; at = at->pNext) {
        VkPhysicalDeviceMaintenance3Properties *third = (void *)at;
        VkPhysicalDeviceVulkan11Properties *eleven = (void *)at;
        if (at->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES)
            third->maxMemoryAllocationSize = largest(third->maxMemoryAllocationSize);
        if (at->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_PROPERTIES)
            eleven->maxMemoryAllocationSize = largest(eleven->maxMemoryAllocationSize);
    }
}
const PFN_vkGetPhysicalDeviceProperties2 lab_answer_GetPhysicalDeviceProperties2 = properties2;

static VKAPI_ATTR void VKAPI_CALL memory_properties(VkPhysicalDevice handle,
                                                    VkPhysicalDeviceMemoryProperties *out)
{
    lab_instance_of(handle)->GetPhysicalDeviceMemoryProperties(handle, out);
    if (!lab_pretence.active)
        return;
    struct lab_memory_map map;
    lab_pretence_map(out, &map);
    *out = map.told;
}
const PFN_vkGetPhysicalDeviceMemoryProperties lab_answer_GetPhysicalDeviceMemoryProperties =
    memory_properties;

static void tell_budget(VkPhysicalDevice handle, const VkPhysicalDeviceMemoryProperties *memory,
                        VkPhysicalDeviceMemoryBudgetPropertiesEXT *out)
{
    VkDeviceSize used[VK_MAX_MEMORY_HEAPS];
    lab_usage(handle, used);
    for (uint32_t i = 0; i < VK_MAX_MEMORY_HEAPS; i++) {
        VkDeviceSize size = i < memory->memoryHeapCount ? memory->memoryHeaps[i].size : 0;
        bool less = lab_pretence.budget > 0 && lab_pretence.budget < size;
        out->heapBudget[i] = less ? lab_pretence.budget : size;
        out->heapUsage[i] = i < memory->memoryHeapCount ? used[i] : 0;
    }
}

static VKAPI_ATTR void VKAPI_CALL memory_properties2(VkPhysicalDevice handle,
                                                     VkPhysicalDeviceMemoryProperties2 *out)
{
    lab_instance_of(handle)->GetPhysicalDeviceMemoryProperties2(handle, out);
    if (!lab_pretence.active)
        return;
    struct lab_memory_map map;
    lab_pretence_map(&out->memoryProperties, &map);
    out->memoryProperties = map.told;
    for (VkBaseOutStructure *at = out->pNext; at != NULL; at = at->pNext) {
        if (at->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT)
            tell_budget(handle, &map.told, (void *)at);
    }
}
const PFN_vkGetPhysicalDeviceMemoryProperties2 lab_answer_GetPhysicalDeviceMemoryProperties2 =
    memory_properties2;

// A budget is told through an extension, which a driver may not have.

static bool driver_has_budget(struct lab_instance *instance, VkPhysicalDevice handle)
{
    uint32_t count = 0;
    bool found = false;
    if (instance->below.EnumerateDeviceExtensionProperties(handle, NULL, &count, NULL) < 0)
        return false;
    VkExtensionProperties *all = calloc(count + 1, sizeof(*all));
    if (all != NULL &&
        instance->below.EnumerateDeviceExtensionProperties(handle, NULL, &count, all) >= 0) {
        for (uint32_t i = 0; i < count; i++)
            found |= strcmp(all[i].extensionName, VK_EXT_MEMORY_BUDGET_EXTENSION_NAME) == 0;
    }
    free(all);
    return found;
}

static VKAPI_ATTR VkResult VKAPI_CALL extensions(VkPhysicalDevice handle, const char *layer,
                                                 uint32_t *count, VkExtensionProperties *out)
{
    struct lab_instance *instance = lab_instance_of(handle);
    uint32_t room = *count;
    VkResult result = instance->below.EnumerateDeviceExtensionProperties(handle, layer, count, out);
    if (result != VK_SUCCESS || layer != NULL || lab_pretence.budget == 0 ||
        driver_has_budget(instance, handle))
        return result;
    if (out != NULL && *count == room)
        return VK_INCOMPLETE;
    if (out != NULL)
        out[*count] = (VkExtensionProperties){.extensionName = VK_EXT_MEMORY_BUDGET_EXTENSION_NAME,
                                              .specVersion = VK_EXT_MEMORY_BUDGET_SPEC_VERSION};
    (*count)++;
    return VK_SUCCESS;
}

uint32_t lab_pretend_extensions(struct lab_instance *instance, VkPhysicalDevice device,
                                const VkDeviceCreateInfo *params, const char **names)
{
    bool offers_budget = lab_pretence.budget == 0 || driver_has_budget(instance, device);
    uint32_t count = 0;
    for (uint32_t i = 0; i < params->enabledExtensionCount; i++) {
        const char *name = params->ppEnabledExtensionNames[i];
        if (offers_budget || strcmp(name, VK_EXT_MEMORY_BUDGET_EXTENSION_NAME) != 0)
            names[count++] = name;
    }
    return count;
}

void lab_pretend_instance(struct lab_instance *instance)
{
    if (lab_pretence.active)
        instance->next.EnumerateDeviceExtensionProperties = extensions;
}

void lab_pretend_device(struct lab_device *device)
{
    struct lab_instance *instance = lab_instance_of(device->physical_device);
    VkPhysicalDeviceMemoryProperties real;
    VkPhysicalDeviceProperties properties;
    if (!lab_pretence.active)
        return;
    instance->GetPhysicalDeviceMemoryProperties(device->physical_device, &real);
    lab_pretence_map(&real, &device->map);
    instance->GetPhysicalDeviceProperties(device->physical_device, &properties);
    device->atom = lab_pretence_atom(properties.limits.nonCoherentAtomSize);
    lab_memory_begin(device);
}

void lab_pretend_end(struct lab_device *device)
{
    lab_memory_end(device);
}
