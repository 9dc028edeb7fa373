#include "bench/upload/ways.h"

#include <volk.h>

#include <string.h>

void hand_way_init(struct way *way, const struct stream_params *params)
{
    *way = (struct way){0};
    stream_init(&way->stream, params);
    bool direct = params->path == ASH_UPLOAD_DIRECT;
    struct ash_buffer_params staging = {.size = STREAM_RING_SIZE,
                                        .usage = VK_BUFFER_USAGE_TRANSFER_SRC_BIT,
                                        .properties = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT |
                                                      VK_MEMORY_PROPERTY_HOST_COHERENT_BIT,
                                        .label = "staging by hand"};
    if (!direct)
        stream_check(ash_buffer_init(&way->staging, params->allocator, &staging) == ASH_OK,
                     "staging memory");
    struct ash_view_params view = {.access = ASH_ACCESS_WRITE};
    stream_check(ash_buffer_begin_view(direct ? &way->stream.pool : &way->staging, &view,
                                       &way->bytes) == ASH_OK,
                 "mapping");
}

// Everything that was copied may be read by what comes after. A queue that only copies hands the
// pool's bytes over to the one that draws: here in one piece, since they lie in a row.
static void make_visible(const struct stream *stream, VkCommandBuffer commands,
                         const VkBufferCopy *first, VkDeviceSize size)
{
    const struct ash_context *context = stream->context;
    bool beside = stream->path == ASH_UPLOAD_TRANSFER_QUEUE;
    VkBufferMemoryBarrier2 barrier = {
        .sType = VK_STRUCTURE_TYPE_BUFFER_MEMORY_BARRIER_2,
        .srcStageMask = VK_PIPELINE_STAGE_2_COPY_BIT,
        .srcAccessMask = VK_ACCESS_2_TRANSFER_WRITE_BIT,
        .dstStageMask = beside ? VK_PIPELINE_STAGE_2_NONE : VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT,
        .dstAccessMask = beside ? VK_ACCESS_2_NONE : VK_ACCESS_2_MEMORY_READ_BIT,
        .srcQueueFamilyIndex = beside ? context->transfer.family_index : VK_QUEUE_FAMILY_IGNORED,
        .dstQueueFamilyIndex = beside ? context->graphics.family_index : VK_QUEUE_FAMILY_IGNORED,
        .buffer = stream->pool.buffer,
        .offset = first->dstOffset,
        .size = size};
    VkDependencyInfo info = {.sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO,
                             .bufferMemoryBarrierCount = 1,
                             .pBufferMemoryBarriers = &barrier};
    context->vk->vkCmdPipelineBarrier2(commands, &info);
}

VkDeviceSize hand_way_frame(struct way *way)
{
    static VkBufferCopy regions[STREAM_BATCH_SIZE / STREAM_LEAST_MESH];
    struct stream *stream = &way->stream;
    bool direct = stream->path == ASH_UPLOAD_DIRECT;
    uint32_t count = (uint32_t)(STREAM_BATCH_SIZE / stream->mesh_size);
    VkDeviceSize half = stream->submitted % STREAM_IN_FLIGHT * STREAM_BATCH_SIZE;
    stream_wait_slot(stream);
    for (uint32_t i = 0; i < count; i++) {
        VkDeviceSize to = stream_next(stream), from = half + i * stream->mesh_size;
        regions[i] = (VkBufferCopy){from, to, stream->mesh_size};
        stream->jobs[i] =
            (struct crew_job){.to = (unsigned char *)way->bytes.data + (direct ? to : from),
                              .from = stream->source + to,
                              .size = (size_t)stream->mesh_size};
    }
    crew_work(&stream->crew, stream->jobs, count);
    VkCommandBuffer commands = stream_begin(stream);
    if (!direct) {
        stream->context->vk->vkCmdCopyBuffer(commands, way->staging.buffer, stream->pool.buffer,
                                             count, regions);
        make_visible(stream, commands, &regions[0], count * stream->mesh_size);
    }
    stream_submit(stream, &(struct ash_upload_wait){0});
    return count * stream->mesh_size;
}
