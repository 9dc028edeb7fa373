#include "engine/memory/buffer.h"

#include <stdio.h>
#include <string.h>

#include <volk.h>

#include "engine/assert.h"
#include "engine/bits.h"
#include "engine/context/debug.h"
#include "engine/log.h"
#include "engine/memory/view_shadow.h"

// What any element of a view can need; drivers may ask less of a buffer.
static const VkDeviceSize view_alignment = 16;

static enum ash_result create_buffer(const struct ash_context *context,
                                     const struct ash_buffer_params *params,
                                     struct ash_buffer *buffer)
{
    if (params->size > context->max_memory_allocation_size) { // not even the driver may be asked
        ash_log(ASH_LOG_ERROR,
                "Buffer \"%s\" of %llu bytes is larger than any memory of this device; split it",
                buffer->name, (unsigned long long)params->size);
        return ASH_ERROR_OUT_OF_DEVICE_MEMORY;
    }
    VkBufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                               .size = params->size,
                               .usage = params->usage,
                               .sharingMode = VK_SHARING_MODE_EXCLUSIVE};
    VkResult result = context->vk->vkCreateBuffer(context->device, &info, NULL, &buffer->buffer);
    if (result != VK_SUCCESS) {
        ash_log(ASH_LOG_ERROR, "vkCreateBuffer failed for buffer \"%s\" of %llu bytes: %s",
                buffer->name, (unsigned long long)params->size, ash_vk_result_name(result));
        buffer->buffer = VK_NULL_HANDLE;
        return ash_result_from_vk(result);
    }
    buffer->size = params->size;
    ash_debug_name(context, VK_OBJECT_TYPE_BUFFER, (uint64_t)buffer->buffer, "%s", buffer->name);
    return ASH_OK;
}

static enum ash_result take_memory(const struct ash_context *context,
                                   const struct ash_buffer_params *params,
                                   struct ash_buffer *buffer)
{
    VkMemoryDedicatedRequirements dedicated = {.sType =
                                                   VK_STRUCTURE_TYPE_MEMORY_DEDICATED_REQUIREMENTS};
    VkMemoryRequirements2 requirements = {.sType = VK_STRUCTURE_TYPE_MEMORY_REQUIREMENTS_2,
                                          .pNext = &dedicated};
    VkBufferMemoryRequirementsInfo2 info = {
        .sType = VK_STRUCTURE_TYPE_BUFFER_MEMORY_REQUIREMENTS_INFO_2, .buffer = buffer->buffer};
    context->vk->vkGetBufferMemoryRequirements2(context->device, &info, &requirements);
    struct ash_alloc_params alloc = {
        .size = params->size,
        .requirements = requirements.memoryRequirements,
        .properties = params->properties,
        .preferred = params->preferred,
        .device_address = params->usage & VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT,
        .dedicated = dedicated.requiresDedicatedAllocation || dedicated.prefersDedicatedAllocation,
        .label = params->label,
        .user = params->user,
    };
    if (alloc.dedicated)
        alloc.dedicated_buffer = buffer->buffer;
    else
        alloc.requirements.alignment = ash_max_u64(alloc.requirements.alignment, view_alignment);
    enum ash_result result = ash_allocator_alloc(buffer->allocator, &alloc, &buffer->block);
    if (result == ASH_OK)
        buffer->properties = ash_allocator_memory_type_properties(buffer->allocator,
                                                                  buffer->block.memory_type_index);
    return result;
}

static enum ash_result bind_memory(const struct ash_context *context, struct ash_buffer *buffer)
{
    VkResult result = context->vk->vkBindBufferMemory(context->device, buffer->buffer,
                                                      buffer->block.memory, buffer->block.offset);
    if (result == VK_SUCCESS)
        return ASH_OK;
    ash_log(ASH_LOG_ERROR, "vkBindBufferMemory failed for buffer \"%s\": %s", buffer->name,
            ash_vk_result_name(result));
    return ash_result_from_vk(result);
}

