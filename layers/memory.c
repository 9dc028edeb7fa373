#include "layers/memory.h"

#include <stdlib.h>
#include <string.h>

#include "layers/log.h"
#include "layers/pretence.h"
#include "layers/registry.h"

// Mapped bytes are aligned at least as much as minMemoryMapAlignment may ask for.
enum { MAP_ALIGNMENT = 4096, UNDEFINED_BYTE = 0xDE };

struct lab_memory {
    struct lab_memory *after;
    VkDeviceMemory handle;
    VkDeviceSize size;
    uint32_t type; // pretended
    // Not coherent: the device's bytes, while it is mapped, and the CPU's, once it was.
    unsigned char *real, *shadow;
};

static struct lab_memory *find(struct lab_device *device, VkDeviceMemory handle)
{
    pthread_mutex_lock(&device->lock);
    struct lab_memory *memory = device->memories;
    while (memory != NULL && memory->handle != handle)
        memory = memory->after;
    pthread_mutex_unlock(&device->lock);
    return memory;
}

static VkMemoryPropertyFlags flags_of(const struct lab_device *device,
                                      const struct lab_memory *memory)
{
    return device->map.told.memoryTypes[memory->type].propertyFlags;
}

// Whether there is room, which is taken.
static VkResult take(struct lab_device *device, const VkMemoryAllocateInfo *params)
{
    uint32_t heap = device->map.told.memoryTypes[params->memoryTypeIndex].heapIndex;
    VkDeviceSize size = device->map.told.memoryHeaps[heap].size;
    VkResult result = VK_SUCCESS;
    pthread_mutex_lock(&device->lock);
    if (lab_pretence.limit > 0 && device->memory_count >= lab_pretence.limit)
        result = VK_ERROR_TOO_MANY_OBJECTS;
    else if (params->allocationSize > size || device->used[heap] > size - params->allocationSize)
        result = VK_ERROR_OUT_OF_DEVICE_MEMORY;
    if (result == VK_SUCCESS) {
        device->used[heap] += params->allocationSize;
        device->memory_count++;
    }
    pthread_mutex_unlock(&device->lock);
    return result;
}

static void give_back(struct lab_device *device, uint32_t type, VkDeviceSize size)
{
    pthread_mutex_lock(&device->lock);
    device->used[device->map.told.memoryTypes[type].heapIndex] -= size;
    device->memory_count--;
    pthread_mutex_unlock(&device->lock);
}

