// The fake device's functions of memory, queue and device.
#include "tests/support/fake_device_internal.h"

#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "engine/bits.h"

static struct fake_object *get_memory(struct fake_device *device, VkDeviceMemory memory,
                                      const char *call)
{
    return fake_object_get(device, (uint64_t)(uintptr_t)memory, FAKE_MEMORY, call);
}

static VkMemoryPropertyFlags memory_flags(const struct fake_device *device,
                                          const struct fake_object *memory)
{
    return device->profile.memory.memoryTypes[memory->memory_type_index].propertyFlags;
}

static void *reserve(VkDeviceSize size)
{
    void *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return bytes == MAP_FAILED ? NULL : bytes;
}

// The rules of vkAllocateMemory that need no look at the chain.
static VkResult check_allocation(struct fake_device *device, const VkMemoryAllocateInfo *info)
{
    const VkPhysicalDeviceMemoryProperties *memory = &device->profile.memory;
    if (info->memoryTypeIndex >= memory->memoryTypeCount) {
        fake_complain(device, "vkAllocateMemory from memory type %u of %u", info->memoryTypeIndex,
                      memory->memoryTypeCount);
        return VK_ERROR_OUT_OF_DEVICE_MEMORY;
    }
    VkMemoryPropertyFlags flags = memory->memoryTypes[info->memoryTypeIndex].propertyFlags;
    uint32_t heap = memory->memoryTypes[info->memoryTypeIndex].heapIndex;
    VkDeviceSize heap_size = memory->memoryHeaps[heap].size;
    if (info->allocationSize == 0)
        fake_complain(device, "vkAllocateMemory of 0 bytes");
    if (info->allocationSize > heap_size)
        fake_complain(device, "vkAllocateMemory of %llu bytes from a heap of %llu",
                      (unsigned long long)info->allocationSize, (unsigned long long)heap_size);
    if ((flags & VK_MEMORY_PROPERTY_PROTECTED_BIT) && !device->profile.protected_memory)
        fake_complain(device, "vkAllocateMemory of protected memory without the feature");
    if (flags & VK_MEMORY_PROPERTY_DEVICE_COHERENT_BIT_AMD)
        fake_complain(device, "vkAllocateMemory of device-coherent memory without the feature");
    if (device->counts.memories >= device->profile.max_allocation_count) {
        fake_complain(device, "vkAllocateMemory with %u memories living already, the limit",
                      device->counts.memories);
        return VK_ERROR_TOO_MANY_OBJECTS;
    }
    if (info->allocationSize == 0 || info->allocationSize > device->profile.max_allocation_size ||
        !ash_range_inside(device->counts.heap_bytes[heap], info->allocationSize, heap_size))
        return VK_ERROR_OUT_OF_DEVICE_MEMORY;
    return VK_SUCCESS;
}

static void read_chain(struct fake_device *device, const VkMemoryAllocateInfo *info,
                       struct fake_object *memory)
{
    for (const VkBaseInStructure *next = info->pNext; next; next = next->pNext) {
        if (next->sType == VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO) {
            const VkMemoryAllocateFlagsInfo *flags = (const void *)next;
            memory->device_address = flags->flags & VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT;
        }
        if (next->sType == VK_STRUCTURE_TYPE_MEMORY_DEDICATED_ALLOCATE_INFO) {
            const VkMemoryDedicatedAllocateInfo *dedicated = (const void *)next;
            memory->dedicated_buffer = dedicated->buffer;
            memory->dedicated_image = dedicated->image;
        }
    }
    if (memory->device_address && !device->profile.buffer_device_address)
        fake_complain(device, "vkAllocateMemory with device addresses without the feature");
    const struct fake_object *resource = NULL;
    if (memory->dedicated_buffer)
        resource = fake_object_get(device, (uint64_t)(uintptr_t)memory->dedicated_buffer,
                                   FAKE_BUFFER, "vkAllocateMemory");
    else if (memory->dedicated_image)
        resource = fake_object_get(device, (uint64_t)(uintptr_t)memory->dedicated_image, FAKE_IMAGE,
                                   "vkAllocateMemory");
    if (resource && resource->requirements.size != info->allocationSize)
        fake_complain(device, "dedicated memory of %llu bytes for a resource that requires %llu",
                      (unsigned long long)info->allocationSize,
                      (unsigned long long)resource->requirements.size);
}

