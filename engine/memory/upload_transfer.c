#include "engine/memory/upload_transfer.h"

#include <string.h>

#include <volk.h>

#include "engine/bits.h"
#include "engine/context/debug.h"
#include "engine/context/observe.h"
#include "engine/log.h"

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
    VkSemaphore timeline;
    enum ash_result result =
        check(context->vk->vkCreateSemaphore(context->device, &info, NULL, &timeline),
              "vkCreateSemaphore");
    if (result != ASH_OK)
        return result;
    ash_debug_name(context, VK_OBJECT_TYPE_SEMAPHORE, (uint64_t)timeline, "upload timeline");
    transfer->timeline = timeline;
    return ASH_OK;
}

static enum ash_result init_commands(struct ash_upload_transfer *transfer)
{
    const struct ash_context *context = transfer->context;
    VkCommandPoolCreateInfo pool_info = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                         .flags = VK_COMMAND_POOL_CREATE_TRANSIENT_BIT |
                                                  VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT,
                                         .queueFamilyIndex = context->transfer.family_index};
    VkCommandPool pool;
    enum ash_result result =
        check(context->vk->vkCreateCommandPool(context->device, &pool_info, NULL, &pool),
              "vkCreateCommandPool");
    if (result != ASH_OK)
        return result;
    ash_debug_name(context, VK_OBJECT_TYPE_COMMAND_POOL, (uint64_t)pool, "upload commands");
    transfer->pool = pool;
    VkCommandBufferAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                        .commandPool = pool,
                                        .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
                                        .commandBufferCount = ASH_TRANSFER_SLOTS};
    return check(context->vk->vkAllocateCommandBuffers(context->device, &info, transfer->commands),
                 "vkAllocateCommandBuffers");
}

enum ash_result ash_upload_transfer_init(struct ash_upload_transfer *transfer,
                                         const struct ash_context *context, uint32_t capacity)
{
    *transfer = (struct ash_upload_transfer){.context = context};
    enum ash_result result = ash_upload_list_init(&transfer->released, capacity);
    if (result != ASH_OK)
        ash_log(ASH_LOG_ERROR, "No host memory for uploads on the transfer queue");
    if (result == ASH_OK)
        result = init_timeline(transfer);
    if (result == ASH_OK)
        result = init_commands(transfer);
    if (result != ASH_OK)
        ash_upload_transfer_finish(transfer);
    return result;
}

void ash_upload_transfer_wait(const struct ash_upload_transfer *transfer)
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
    ash_upload_transfer_wait(transfer);
    context->vk->vkDestroyCommandPool(context->device, transfer->pool, NULL);
    context->vk->vkDestroySemaphore(context->device, transfer->timeline, NULL);
    ash_upload_list_finish(&transfer->released);
    memset(transfer, 0, sizeof(*transfer));
}

// ---- what changes hands

// On the first queue after the copies, on the second before everything: the submission waits for
// the timeline in all stages, and the acquiring half goes on from there.
static const VkBufferMemoryBarrier2 releasing = {.sType = VK_STRUCTURE_TYPE_BUFFER_MEMORY_BARRIER_2,
                                                 .srcStageMask = VK_PIPELINE_STAGE_2_COPY_BIT,
                                                 .srcAccessMask = VK_ACCESS_2_TRANSFER_WRITE_BIT};
static const VkBufferMemoryBarrier2 acquiring = {
    .sType = VK_STRUCTURE_TYPE_BUFFER_MEMORY_BARRIER_2,
    .srcStageMask = VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT,
    .dstStageMask = VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT,
    .dstAccessMask = VK_ACCESS_2_MEMORY_READ_BIT | VK_ACCESS_2_MEMORY_WRITE_BIT};

// One half, of everything that is listed from `first` on.
static void change_hands(const struct ash_upload_transfer *transfer, VkCommandBuffer commands,
                         uint32_t first, const VkBufferMemoryBarrier2 *half, const char *name,
                         const char *reason)
{
    const struct ash_context *context = transfer->context;
    const struct ash_upload_list *released = &transfer->released;
    for (uint32_t i = first; i < released->count; i += BATCH) {
        VkBufferMemoryBarrier2 barriers[BATCH];
        uint32_t count = (uint32_t)ash_min_u64(released->count - i, BATCH);
        for (uint32_t j = 0; j < count; j++) {
            const struct ash_upload_piece *stretch = &released->copies[i + j];
            barriers[j] = *half;
            barriers[j].srcQueueFamilyIndex = context->transfer.family_index;
            barriers[j].dstQueueFamilyIndex = context->graphics.family_index;
            barriers[j].buffer = stretch->buffer;
            barriers[j].offset = stretch->destination;
            barriers[j].size = stretch->size;
        }
        VkDependencyInfo info = {.sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO,
                                 .bufferMemoryBarrierCount = count,
                                 .pBufferMemoryBarriers = barriers};
        ash_record_barrier(context, commands, &info, name, reason);
    }
}

// Lists the stretches that sorted copies write; those that touch change hands as one.
static void list(struct ash_upload_list *released, const struct ash_upload_batch *batch)
{
    struct ash_upload_piece *last = NULL;
    for (uint32_t i = batch->images; i < batch->count; i++) {
        const struct ash_upload_piece *copy = &batch->copies[i];
        if (last && last->buffer == copy->buffer &&
            copy->destination <= last->destination + last->size) {
            VkDeviceSize end =
                ash_max_u64(last->destination + last->size, copy->destination + copy->size);
            last->size = (uint32_t)(end - last->destination);
        } else {
            last = &released->copies[released->count++];
            *last = *copy;
        }
    }
}

// ---- submissions

static enum ash_result begin(const struct ash_context *context, VkCommandBuffer commands)
{
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
                                           uint64_t completed)
{
    uint32_t slot = (uint32_t)(transfer->submitted % ASH_TRANSFER_SLOTS);
    VkCommandBuffer commands = transfer->commands[slot];
    if (transfer->values[slot] > completed)
        return ASH_NOT_READY;
    enum ash_result result = begin(transfer->context, commands);
    if (result != ASH_OK)
        return result;
    uint32_t first = transfer->released.count;
    list(&transfer->released, batch);
    ash_upload_copy_to_buffers(transfer->context, commands, batch);
    change_hands(transfer, commands, first, &releasing, "UPLOAD_RELEASE",
                 "what was copied goes to the queue that draws");
    result = submit(transfer, commands);
    if (result != ASH_OK) {
        transfer->released.count = first;
        return result;
    }
    transfer->submitted++;
    transfer->values[slot] = value;
    return ASH_OK;
}

void ash_upload_transfer_acquire(struct ash_upload_transfer *transfer, VkCommandBuffer commands,
                                 struct ash_upload_wait *wait)
{
    struct ash_upload_list *released = &transfer->released;
    change_hands(transfer, commands, released->recorded, &acquiring, "UPLOAD_ACQUIRE",
                 "what was copied comes from the queue that only copies");
    released->recorded = released->count;
    *wait = (struct ash_upload_wait){0};
    if (released->count > 0)
        *wait =
            (struct ash_upload_wait){.semaphore = transfer->timeline, .value = transfer->submitted};
}