// Destroys whatever of the buffer there is.
static void release(struct ash_buffer *buffer)
{
    const struct ash_context *context = ash_allocator_context(buffer->allocator);
    if (buffer->buffer)
        context->vk->vkDestroyBuffer(context->device, buffer->buffer, NULL);
    // A block that the allocator does not know has been freed behind our back; it names the block.
    if (ash_allocator_free(buffer->allocator, &buffer->block) != ASH_OK)
        ash_log(ASH_LOG_ERROR, "The memory of buffer \"%s\" was not its own any more",
                buffer->name);
}

enum ash_result ash_buffer_init(struct ash_buffer *buffer, struct ash_allocator *allocator,
                                const struct ash_buffer_params *params)
{
    const struct ash_context *context = ash_allocator_context(allocator);
    bool wants_address = params->usage & VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT;
    ASH_ASSERT_MESSAGE(params->size > 0, "a buffer has at least one byte");
    ASH_ASSERT_MESSAGE(!wants_address || context->buffer_device_address,
                       "buffer addresses are asked for only where the context has them");
    struct ash_buffer made = {.allocator = allocator};
    snprintf(made.name, sizeof(made.name), "%s", params->label ? params->label : "buffer");
    memset(buffer, 0, sizeof(*buffer));
    enum ash_result result = create_buffer(context, params, &made);
    if (result == ASH_OK)
        result = take_memory(context, params, &made);
    if (result == ASH_OK)
        result = bind_memory(context, &made);
    if (result != ASH_OK) {
        release(&made);
        return result;
    }
    if (wants_address) {
        VkBufferDeviceAddressInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_DEVICE_ADDRESS_INFO,
                                          .buffer = made.buffer};
        made.address = context->vk->vkGetBufferDeviceAddress(context->device, &info);
    }
    ash_allocator_add_resource(allocator);
    *buffer = made;
    return ASH_OK;
}

void ash_buffer_finish(struct ash_buffer *buffer)
{
    if (!buffer || !buffer->buffer)
        return;
    if (buffer->open_views != 0)
        ash_log(ASH_LOG_ERROR, "Buffer \"%s\" is finished while %u views of it are open",
                buffer->name, buffer->open_views);
    ASH_ASSERT_MESSAGE(buffer->open_views == 0, "views end before their buffer does");
    if (buffer->kept)
        ash_allocator_unmap(buffer->allocator, &buffer->block);
    release(buffer);
    ash_allocator_remove_resource(buffer->allocator);
    memset(buffer, 0, sizeof(*buffer));
}

enum ash_result ash_buffer_keep_mapped(struct ash_buffer *buffer)
{
    if (buffer->kept)
        return ASH_OK;
    if (!(buffer->properties & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT)) {
        ash_log(ASH_LOG_ERROR, "Buffer \"%s\" can't be kept mapped: it is not host-visible",
                buffer->name);
        return ASH_ERROR_UNSUPPORTED;
    }
    return ash_allocator_map(buffer->allocator, &buffer->block, &buffer->kept);
}

// A refusal of begin_view, in one place: the log line and the result.
static enum ash_result refuse(const struct ash_buffer *buffer, const struct ash_view_params *params,
                              enum ash_result result, const char *reason)
{
    ash_log(result == ASH_NOT_READY ? ASH_LOG_WARNING : ASH_LOG_ERROR,
            "No view of %llu bytes at %llu of buffer \"%s\" of %llu bytes: %s",
            (unsigned long long)params->size, (unsigned long long)params->offset, buffer->name,
            (unsigned long long)buffer->size, reason);
    return result;
}

static enum ash_result check_range(const struct ash_buffer *buffer,
                                   const struct ash_view_params *params)
{
    if (!(buffer->properties & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT))
        return refuse(buffer, params, ASH_ERROR_UNSUPPORTED,
                      "its memory is not host-visible; upload through engine/memory/upload.h");
    if (params->size == 0 || !ash_range_inside(params->offset, params->size, buffer->size))
        return refuse(buffer, params, ASH_ERROR_OUT_OF_RANGE, "the range leaves the buffer");
    if (params->size % params->element_size != 0)
        return refuse(buffer, params, ASH_ERROR_OUT_OF_RANGE, "the size is no whole elements");
    if (params->offset % ash_element_alignment(params->element_size) != 0)
        return refuse(buffer, params, ASH_ERROR_OUT_OF_RANGE,
                      "the offset is not aligned for the elements");
    return ASH_OK;
}

