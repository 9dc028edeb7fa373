#include "engine/render/frames.h"

#include <volk.h>

#include "engine/assert.h"
#include "engine/log.h"
#include "engine/render/check.h"
#include "engine/render/timer.h"

// A wait goes in slices of a second, so that whoever looks at a program that stands still is told
// why. It has no end: what the GPU still uses can't be destroyed, and a driver that gives a frame
// up says DEVICE_LOST.
#define WAIT_SLICE_NS 1000000000u
enum { SLICES_TO_A_WARNING = 10 };

// Who sleeps is woken late now and then, with an H100 by up to 4 ms: a frame that may be done any
// moment is waited for awake, so long.
#define AWAKE_MS 2.0

static enum ash_result create_timeline(struct ash_frames *frames)
{
    const struct ash_context *context = frames->context;
    VkSemaphoreTypeCreateInfo type = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO,
                                      .semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE};
    VkResult vk_result = context->vk->vkCreateSemaphore(
        context->device,
        &(VkSemaphoreCreateInfo){.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO, .pNext = &type},
        NULL, &frames->timeline);
    return ash_render_made(context, vk_result, "vkCreateSemaphore", VK_OBJECT_TYPE_SEMAPHORE,
                           &frames->timeline, "frame timeline");
}

static enum ash_result create_slot(const struct ash_context *context, struct ash_frame_slot *slot,
                                   uint32_t index)
{
    VkResult vk_result = context->vk->vkCreateCommandPool(
        context->device,
        &(VkCommandPoolCreateInfo){.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                   .flags = VK_COMMAND_POOL_CREATE_TRANSIENT_BIT,
                                   .queueFamilyIndex = context->graphics.family_index},
        NULL, &slot->pool);
    enum ash_result result =
        ash_render_made(context, vk_result, "vkCreateCommandPool", VK_OBJECT_TYPE_COMMAND_POOL,
                        &slot->pool, "commands of slot %u", index);
    if (result != ASH_OK)
        return result;
    vk_result = context->vk->vkAllocateCommandBuffers(
        context->device,
        &(VkCommandBufferAllocateInfo){.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                       .commandPool = slot->pool,
                                       .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
                                       .commandBufferCount = 1},
        &slot->commands);
    return ash_render_made(context, vk_result, "vkAllocateCommandBuffers",
                           VK_OBJECT_TYPE_COMMAND_BUFFER, &slot->commands, "commands of slot %u",
                           index);
}

enum ash_result ash_frames_init(struct ash_frames *frames, struct ash_allocator *allocator,
                                uint32_t count, VkDeviceSize uniform_size)
{
    ASH_ASSERT(count >= 1 && count <= ASH_MAX_FRAMES_IN_FLIGHT);
    *frames = (struct ash_frames){.context = ash_allocator_context(allocator), .count = count};
    enum ash_result result = create_timeline(frames);
    for (uint32_t i = 0; i < count && result == ASH_OK; i++)
        result = create_slot(frames->context, &frames->slots[i], i);
    if (result == ASH_OK)
        result = ash_uniform_ring_init(&frames->uniforms, allocator, uniform_size, count);
    if (result != ASH_OK)
        ash_frames_finish(frames);
    return result;
}

void ash_frames_finish(struct ash_frames *frames)
{
    const struct ash_context *context = frames->context;
    if (context == NULL)
        return;
    ash_uniform_ring_finish(&frames->uniforms);
    for (uint32_t i = 0; i < frames->count; i++) {
        ash_descriptors_finish(&frames->slots[i].descriptors, context);
        context->vk->vkDestroyCommandPool(context->device, frames->slots[i].pool, NULL);
    }
    context->vk->vkDestroySemaphore(context->device, frames->timeline, NULL);
    *frames = (struct ash_frames){0};
}

// Not where a CPU plays the GPU: it has something better to do.
static void wait_awake(const struct ash_frames *frames, uint64_t number)
{
    const struct ash_context *context = frames->context;
    const double until = ash_timer_now_ms() + AWAKE_MS;
    uint64_t done = 0;
    while (!context->software && done < number && ash_timer_now_ms() < until)
        if (context->vk->vkGetSemaphoreCounterValue(context->device, frames->timeline, &done) !=
            VK_SUCCESS)
            return; // the wait that follows says so
}

enum ash_result ash_frames_wait(struct ash_frames *frames, uint64_t number)
{
    if (number <= frames->completed)
        return ASH_OK;
    const struct ash_context *context = frames->context;
    VkSemaphoreWaitInfo info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO,
                                .semaphoreCount = 1,
                                .pSemaphores = &frames->timeline,
                                .pValues = &number};
    VkResult vk_result = VK_TIMEOUT;
    wait_awake(frames, number);
    for (uint32_t tries = 1; vk_result == VK_TIMEOUT; tries++) {
        vk_result = context->vk->vkWaitSemaphores(context->device, &info, WAIT_SLICE_NS);
        if (vk_result == VK_TIMEOUT && tries % SLICES_TO_A_WARNING == 0)
            ash_log(ASH_LOG_WARNING, "The GPU has been busy with frame %llu for %u s.",
                    (unsigned long long)number, tries);
    }
    if (vk_result != VK_SUCCESS)
        return ash_render_check(vk_result, "vkWaitSemaphores", "the frames' timeline");
    frames->completed = number;
    return ASH_OK;
}

