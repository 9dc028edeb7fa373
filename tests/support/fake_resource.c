// The fake device's functions of buffers, images and commands.
#include "tests/support/fake_device_internal.h"

#include <string.h>

#include "engine/bits.h"

static struct fake_device *from_commands(VkCommandBuffer commands)
{
    return ((struct fake_commands *)commands)->device;
}

static uint32_t all_types(const struct fake_device *device, uint32_t type_bits)
{
    return type_bits ? type_bits : (1u << device->profile.memory.memoryTypeCount) - 1;
}

static VKAPI_ATTR VkResult VKAPI_CALL fake_CreateBuffer(VkDevice handle,
                                                        const VkBufferCreateInfo *info,
                                                        const VkAllocationCallbacks *callbacks,
                                                        VkBuffer *out)
{
    (void)callbacks;
    struct fake_device *device = from_device(handle);
    *out = VK_NULL_HANDLE;
    VkResult result = fake_begin(device, "vkCreateBuffer");
    if (info->size == 0 || info->usage == 0)
        fake_complain(device, "vkCreateBuffer with a size or usage of 0");
    struct fake_object *buffer = result == VK_SUCCESS ? fake_object_new(device, FAKE_BUFFER) : NULL;
    if (buffer) {
        VkDeviceSize alignment = device->profile.buffer_alignment;
        if (info->usage & VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT)
            alignment = ash_max_u64(alignment, 256);
        buffer->size = info->size;
        buffer->wants_address = info->usage & VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT;
        VkDeviceSize padding = ash_min_u64(device->profile.buffer_padding, UINT64_MAX - info->size);
        buffer->requirements = (VkMemoryRequirements){
            .size = ash_align_up(info->size + padding, alignment),
            .alignment = alignment,
            .memoryTypeBits = all_types(device, device->profile.buffer_type_bits)};
        *out = (VkBuffer)buffer;
    }
    fake_end(device);
    return result;
}

static VKAPI_ATTR VkResult VKAPI_CALL fake_CreateImage(VkDevice handle,
                                                       const VkImageCreateInfo *info,
                                                       const VkAllocationCallbacks *callbacks,
                                                       VkImage *out)
{
    (void)callbacks;
    struct fake_device *device = from_device(handle);
    *out = VK_NULL_HANDLE;
    VkResult result = fake_begin(device, "vkCreateImage");
    if (info->extent.width == 0 || info->extent.height == 0 || info->usage == 0)
        fake_complain(device, "vkCreateImage with an extent or usage of 0");
    struct fake_object *image = result == VK_SUCCESS ? fake_object_new(device, FAKE_IMAGE) : NULL;
    if (image) {
        image->optimal = info->tiling == VK_IMAGE_TILING_OPTIMAL;
        image->transient = info->usage & VK_IMAGE_USAGE_TRANSIENT_ATTACHMENT_BIT;
        image->extent = info->extent;
        image->mip_levels = info->mipLevels;
        image->array_layers = info->arrayLayers;
        image->texel_size = info->format == VK_FORMAT_R8_UNORM ? 1 : 4;
        VkDeviceSize last_size = 0;
        VkDeviceSize last =
            fake_image_level(image, info->mipLevels - 1, info->arrayLayers - 1, &last_size);
        image->requirements = (VkMemoryRequirements){
            .size = ash_align_up(last + last_size, device->profile.image_alignment),
            .alignment = device->profile.image_alignment,
            .memoryTypeBits = all_types(device, device->profile.image_type_bits)};
        image->size = image->requirements.size;
        *out = (VkImage)image;
    }
    fake_end(device);
    return result;
}

FAKE_DESTROY(Buffer, FAKE_BUFFER)
FAKE_DESTROY(Image, FAKE_IMAGE)
FAKE_DESTROY(ImageView, FAKE_IMAGE_VIEW)
FAKE_DESTROY(Pipeline, FAKE_PIPELINE)

static VKAPI_ATTR VkResult VKAPI_CALL fake_CreateImageView(VkDevice handle,
                                                           const VkImageViewCreateInfo *info,
                                                           const VkAllocationCallbacks *callbacks,
                                                           VkImageView *out)
{
    (void)callbacks;
    struct fake_device *device = from_device(handle);
    *out = VK_NULL_HANDLE;
    VkResult result = fake_begin(device, "vkCreateImageView");
    const struct fake_object *image =
        fake_object_get(device, (uint64_t)(uintptr_t)info->image, FAKE_IMAGE, "vkCreateImageView");
    if (image && !image->memory)
        fake_complain(device, "vkCreateImageView of an image without memory");
    if (result == VK_SUCCESS)
        *out = (VkImageView)fake_object_new(device, FAKE_IMAGE_VIEW);
    fake_end(device);
    return result;
}

