#include "bench/upload/stream.h"

#include <stdlib.h>

void stream_init(struct stream *stream, const struct stream_params *params)
{
    *stream = (struct stream){.params = *params,
                              .batch = (uint32_t)(STREAM_BATCH_SIZE / params->mesh_size)};
    bool direct = params->path == ASH_UPLOAD_DIRECT;
    struct ash_buffer_params pool = {
        .size = STREAM_POOL_SIZE,
        .usage = VK_BUFFER_USAGE_VERTEX_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT |
                 VK_BUFFER_USAGE_TRANSFER_SRC_BIT,
        .properties = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT |
                      (direct ? VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT : 0),
        .label = "mesh pool"};
    bench_check(ash_buffer_init(&stream->pool, params->allocator, &pool) == ASH_OK,
                direct ? "a pool in device memory that the CPU reaches" : "the pool");
    stream->source = malloc(STREAM_POOL_SIZE);
    bench_check(stream->source != NULL, "main memory for the meshes");
    uint32_t state = 1;
    for (size_t i = 0; i < STREAM_POOL_SIZE; i++) {
        state = state * 1664525u + 1013904223u; // Numerical Recipes' generator
        // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): bench_check has ended the program
        stream->source[i] = (unsigned char)(state >> 24);
    }
    crew_init(&stream->crew, params->threads);
    lane_init(&stream->frames, params->context, params->context->graphics);
}

void stream_finish(struct stream *stream)
{
    lane_finish(&stream->frames);
    crew_finish(&stream->crew);
    ash_buffer_finish(&stream->pool);
    free(stream->source);
}

VkDeviceSize stream_next(struct stream *stream)
{
    VkDeviceSize offset = stream->next;
    stream->next = (offset + STREAM_BATCH_SIZE) % STREAM_POOL_SIZE;
    return offset;
}