static VkResult allocate(struct fake_device *device, const VkMemoryAllocateInfo *info,
                         VkDeviceMemory *out)
{
    VkResult result = check_allocation(device, info);
    if (result != VK_SUCCESS)
        return result;
    void *bytes = reserve(info->allocationSize);
    VkMemoryPropertyFlags flags =
        device->profile.memory.memoryTypes[info->memoryTypeIndex].propertyFlags;
    bool separate = (flags & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT) &&
                    !(flags & VK_MEMORY_PROPERTY_HOST_COHERENT_BIT);
    void *host = separate ? reserve(info->allocationSize) : bytes;
    struct fake_object *memory = bytes && host ? fake_object_new(device, FAKE_MEMORY) : NULL;
    if (!memory) {
        if (bytes)
            munmap(bytes, info->allocationSize);
        if (host && host != bytes)
            munmap(host, info->allocationSize);
        return VK_ERROR_OUT_OF_HOST_MEMORY;
    }
    memory->bytes = bytes;
    memory->host = host;
    memory->size = info->allocationSize;
    memory->memory_type_index = info->memoryTypeIndex;
    read_chain(device, info, memory);
    struct fake_counts *counts = &device->counts;
    uint32_t heap = device->profile.memory.memoryTypes[info->memoryTypeIndex].heapIndex;
    counts->heap_bytes[heap] += memory->size;
    counts->memory_bytes += memory->size;
    if (counts->memories > counts->peak_memories)
        counts->peak_memories = counts->memories;
    counts->peak_memory_bytes = ash_max_u64(counts->peak_memory_bytes, counts->memory_bytes);
    *out = (VkDeviceMemory)memory;
    return VK_SUCCESS;
}

static VKAPI_ATTR VkResult VKAPI_CALL fake_AllocateMemory(VkDevice handle,
                                                          const VkMemoryAllocateInfo *info,
                                                          const VkAllocationCallbacks *callbacks,
                                                          VkDeviceMemory *memory)
{
    (void)callbacks;
    struct fake_device *device = from_device(handle);
    *memory = VK_NULL_HANDLE;
    VkResult result = fake_begin(device, "vkAllocateMemory");
    uint32_t delay = device->profile.allocate_delay_ms;
    if (result == VK_SUCCESS)
        result = allocate(device, info, memory);
    fake_end(device);
    if (delay > 0) // not under the lock: other calls go on meanwhile, as on a real device
        nanosleep(
            &(struct timespec){.tv_sec = delay / 1000, .tv_nsec = (long)(delay % 1000) * 1000000L},
            NULL);
    return result;
}

static VKAPI_ATTR void VKAPI_CALL fake_FreeMemory(VkDevice handle, VkDeviceMemory memory_handle,
                                                  const VkAllocationCallbacks *callbacks)
{
    (void)callbacks;
    struct fake_device *device = from_device(handle);
    fake_begin_void(device, "vkFreeMemory");
    struct fake_object *memory =
        memory_handle ? get_memory(device, memory_handle, "vkFreeMemory") : NULL;
    if (memory) {
        if (memory->bound)
            fake_complain(device, "vkFreeMemory of memory %llu with resource %llu bound to it",
                          (unsigned long long)memory->number,
                          (unsigned long long)memory->bound->number);
        if (memory->mapped) {
            device->counts.frees_while_mapped++;
            device->counts.mapped_memories--;
        }
        uint32_t heap = device->profile.memory.memoryTypes[memory->memory_type_index].heapIndex;
        device->counts.heap_bytes[heap] -= memory->size;
        device->counts.memory_bytes -= memory->size;
        for (struct fake_object *bound = memory->bound; bound; bound = bound->next_bound)
            bound->memory = NULL;
        memory->bound = NULL;
        fake_object_end(device, memory);
    }
    fake_end(device);
}

