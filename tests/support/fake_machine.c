#include "tests/support/fake_machine.h"

#include <stdio.h>
#include <string.h>

struct fake_machine fake_machine;

// Handles are addresses of these, so that a wrong one is seen by its address.
static char instance_object, device_object, surface_object, messenger_object;
static char queue_objects[8];

void fake_machine_reset(void)
{
    const VkQueueFlags all = VK_QUEUE_GRAPHICS_BIT | VK_QUEUE_COMPUTE_BIT | VK_QUEUE_TRANSFER_BIT;
    fake_machine = (struct fake_machine){
        .gpu_count = 3,
        .extensions = {"VK_KHR_surface", "VK_KHR_fake_surface", "VK_EXT_debug_utils"},
        .gpus =
            {
                {.name = "Fake CPU",
                 .type = VK_PHYSICAL_DEVICE_TYPE_CPU,
                 .api_version = VK_API_VERSION_1_3,
                 .families = {all},
                 .presenting = 1,
                 .extensions = {"VK_KHR_swapchain"}},
                {.name = "Fake Discrete",
                 .type = VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU,
                 .api_version = VK_API_VERSION_1_3,
                 .memory_size = (VkDeviceSize)8 << 30,
                 // A video engine, a compute queue, and only then one for transfers alone.
                 .families = {all, VK_QUEUE_TRANSFER_BIT | VK_QUEUE_VIDEO_DECODE_BIT_KHR,
                              VK_QUEUE_COMPUTE_BIT | VK_QUEUE_TRANSFER_BIT,
                              VK_QUEUE_TRANSFER_BIT | VK_QUEUE_SPARSE_BINDING_BIT, all},
                 .presenting = 1 << 4,
                 .extensions = {"VK_KHR_swapchain", "VK_EXT_memory_budget"}},
                {.name = "Fake Integrated",
                 .type = VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU,
                 .api_version = VK_API_VERSION_1_3,
                 .families = {all},
                 .presenting = 1,
                 .extensions = {"VK_KHR_swapchain"},
                 .bare = true},
            },
    };
}

// Whether this call is the one that fails.
static bool fails(void)
{
    return ++fake_machine.calls == fake_machine.fail_at;
}

static const struct fake_gpu *gpu_of(VkPhysicalDevice device)
{
    return (const struct fake_gpu *)device;
}

static void list(char *text, size_t size, const char *const *names, uint32_t count)
{
    text[0] = '\0';
    for (uint32_t i = 0; i < count; i++) {
        size_t used = strlen(text);
        snprintf(text + used, size - used, "%s ", names[i]);
    }
}

static VkResult answer_extensions(const char *const *names, uint32_t name_count, uint32_t *count,
                                  VkExtensionProperties *properties)
{
    uint32_t available = 0;
    while (available < name_count && names[available] != NULL)
        available++;
    if (fails())
        return fake_machine.fail_result;
    for (uint32_t i = 0; properties != NULL && i < available && i < *count; i++)
        snprintf(properties[i].extensionName, sizeof(properties[i].extensionName), "%s", names[i]);
    *count = available;
    return VK_SUCCESS;
}

static VKAPI_ATTR VkResult VKAPI_CALL enumerate_version(uint32_t *version)
{
    *version = VK_API_VERSION_1_3;
    return VK_SUCCESS;
}

static VKAPI_ATTR VkResult VKAPI_CALL
enumerate_instance_extensions(const char *layer, uint32_t *count, VkExtensionProperties *properties)
{
    static const char *const of_layer[] = {"VK_EXT_validation_features"};
    if (layer != NULL)
        return answer_extensions(of_layer, fake_machine.layer ? 1 : 0, count, properties);
    return answer_extensions(fake_machine.extensions, 6, count, properties);
}

