// The fake device's functions of instance and physical device.
#include "tests/support/fake_device_internal.h"

#include <stdio.h>
#include <string.h>

static struct fake_device *from_physical(VkPhysicalDevice physical_device)
{
    return (struct fake_device *)physical_device;
}

static VKAPI_ATTR VkResult VKAPI_CALL fake_EnumerateInstanceVersion(uint32_t *version)
{
    *version = VK_API_VERSION_1_3;
    return VK_SUCCESS;
}

static VKAPI_ATTR VkResult VKAPI_CALL fake_EnumerateInstanceExtensionProperties(
    const char *layer, uint32_t *count, VkExtensionProperties *properties)
{
    (void)layer;
    (void)properties;
    *count = 0;
    return VK_SUCCESS;
}

static VKAPI_ATTR VkResult VKAPI_CALL
fake_EnumerateInstanceLayerProperties(uint32_t *count, VkLayerProperties *properties)
{
    (void)properties;
    *count = 0;
    return VK_SUCCESS;
}

static VKAPI_ATTR VkResult VKAPI_CALL fake_CreateInstance(const VkInstanceCreateInfo *info,
                                                          const VkAllocationCallbacks *callbacks,
                                                          VkInstance *instance)
{
    (void)info;
    (void)callbacks;
    struct fake_device *device = fake_device_latest();
    *instance = (VkInstance)device;
    return device ? VK_SUCCESS : VK_ERROR_INCOMPATIBLE_DRIVER;
}

static VKAPI_ATTR void VKAPI_CALL fake_DestroyInstance(VkInstance instance,
                                                       const VkAllocationCallbacks *callbacks)
{
    (void)callbacks;
    if (instance) {
        fake_begin_void((struct fake_device *)instance, "vkDestroyInstance");
        fake_end((struct fake_device *)instance);
    }
}

