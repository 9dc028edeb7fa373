#include "engine/render/readback.h"

#include <volk.h>

#include "engine/assert.h"
#include "engine/render/barrier.h"

enum ash_result ash_readback_init(struct ash_readback *readback, struct ash_allocator *allocator,
                                  VkExtent2D extent, VkFormat format)
{
    ASH_ASSERT(extent.width > 0 && extent.height > 0);
    *readback = (struct ash_readback){.extent = extent, .format = format};
    enum ash_result result = ash_buffer_init(
        &readback->buffer, allocator,
        &(struct ash_buffer_params){.size = (VkDeviceSize)extent.width * extent.height * 4,
                                    .usage = VK_BUFFER_USAGE_TRANSFER_DST_BIT,
                                    .properties = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT,
                                    .preferred = VK_MEMORY_PROPERTY_HOST_CACHED_BIT,
                                    .label = "readback"});
    if (result != ASH_OK)
        *readback = (struct ash_readback){0};
    return result;
}

void ash_readback_finish(struct ash_readback *readback)
{
    ash_buffer_finish(&readback->buffer);
    *readback = (struct ash_readback){0};
}

void ash_readback_record(struct ash_readback *readback, const struct ash_frame *frame,
                         VkImage image)
{
    VkBufferImageCopy2 region = {
        .sType = VK_STRUCTURE_TYPE_BUFFER_IMAGE_COPY_2,
        .imageSubresource = {.aspectMask = VK_IMAGE_ASPECT_COLOR_BIT, .layerCount = 1},
        .imageExtent = {readback->extent.width, readback->extent.height, 1}};
    VkCopyImageToBufferInfo2 info = {.sType = VK_STRUCTURE_TYPE_COPY_IMAGE_TO_BUFFER_INFO_2,
                                     .srcImage = image,
                                     .srcImageLayout = VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL,
                                     .dstBuffer = readback->buffer.buffer,
                                     .regionCount = 1,
                                     .pRegions = &region};
    // A copy of an earlier submission into the same buffer has been read by the CPU, or is not
    // wanted any more: either way it comes first.
    ash_barrier_memory(frame->context, frame->commands, ASH_BARRIER_COPY_TO_COPY);
    frame->vk->vkCmdCopyImageToBuffer2(frame->commands, &info);
    ash_barrier_memory(frame->context, frame->commands, ASH_BARRIER_COPY_TO_HOST);
    readback->number = frame->number;
}

static void copy_swapped(uint8_t *pixels, const uint8_t *source, size_t size)
{
    for (size_t i = 0; i < size; i += 4) {
        pixels[i] = source[i + 2];
        pixels[i + 1] = source[i + 1];
        pixels[i + 2] = source[i];
        pixels[i + 3] = source[i + 3];
    }
}

enum ash_result ash_readback_read(struct ash_readback *readback, uint8_t *pixels)
{
    struct ash_buffer_view view;
    enum ash_result result = ash_buffer_begin_view(
        &readback->buffer, &(struct ash_view_params){.access = ASH_ACCESS_READ}, &view);
    if (result != ASH_OK)
        return result;
    if (readback->format == VK_FORMAT_B8G8R8A8_UNORM)
        copy_swapped(pixels, view.data, (size_t)view.size);
    else
        result = ash_view_read(&view, 0, pixels, view.size);
    enum ash_result end_result = ash_buffer_end_view(&view);
    return result == ASH_OK ? end_result : result;
}