static void requirements(struct fake_device *device, const struct fake_object *resource,
                         VkMemoryRequirements2 *out)
{
    const struct fake_profile *profile = &device->profile;
    out->memoryRequirements = resource->requirements;
    for (VkBaseOutStructure *next = out->pNext; next; next = next->pNext) {
        if (next->sType != VK_STRUCTURE_TYPE_MEMORY_DEDICATED_REQUIREMENTS)
            continue;
        VkMemoryDedicatedRequirements *dedicated = (void *)next;
        VkDeviceSize size = resource->requirements.size;
        dedicated->requiresDedicatedAllocation =
            profile->requires_dedicated && size >= profile->requires_dedicated;
        dedicated->prefersDedicatedAllocation =
            dedicated->requiresDedicatedAllocation ||
            (profile->prefers_dedicated && size >= profile->prefers_dedicated);
    }
}

static VKAPI_ATTR void VKAPI_CALL fake_GetBufferMemoryRequirements2(
    VkDevice handle, const VkBufferMemoryRequirementsInfo2 *info, VkMemoryRequirements2 *out)
{
    struct fake_device *device = from_device(handle);
    fake_begin_void(device, "vkGetBufferMemoryRequirements2");
    const struct fake_object *buffer = fake_object_get(
        device, (uint64_t)(uintptr_t)info->buffer, FAKE_BUFFER, "vkGetBufferMemoryRequirements2");
    if (buffer)
        requirements(device, buffer, out);
    fake_end(device);
}

static VKAPI_ATTR void VKAPI_CALL fake_GetImageMemoryRequirements2(
    VkDevice handle, const VkImageMemoryRequirementsInfo2 *info, VkMemoryRequirements2 *out)
{
    struct fake_device *device = from_device(handle);
    fake_begin_void(device, "vkGetImageMemoryRequirements2");
    const struct fake_object *image = fake_object_get(device, (uint64_t)(uintptr_t)info->image,
                                                      FAKE_IMAGE, "vkGetImageMemoryRequirements2");
    if (image)
        requirements(device, image, out);
    fake_end(device);
}

static VKAPI_ATTR void VKAPI_CALL fake_GetBufferMemoryRequirements(VkDevice handle, VkBuffer buffer,
                                                                   VkMemoryRequirements *out)
{
    VkBufferMemoryRequirementsInfo2 info = {
        .sType = VK_STRUCTURE_TYPE_BUFFER_MEMORY_REQUIREMENTS_INFO_2, .buffer = buffer};
    VkMemoryRequirements2 all = {.sType = VK_STRUCTURE_TYPE_MEMORY_REQUIREMENTS_2};
    fake_GetBufferMemoryRequirements2(handle, &info, &all);
    *out = all.memoryRequirements;
}

static VKAPI_ATTR void VKAPI_CALL fake_GetImageMemoryRequirements(VkDevice handle, VkImage image,
                                                                  VkMemoryRequirements *out)
{
    VkImageMemoryRequirementsInfo2 info = {
        .sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_REQUIREMENTS_INFO_2, .image = image};
    VkMemoryRequirements2 all = {.sType = VK_STRUCTURE_TYPE_MEMORY_REQUIREMENTS_2};
    fake_GetImageMemoryRequirements2(handle, &info, &all);
    *out = all.memoryRequirements;
}

// Whether two resources of different kinds touch the same page of bufferImageGranularity.
static bool share_page(const struct fake_device *device, const struct fake_object *a,
                       VkDeviceSize a_offset, const struct fake_object *b)
{
    if (a->optimal == b->optimal)
        return false;
    VkDeviceSize page = device->profile.granularity;
    VkDeviceSize a_first = a_offset / page;
    VkDeviceSize a_last = (a_offset + a->requirements.size - 1) / page;
    VkDeviceSize b_first = b->offset / page;
    VkDeviceSize b_last = (b->offset + b->requirements.size - 1) / page;
    return a_first <= b_last && b_first <= a_last;
}

static void check_neighbours(struct fake_device *device, const struct fake_object *resource,
                             const struct fake_object *memory, VkDeviceSize offset)
{
    for (const struct fake_object *other = memory->bound; other; other = other->next_bound) {
        if (ash_ranges_overlap(offset, resource->requirements.size, other->offset,
                               other->requirements.size))
            fake_complain(device, "resource %llu overlaps resource %llu in memory %llu",
                          (unsigned long long)resource->number, (unsigned long long)other->number,
                          (unsigned long long)memory->number);
        else if (share_page(device, resource, offset, other))
            fake_complain(device, "resources %llu and %llu share a page of granularity",
                          (unsigned long long)resource->number, (unsigned long long)other->number);
    }
}

