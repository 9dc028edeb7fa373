#include "engine/memory/upload_transfer.h"

#include <string.h>

#include <volk.h>

#include "engine/context/debug.h"
#include "engine/context/observe.h"
#include "engine/log.h"
#include "engine/memory/host.h"

// Barriers in one command: what lies on the stack meanwhile.
enum { BATCH = 64 };

static enum ash_result check(VkResult vk_result, const char *call)
{
    if (vk_result == VK_SUCCESS)
        return ASH_OK;
    ash_log(ASH_LOG_ERROR, "%s for uploads on the transfer queue failed: %s", call,
            ash_vk_result_name(vk_result));
    return ash_result_from_vk(vk_result);
}

static enum ash_result init_timeline(struct ash_upload_transfer *transfer)
{
    const struct ash_context *context = transfer->context;
    VkSemaphoreTypeCreateInfo type = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO,
                                      .semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE};
    VkSemaphoreCreateInfo info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO, .pNext = &type};
    VkResult vk_result =
        context->vk->vkCreateSemaphore(context->device, &info, NULL, &transfer->timeline);
    if (vk_result != VK_SUCCESS)
        transfer->timeline = VK_NULL_HANDLE;
    else
        ash_debug_name(context, VK_OBJECT_TYPE_SEMAPHORE, (uint64_t)transfer->timeline,
                       "upload timeline");
    return check(vk_result, "vkCreateSemaphore");
}

static enum ash_result init_slot(struct ash_upload_transfer *transfer, uint32_t index)
{
    const struct ash_context *context = transfer->context;
    VkCommandPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                    .flags = VK_COMMAND_POOL_CREATE_TRANSIENT_BIT,
                                    .queueFamilyIndex = context->transfer.family_index};
    VkResult vk_result = context->vk->vkCreateCommandPool(context->device, &pool, NULL,
                                                          &transfer->slots[index].pool);
    if (vk_result != VK_SUCCESS) {
        transfer->slots[index].pool = VK_NULL_HANDLE;
        return check(vk_result, "vkCreateCommandPool");
    }
    ash_debug_name(context, VK_OBJECT_TYPE_COMMAND_POOL, (uint64_t)transfer->slots[index].pool,
                   "upload commands %u", index);
    VkCommandBufferAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                        .commandPool = transfer->slots[index].pool,
                                        .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
                                        .commandBufferCount = 1};
    vk_result = context->vk->vkAllocateCommandBuffers(context->device, &info,
                                                      &transfer->slots[index].commands);
    if (vk_result == VK_SUCCESS)
        ash_debug_name(context, VK_OBJECT_TYPE_COMMAND_BUFFER,
                       (uint64_t)transfer->slots[index].commands, "upload commands %u", index);
    return check(vk_result, "vkAllocateCommandBuffers");
}

enum ash_result ash_upload_transfer_init(struct ash_upload_transfer *transfer,
                                         const struct ash_context *context, uint32_t capacity)
{
    *transfer = (struct ash_upload_transfer){.context = context};
    transfer->released.items = ash_host_alloc(capacity * sizeof(transfer->released.items[0]));
    enum ash_result result = ASH_OK;
    if (!transfer->released.items) {
        ash_log(ASH_LOG_ERROR, "No host memory for uploads on the transfer queue");
        result = ASH_ERROR_OUT_OF_HOST_MEMORY;
    }
    if (result == ASH_OK)
        result = init_timeline(transfer);
    for (uint32_t i = 0; i < ASH_TRANSFER_SLOTS && result == ASH_OK; i++)
        result = init_slot(transfer, i);
    if (result != ASH_OK)
        ash_upload_transfer_finish(transfer);
    return result;
}

static void wait_idle(const struct ash_upload_transfer *transfer)
{
    if (transfer->submitted == 0)
        return;
    VkSemaphoreWaitInfo info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO,
                                .semaphoreCount = 1,
                                .pSemaphores = &transfer->timeline,
                                .pValues = &transfer->submitted};
    const struct ash_context *context = transfer->context;
    // Where this fails there is nothing left to wait for; the log has it.
    enum ash_result ignored = check(
        context->vk->vkWaitSemaphores(context->device, &info, UINT64_MAX), "vkWaitSemaphores");
    (void)ignored;
}