static VKAPI_ATTR VkResult VKAPI_CALL fake_MapMemory(VkDevice handle, VkDeviceMemory memory_handle,
                                                     VkDeviceSize offset, VkDeviceSize size,
                                                     VkMemoryMapFlags flags, void **data)
{
    struct fake_device *device = from_device(handle);
    VkResult result = fake_begin(device, "vkMapMemory");
    if (flags != 0)
        fake_complain(device, "vkMapMemory with flags, of which there are none");
    struct fake_object *memory = get_memory(device, memory_handle, "vkMapMemory");
    *data = NULL;
    if (!memory)
        result = VK_ERROR_MEMORY_MAP_FAILED;
    if (result == VK_SUCCESS) {
        if (size == VK_WHOLE_SIZE)
            size = offset < memory->size ? memory->size - offset : 0;
        if (memory->mapped)
            fake_complain(device, "vkMapMemory of memory %llu, which is mapped already",
                          (unsigned long long)memory->number);
        else if (!(memory_flags(device, memory) & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT))
            fake_complain(device, "vkMapMemory of memory that is not host-visible");
        else if (size == 0 || !ash_range_inside(offset, size, memory->size))
            fake_complain(device, "vkMapMemory of a range outside the memory");
        else
            *data = memory->host + offset;
        if (!*data)
            result = VK_ERROR_MEMORY_MAP_FAILED;
    }
    if (result == VK_SUCCESS) {
        memory->mapped = true;
        memory->map_offset = offset;
        memory->map_size = size;
        device->counts.mapped_memories++;
    }
    fake_end(device);
    return result;
}

static VKAPI_ATTR void VKAPI_CALL fake_UnmapMemory(VkDevice handle, VkDeviceMemory memory_handle)
{
    struct fake_device *device = from_device(handle);
    fake_begin_void(device, "vkUnmapMemory");
    struct fake_object *memory = get_memory(device, memory_handle, "vkUnmapMemory");
    if (memory && !memory->mapped) {
        fake_complain(device, "vkUnmapMemory of memory %llu, which is not mapped",
                      (unsigned long long)memory->number);
    } else if (memory) {
        memory->mapped = false;
        device->counts.mapped_memories--;
        // What was not flushed is gone, and what was not invalidated is not seen again.
        if (memory->host != memory->bytes)
            madvise(memory->host, memory->size, MADV_DONTNEED);
    }
    fake_end(device);
}

static void sync_range(struct fake_device *device, const VkMappedMemoryRange *range, bool flush)
{
    const char *call = flush ? "vkFlushMappedMemoryRanges" : "vkInvalidateMappedMemoryRanges";
    struct fake_object *memory = get_memory(device, range->memory, call);
    if (!memory)
        return;
    if (!memory->mapped) {
        fake_complain(device, "%s of memory that is not mapped", call);
        return;
    }
    VkDeviceSize end = memory->map_offset + memory->map_size;
    VkDeviceSize size = range->size;
    if (size == VK_WHOLE_SIZE && range->offset <= end)
        size = end - range->offset;
    if (range->offset < memory->map_offset || !ash_range_inside(range->offset, size, end)) {
        fake_complain(device, "%s of a range outside the mapping", call);
        return;
    }
    VkDeviceSize atom = device->profile.atom;
    bool whole_atoms = size % atom == 0 || range->offset + size == memory->size;
    if (range->offset % atom != 0 || !whole_atoms) {
        fake_complain(device, "%s of %llu + %llu, no multiple of the atom of %llu", call,
                      (unsigned long long)range->offset, (unsigned long long)range->size,
                      (unsigned long long)atom);
        return;
    }
    fake_memory_sync(memory, range->offset, size, flush);
}

