#include "bench/upload/ways.h"

#include <volk.h>

#include <string.h>

// Views that are open at once: of one buffer, where the CPU writes into the pool itself, no more
// are allowed; and a thread that writes alone ends them soon, while they are in its cache.
enum { FEW_VIEWS = ASH_BUFFER_MAX_VIEWS };

void engine_way_init(struct engine_way *way, const struct stream_params *params)
{
    *way = (struct engine_way){0};
    stream_init(&way->stream, params);
    struct ash_upload_params upload = {.size = STREAM_RING_SIZE, .path = params->path};
    bench_check(ash_upload_create(params->allocator, &upload, &way->upload) == ASH_OK,
                "the upload ring");
}

static void write_part(void *user, size_t index)
{
    struct engine_way *way = user;
    const VkDeviceSize size = way->stream.params.mesh_size, at = index * size;
    bench_check(ash_view_write(&way->views[0], at, way->stream.source + way->offset + at, size) ==
                    ASH_OK,
                "ash_view_write");
}

static void write_mesh(void *user, size_t index)
{
    struct engine_way *way = user;
    const VkDeviceSize size = way->stream.params.mesh_size, at = (way->first + index) * size;
    bench_check(ash_view_write(&way->views[index], 0, way->stream.source + way->offset + at,
                               size) == ASH_OK,
                "ash_view_write");
}

static void begin(struct engine_way *way, VkDeviceSize at, VkDeviceSize size,
                  struct ash_buffer_view *view)
{
    struct ash_upload_target target = {
        .buffer = &way->stream.pool, .offset = way->offset + at, .size = size};
    bench_check(ash_upload_begin(way->upload, &target, view) == ASH_OK, "ash_upload_begin");
}

// Opens views for as many meshes as may be open, has them filled, and ends them.
static void upload_each(struct engine_way *way)
{
    struct stream *stream = &way->stream;
    bool few = stream->params.path == ASH_UPLOAD_DIRECT || stream->crew.thread_count == 1;
    uint32_t most = few ? FEW_VIEWS : stream->batch;
    for (way->first = 0; way->first < stream->batch; way->first += most) {
        uint32_t left = stream->batch - way->first, count = left < most ? left : most;
        for (uint32_t i = 0; i < count; i++)
            begin(way, (way->first + i) * stream->params.mesh_size, stream->params.mesh_size,
                  &way->views[i]);
        crew_work(&stream->crew, write_mesh, way, count);
        for (uint32_t i = 0; i < count; i++)
            bench_check(ash_upload_end(&way->views[i]) == ASH_OK, "ash_upload_end");
    }
}

static void upload_batch(struct engine_way *way)
{
    begin(way, 0, STREAM_BATCH_SIZE, &way->views[0]);
    crew_work(&way->stream.crew, write_part, way, way->stream.batch);
    bench_check(ash_upload_end(&way->views[0]) == ASH_OK, "ash_upload_end");
}

VkDeviceSize engine_way_frame(struct engine_way *way)
{
    struct stream *stream = &way->stream;
    ash_upload_reclaim(way->upload, lane_wait_slot(&stream->frames));
    way->offset = stream_next(stream);
    if (stream->params.each)
        upload_each(way);
    else
        upload_batch(way);
    struct ash_upload_wait wait;
    VkCommandBuffer commands = lane_begin(&stream->frames);
    ash_upload_record(way->upload, commands, stream->frames.submitted + 1, &wait);
    lane_submit(&stream->frames, &wait);
    return STREAM_BATCH_SIZE;
}

void engine_way_finish(struct engine_way *way)
{
    lane_wait_idle(&way->stream.frames);
    ash_upload_destroy(way->upload);
    stream_finish(&way->stream);
}

static void copy_back(struct engine_way *way, const struct ash_buffer *to)
{
    const struct ash_context *context = way->stream.params.context;
    VkCommandBuffer commands = lane_begin(&way->stream.frames);
    VkMemoryBarrier2 barrier = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER_2,
        .srcStageMask = VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT,
        .srcAccessMask = VK_ACCESS_2_MEMORY_WRITE_BIT,
        .dstStageMask = VK_PIPELINE_STAGE_2_COPY_BIT | VK_PIPELINE_STAGE_2_HOST_BIT,
        .dstAccessMask = VK_ACCESS_2_TRANSFER_READ_BIT | VK_ACCESS_2_HOST_READ_BIT};
    VkDependencyInfo info = {.sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO,
                             .memoryBarrierCount = 1,
                             .pMemoryBarriers = &barrier};
    context->vk->vkCmdPipelineBarrier2(commands, &info);
    VkBufferCopy region = {.size = STREAM_POOL_SIZE};
    context->vk->vkCmdCopyBuffer(commands, way->stream.pool.buffer, to->buffer, 1, &region);
    context->vk->vkCmdPipelineBarrier2(commands, &info);
    lane_submit(&way->stream.frames, &(struct ash_upload_wait){0});
    lane_wait_idle(&way->stream.frames);
}

bool engine_way_arrived(struct engine_way *way)
{
    struct ash_buffer_params params = {.size = STREAM_POOL_SIZE,
                                       .usage = VK_BUFFER_USAGE_TRANSFER_DST_BIT,
                                       .properties = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT,
                                       .preferred = VK_MEMORY_PROPERTY_HOST_CACHED_BIT,
                                       .label = "what arrived"};
    struct ash_buffer buffer;
    struct ash_buffer_view view;
    bench_check(ash_buffer_init(&buffer, way->stream.params.allocator, &params) == ASH_OK,
                "memory to read back");
    copy_back(way, &buffer);
    bench_check(ash_buffer_begin_view(&buffer, &(struct ash_view_params){.access = ASH_ACCESS_READ},
                                      &view) == ASH_OK,
                "reading back");
    bool same = memcmp(view.data, way->stream.source, STREAM_POOL_SIZE) == 0;
    bench_check(ash_buffer_end_view(&view) == ASH_OK, "ash_buffer_end_view");
    ash_buffer_finish(&buffer);
    return same;
}