static void check_memory(struct fake_device *device, const struct fake_object *resource,
                         const struct fake_object *memory, VkDeviceSize offset)
{
    const VkMemoryType *type = &device->profile.memory.memoryTypes[memory->memory_type_index];
    const VkMemoryRequirements *required = &resource->requirements;
    if (!ash_range_inside(offset, required->size, memory->size))
        fake_complain(device, "a bind reaches outside memory %llu",
                      (unsigned long long)memory->number);
    if (offset % required->alignment != 0)
        fake_complain(device, "a bind at %llu, where an alignment of %llu is required",
                      (unsigned long long)offset, (unsigned long long)required->alignment);
    if (!(required->memoryTypeBits & (1u << memory->memory_type_index)))
        fake_complain(device, "a bind to memory type %u, which does not suit",
                      memory->memory_type_index);
    if ((type->propertyFlags & VK_MEMORY_PROPERTY_LAZILY_ALLOCATED_BIT) && !resource->transient)
        fake_complain(device, "a bind to lazily allocated memory");
    if (resource->wants_address && !memory->device_address)
        fake_complain(device, "a buffer with a device address in memory without the flag for it");
    if (memory->dedicated_buffer && (struct fake_object *)memory->dedicated_buffer != resource)
        fake_complain(device, "a bind to memory that is dedicated to another buffer");
    if (memory->dedicated_image && (struct fake_object *)memory->dedicated_image != resource)
        fake_complain(device, "a bind to memory that is dedicated to another image");
    VkDeviceSize dedicated = device->profile.requires_dedicated;
    if (dedicated && required->size >= dedicated && !memory->dedicated_buffer &&
        !memory->dedicated_image)
        fake_complain(device, "a bind to shared memory, where dedicated memory is required");
    check_neighbours(device, resource, memory, offset);
}

static VkResult bind(struct fake_device *device, uint64_t resource_handle,
                     enum fake_object_type type, VkDeviceMemory memory_handle, VkDeviceSize offset,
                     const char *call)
{
    VkResult result = fake_begin(device, call);
    struct fake_object *resource = fake_object_get(device, resource_handle, type, call);
    struct fake_object *memory =
        fake_object_get(device, (uint64_t)(uintptr_t)memory_handle, FAKE_MEMORY, call);
    if (result == VK_SUCCESS && (!resource || !memory))
        result = VK_ERROR_OUT_OF_DEVICE_MEMORY;
    if (result == VK_SUCCESS && resource->memory) {
        fake_complain(device, "%s of a resource that is bound already", call);
    } else if (result == VK_SUCCESS) {
        check_memory(device, resource, memory, offset);
        resource->memory = memory;
        resource->offset = offset;
        resource->next_bound = memory->bound;
        memory->bound = resource;
    }
    fake_end(device);
    return result;
}

static VKAPI_ATTR VkResult VKAPI_CALL fake_BindBufferMemory(VkDevice device, VkBuffer buffer,
                                                            VkDeviceMemory memory,
                                                            VkDeviceSize offset)
{
    return bind(from_device(device), (uint64_t)(uintptr_t)buffer, FAKE_BUFFER, memory, offset,
                "vkBindBufferMemory");
}

static VKAPI_ATTR VkResult VKAPI_CALL fake_BindImageMemory(VkDevice device, VkImage image,
                                                           VkDeviceMemory memory,
                                                           VkDeviceSize offset)
{
    return bind(from_device(device), (uint64_t)(uintptr_t)image, FAKE_IMAGE, memory, offset,
                "vkBindImageMemory");
}

static VKAPI_ATTR VkDeviceAddress VKAPI_CALL
fake_GetBufferDeviceAddress(VkDevice handle, const VkBufferDeviceAddressInfo *info)
{
    struct fake_device *device = from_device(handle);
    fake_begin_void(device, "vkGetBufferDeviceAddress");
    const struct fake_object *buffer = fake_object_get(device, (uint64_t)(uintptr_t)info->buffer,
                                                       FAKE_BUFFER, "vkGetBufferDeviceAddress");
    VkDeviceAddress address = 0;
    if (buffer && (!buffer->memory || !buffer->wants_address))
        fake_complain(device, "the address of a buffer that has none was asked for");
    else if (buffer)
        address = (buffer->memory->number << 40) + buffer->offset;
    fake_end(device);
    return address;
}

