// VK_LAYER_ASH_lab: instances, devices, and how the loader finds everything else. Each file sees
// only those below it:
//
//     lab.c -> wrap.c -> pretend.c -> memory.c -> pretence.c, fault.c -> registry.c, log.c -> lab.h
#include "layers/lab.h"

#include <vulkan/vk_layer.h>

#include <stdlib.h>
#include <string.h>

#include "layers/fault.h"
#include "layers/pretence.h"
#include "layers/pretend.h"
#include "layers/registry.h"
#include "layers/wrap.h"

// The loader's struct in the chain that has the next layer's functions.
static VkLayerInstanceCreateInfo *instance_link(const VkInstanceCreateInfo *params)
{
    VkBaseOutStructure *at = (VkBaseOutStructure *)params->pNext;
    for (; at != NULL; at = at->pNext) {
        VkLayerInstanceCreateInfo *link = (VkLayerInstanceCreateInfo *)at;
        if (at->sType == VK_STRUCTURE_TYPE_LOADER_INSTANCE_CREATE_INFO &&
            link->function == VK_LAYER_LINK_INFO)
            return link;
    }
    return NULL;
}

static VkLayerDeviceCreateInfo *device_link(const VkDeviceCreateInfo *params)
{
    VkBaseOutStructure *at = (VkBaseOutStructure *)params->pNext;
    for (; at != NULL; at = at->pNext) {
        VkLayerDeviceCreateInfo *link = (VkLayerDeviceCreateInfo *)at;
        if (at->sType == VK_STRUCTURE_TYPE_LOADER_DEVICE_CREATE_INFO &&
            link->function == VK_LAYER_LINK_INFO)
            return link;
    }
    return NULL;
}

static pthread_once_t read_once = PTHREAD_ONCE_INIT;
static bool understood;

static void read_settings(void)
{
    lab_counts_read();
    understood =
        lab_faults_read(getenv("ASH_LAB_FAULT")) && lab_pretence_read(getenv("ASH_LAB_PRETEND"));
}