enum ash_result ash_frames_wait_slot(struct ash_frames *frames)
{
    uint64_t next = frames->submitted + 1;
    return ash_frames_wait(frames, next > frames->count ? next - frames->count : 0);
}

uint32_t ash_frames_next_slot(const struct ash_frames *frames)
{
    return (uint32_t)((frames->submitted + 1) % frames->count);
}

enum ash_result ash_frames_begin(struct ash_frames *frames, struct ash_frame *frame)
{
    *frame = (struct ash_frame){0};
    const struct ash_context *context = frames->context;
    uint32_t index = ash_frames_next_slot(frames);
    struct ash_frame_slot *slot = &frames->slots[index];
    VkResult vk_result = context->vk->vkResetCommandPool(context->device, slot->pool, 0);
    if (vk_result != VK_SUCCESS)
        return ash_render_check(vk_result, "vkResetCommandPool", "a frame slot");
    ash_descriptors_reset(&slot->descriptors, context);
    ash_uniform_ring_begin(&frames->uniforms, index);
    vk_result = context->vk->vkBeginCommandBuffer(
        slot->commands,
        &(VkCommandBufferBeginInfo){.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
                                    .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT});
    if (vk_result != VK_SUCCESS)
        return ash_render_check(vk_result, "vkBeginCommandBuffer", "a frame");
    *frame = (struct ash_frame){.commands = slot->commands,
                                .context = context,
                                .vk = context->vk,
                                .number = frames->submitted + 1,
                                .slot = index,
                                .uniforms = &frames->uniforms,
                                .descriptors = &slot->descriptors};
    return ASH_OK;
}

static VkSemaphoreSubmitInfo semaphore_info(VkSemaphore semaphore, uint64_t value,
                                            VkPipelineStageFlags2 stages)
{
    return (VkSemaphoreSubmitInfo){.sType = VK_STRUCTURE_TYPE_SEMAPHORE_SUBMIT_INFO,
                                   .semaphore = semaphore,
                                   .value = value,
                                   .stageMask = stages};
}

static VkResult submit(struct ash_frames *frames, const struct ash_frame *frame,
                       const struct ash_frame_sync *sync)
{
    // ASH_BARRIER_COLOR_BEGIN waits in the same stage: only drawing to the image waits for it.
    VkSemaphoreSubmitInfo waits[2];
    uint32_t wait_count = 0;
    if (sync->acquired != VK_NULL_HANDLE)
        waits[wait_count++] =
            semaphore_info(sync->acquired, 0, VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT);
    if (sync->uploads.semaphore != VK_NULL_HANDLE)
        waits[wait_count++] = semaphore_info(sync->uploads.semaphore, sync->uploads.value,
                                             VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT);
    VkSemaphoreSubmitInfo signals[] = {
        semaphore_info(frames->timeline, frame->number, VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT),
        semaphore_info(sync->presentable, 0, VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT)};
    VkCommandBufferSubmitInfo commands = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_SUBMIT_INFO,
                                          .commandBuffer = frame->commands};
    VkSubmitInfo2 info = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO_2,
                          .waitSemaphoreInfoCount = wait_count,
                          .pWaitSemaphoreInfos = waits,
                          .commandBufferInfoCount = 1,
                          .pCommandBufferInfos = &commands,
                          .signalSemaphoreInfoCount = sync->presentable != VK_NULL_HANDLE ? 2 : 1,
                          .pSignalSemaphoreInfos = signals};
    const struct ash_context *context = frames->context;
    return context->vk->vkQueueSubmit2(context->graphics.queue, 1, &info, VK_NULL_HANDLE);
}

enum ash_result ash_frames_submit(struct ash_frames *frames, struct ash_frame *frame,
                                  const struct ash_frame_sync *sync)
{
    ASH_ASSERT(frame->number == frames->submitted + 1);
    VkResult vk_result = frames->context->vk->vkEndCommandBuffer(frame->commands);
    if (vk_result != VK_SUCCESS)
        return ash_render_check(vk_result, "vkEndCommandBuffer", "a frame");
    enum ash_result result = ash_uniform_ring_flush(&frames->uniforms);
    if (result != ASH_OK)
        return result;
    vk_result = submit(frames, frame, sync);
    if (vk_result != VK_SUCCESS)
        return ash_render_check(vk_result, "vkQueueSubmit2", "a frame");
    frames->submitted = frame->number;
    return ASH_OK;
}