static VKAPI_ATTR void VKAPI_CALL fake_CmdCopyBuffer(VkCommandBuffer commands,
                                                     VkBuffer source_handle,
                                                     VkBuffer destination_handle, uint32_t count,
                                                     const VkBufferCopy *regions)
{
    struct fake_device *device = from_commands(commands);
    fake_begin_void(device, "vkCmdCopyBuffer");
    device->counts.copies += count;
    device->counts.transfer_copies += ((struct fake_commands *)commands)->family == 1 ? count : 0;
    struct fake_object *source =
        fake_object_get(device, (uint64_t)(uintptr_t)source_handle, FAKE_BUFFER, "vkCmdCopyBuffer");
    struct fake_object *destination = fake_object_get(
        device, (uint64_t)(uintptr_t)destination_handle, FAKE_BUFFER, "vkCmdCopyBuffer");
    bool usable = source && destination && source->memory && destination->memory;
    if (!usable)
        fake_complain(device, "vkCmdCopyBuffer with a buffer that has no memory");
    for (uint32_t i = 0; usable && i < count; i++) {
        const VkBufferCopy *region = &regions[i];
        if (region->size == 0 || !ash_range_inside(region->srcOffset, region->size, source->size) ||
            !ash_range_inside(region->dstOffset, region->size, destination->size))
            fake_complain(device, "vkCmdCopyBuffer of a range outside a buffer, or of 0 bytes");
        else
            memcpy(destination->memory->bytes + destination->offset + region->dstOffset,
                   source->memory->bytes + source->offset + region->srcOffset, region->size);
    }
    fake_end(device);
}

static void copy_to_image(struct fake_device *device, const struct fake_object *source,
                          struct fake_object *image, const VkBufferImageCopy *region)
{
    VkDeviceSize size = 0;
    VkDeviceSize level = fake_image_level(image, region->imageSubresource.mipLevel,
                                          region->imageSubresource.baseArrayLayer, &size);
    if (region->bufferOffset % image->texel_size != 0 || region->bufferOffset % 4 != 0 ||
        !ash_range_inside(region->bufferOffset, size, source->size))
        fake_complain(device, "vkCmdCopyBufferToImage from %llu of a buffer of %llu",
                      (unsigned long long)region->bufferOffset, (unsigned long long)source->size);
    else
        memcpy(image->memory->bytes + image->offset + level,
               source->memory->bytes + source->offset + region->bufferOffset, size);
}

static VKAPI_ATTR void VKAPI_CALL fake_CmdCopyBufferToImage(VkCommandBuffer commands,
                                                            VkBuffer source_handle,
                                                            VkImage image_handle,
                                                            VkImageLayout layout, uint32_t count,
                                                            const VkBufferImageCopy *regions)
{
    struct fake_device *device = from_commands(commands);
    fake_begin_void(device, "vkCmdCopyBufferToImage");
    device->counts.copies += count;
    device->counts.transfer_copies += ((struct fake_commands *)commands)->family == 1 ? count : 0;
    struct fake_object *source = fake_object_get(device, (uint64_t)(uintptr_t)source_handle,
                                                 FAKE_BUFFER, "vkCmdCopyBufferToImage");
    struct fake_object *image = fake_object_get(device, (uint64_t)(uintptr_t)image_handle,
                                                FAKE_IMAGE, "vkCmdCopyBufferToImage");
    if (layout != VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL)
        fake_complain(device, "vkCmdCopyBufferToImage in a layout that is not for copies");
    bool usable = source && image && source->memory && image->memory;
    if (!usable)
        fake_complain(device, "vkCmdCopyBufferToImage with a resource that has no memory");
    for (uint32_t i = 0; usable && i < count; i++)
        copy_to_image(device, source, image, &regions[i]);
    fake_end(device);
}

PFN_vkVoidFunction fake_resource_function(const char *name)
{
    static const struct fake_entry entries[] = {
        FAKE_ENTRY(CreateBuffer),
        FAKE_ENTRY(DestroyBuffer),
        FAKE_ENTRY(CreateImage),
        FAKE_ENTRY(DestroyImage),
        FAKE_ENTRY(CreateImageView),
        FAKE_ENTRY(DestroyImageView),
        FAKE_ENTRY(DestroyPipeline),
        FAKE_ENTRY(GetBufferMemoryRequirements),
        FAKE_ENTRY(GetImageMemoryRequirements),
        FAKE_ENTRY(GetBufferMemoryRequirements2),
        FAKE_ENTRY(GetImageMemoryRequirements2),
        FAKE_ENTRY(BindBufferMemory),
        FAKE_ENTRY(BindImageMemory),
        FAKE_ENTRY(GetBufferDeviceAddress),
        FAKE_ENTRY(CmdCopyBuffer),
        FAKE_ENTRY(CmdCopyBufferToImage),
    };
    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        if (strcmp(entries[i].name, name) == 0)
            return entries[i].function;
    }
    return NULL;
}