static VKAPI_ATTR VkResult VKAPI_CALL create_instance(const VkInstanceCreateInfo *params,
                                                      const VkAllocationCallbacks *host,
                                                      VkInstance *out)
{
    VkLayerInstanceCreateInfo *link = instance_link(params);
    pthread_once(&read_once, read_settings);
    if (!understood || link == NULL)
        return VK_ERROR_INITIALIZATION_FAILED;
    struct lab_fate fate = lab_arrive(LAB_CALL_CreateInstance, NULL);
    if (fate.instead != VK_SUCCESS)
        return fate.instead;
    PFN_vkGetInstanceProcAddr get = link->u.pLayerInfo->pfnNextGetInstanceProcAddr;
    link->u.pLayerInfo = link->u.pLayerInfo->pNext; // the next layer finds its own
    PFN_vkCreateInstance create = (PFN_vkCreateInstance)get(VK_NULL_HANDLE, "vkCreateInstance");
    struct lab_instance *instance = calloc(1, sizeof(*instance));
    VkResult result = VK_ERROR_OUT_OF_HOST_MEMORY;
    if (instance != NULL)
        result = create(params, host, out);
    if (result != VK_SUCCESS) {
        free(instance);
        return result;
    }
    instance->key = LAB_KEY(*out);
    instance->handle = *out;
    instance->get = get;
    instance->version = params->pApplicationInfo != NULL ? params->pApplicationInfo->apiVersion : 0;
    lab_load_instance(instance);
    lab_pretend_instance(instance);
    lab_add_instance(instance);
    return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL destroy_instance(VkInstance handle,
                                                   const VkAllocationCallbacks *host)
{
    if (handle == VK_NULL_HANDLE)
        return;
    struct lab_instance *instance = lab_instance_of(handle);
    lab_remove_instance(instance);
    instance->destroy(handle, host);
    free(instance);
}

static VKAPI_ATTR VkResult VKAPI_CALL create_device(VkPhysicalDevice handle,
                                                    const VkDeviceCreateInfo *params,
                                                    const VkAllocationCallbacks *host,
                                                    VkDevice *out)
{
    struct lab_instance *instance = lab_instance_of(handle);
    VkLayerDeviceCreateInfo *link = device_link(params);
    struct lab_fate fate = lab_arrive(LAB_CALL_CreateDevice, NULL);
    if (fate.instead != VK_SUCCESS || link == NULL)
        return link == NULL ? VK_ERROR_INITIALIZATION_FAILED : fate.instead;
    PFN_vkGetDeviceProcAddr get = link->u.pLayerInfo->pfnNextGetDeviceProcAddr;
    link->u.pLayerInfo = link->u.pLayerInfo->pNext;
    struct lab_device *device = calloc(1, sizeof(*device));
    const char **names = calloc(params->enabledExtensionCount + 1, sizeof(*names));
    VkResult result = VK_ERROR_OUT_OF_HOST_MEMORY;
    if (device != NULL && names != NULL) {
        VkDeviceCreateInfo wanted = *params;
        wanted.enabledExtensionCount = lab_pretend_extensions(instance, handle, params, names);
        wanted.ppEnabledExtensionNames = names;
        result = instance->create_device(handle, &wanted, host, out);
    }
    free(names);
    if (result != VK_SUCCESS) {
        free(device);
        return result;
    }
    device->key = LAB_KEY(*out);
    device->handle = *out;
    device->physical_device = handle;
    device->get = get;
    lab_load_device(device);
    pthread_mutex_init(&device->losing, NULL);
    pthread_rwlock_init(&device->queues, NULL);
    pthread_mutex_init(&device->lock, NULL);
    lab_pretend_device(device);
    lab_add_device(device);
    return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL destroy_device(VkDevice handle, const VkAllocationCallbacks *host)
{
    if (handle == VK_NULL_HANDLE)
        return;
    struct lab_device *device = lab_device_of(handle);
    lab_remove_device(device);
    lab_pretend_end(device);
    device->destroy(handle, host);
    pthread_mutex_destroy(&device->lock);
    pthread_rwlock_destroy(&device->queues);
    pthread_mutex_destroy(&device->losing);
    free(device);
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL get_instance_proc_addr(VkInstance handle,
                                                                       const char *name);
static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL get_device_proc_addr(VkDevice handle,
                                                                     const char *name);

// The laboratory's function of this name, or NULL: it has no word in that.
static PFN_vkVoidFunction own_function(const char *name)
{
    static const struct {
        const char *name;
        PFN_vkVoidFunction function;
    } entries[] = {
        {"vkCreateInstance", (PFN_vkVoidFunction)create_instance},
        {"vkDestroyInstance", (PFN_vkVoidFunction)destroy_instance},
        {"vkCreateDevice", (PFN_vkVoidFunction)create_device},
        {"vkDestroyDevice", (PFN_vkVoidFunction)destroy_device},
        {"vkGetInstanceProcAddr", (PFN_vkVoidFunction)get_instance_proc_addr},
        {"vkGetDeviceProcAddr", (PFN_vkVoidFunction)get_device_proc_addr},
    };
    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        if (strcmp(entries[i].name, name) == 0)
            return entries[i].function;
    }
    return lab_wrapped(name);
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL get_device_proc_addr(VkDevice handle,
                                                                     const char *name)
{
    // What was not enabled below is not there: only then is ours.
    PFN_vkVoidFunction below = lab_device_of(handle)->get(handle, name);
    PFN_vkVoidFunction own = below != NULL ? own_function(name) : NULL;
    return own != NULL ? own : below;
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL get_instance_proc_addr(VkInstance handle,
                                                                       const char *name)
{
    // The loader asks the first layer with an instance that is yet to be made.
    const struct lab_instance *instance = handle != VK_NULL_HANDLE ? lab_instance_of(handle) : NULL;
    if (instance == NULL)
        return strcmp(name, "vkCreateInstance") == 0 ? own_function(name) : NULL;
    PFN_vkVoidFunction below = instance->get(handle, name);
    PFN_vkVoidFunction own = below != NULL ? own_function(name) : NULL;
    return own != NULL ? own : below;
}

__attribute__((visibility("default"))) VKAPI_ATTR VkResult VKAPI_CALL
vkNegotiateLoaderLayerInterfaceVersion(VkNegotiateLayerInterface *version)
{
    if (version->sType != LAYER_NEGOTIATE_INTERFACE_STRUCT ||
        version->loaderLayerInterfaceVersion < 2)
        return VK_ERROR_INITIALIZATION_FAILED;
    version->loaderLayerInterfaceVersion = 2;
    version->pfnGetInstanceProcAddr = get_instance_proc_addr;
    version->pfnGetDeviceProcAddr = get_device_proc_addr;
    version->pfnGetPhysicalDeviceProcAddr = NULL;
    return VK_SUCCESS;
}
