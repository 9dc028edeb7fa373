#include "bench/upload/lane.h"

#include <volk.h>

#include <stdio.h>
#include <stdlib.h>

void bench_check(bool fine, const char *what)
{
    if (fine)
        return;
    fprintf(stderr, "bench_upload: %s failed\n", what);
    exit(1);
}

static void init_slot(struct lane *lane, uint32_t index, uint32_t family)
{
    const struct ash_context *context = lane->context;
    VkCommandPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                    .flags = VK_COMMAND_POOL_CREATE_TRANSIENT_BIT,
                                    .queueFamilyIndex = family};
    bench_check(context->vk->vkCreateCommandPool(context->device, &pool, NULL,
                                                 &lane->slots[index].pool) == VK_SUCCESS,
                "vkCreateCommandPool");
    VkCommandBufferAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                        .commandPool = lane->slots[index].pool,
                                        .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
                                        .commandBufferCount = 1};
    bench_check(context->vk->vkAllocateCommandBuffers(context->device, &info,
                                                      &lane->slots[index].commands) == VK_SUCCESS,
                "vkAllocateCommandBuffers");
}

void lane_init(struct lane *lane, const struct ash_context *context, struct ash_queue queue)
{
    *lane = (struct lane){.context = context, .queue = queue.queue};
    VkSemaphoreTypeCreateInfo type = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO,
                                      .semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE};
    VkSemaphoreCreateInfo info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO, .pNext = &type};
    bench_check(context->vk->vkCreateSemaphore(context->device, &info, NULL, &lane->timeline) ==
                    VK_SUCCESS,
                "vkCreateSemaphore");
    for (uint32_t i = 0; i < LANE_IN_FLIGHT; i++)
        init_slot(lane, i, queue.family_index);
}

void lane_finish(struct lane *lane)
{
    const struct ash_context *context = lane->context;
    if (!context)
        return;
    lane_wait_idle(lane);
    for (uint32_t i = 0; i < LANE_IN_FLIGHT; i++)
        context->vk->vkDestroyCommandPool(context->device, lane->slots[i].pool, NULL);
    context->vk->vkDestroySemaphore(context->device, lane->timeline, NULL);
}

static void wait_for(struct lane *lane, uint64_t value)
{
    VkSemaphoreWaitInfo info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO,
                                .semaphoreCount = 1,
                                .pSemaphores = &lane->timeline,
                                .pValues = &value};
    const struct ash_context *context = lane->context;
    bench_check(context->vk->vkWaitSemaphores(context->device, &info, UINT64_MAX) == VK_SUCCESS,
                "vkWaitSemaphores");
}

uint64_t lane_wait_slot(struct lane *lane)
{
    if (lane->submitted < LANE_IN_FLIGHT)
        return 0;
    uint64_t value = lane->submitted + 1 - LANE_IN_FLIGHT;
    wait_for(lane, value);
    return value;
}

void lane_wait_idle(struct lane *lane)
{
    if (lane->submitted > 0)
        wait_for(lane, lane->submitted);
}

VkCommandBuffer lane_begin(struct lane *lane)
{
    const struct ash_context *context = lane->context;
    uint64_t slot = lane->submitted % LANE_IN_FLIGHT;
    VkCommandBufferBeginInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
                                     .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT};
    bench_check(
        context->vk->vkResetCommandPool(context->device, lane->slots[slot].pool, 0) == VK_SUCCESS &&
            context->vk->vkBeginCommandBuffer(lane->slots[slot].commands, &info) == VK_SUCCESS,
        "vkBeginCommandBuffer");
    return lane->slots[slot].commands;
}

void lane_submit(struct lane *lane, const struct ash_upload_wait *wait)
{
    const struct ash_context *context = lane->context;
    VkCommandBuffer commands = lane->slots[lane->submitted % LANE_IN_FLIGHT].commands;
    VkSemaphoreSubmitInfo waits = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_SUBMIT_INFO,
                                   .semaphore = wait->semaphore,
                                   .value = wait->value,
                                   .stageMask = VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT};
    VkSemaphoreSubmitInfo signals = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_SUBMIT_INFO,
                                     .semaphore = lane->timeline,
                                     .value = lane->submitted + 1,
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
    bench_check(context->vk->vkEndCommandBuffer(commands) == VK_SUCCESS &&
                    context->vk->vkQueueSubmit2(lane->queue, 1, &submission, VK_NULL_HANDLE) ==
                        VK_SUCCESS,
                "vkQueueSubmit2");
    lane->submitted++;
}
