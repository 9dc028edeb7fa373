// volk, the Vulkan meta-loader: Debian ships its source only, so it is compiled here, and the only
// two things that are wanted of it are done here. The build hides all other names of this file
// (cmake/AshLibrary.cmake): volk's globals are called as the loader's own functions are, and a
// program that links the loader must not find these in their place.
#include <volk.c> // NOLINT(bugprone-suspicious-include)

#include "engine/context/instance.h"
#include "engine/log.h"

static pthread_mutex_t loader_lock = PTHREAD_MUTEX_INITIALIZER;
static PFN_vkGetInstanceProcAddr loader_entry;

void ash_loader_lock(void)
{
    pthread_mutex_lock(&loader_lock);
}

void ash_loader_unlock(void)
{
    pthread_mutex_unlock(&loader_lock);
}

PFN_vkGetInstanceProcAddr ash_loader_entry(void)
{
    ash_loader_lock();
    if (loader_entry == NULL && volkInitialize() == VK_SUCCESS)
        loader_entry = vkGetInstanceProcAddr;
    PFN_vkGetInstanceProcAddr entry = loader_entry;
    ash_loader_unlock();
    if (entry == NULL)
        ash_log(ASH_LOG_ERROR, "there is no Vulkan loader (libvulkan.so.1) on this machine; "
                               "install it (Debian: apt install libvulkan1)");
    return entry;
}

void ash_device_table_load(struct VolkDeviceTable *table, const struct ash_instance_functions *fn,
                           VkDevice device)
{
    ash_loader_lock();
    vkGetDeviceProcAddr = fn->vkGetDeviceProcAddr;
    volkLoadDeviceTable(table, device);
    ash_loader_unlock();
}
