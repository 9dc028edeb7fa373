#include "bench/upload/ways.h"

#include <volk.h>

#include <string.h>

void hand_way_init(struct hand_way *way, const struct stream_params *params)
{
    *way = (struct hand_way){0};
    stream_init(&way->stream, params);
    bool direct = params->path == ASH_UPLOAD_DIRECT;
    struct ash_buffer_params staging = {.size = STREAM_RING_SIZE,
                                        .usage = VK_BUFFER_USAGE_TRANSFER_SRC_BIT,
                                        .properties = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT |
                                                      VK_MEMORY_PROPERTY_HOST_COHERENT_BIT,
                                        .label = "staging by hand"};
    if (!direct)
        bench_check(ash_buffer_init(&way->staging, params->allocator, &staging) == ASH_OK,
                    "staging memory");
    struct ash_view_params view = {.access = ASH_ACCESS_WRITE};
    bench_check(ash_buffer_begin_view(direct ? &way->stream.pool : &way->staging, &view,
                                      &way->bytes) == ASH_OK,
                "mapping");
    if (params->path == ASH_UPLOAD_TRANSFER_QUEUE)
        lane_init(&way->copies, params->context, params->context->transfer);
}

void hand_way_finish(struct hand_way *way)
{
    lane_wait_idle(&way->stream.frames);
    lane_finish(&way->copies);
    bench_check(ash_buffer_end_view(&way->bytes) == ASH_OK, "ash_buffer_end_view");
    ash_buffer_finish(&way->staging);
    stream_finish(&way->stream);
}

// The whole batch lies in one piece, on both sides of the copy.
static VkBufferCopy place_batch(struct hand_way *way)
{
    struct stream *stream = &way->stream;
    bool direct = stream->params.path == ASH_UPLOAD_DIRECT;
    VkBufferCopy copy = {.srcOffset = stream->frames.submitted % LANE_IN_FLIGHT * STREAM_BATCH_SIZE,
                         .dstOffset = stream_next(stream),
                         .size = STREAM_BATCH_SIZE};
    way->to = (unsigned char *)way->bytes.data + (direct ? copy.dstOffset : copy.srcOffset);
    way->from = stream->source + copy.dstOffset;
    return copy;
}

static void write_mesh(void *user, size_t index)
{
    const struct hand_way *way = user;
    const size_t size = (size_t)way->stream.params.mesh_size;
    memcpy(way->to + index * size, way->from + index * size, size);
}

// What was copied may be used by all that comes after; between queues, by what comes after on the
// other: then each of them records its half.
static void make_visible(struct hand_way *way, VkCommandBuffer commands, const VkBufferCopy *copy,
                         bool copied_here, bool used_here)
{
    const struct ash_context *context = way->stream.params.context;
    bool one_queue = copied_here && used_here;
    VkBufferMemoryBarrier2 barrier = {
        .sType = VK_STRUCTURE_TYPE_BUFFER_MEMORY_BARRIER_2,
        .srcStageMask =
            copied_here ? VK_PIPELINE_STAGE_2_COPY_BIT : VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT,
        .srcAccessMask = copied_here ? VK_ACCESS_2_TRANSFER_WRITE_BIT : VK_ACCESS_2_NONE,
        .dstStageMask = used_here ? VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT : VK_PIPELINE_STAGE_2_NONE,
        .dstAccessMask = used_here ? VK_ACCESS_2_MEMORY_READ_BIT : VK_ACCESS_2_NONE,
        .srcQueueFamilyIndex = one_queue ? VK_QUEUE_FAMILY_IGNORED : context->transfer.family_index,
        .dstQueueFamilyIndex = one_queue ? VK_QUEUE_FAMILY_IGNORED : context->graphics.family_index,
        .buffer = way->stream.pool.buffer,
        .offset = copy->dstOffset,
        .size = copy->size};
    VkDependencyInfo info = {.sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO,
                             .bufferMemoryBarrierCount = 1,
                             .pBufferMemoryBarriers = &barrier};
    context->vk->vkCmdPipelineBarrier2(commands, &info);
}

static void record_copy(struct hand_way *way, VkCommandBuffer commands, const VkBufferCopy *copy)
{
    way->stream.params.context->vk->vkCmdCopyBuffer(commands, way->staging.buffer,
                                                    way->stream.pool.buffer, 1, copy);
}

VkDeviceSize hand_way_frame(struct hand_way *way)
{
    struct stream *stream = &way->stream;
    lane_wait_slot(&stream->frames);
    VkBufferCopy copy = place_batch(way);
    crew_work(&stream->crew, write_mesh, way, stream->batch);
    struct ash_upload_wait wait = {0};
    bool beside = stream->params.path == ASH_UPLOAD_TRANSFER_QUEUE;
    if (beside) {
        VkCommandBuffer copies = lane_begin(&way->copies);
        record_copy(way, copies, &copy);
        make_visible(way, copies, &copy, true, false);
        lane_submit(&way->copies, &wait);
        wait = (struct ash_upload_wait){way->copies.timeline, way->copies.submitted};
    }
    VkCommandBuffer commands = lane_begin(&stream->frames);
    if (stream->params.path == ASH_UPLOAD_GRAPHICS_QUEUE)
        record_copy(way, commands, &copy);
    if (stream->params.path != ASH_UPLOAD_DIRECT)
        make_visible(way, commands, &copy, !beside, true);
    lane_submit(&stream->frames, &wait);
    return copy.size;
}
