#include "bench/upload/ways.h"

#include <volk.h>

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

VkDeviceSize hand_way_frame(struct way *way)
{
    struct stream *stream = &way->stream;
    bool direct = stream->path == ASH_UPLOAD_DIRECT;
    uint32_t count = (uint32_t)(STREAM_BATCH_SIZE / stream->mesh_size);
    VkDeviceSize half = stream->submitted % STREAM_IN_FLIGHT * STREAM_BATCH_SIZE;
    stream_wait_slot(stream);
    // A batch lies in one piece on both sides.
    VkBufferCopy region = {.srcOffset = half, .size = count * stream->mesh_size};
    for (uint32_t i = 0; i < count; i++) {
        VkDeviceSize to = stream_next(stream), from = half + i * stream->mesh_size;
        if (i == 0)
            region.dstOffset = to;
        stream->jobs[i] =
            (struct crew_job){.to = (unsigned char *)way->bytes.data + (direct ? to : from),
                              .from = stream->source + to,
                              .size = (size_t)stream->mesh_size};
    }
    crew_work(&stream->crew, stream->jobs, count);
    VkCommandBuffer commands = stream_begin(stream);
    if (!direct) {
        // Batch after batch to other bytes, and nobody reads them: no barrier.
        stream->context->vk->vkCmdCopyBuffer(commands, way->staging.buffer, stream->pool.buffer, 1,
                                             &region);
    }
    stream_submit(stream, &(struct ash_upload_wait){0});
    return count * stream->mesh_size;
}