static VKAPI_ATTR VkResult VKAPI_CALL
fake_FlushMappedMemoryRanges(VkDevice handle, uint32_t count, const VkMappedMemoryRange *ranges)
{
    struct fake_device *device = from_device(handle);
    VkResult result = fake_begin(device, "vkFlushMappedMemoryRanges");
    device->counts.flushes++;
    for (uint32_t i = 0; i < count && result == VK_SUCCESS; i++)
        sync_range(device, &ranges[i], true);
    fake_end(device);
    return result;
}

static VKAPI_ATTR VkResult VKAPI_CALL fake_InvalidateMappedMemoryRanges(
    VkDevice handle, uint32_t count, const VkMappedMemoryRange *ranges)
{
    struct fake_device *device = from_device(handle);
    VkResult result = fake_begin(device, "vkInvalidateMappedMemoryRanges");
    device->counts.invalidates++;
    for (uint32_t i = 0; i < count && result == VK_SUCCESS; i++)
        sync_range(device, &ranges[i], false);
    fake_end(device);
    return result;
}

static VKAPI_ATTR void VKAPI_CALL fake_GetDeviceQueue(VkDevice device, uint32_t family,
                                                      uint32_t index, VkQueue *queue)
{
    (void)index;
    *queue = (VkQueue)&from_device(device)->families[family];
}

static VKAPI_ATTR VkResult VKAPI_CALL fake_DeviceWaitIdle(VkDevice handle)
{
    struct fake_device *device = from_device(handle);
    VkResult result = fake_begin(device, "vkDeviceWaitIdle");
    fake_end(device);
    return result;
}

static VKAPI_ATTR VkResult VKAPI_CALL
fake_SetDebugUtilsObjectNameEXT(VkDevice handle, const VkDebugUtilsObjectNameInfoEXT *info)
{
    struct fake_device *device = from_device(handle);
    VkResult result = fake_begin(device, "vkSetDebugUtilsObjectNameEXT");
    if (!info->objectHandle)
        fake_complain(device, "a name for no object: %s", info->pObjectName);
    device->counts.names++;
    fake_end(device);
    return result;
}

static VKAPI_ATTR void VKAPI_CALL fake_CmdBeginDebugUtilsLabelEXT(VkCommandBuffer commands,
                                                                  const VkDebugUtilsLabelEXT *label)
{
    struct fake_device *device = ((struct fake_commands *)commands)->device;
    fake_begin_void(device, "vkCmdBeginDebugUtilsLabelEXT");
    if (!label->pLabelName)
        fake_complain(device, "a label without a name");
    device->open_labels++;
    fake_end(device);
}

static VKAPI_ATTR void VKAPI_CALL fake_CmdEndDebugUtilsLabelEXT(VkCommandBuffer commands)
{
    struct fake_device *device = ((struct fake_commands *)commands)->device;
    fake_begin_void(device, "vkCmdEndDebugUtilsLabelEXT");
    if (device->open_labels == 0)
        fake_complain(device, "vkCmdEndDebugUtilsLabelEXT without an open label");
    else
        device->open_labels--;
    fake_end(device);
}

PFN_vkVoidFunction fake_memory_function(const char *name)
{
    static const struct fake_entry entries[] = {
        FAKE_ENTRY(AllocateMemory),
        FAKE_ENTRY(FreeMemory),
        FAKE_ENTRY(MapMemory),
        FAKE_ENTRY(UnmapMemory),
        FAKE_ENTRY(FlushMappedMemoryRanges),
        FAKE_ENTRY(InvalidateMappedMemoryRanges),
        FAKE_ENTRY(GetDeviceQueue),
        FAKE_ENTRY(DeviceWaitIdle),
        FAKE_ENTRY(SetDebugUtilsObjectNameEXT),
        FAKE_ENTRY(CmdBeginDebugUtilsLabelEXT),
        FAKE_ENTRY(CmdEndDebugUtilsLabelEXT),
    };
    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        if (strcmp(entries[i].name, name) == 0)
            return entries[i].function;
    }
    return NULL;
}