static VKAPI_ATTR VkResult VKAPI_CALL enumerate_layers(uint32_t *count,
                                                       VkLayerProperties *properties)
{
    if (fails())
        return fake_machine.fail_result;
    if (properties != NULL && fake_machine.layer && *count > 0)
        snprintf(properties->layerName, sizeof(properties->layerName), "%s",
                 "VK_LAYER_KHRONOS_validation");
    *count = fake_machine.layer ? 1 : 0;
    return VK_SUCCESS;
}

static VKAPI_ATTR VkResult VKAPI_CALL create_instance(const VkInstanceCreateInfo *info,
                                                      const VkAllocationCallbacks *callbacks,
                                                      VkInstance *instance)
{
    (void)callbacks;
    if (fails())
        return fake_machine.fail_result;
    if (fake_machine.no_instance != VK_SUCCESS)
        return fake_machine.no_instance;
    fake_machine.instances++;
    fake_machine.instance_flags = info->flags;
    list(fake_machine.instance_extensions, sizeof(fake_machine.instance_extensions),
         info->ppEnabledExtensionNames, info->enabledExtensionCount);
    *instance = (VkInstance)&instance_object;
    return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL destroy_instance(VkInstance instance,
                                                   const VkAllocationCallbacks *callbacks)
{
    (void)callbacks;
    fake_machine.instances -= (char *)instance == &instance_object;
}

static VKAPI_ATTR VkResult VKAPI_CALL enumerate_devices(VkInstance instance, uint32_t *count,
                                                        VkPhysicalDevice *devices)
{
    (void)instance;
    if (fails())
        return fake_machine.fail_result;
    for (uint32_t i = 0; devices != NULL && i < fake_machine.gpu_count && i < *count; i++)
        devices[i] = (VkPhysicalDevice)&fake_machine.gpus[i];
    *count = fake_machine.gpu_count;
    return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL get_properties(VkPhysicalDevice device,
                                                 VkPhysicalDeviceProperties *out)
{
    *out = (VkPhysicalDeviceProperties){.apiVersion = gpu_of(device)->api_version,
                                        .deviceType = gpu_of(device)->type};
    snprintf(out->deviceName, sizeof(out->deviceName), "%s", gpu_of(device)->name);
}

static VKAPI_ATTR void VKAPI_CALL get_properties2(VkPhysicalDevice device,
                                                  VkPhysicalDeviceProperties2 *out)
{
    get_properties(device, &out->properties);
}

static VKAPI_ATTR void VKAPI_CALL get_memory(VkPhysicalDevice device,
                                             VkPhysicalDeviceMemoryProperties *out)
{
    *out = (VkPhysicalDeviceMemoryProperties){
        .memoryTypeCount = 1,
        .memoryTypes = {{.propertyFlags = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT}},
        .memoryHeapCount = 1,
        .memoryHeaps = {
            {.size = gpu_of(device)->memory_size, .flags = VK_MEMORY_HEAP_DEVICE_LOCAL_BIT}}};
}

static VKAPI_ATTR void VKAPI_CALL get_memory2(VkPhysicalDevice device,
                                              VkPhysicalDeviceMemoryProperties2 *out)
{
    get_memory(device, &out->memoryProperties);
    for (VkBaseOutStructure *next = out->pNext; next != NULL; next = next->pNext)
        if (next->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT) {
            VkPhysicalDeviceMemoryBudgetPropertiesEXT *budget = (void *)next;
            budget->heapBudget[0] = 1234;
            budget->heapUsage[0] = 567;
        }
}

static VKAPI_ATTR void VKAPI_CALL get_features2(VkPhysicalDevice device,
                                                VkPhysicalDeviceFeatures2 *out)
{
    VkBool32 optional = gpu_of(device)->bare ? VK_FALSE : VK_TRUE;
    out->features.multiDrawIndirect = optional;
    out->features.samplerAnisotropy = optional;
    out->features.geometryShader = VK_TRUE; // which nobody asked for
    for (VkBaseOutStructure *next = out->pNext; next != NULL; next = next->pNext) {
        if (next->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES) {
            VkPhysicalDeviceVulkan12Features *features = (void *)next;
            features->timelineSemaphore = VK_TRUE;
            features->bufferDeviceAddress = optional;
            features->drawIndirectCount = optional;
        }
        if (next->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES) {
            VkPhysicalDeviceVulkan13Features *features = (void *)next;
            features->synchronization2 = VK_TRUE;
            features->dynamicRendering = !gpu_of(device)->no_dynamic_rendering;
        }
    }
}

static VKAPI_ATTR void VKAPI_CALL get_families(VkPhysicalDevice device, uint32_t *count,
                                               VkQueueFamilyProperties *families)
{
    uint32_t available = 0;
    for (; available < 6 && gpu_of(device)->families[available] != 0; available++)
        if (available < *count)
            families[available] =
                (VkQueueFamilyProperties){.queueFlags = gpu_of(device)->families[available],
                                          .queueCount = 1,
                                          .timestampValidBits = 30 + available};
    *count = available;
}

static VKAPI_ATTR VkResult VKAPI_CALL enumerate_device_extensions(VkPhysicalDevice device,
                                                                  const char *layer,
                                                                  uint32_t *count,
                                                                  VkExtensionProperties *properties)
{
    (void)layer;
    return answer_extensions(gpu_of(device)->extensions, 4, count, properties);
}

static VKAPI_ATTR VkResult VKAPI_CALL create_device(VkPhysicalDevice physical_device,
                                                    const VkDeviceCreateInfo *info,
                                                    const VkAllocationCallbacks *callbacks,
                                                    VkDevice *device)
{
    (void)callbacks;
    if (fails())
        return fake_machine.fail_result;
    fake_machine.devices++;
    fake_machine.device_gpu = (uint32_t)(gpu_of(physical_device) - fake_machine.gpus);
    fake_machine.device_family_count = info->queueCreateInfoCount;
    for (uint32_t i = 0; i < info->queueCreateInfoCount; i++)
        fake_machine.device_families[i] = info->pQueueCreateInfos[i].queueFamilyIndex;
    list(fake_machine.device_extensions, sizeof(fake_machine.device_extensions),
         info->ppEnabledExtensionNames, info->enabledExtensionCount);
    for (const VkBaseInStructure *next = info->pNext; next != NULL; next = next->pNext) {
        if (next->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2)
            fake_machine.enabled =
                ((const VkPhysicalDeviceFeatures2 *)(const void *)next)->features;
        if (next->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES)
            fake_machine.enabled12 = *(const VkPhysicalDeviceVulkan12Features *)(const void *)next;
    }
    *device = (VkDevice)&device_object;
    return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL destroy_device(VkDevice device,
                                                 const VkAllocationCallbacks *callbacks)
{
    (void)callbacks;
    fake_machine.devices -= (char *)device == &device_object;
}

static VKAPI_ATTR VkResult VKAPI_CALL wait_idle(VkDevice device)
{
    (void)device;
    return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL get_queue(VkDevice device, uint32_t family, uint32_t index,
                                            VkQueue *queue)
{
    (void)device;
    (void)index;
    *queue = (VkQueue)&queue_objects[family];
}

static VKAPI_ATTR VkResult VKAPI_CALL surface_support(VkPhysicalDevice device, uint32_t family,
                                                      VkSurfaceKHR surface, VkBool32 *presents)
{
    (void)surface;
    if (fails())
        return fake_machine.fail_result;
    *presents = (gpu_of(device)->presenting >> family & 1) != 0;
    return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL destroy_surface(VkInstance instance, VkSurfaceKHR surface,
                                                  const VkAllocationCallbacks *callbacks)
{
    (void)instance;
    (void)callbacks;
    fake_machine.surfaces -= (char *)surface == &surface_object;
}

static VKAPI_ATTR VkResult VKAPI_CALL
create_messenger(VkInstance instance, const VkDebugUtilsMessengerCreateInfoEXT *info,
                 const VkAllocationCallbacks *callbacks, VkDebugUtilsMessengerEXT *messenger)
{
    (void)instance;
    (void)info;
    (void)callbacks;
    if (fails())
        return fake_machine.fail_result;
    fake_machine.messengers++;
    *messenger = (VkDebugUtilsMessengerEXT)&messenger_object;
    return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL destroy_messenger(VkInstance instance,
                                                    VkDebugUtilsMessengerEXT messenger,
                                                    const VkAllocationCallbacks *callbacks)
{
    (void)instance;
    (void)callbacks;
    fake_machine.messengers -= (char *)messenger == &messenger_object;
}

static PFN_vkVoidFunction get_device_function(VkDevice device, const char *name);

static const struct {
    const char *name;
    PFN_vkVoidFunction function;
} functions[] = {
    {"vkEnumerateInstanceVersion", (PFN_vkVoidFunction)enumerate_version},
    {"vkEnumerateInstanceExtensionProperties", (PFN_vkVoidFunction)enumerate_instance_extensions},
    {"vkEnumerateInstanceLayerProperties", (PFN_vkVoidFunction)enumerate_layers},
    {"vkCreateInstance", (PFN_vkVoidFunction)create_instance},
    {"vkDestroyInstance", (PFN_vkVoidFunction)destroy_instance},
    {"vkEnumeratePhysicalDevices", (PFN_vkVoidFunction)enumerate_devices},
    {"vkGetPhysicalDeviceProperties", (PFN_vkVoidFunction)get_properties},
    {"vkGetPhysicalDeviceProperties2", (PFN_vkVoidFunction)get_properties2},
    {"vkGetPhysicalDeviceMemoryProperties", (PFN_vkVoidFunction)get_memory},
    {"vkGetPhysicalDeviceMemoryProperties2", (PFN_vkVoidFunction)get_memory2},
    {"vkGetPhysicalDeviceFeatures2", (PFN_vkVoidFunction)get_features2},
    {"vkGetPhysicalDeviceQueueFamilyProperties", (PFN_vkVoidFunction)get_families},
    {"vkEnumerateDeviceExtensionProperties", (PFN_vkVoidFunction)enumerate_device_extensions},
    {"vkCreateDevice", (PFN_vkVoidFunction)create_device},
    {"vkGetPhysicalDeviceSurfaceSupportKHR", (PFN_vkVoidFunction)surface_support},
    {"vkDestroySurfaceKHR", (PFN_vkVoidFunction)destroy_surface},
    {"vkCreateDebugUtilsMessengerEXT", (PFN_vkVoidFunction)create_messenger},
    {"vkDestroyDebugUtilsMessengerEXT", (PFN_vkVoidFunction)destroy_messenger},
    {"vkGetDeviceProcAddr", (PFN_vkVoidFunction)get_device_function},
    {"vkDestroyDevice", (PFN_vkVoidFunction)destroy_device},
    {"vkDeviceWaitIdle", (PFN_vkVoidFunction)wait_idle},
    {"vkGetDeviceQueue", (PFN_vkVoidFunction)get_queue},
};

PFN_vkVoidFunction fake_machine_entry(VkInstance instance, const char *name)
{
    (void)instance;
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
        if (strcmp(functions[i].name, name) == 0)
            return functions[i].function;
    return NULL;
}

static PFN_vkVoidFunction get_device_function(VkDevice device, const char *name)
{
    (void)device;
    return fake_machine_entry(VK_NULL_HANDLE, name);
}

static VkResult create_surface(void *user, VkInstance instance,
                               PFN_vkGetInstanceProcAddr get_instance_proc_addr,
                               VkSurfaceKHR *surface)
{
    (void)user;
    (void)instance;
    (void)get_instance_proc_addr;
    if (fails())
        return fake_machine.fail_result;
    fake_machine.surfaces++;
    *surface = (VkSurfaceKHR)&surface_object;
    return VK_SUCCESS;
}

static const char *const surface_extensions[] = {"VK_KHR_surface", "VK_KHR_fake_surface"};
const struct ash_surface_source fake_machine_surface = {surface_extensions, 2, create_surface,
                                                        NULL};
