#include "layers/registry.h"

#include <string.h>

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

void lab_add_instance(struct lab_instance *instance)
{
    pthread_rwlock_wrlock(&list_lock);
    instance->after = instances;
    instances = instance;
    pthread_rwlock_unlock(&list_lock);
}

void lab_remove_instance(struct lab_instance *instance)
{
    pthread_rwlock_wrlock(&list_lock);
    struct lab_instance **at = &instances;
    while (*at != instance)
        at = &(*at)->after;
    *at = instance->after;
    pthread_rwlock_unlock(&list_lock);
}

void lab_add_device(struct lab_device *device)
{
    pthread_rwlock_wrlock(&list_lock);
    device->after = devices;
    devices = device;
    pthread_rwlock_unlock(&list_lock);
}

void lab_remove_device(struct lab_device *device)
{
    pthread_rwlock_wrlock(&list_lock);
    struct lab_device **at = &devices;
    while (*at != device)
        at = &(*at)->after;
    *at = device->after;
    pthread_rwlock_unlock(&list_lock);
}