void ash_upload_transfer_finish(struct ash_upload_transfer *transfer)
{
    const struct ash_context *context = transfer->context;
    if (!context)
        return;
    wait_idle(transfer);
    for (uint32_t i = 0; i < ASH_TRANSFER_SLOTS; i++)
        context->vk->vkDestroyCommandPool(context->device, transfer->slots[i].pool, NULL);
    context->vk->vkDestroySemaphore(context->device, transfer->timeline, NULL);
    ash_host_free(transfer->released.items);
    memset(transfer, 0, sizeof(*transfer));
}

// Where a half of the change of hands stands in time: on the first queue after the copies, on the
// second before everything.
struct half {
    VkPipelineStageFlags2 source_stages, stages;
    VkAccessFlags2 source_access, access;
    const char *name, *reason;
};

static const struct half releasing = {.source_stages = VK_PIPELINE_STAGE_2_COPY_BIT,
                                      .source_access = VK_ACCESS_2_TRANSFER_WRITE_BIT,
                                      .name = "UPLOAD_RELEASE",
                                      .reason = "what was copied goes to the queue that draws"};
// The submission waits for the timeline in all stages; this goes on from there.
static const struct half acquiring = {.source_stages = VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT,
                                      .stages = VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT,
                                      .access = VK_ACCESS_2_MEMORY_READ_BIT |
                                                VK_ACCESS_2_MEMORY_WRITE_BIT};

static VkBufferMemoryBarrier2 buffer_barrier(const struct ash_context *context,
                                             const struct ash_released *released,
                                             const struct half *half)
{
    return (VkBufferMemoryBarrier2){.sType = VK_STRUCTURE_TYPE_BUFFER_MEMORY_BARRIER_2,
                                    .srcStageMask = half->source_stages,
                                    .srcAccessMask = half->source_access,
                                    .dstStageMask = half->stages,
                                    .dstAccessMask = half->access,
                                    .srcQueueFamilyIndex = context->transfer.family_index,
                                    .dstQueueFamilyIndex = context->graphics.family_index,
                                    .buffer = released->buffer,
                                    .offset = released->offset,
                                    .size = released->size};
}

static VkImageMemoryBarrier2 image_barrier(const struct ash_context *context,
                                           const struct ash_released *released,
                                           const struct half *half)
{
    return (VkImageMemoryBarrier2){.sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER_2,
                                   .srcStageMask = half->source_stages,
                                   .srcAccessMask = half->source_access,
                                   .dstStageMask = half->stages,
                                   .dstAccessMask = half->access,
                                   .oldLayout = VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
                                   .newLayout = VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL,
                                   .srcQueueFamilyIndex = context->transfer.family_index,
                                   .dstQueueFamilyIndex = context->graphics.family_index,
                                   .image = released->image,
                                   .subresourceRange = released->range};
}

static void change_hands(const struct ash_upload_transfer *transfer, VkCommandBuffer commands,
                         uint32_t first, const struct half *half)
{
    const struct ash_context *context = transfer->context;
    while (first < transfer->released.count) {
        VkBufferMemoryBarrier2 buffers[BATCH];
        VkImageMemoryBarrier2 images[BATCH];
        VkDependencyInfo info = {.sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO,
                                 .pBufferMemoryBarriers = buffers,
                                 .pImageMemoryBarriers = images};
        for (uint32_t i = 0; i < BATCH && first < transfer->released.count; i++, first++) {
            const struct ash_released *released = &transfer->released.items[first];
            if (released->buffer)
                buffers[info.bufferMemoryBarrierCount++] = buffer_barrier(context, released, half);
            else
                images[info.imageMemoryBarrierCount++] = image_barrier(context, released, half);
        }
        ash_record_barrier(context, commands, &info, half->name, half->reason);
    }
}

