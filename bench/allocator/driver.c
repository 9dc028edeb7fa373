#include "bench/allocator/driver.h"

#include <string.h>

static void (*wait_for_memory)(void *user);
static void *wait_user;
static uint64_t memories;

static VKAPI_ATTR VkResult VKAPI_CALL allocate_memory(VkDevice device,
                                                      const VkMemoryAllocateInfo *info,
                                                      const VkAllocationCallbacks *callbacks,
                                                      VkDeviceMemory *memory)
{
    (void)device, (void)info, (void)callbacks;
    if (wait_for_memory != NULL)
        wait_for_memory(wait_user);
    uint64_t number = __atomic_add_fetch(&memories, 1, __ATOMIC_RELAXED);
    memcpy(memory, &number, sizeof(number));
    return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL free_memory(VkDevice device, VkDeviceMemory memory,
                                              const VkAllocationCallbacks *callbacks)
{
    (void)device, (void)memory, (void)callbacks;
}

static VKAPI_ATTR void VKAPI_CALL get_properties(VkPhysicalDevice device,
                                                 VkPhysicalDeviceProperties *out)
{
    (void)device;
    memset(out, 0, sizeof(*out));
    out->apiVersion = VK_API_VERSION_1_3;
    out->limits.maxMemoryAllocationCount = 1 << 20;
    out->limits.bufferImageGranularity = 1024; // as on an NVIDIA H100
    out->limits.nonCoherentAtomSize = 64;
}

static VKAPI_ATTR void VKAPI_CALL get_memory_properties(VkPhysicalDevice device,
                                                        VkPhysicalDeviceMemoryProperties *out)
{
    const VkMemoryPropertyFlags local = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
    const VkMemoryPropertyFlags visible =
        VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
    (void)device;
    memset(out, 0, sizeof(*out));
    out->memoryHeapCount = 2;
    out->memoryHeaps[0].size = UINT64_C(1) << 40;
    out->memoryHeaps[0].flags = VK_MEMORY_HEAP_DEVICE_LOCAL_BIT;
    out->memoryHeaps[1].size = UINT64_C(1) << 40;
    out->memoryTypeCount = DRIVER_TYPE_COUNT;
    out->memoryTypes[0] = (VkMemoryType){local, 0};
    out->memoryTypes[1] = (VkMemoryType){visible, 1};
    out->memoryTypes[2] = (VkMemoryType){visible | VK_MEMORY_PROPERTY_HOST_CACHED_BIT, 1};
    for (uint32_t i = 3; i < DRIVER_TYPE_COUNT; i++)
        out->memoryTypes[i] = (VkMemoryType){local | visible, 0};
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL get_device_proc(VkDevice device, const char *name)
{
    (void)device;
    if (strcmp(name, "vkAllocateMemory") == 0)
        return (PFN_vkVoidFunction)allocate_memory;
    if (strcmp(name, "vkFreeMemory") == 0)
        return (PFN_vkVoidFunction)free_memory;
    return NULL;
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL get_instance_proc(VkInstance instance,
                                                                  const char *name)
{
    (void)instance;
    if (strcmp(name, "vkGetDeviceProcAddr") == 0)
        return (PFN_vkVoidFunction)get_device_proc;
    if (strcmp(name, "vkGetPhysicalDeviceProperties") == 0)
        return (PFN_vkVoidFunction)get_properties;
    if (strcmp(name, "vkGetPhysicalDeviceMemoryProperties") == 0)
        return (PFN_vkVoidFunction)get_memory_properties;
    return NULL;
}

struct ash_context *driver_create(void)
{
    static char handle; // something to point at
    struct ash_context_adopt_params params = {
        .get_instance_proc_addr = get_instance_proc,
        .instance = (VkInstance)(void *)&handle,
        .physical_device = (VkPhysicalDevice)(void *)&handle,
        .device = (VkDevice)(void *)&handle,
    };
    struct ash_context *context = NULL;
    if (ash_context_adopt(&params, &context) != ASH_OK)
        return NULL;
    return context;
}

void driver_set_wait(void (*wait)(void *user), void *user)
{
    wait_for_memory = wait;
    wait_user = user;
}