static VKAPI_ATTR VkResult VKAPI_CALL allocate(VkDevice handle, const VkMemoryAllocateInfo *params,
                                               const VkAllocationCallbacks *host,
                                               VkDeviceMemory *out)
{
    struct lab_device *device = lab_device_of(handle);
    if (params->memoryTypeIndex >= device->map.told.memoryTypeCount) {
        lab_log("broken rule: vkAllocateMemory of the type %u, of %u", params->memoryTypeIndex,
                device->map.told.memoryTypeCount);
        return VK_ERROR_OUT_OF_DEVICE_MEMORY;
    }
    VkResult result = take(device, params);
    if (result != VK_SUCCESS)
        return result;
    VkMemoryAllocateInfo real = *params;
    real.memoryTypeIndex = device->map.real_type[params->memoryTypeIndex];
    struct lab_memory *memory = calloc(1, sizeof(*memory));
    result = memory != NULL ? device->below.AllocateMemory(handle, &real, host, out)
                            : VK_ERROR_OUT_OF_HOST_MEMORY;
    if (result != VK_SUCCESS) {
        give_back(device, params->memoryTypeIndex, params->allocationSize);
        free(memory);
        return result;
    }
    memory->handle = *out;
    memory->size = params->allocationSize;
    memory->type = params->memoryTypeIndex;
    pthread_mutex_lock(&device->lock);
    memory->after = device->memories;
    device->memories = memory;
    pthread_mutex_unlock(&device->lock);
    return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL free_memory(VkDevice handle, VkDeviceMemory gone,
                                              const VkAllocationCallbacks *host)
{
    struct lab_device *device = lab_device_of(handle);
    struct lab_memory *memory = find(device, gone);
    if (memory != NULL) {
        pthread_mutex_lock(&device->lock);
        struct lab_memory **at = &device->memories;
        while (*at != memory)
            at = &(*at)->after;
        *at = memory->after;
        pthread_mutex_unlock(&device->lock);
        give_back(device, memory->type, memory->size);
        free(memory->shadow);
        free(memory);
    }
    device->FreeMemory(handle, gone, host);
}
const PFN_vkFreeMemory lab_answer_FreeMemory = free_memory;

// The CPU's own bytes: undefined until it writes or invalidates them. They outlive the mapping:
// what it wrote it finds again.
static VkResult map_shadow(struct lab_device *device, struct lab_memory *memory)
{
    size_t size = (memory->size + MAP_ALIGNMENT - 1) / MAP_ALIGNMENT * MAP_ALIGNMENT;
    void *real = NULL;
    if (memory->shadow == NULL) {
        memory->shadow = aligned_alloc(MAP_ALIGNMENT, size);
        if (memory->shadow == NULL)
            return VK_ERROR_OUT_OF_HOST_MEMORY;
        memset(memory->shadow, UNDEFINED_BYTE, size);
    }
    VkResult result =
        device->below.MapMemory(device->handle, memory->handle, 0, VK_WHOLE_SIZE, 0, &real);
    if (result == VK_SUCCESS)
        memory->real = real;
    return result;
}

static VKAPI_ATTR VkResult VKAPI_CALL map(VkDevice handle, VkDeviceMemory mapped,
                                          VkDeviceSize offset, VkDeviceSize size,
                                          VkMemoryMapFlags flags, void **out)
{
    struct lab_device *device = lab_device_of(handle);
    struct lab_memory *memory = find(device, mapped);
    VkMemoryPropertyFlags has = memory != NULL ? flags_of(device, memory) : 0;
    if ((has & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT) == 0) {
        lab_log("broken rule: vkMapMemory of memory that the CPU does not see");
        return VK_ERROR_MEMORY_MAP_FAILED;
    }
    if ((has & VK_MEMORY_PROPERTY_HOST_COHERENT_BIT) != 0)
        return device->below.MapMemory(handle, mapped, offset, size, flags, out);
    VkResult result = map_shadow(device, memory);
    if (result == VK_SUCCESS)
        *out = memory->shadow + offset;
    return result;
}

static VKAPI_ATTR void VKAPI_CALL unmap(VkDevice handle, VkDeviceMemory mapped)
{
    struct lab_device *device = lab_device_of(handle);
    struct lab_memory *memory = find(device, mapped);
    device->UnmapMemory(handle, mapped);
    if (memory != NULL)
        memory->real = NULL;
}
const PFN_vkUnmapMemory lab_answer_UnmapMemory = unmap;

// Whether a range keeps to the atoms; *size is what VK_WHOLE_SIZE stands for.
static bool keeps_to_atoms(const struct lab_memory *memory, VkDeviceSize atom,
                           const VkMappedMemoryRange *range, VkDeviceSize *size)
{
    bool whole = range->size == VK_WHOLE_SIZE;
    if (range->offset > memory->size || range->offset % atom != 0)
        return false;
    *size = whole ? memory->size - range->offset : range->size;
    if (*size > memory->size - range->offset)
        return false;
    return whole || *size % atom == 0 || *size == memory->size - range->offset;
}

// Copies the atoms that the CPU has written. In the others there is what the device wrote, and a
// flush does not change that.
static void write_atoms(unsigned char *real, const unsigned char *shadow, VkDeviceSize size,
                        VkDeviceSize atom)
{
    for (VkDeviceSize at = 0; at < size; at += atom) {
        VkDeviceSize length = size - at < atom ? size - at : atom;
        const unsigned char *from = shadow + at;
        if (from[0] != UNDEFINED_BYTE || memcmp(from, from + 1, length - 1) != 0)
            memcpy(real + at, from, length);
    }
}

// Copies between the two sides. The real driver is told of all of the memory: its atoms are its
// own.
static VkResult carry(struct lab_device *device, uint32_t count, const VkMappedMemoryRange *ranges,
                      bool to_device)
{
    VkResult result = VK_SUCCESS;
    for (uint32_t i = 0; i < count && result == VK_SUCCESS; i++) {
        struct lab_memory *memory = find(device, ranges[i].memory);
        VkDeviceSize size = 0;
        VkMappedMemoryRange all = {.sType = VK_STRUCTURE_TYPE_MAPPED_MEMORY_RANGE,
                                   .memory = ranges[i].memory,
                                   .size = VK_WHOLE_SIZE};
        if (memory == NULL || memory->real == NULL)
            continue; // coherent: there is nothing to carry
        if (!keeps_to_atoms(memory, device->atom, &ranges[i], &size)) {
            lab_log(
                "broken rule: a range of %llu bytes at %llu leaves its memory of %llu bytes, or "
                "the atoms of %llu",
                (unsigned long long)ranges[i].size, (unsigned long long)ranges[i].offset,
                (unsigned long long)memory->size, (unsigned long long)device->atom);
            continue;
        }
        unsigned char *real = memory->real + ranges[i].offset;
        unsigned char *shadow = memory->shadow + ranges[i].offset;
        if (to_device)
            write_atoms(real, shadow, size, device->atom);
        result = to_device ? device->below.FlushMappedMemoryRanges(device->handle, 1, &all)
                           : device->below.InvalidateMappedMemoryRanges(device->handle, 1, &all);
        if (!to_device)
            memcpy(shadow, real, size);
    }
    return result;
}

static VKAPI_ATTR VkResult VKAPI_CALL flush(VkDevice handle, uint32_t count,
                                            const VkMappedMemoryRange *ranges)
{
    return carry(lab_device_of(handle), count, ranges, /*to_device=*/true);
}

static VKAPI_ATTR VkResult VKAPI_CALL invalidate(VkDevice handle, uint32_t count,
                                                 const VkMappedMemoryRange *ranges)
{
    return carry(lab_device_of(handle), count, ranges, /*to_device=*/false);
}

// The pretended types that stand for one of these real ones.
static void translate(const struct lab_device *device, VkMemoryRequirements *out)
{
    uint32_t bits = 0;
    if (!lab_pretence.active)
        return;
    for (uint32_t i = 0; i < device->map.told.memoryTypeCount; i++)
        bits |= (out->memoryTypeBits >> device->map.real_type[i] & 1) << i;
    out->memoryTypeBits = bits;
}

#define REQUIREMENTS(name, object)                                                                 \
    static VKAPI_ATTR void VKAPI_CALL tell_##name(VkDevice handle, object of,                      \
                                                  VkMemoryRequirements *out)                       \
    {                                                                                              \
        struct lab_device *device = lab_device_of(handle);                                         \
        device->name(handle, of, out);                                                             \
        translate(device, out);                                                                    \
    }                                                                                              \
    const PFN_vk##name lab_answer_##name = tell_##name;