static enum ash_result begin(const struct ash_context *context, VkCommandPool pool,
                             VkCommandBuffer commands)
{
    enum ash_result result =
        check(context->vk->vkResetCommandPool(context->device, pool, 0), "vkResetCommandPool");
    if (result != ASH_OK)
        return result;
    VkCommandBufferBeginInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
                                     .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT};
    return check(context->vk->vkBeginCommandBuffer(commands, &info), "vkBeginCommandBuffer");
}

static enum ash_result submit(const struct ash_upload_transfer *transfer, VkCommandBuffer commands)
{
    const struct ash_context *context = transfer->context;
    enum ash_result result = check(context->vk->vkEndCommandBuffer(commands), "vkEndCommandBuffer");
    if (result != ASH_OK)
        return result;
    VkSemaphoreSubmitInfo signal = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_SUBMIT_INFO,
                                    .semaphore = transfer->timeline,
                                    .value = transfer->submitted + 1,
                                    .stageMask = VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT};
    VkCommandBufferSubmitInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_SUBMIT_INFO,
                                      .commandBuffer = commands};
    VkSubmitInfo2 submission = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO_2,
                                .commandBufferInfoCount = 1,
                                .pCommandBufferInfos = &info,
                                .signalSemaphoreInfoCount = 1,
                                .pSignalSemaphoreInfos = &signal};
    return check(
        context->vk->vkQueueSubmit2(context->transfer.queue, 1, &submission, VK_NULL_HANDLE),
        "vkQueueSubmit2");
}

enum ash_result ash_upload_transfer_submit(struct ash_upload_transfer *transfer,
                                           const struct ash_upload_batch *batch, uint64_t value,
                                           uint64_t completed, uint64_t *regions)
{
    uint32_t slot = (uint32_t)(transfer->submitted % ASH_TRANSFER_SLOTS);
    VkCommandBuffer commands = transfer->slots[slot].commands;
    if (transfer->slots[slot].value > completed)
        return ASH_NOT_READY;
    enum ash_result result = begin(transfer->context, transfer->slots[slot].pool, commands);
    if (result != ASH_OK)
        return result;
    uint32_t first = transfer->released.count;
    uint32_t copied = ash_upload_commands(transfer->context, commands, batch, &transfer->released);
    change_hands(transfer, commands, first, &releasing);
    result = submit(transfer, commands);
    if (result != ASH_OK) {
        transfer->released.count = first;
        return result;
    }
    transfer->submitted++;
    transfer->slots[slot].value = value;
    *regions += copied;
    return ASH_OK;
}

void ash_upload_transfer_acquire(struct ash_upload_transfer *transfer, VkCommandBuffer commands,
                                 struct ash_upload_wait *wait)
{
    change_hands(transfer, commands, transfer->acquired, &acquiring);
    transfer->acquired = transfer->released.count;
    *wait = (struct ash_upload_wait){0};
    if (transfer->acquired > 0)
        *wait =
            (struct ash_upload_wait){.semaphore = transfer->timeline, .value = transfer->submitted};
}

void ash_upload_transfer_settle(struct ash_upload_transfer *transfer)
{
    transfer->released.count -= transfer->acquired;
    for (uint32_t i = 0; i < transfer->released.count; i++)
        transfer->released.items[i] = transfer->released.items[transfer->acquired + i];
    transfer->acquired = 0;
}

void ash_upload_transfer_abandon(struct ash_upload_transfer *transfer)
{
    transfer->acquired = 0;
    wait_idle(transfer);
}

void ash_upload_transfer_forget(struct ash_upload_transfer *transfer, VkBuffer buffer,
                                VkImage image)
{
    uint32_t count = 0, acquired = 0;
    for (uint32_t i = 0; i < transfer->released.count; i++) {
        const struct ash_released *released = &transfer->released.items[i];
        if ((buffer && released->buffer == buffer) || (image && released->image == image))
            continue;
        acquired += i < transfer->acquired;
        transfer->released.items[count++] = *released;
    }
    transfer->released.count = count;
    transfer->acquired = acquired;
}
