// VK_LAYER_ash_lab: instances, devices, and how the loader finds everything else.
#include "layers/lab.h"

#include <vulkan/vk_layer.h>

#include <stdlib.h>
#include <string.h>

#include "layers/fault.h"
#include "layers/pretend.h"

static pthread_rwlock_t list_lock = PTHREAD_RWLOCK_INITIALIZER;
static struct lab_instance *instances;
static struct lab_device *devices;

struct lab_instance *lab_instance_of(const void *handle)
{
    pthread_rwlock_rdlock(&list_lock);
    struct lab_instance *instance = instances;
    while (instance != NULL && instance->key != LAB_KEY(handle))
        instance = instance->after;
    pthread_rwlock_unlock(&list_lock);
    return instance;
}

struct lab_device *lab_device_of(const void *handle)
{
    pthread_rwlock_rdlock(&list_lock);
    struct lab_device *device = devices;
    while (device != NULL && device->key != LAB_KEY(handle))
        device = device->after;
    pthread_rwlock_unlock(&list_lock);
    return device;
}

void lab_usage(VkPhysicalDevice physical_device, VkDeviceSize used[VK_MAX_MEMORY_HEAPS])
{
    memset(used, 0, VK_MAX_MEMORY_HEAPS * sizeof(*used));
    pthread_rwlock_rdlock(&list_lock);
    for (struct lab_device *device = devices; device != NULL; device = device->after) {
        if (device->physical_device != physical_device)
            continue;
        pthread_mutex_lock(&device->lock);
        for (uint32_t i = 0; i < VK_MAX_MEMORY_HEAPS; i++)
            used[i] += device->used[i];
        pthread_mutex_unlock(&device->lock);
    }
    pthread_rwlock_unlock(&list_lock);
}

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

VKAPI_ATTR VkResult VKAPI_CALL lab_create_instance(const VkInstanceCreateInfo *params,
                                                   const VkAllocationCallbacks *host,
                                                   VkInstance *out)
{
    VkLayerInstanceCreateInfo *link = instance_link(params);
    if (!lab_settings_read() || link == NULL)
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
    lab_load_instance(instance);
    lab_pretend_instance(instance);
    pthread_rwlock_wrlock(&list_lock);
    instance->after = instances;
    instances = instance;
    pthread_rwlock_unlock(&list_lock);
    return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL destroy_instance(VkInstance handle,
                                                   const VkAllocationCallbacks *host)
{
    if (handle == VK_NULL_HANDLE)
        return;
    struct lab_instance *instance = lab_instance_of(handle);
    pthread_rwlock_wrlock(&list_lock);
    struct lab_instance **at = &instances;
    while (*at != instance)
        at = &(*at)->after;
    *at = instance->after;
    pthread_rwlock_unlock(&list_lock);
    instance->DestroyInstance(handle, host);
    free(instance);
}
const PFN_vkDestroyInstance lab_answer_DestroyInstance = destroy_instance;

VKAPI_ATTR VkResult VKAPI_CALL lab_create_device(VkPhysicalDevice handle,
                                                 const VkDeviceCreateInfo *params,
                                                 const VkAllocationCallbacks *host, VkDevice *out)
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
    pthread_mutex_init(&device->lock, NULL);
    lab_pretend_device(device);
    pthread_rwlock_wrlock(&list_lock);
    device->after = devices;
    devices = device;
    pthread_rwlock_unlock(&list_lock);
    return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL destroy_device(VkDevice handle, const VkAllocationCallbacks *host)
{
    if (handle == VK_NULL_HANDLE)
        return;
    struct lab_device *device = lab_device_of(handle);
    pthread_rwlock_wrlock(&list_lock);
    struct lab_device **at = &devices;
    while (*at != device)
        at = &(*at)->after;
    *at = device->after;
    pthread_rwlock_unlock(&list_lock);
    lab_pretend_end(device);
    device->DestroyDevice(handle, host);
    pthread_mutex_destroy(&device->lock);
    free(device);
}
const PFN_vkDestroyDevice lab_answer_DestroyDevice = destroy_device;

VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL lab_get_device_proc_addr(VkDevice device, const char *name)
{
    // What was not enabled below is not there: only then is ours.
    PFN_vkVoidFunction below = lab_device_of(device)->get(device, name);
    PFN_vkVoidFunction own = below != NULL ? lab_function(name) : NULL;
    return own != NULL ? own : below;
}

VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL lab_get_instance_proc_addr(VkInstance handle,
                                                                    const char *name)
{
    // The loader asks the first layer with an instance that is yet to be made.
    const struct lab_instance *instance = handle != VK_NULL_HANDLE ? lab_instance_of(handle) : NULL;
    if (instance == NULL)
        return strcmp(name, "vkCreateInstance") == 0 ? lab_function(name) : NULL;
    PFN_vkVoidFunction below = instance->get(handle, name);
    PFN_vkVoidFunction own = below != NULL ? lab_function(name) : NULL;
    return own != NULL ? own : below;
}

__attribute__((visibility("default"))) VKAPI_ATTR VkResult VKAPI_CALL
vkNegotiateLoaderLayerInterfaceVersion(VkNegotiateLayerInterface *version)
{
    if (version->sType != LAYER_NEGOTIATE_INTERFACE_STRUCT ||
        version->loaderLayerInterfaceVersion < 2)
        return VK_ERROR_INITIALIZATION_FAILED;
    version->loaderLayerInterfaceVersion = 2;
    version->pfnGetInstanceProcAddr = lab_get_instance_proc_addr;
    version->pfnGetDeviceProcAddr = lab_get_device_proc_addr;
    version->pfnGetPhysicalDeviceProcAddr = NULL;
    return VK_SUCCESS;
}