// Whether a view like this touches bytes of an open one, and either writes.
static bool collides(const struct ash_buffer *buffer, uint32_t access, VkDeviceSize offset,
                     VkDeviceSize size)
{
    for (uint32_t i = 0; i < ASH_BUFFER_MAX_VIEWS; i++) {
        if (buffer->views[i].access != 0 &&
            ((buffer->views[i].access | access) & ASH_ACCESS_WRITE) &&
            ash_ranges_overlap(offset, size, buffer->views[i].offset, buffer->views[i].size))
            return true;
    }
    return false;
}

// Whether an open view is in the way.
static enum ash_result check_views(const struct ash_buffer *buffer,
                                   const struct ash_view_params *params)
{
    if (collides(buffer, params->access, params->offset, params->size))
        return refuse(buffer, params, ASH_NOT_READY,
                      "an open view overlaps it, and one of them writes; end that one first");
    if (buffer->open_views == ASH_BUFFER_MAX_VIEWS)
        return refuse(buffer, params, ASH_NOT_READY, "as many views as may be are open");
    return ASH_OK;
}

// There is one.
static uint32_t free_slot(const struct ash_buffer *buffer)
{
    uint32_t slot = 0;
    while (buffer->views[slot].access != 0)
        slot++;
    return slot;
}

// In memory that is not coherent, lets the CPU see what the device wrote to the whole atoms that
// hold the range; for writing only too, since the flush will write whole atoms back. An atom that
// an open view writes was brought up to date when that view began, and what has been written there
// since would be lost: it can only be the first or the last, and is left out.
static enum ash_result make_visible(struct ash_buffer *buffer, const struct ash_view_params *params)
{
    if (buffer->properties & VK_MEMORY_PROPERTY_HOST_COHERENT_BIT)
        return ASH_OK;
    const struct ash_context *context = ash_allocator_context(buffer->allocator);
    VkDeviceSize atom = context->properties.limits.nonCoherentAtomSize;
    VkDeviceSize first = ash_align_down(params->offset, atom);
    VkDeviceSize end = ash_align_up(params->offset + params->size, atom);
    if (collides(buffer, ASH_ACCESS_READ, first, atom))
        first += atom;
    if (collides(buffer, ASH_ACCESS_READ, end - atom, atom))
        end -= atom;
    if (first >= end)
        return ASH_OK;
    VkDeviceSize size = ash_min_u64(end, buffer->block.size) - first;
    return ash_allocator_invalidate(buffer->allocator, &buffer->block, first, size);
}

enum ash_result ash_buffer_begin_view(struct ash_buffer *buffer,
                                      const struct ash_view_params *params,
                                      struct ash_buffer_view *view)
{
    ASH_ASSERT_MESSAGE(buffer->buffer, "a view is of a buffer that has been made");
    ASH_ASSERT_MESSAGE(params->access >= ASH_ACCESS_READ && params->access <= ASH_ACCESS_READ_WRITE,
                       "a view is for reading, writing or both");
    struct ash_view_params wanted = *params;
    if (wanted.element_size == 0)
        wanted.element_size = 1;
    if (wanted.size == 0)
        wanted.size = buffer->size - ash_min_u64(wanted.offset, buffer->size);
    memset(view, 0, sizeof(*view));
    void *block = NULL;
    enum ash_result result = check_range(buffer, &wanted);
    if (result == ASH_OK)
        result = check_views(buffer, &wanted);
    if (result == ASH_OK)
        result = ash_allocator_map(buffer->allocator, &buffer->block, &block);
    if (result != ASH_OK)
        return result;
    struct ash_buffer_view opened = {.size = wanted.size,
                                     .element_size = wanted.element_size,
                                     .access = wanted.access,
                                     .slot = free_slot(buffer),
                                     .buffer = buffer,
                                     .mapped = (unsigned char *)block + wanted.offset,
                                     .offset = wanted.offset};
    result = make_visible(buffer, &wanted);
    if (result == ASH_OK)
        result = ash_view_shadow_begin(&opened);
    if (result != ASH_OK) {
        ash_allocator_unmap(buffer->allocator, &buffer->block);
        return result;
    }
    buffer->open_views++;
    buffer->views[opened.slot].offset = wanted.offset;
    buffer->views[opened.slot].size = wanted.size;
    buffer->views[opened.slot].access = wanted.access;
    *view = opened;
    return ASH_OK;
}