static VKAPI_ATTR VkResult VKAPI_CALL fake_EnumeratePhysicalDevices(VkInstance instance,
                                                                    uint32_t *count,
                                                                    VkPhysicalDevice *devices)
{
    if (devices && *count > 0)
        devices[0] = (VkPhysicalDevice)(struct fake_device *)instance;
    *count = 1;
    return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL fake_GetPhysicalDeviceProperties(VkPhysicalDevice physical_device,
                                                                   VkPhysicalDeviceProperties *out)
{
    const struct fake_profile *profile = &from_physical(physical_device)->profile;
    memset(out, 0, sizeof(*out));
    out->apiVersion = VK_API_VERSION_1_3;
    out->driverVersion = 1;
    out->deviceType = profile->type;
    snprintf(out->deviceName, sizeof(out->deviceName), "Fake (%s)", profile->name);
    out->limits.maxImageDimension2D = 16384;
    out->limits.maxImageArrayLayers = 2048;
    out->limits.maxUniformBufferRange = 65536;
    out->limits.maxPushConstantsSize = 128;
    out->limits.maxMemoryAllocationCount = profile->max_allocation_count;
    out->limits.bufferImageGranularity = profile->granularity;
    out->limits.nonCoherentAtomSize = profile->atom;
    out->limits.minMemoryMapAlignment = 4096;
    out->limits.minUniformBufferOffsetAlignment = 256;
    out->limits.minStorageBufferOffsetAlignment = 64;
    out->limits.minTexelBufferOffsetAlignment = 64;
    out->limits.optimalBufferCopyOffsetAlignment = 1;
    out->limits.optimalBufferCopyRowPitchAlignment = 1;
    out->limits.timestampPeriod = 1.0f;
}

static VKAPI_ATTR void VKAPI_CALL fake_GetPhysicalDeviceProperties2(
    VkPhysicalDevice physical_device, VkPhysicalDeviceProperties2 *out)
{
    const struct fake_profile *profile = &from_physical(physical_device)->profile;
    fake_GetPhysicalDeviceProperties(physical_device, &out->properties);
    for (VkBaseOutStructure *next = out->pNext; next; next = next->pNext) {
        if (next->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES)
            ((VkPhysicalDeviceMaintenance3Properties *)(void *)next)->maxMemoryAllocationSize =
                profile->max_allocation_size;
        if (next->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_PROPERTIES)
            ((VkPhysicalDeviceVulkan11Properties *)(void *)next)->maxMemoryAllocationSize =
                profile->max_allocation_size;
        if (next->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES)
            snprintf(((VkPhysicalDeviceDriverProperties *)(void *)next)->driverName,
                     VK_MAX_DRIVER_NAME_SIZE, "fake");
        if (next->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_PROPERTIES)
            snprintf(((VkPhysicalDeviceVulkan12Properties *)(void *)next)->driverName,
                     VK_MAX_DRIVER_NAME_SIZE, "fake");
    }
}

static VKAPI_ATTR void VKAPI_CALL fake_GetPhysicalDeviceMemoryProperties(
    VkPhysicalDevice physical_device, VkPhysicalDeviceMemoryProperties *out)
{
    struct fake_device *device = from_physical(physical_device);
    fake_begin_void(device, "vkGetPhysicalDeviceMemoryProperties");
    *out = device->profile.memory;
    fake_end(device);
}

static VKAPI_ATTR void VKAPI_CALL fake_GetPhysicalDeviceMemoryProperties2(
    VkPhysicalDevice physical_device, VkPhysicalDeviceMemoryProperties2 *out)
{
    struct fake_device *device = from_physical(physical_device);
    fake_begin_void(device, "vkGetPhysicalDeviceMemoryProperties2");
    out->memoryProperties = device->profile.memory;
    for (VkBaseOutStructure *next = out->pNext; next; next = next->pNext) {
        if (next->sType != VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT)
            continue;
        VkPhysicalDeviceMemoryBudgetPropertiesEXT *budget = (void *)next;
        if (!device->profile.memory_budget)
            fake_complain(device, "the memory budget was asked for where it is not supported");
        for (uint32_t heap = 0; heap < VK_MAX_MEMORY_HEAPS; heap++) {
            budget->heapBudget[heap] = device->budget[heap];
            budget->heapUsage[heap] = device->counts.heap_bytes[heap];
        }
    }
    fake_end(device);
}

static VKAPI_ATTR void VKAPI_CALL fake_GetPhysicalDeviceFeatures(VkPhysicalDevice physical_device,
                                                                 VkPhysicalDeviceFeatures *out)
{
    (void)physical_device;
    memset(out, 0, sizeof(*out));
    out->multiDrawIndirect = VK_TRUE;
}

static VKAPI_ATTR void VKAPI_CALL fake_GetPhysicalDeviceFeatures2(VkPhysicalDevice physical_device,
                                                                  VkPhysicalDeviceFeatures2 *out)
{
    VkBool32 address = from_physical(physical_device)->profile.buffer_device_address;
    fake_GetPhysicalDeviceFeatures(physical_device, &out->features);
    for (VkBaseOutStructure *next = out->pNext; next; next = next->pNext) {
        if (next->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES) {
            VkPhysicalDeviceVulkan12Features *features = (void *)next;
            features->timelineSemaphore = VK_TRUE;
            features->bufferDeviceAddress = address;
            features->drawIndirectCount = VK_TRUE;
        }
        if (next->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES) {
            VkPhysicalDeviceVulkan13Features *features = (void *)next;
            features->synchronization2 = VK_TRUE;
            features->dynamicRendering = VK_TRUE;
        }
    }
}

static VKAPI_ATTR void VKAPI_CALL fake_GetPhysicalDeviceQueueFamilyProperties(
    VkPhysicalDevice physical_device, uint32_t *count, VkQueueFamilyProperties *families)
{
    uint32_t available = from_physical(physical_device)->profile.transfer_queue ? 2 : 1;
    if (families && *count > 1)
        families[1] =
            (VkQueueFamilyProperties){.queueFlags = VK_QUEUE_TRANSFER_BIT, .queueCount = 1};
    if (families && *count > 0)
        families[0] = (VkQueueFamilyProperties){
            .queueFlags = VK_QUEUE_GRAPHICS_BIT | VK_QUEUE_COMPUTE_BIT | VK_QUEUE_TRANSFER_BIT,
            .queueCount = 1,
            .timestampValidBits = 64};
    *count = available;
}

static VKAPI_ATTR void VKAPI_CALL fake_GetPhysicalDeviceFormatProperties(
    VkPhysicalDevice physical_device, VkFormat format, VkFormatProperties *out)
{
    (void)physical_device;
    (void)format;
    *out = (VkFormatProperties){.optimalTilingFeatures = 0x7FFFFFFF};
}

static VKAPI_ATTR VkResult VKAPI_CALL
fake_EnumerateDeviceExtensionProperties(VkPhysicalDevice physical_device, const char *layer,
                                        uint32_t *count, VkExtensionProperties *properties)
{
    uint32_t available = !layer && from_physical(physical_device)->profile.memory_budget ? 1 : 0;
    if (properties && *count > 0 && available > 0) {
        memset(properties, 0, sizeof(*properties));
        snprintf(properties->extensionName, sizeof(properties->extensionName), "%s",
                 VK_EXT_MEMORY_BUDGET_EXTENSION_NAME);
    }
    *count = available;
    return VK_SUCCESS;
}

static VKAPI_ATTR VkResult VKAPI_CALL fake_CreateDevice(VkPhysicalDevice physical_device,
                                                        const VkDeviceCreateInfo *info,
                                                        const VkAllocationCallbacks *callbacks,
                                                        VkDevice *out)
{
    (void)info;
    (void)callbacks;
    struct fake_device *device = from_physical(physical_device);
    VkResult result = fake_begin(device, "vkCreateDevice");
    *out = result == VK_SUCCESS ? (VkDevice)device : VK_NULL_HANDLE;
    fake_end(device);
    return result;
}

static VKAPI_ATTR void VKAPI_CALL fake_DestroyDevice(VkDevice device,
                                                     const VkAllocationCallbacks *callbacks)
{
    (void)callbacks;
    if (device) {
        fake_begin_void((struct fake_device *)device, "vkDestroyDevice");
        fake_end((struct fake_device *)device);
    }
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL fake_GetDeviceProcAddr(VkDevice device,
                                                                       const char *name)
{
    (void)device;
    PFN_vkVoidFunction function = fake_memory_function(name);
    if (!function)
        function = fake_resource_function(name);
    return function ? function : fake_queue_function(name);
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL fake_GetInstanceProcAddr(VkInstance instance,
                                                                         const char *name)
{
    return fake_get_instance_proc_addr(instance, name);
}

PFN_vkVoidFunction fake_instance_function(const char *name)
{
    static const struct fake_entry entries[] = {
        FAKE_ENTRY(GetInstanceProcAddr),
        FAKE_ENTRY(GetDeviceProcAddr),
        FAKE_ENTRY(EnumerateInstanceVersion),
        FAKE_ENTRY(EnumerateInstanceExtensionProperties),
        FAKE_ENTRY(EnumerateInstanceLayerProperties),
        FAKE_ENTRY(CreateInstance),
        FAKE_ENTRY(DestroyInstance),
        FAKE_ENTRY(EnumeratePhysicalDevices),
        FAKE_ENTRY(GetPhysicalDeviceProperties),
        FAKE_ENTRY(GetPhysicalDeviceProperties2),
        FAKE_ENTRY(GetPhysicalDeviceMemoryProperties),
        FAKE_ENTRY(GetPhysicalDeviceMemoryProperties2),
        FAKE_ENTRY(GetPhysicalDeviceFeatures),
        FAKE_ENTRY(GetPhysicalDeviceFeatures2),
        FAKE_ENTRY(GetPhysicalDeviceQueueFamilyProperties),
        FAKE_ENTRY(GetPhysicalDeviceFormatProperties),
        FAKE_ENTRY(EnumerateDeviceExtensionProperties),
        FAKE_ENTRY(CreateDevice),
        FAKE_ENTRY(DestroyDevice),
    };
    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        if (strcmp(entries[i].name, name) == 0)
            return entries[i].function;
    }
    return NULL;
}