REQUIREMENTS(GetBufferMemoryRequirements, VkBuffer)
REQUIREMENTS(GetImageMemoryRequirements, VkImage)

#define REQUIREMENTS2(name, params)                                                                \
    static VKAPI_ATTR void VKAPI_CALL tell_##name(VkDevice handle, const params *of,               \
                                                  VkMemoryRequirements2 *out)                      \
    {                                                                                              \
        struct lab_device *device = lab_device_of(handle);                                         \
        device->name(handle, of, out);                                                             \
        translate(device, &out->memoryRequirements);                                               \
    }                                                                                              \
    const PFN_vk##name lab_answer_##name = tell_##name;
REQUIREMENTS2(GetBufferMemoryRequirements2, VkBufferMemoryRequirementsInfo2)
REQUIREMENTS2(GetImageMemoryRequirements2, VkImageMemoryRequirementsInfo2)
REQUIREMENTS2(GetDeviceBufferMemoryRequirements, VkDeviceBufferMemoryRequirements)
REQUIREMENTS2(GetDeviceImageMemoryRequirements, VkDeviceImageMemoryRequirements)

void lab_memory_begin(struct lab_device *device)
{
    device->next.AllocateMemory = allocate;
    device->next.MapMemory = map;
    device->next.FlushMappedMemoryRanges = flush;
    device->next.InvalidateMappedMemoryRanges = invalidate;
}

void lab_memory_end(struct lab_device *device)
{
    while (device->memories != NULL) { // a program's leak is not ours
        struct lab_memory *memory = device->memories;
        device->memories = memory->after;
        free(memory->shadow);
        free(memory);
    }
}