enum ash_result ash_buffer_end_view(struct ash_buffer_view *view)
{
    if (!view->buffer)
        return ASH_OK;
    ASH_ASSERT_MESSAGE(!view->upload, "a view that ash_upload_begin opened ends by ash_upload_end");
    struct ash_buffer *buffer = view->buffer;
    ASH_ASSERT_MESSAGE(buffer->views[view->slot].access != 0,
                       "a view ends once, and before its buffer");
    enum ash_result result = ASH_OK;
    if (view->access & ASH_ACCESS_WRITE)
        result = ash_view_flush(view, 0, view->size);
    ash_view_shadow_end(view);
    ash_allocator_unmap(buffer->allocator, &buffer->block);
    memset(&buffer->views[view->slot], 0, sizeof(buffer->views[view->slot]));
    buffer->open_views--;
    memset(view, 0, sizeof(*view));
    return result;
}

// The bytes at `offset` of a view, if it allows this access to them; else NULL, and the log says
// why.
static unsigned char *bytes_at(const struct ash_buffer_view *view, uint32_t access,
                               VkDeviceSize offset, VkDeviceSize size)
{
    const char *reason = NULL;
    if (!view->data)
        reason = "the view is not open";
    else if (!(view->access & access))
        reason = access == ASH_ACCESS_WRITE ? "it was opened for reading only"
                                            : "it was opened for writing only";
    else if (!ash_range_inside(offset, size, view->size))
        reason = "the range leaves it";
    else if (view->element_size > 1 && // a division costs as much as all the rest
             (offset % view->element_size != 0 || size % view->element_size != 0))
        reason = "the range is no whole elements";
    if (!reason)
        return (unsigned char *)view->data + offset;
    ash_log(ASH_LOG_ERROR,
            "Access to %llu bytes at %llu of a view of %llu bytes of buffer \"%s\" refused: %s",
            (unsigned long long)size, (unsigned long long)offset, (unsigned long long)view->size,
            view->buffer ? view->buffer->name : "", reason);
    return NULL;
}

enum ash_result ash_view_write(struct ash_buffer_view *view, VkDeviceSize offset,
                               const void *source, VkDeviceSize size)
{
    unsigned char *bytes = bytes_at(view, ASH_ACCESS_WRITE, offset, size);
    if (bytes)
        memcpy(bytes, source, (size_t)size);
    return bytes ? ASH_OK : ASH_ERROR_OUT_OF_RANGE;
}

enum ash_result ash_view_read(const struct ash_buffer_view *view, VkDeviceSize offset,
                              void *destination, VkDeviceSize size)
{
    const unsigned char *bytes = bytes_at(view, ASH_ACCESS_READ, offset, size);
    if (bytes)
        memcpy(destination, bytes, (size_t)size);
    return bytes ? ASH_OK : ASH_ERROR_OUT_OF_RANGE;
}

void *ash_view_at(struct ash_buffer_view *view, VkDeviceSize offset, VkDeviceSize size)
{
    return bytes_at(view, view->access == ASH_ACCESS_READ ? ASH_ACCESS_READ : ASH_ACCESS_WRITE,
                    offset, size);
}

enum ash_result ash_view_flush(struct ash_buffer_view *view, VkDeviceSize offset, VkDeviceSize size)
{
    if (!bytes_at(view, ASH_ACCESS_WRITE, offset, size))
        return ASH_ERROR_OUT_OF_RANGE;
    ash_view_shadow_write_back(view, offset, size);
    if (view->buffer->properties & VK_MEMORY_PROPERTY_HOST_COHERENT_BIT)
        return ASH_OK;
    return ash_allocator_flush(view->buffer->allocator, &view->buffer->block, view->offset + offset,
                               size);
}
