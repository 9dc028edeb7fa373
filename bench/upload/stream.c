#include "bench/upload/stream.h"

#include <volk.h>

#include <stdio.h>
#include <stdlib.h>

void stream_check(bool fine, const char *what)
{
    if (fine)
        return;
    fprintf(stderr, "bench_upload: %s failed\n", what);
    exit(1);
}

static void init_pool(struct stream *stream)
{
    bool direct = stream->path == ASH_UPLOAD_DIRECT;
    struct ash_buffer_params params = {
        .size = STREAM_POOL_SIZE,
        .usage = VK_BUFFER_USAGE_VERTEX_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT |
                 VK_BUFFER_USAGE_TRANSFER_SRC_BIT,
        .properties = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT |
                      (direct ? VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT : 0),
        .label = "mesh pool"};
    stream_check(ash_buffer_init(&stream->pool, stream->allocator, &params) == ASH_OK,
                 direct ? "a pool in device memory that the CPU reaches" : "the pool");
    stream->source = malloc(STREAM_POOL_SIZE);
    stream_check(stream->source != NULL, "main memory for the meshes");
    uint32_t state = 1;
    for (size_t i = 0; i < STREAM_POOL_SIZE; i++) {
        state = state * 1664525u + 1013904223u; // Numerical Recipes' generator
        stream->source[i] = (unsigned char)(state >> 24);
    }
}

// The engine's frames run on the graphics queue whatever way the bytes take; the hand-written
// loop's on the queue that copies.
static void init_slots(struct stream *stream, uint32_t family)
{
    const struct ash_context *context = stream->context;
    for (uint32_t i = 0; i < STREAM_IN_FLIGHT; i++) {
        VkCommandPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                        .flags = VK_COMMAND_POOL_CREATE_TRANSIENT_BIT,
                                        .queueFamilyIndex = family};
        stream_check(context->vk->vkCreateCommandPool(context->device, &pool, NULL,
                                                      &stream->slots[i].pool) == VK_SUCCESS,
                     "vkCreateCommandPool");
        VkCommandBufferAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                            .commandPool = stream->slots[i].pool,
                                            .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
                                            .commandBufferCount = 1};
        stream_check(context->vk->vkAllocateCommandBuffers(
                         context->device, &info, &stream->slots[i].commands) == VK_SUCCESS,
                     "vkAllocateCommandBuffers");
    }
}

void stream_init(struct stream *stream, const struct stream_params *params)
{
    *stream = (struct stream){.context = params->context,
                              .allocator = params->allocator,
                              .path = params->path,
                              .mesh_size = params->mesh_size};
    init_pool(stream);
    crew_init(&stream->crew, params->threads);
    VkSemaphoreTypeCreateInfo type = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO,
                                      .semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE};
    VkSemaphoreCreateInfo info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO, .pNext = &type};
    const struct ash_context *context = stream->context;
    stream_check(context->vk->vkCreateSemaphore(context->device, &info, NULL, &stream->timeline) ==
                     VK_SUCCESS,
                 "vkCreateSemaphore");
    init_slots(stream, params->queue.family_index);
    stream->queue = params->queue.queue;
}

void stream_finish(struct stream *stream)
{
    const struct ash_context *context = stream->context;
    for (uint32_t i = 0; i < STREAM_IN_FLIGHT; i++)
        context->vk->vkDestroyCommandPool(context->device, stream->slots[i].pool, NULL);
    context->vk->vkDestroySemaphore(context->device, stream->timeline, NULL);
    crew_finish(&stream->crew);
    ash_buffer_finish(&stream->pool);
    free(stream->source);
}

VkDeviceSize stream_next(struct stream *stream)
{
    if (stream->next + stream->mesh_size > STREAM_POOL_SIZE)
        stream->next = 0;
    VkDeviceSize offset = stream->next;
    stream->next += stream->mesh_size;
    return offset;
}

static void wait_for(struct stream *stream, uint64_t value)
{
    VkSemaphoreWaitInfo info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO,
                                .semaphoreCount = 1,
                                .pSemaphores = &stream->timeline,
                                .pValues = &value};
    const struct ash_context *context = stream->context;
    stream_check(context->vk->vkWaitSemaphores(context->device, &info, UINT64_MAX) == VK_SUCCESS,
                 "vkWaitSemaphores");
}

uint64_t stream_wait_slot(struct stream *stream)
{
    if (stream->submitted < STREAM_IN_FLIGHT)
        return 0;
    uint64_t value = stream->submitted + 1 - STREAM_IN_FLIGHT;
    wait_for(stream, value);
    return value;
}

void stream_wait_idle(struct stream *stream)
{
    wait_for(stream, stream->submitted);
}

VkCommandBuffer stream_begin(struct stream *stream)
{
    const struct ash_context *context = stream->context;
    uint64_t slot = stream->submitted % STREAM_IN_FLIGHT;
    VkCommandBufferBeginInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
                                     .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT};
    stream_check(context->vk->vkResetCommandPool(context->device, stream->slots[slot].pool, 0) ==
                         VK_SUCCESS &&
                     context->vk->vkBeginCommandBuffer(stream->slots[slot].commands, &info) ==
                         VK_SUCCESS,
                 "vkBeginCommandBuffer");
    return stream->slots[slot].commands;
}

void stream_submit(struct stream *stream, const struct ash_upload_wait *wait)
{
    const struct ash_context *context = stream->context;
    VkCommandBuffer commands = stream->slots[stream->submitted % STREAM_IN_FLIGHT].commands;
    VkSemaphoreSubmitInfo waits = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_SUBMIT_INFO,
                                   .semaphore = wait->semaphore,
                                   .value = wait->value,
                                   .stageMask = VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT};
    VkSemaphoreSubmitInfo signals = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_SUBMIT_INFO,
                                     .semaphore = stream->timeline,
                                     .value = stream->submitted + 1,
                                     .stageMask = VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT};
    VkCommandBufferSubmitInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_SUBMIT_INFO,
                                      .commandBuffer = commands};
    VkSubmitInfo2 submission = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO_2,
                                .waitSemaphoreInfoCount = wait->semaphore ? 1 : 0,
                                .pWaitSemaphoreInfos = &waits,
                                .commandBufferInfoCount = 1,
                                .pCommandBufferInfos = &info,
                                .signalSemaphoreInfoCount = 1,
                                .pSignalSemaphoreInfos = &signals};
    stream_check(context->vk->vkEndCommandBuffer(commands) == VK_SUCCESS &&
                     context->vk->vkQueueSubmit2(stream->queue, 1, &submission, VK_NULL_HANDLE) ==
                         VK_SUCCESS,
                 "vkQueueSubmit2");
    stream->submitted++;
}
