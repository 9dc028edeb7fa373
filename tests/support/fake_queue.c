// The fake device's queues: command pools, submissions, timelines, and what changes hands between
// queue families. Commands have been executed when they are submitted.
#include "tests/support/fake_device_internal.h"

#include <string.h>

FAKE_DESTROY(CommandPool, FAKE_COMMAND_POOL)
FAKE_DESTROY(Semaphore, FAKE_SEMAPHORE)

static VKAPI_ATTR VkResult VKAPI_CALL fake_CreateCommandPool(VkDevice handle,
                                                             const VkCommandPoolCreateInfo *info,
                                                             const VkAllocationCallbacks *callbacks,
                                                             VkCommandPool *out)
{
    (void)callbacks;
    struct fake_device *device = from_device(handle);
    VkResult result = fake_begin(device, "vkCreateCommandPool");
    *out = VK_NULL_HANDLE;
    if (result == VK_SUCCESS) {
        struct fake_object *pool = fake_object_new(device, FAKE_COMMAND_POOL);
        pool->family = info->queueFamilyIndex;
        *out = (VkCommandPool)pool;
    }
    fake_end(device);
    return result;
}

static VKAPI_ATTR VkResult VKAPI_CALL fake_ResetCommandPool(VkDevice handle, VkCommandPool pool,
                                                            VkCommandPoolResetFlags flags)
{
    (void)flags;
    struct fake_device *device = from_device(handle);
    VkResult result = fake_begin(device, "vkResetCommandPool");
    fake_object_get(device, (uint64_t)(uintptr_t)pool, FAKE_COMMAND_POOL, "vkResetCommandPool");
    fake_end(device);
    return result;
}

static VKAPI_ATTR VkResult VKAPI_CALL fake_AllocateCommandBuffers(
    VkDevice handle, const VkCommandBufferAllocateInfo *info, VkCommandBuffer *out)
{
    struct fake_device *device = from_device(handle);
    VkResult result = fake_begin(device, "vkAllocateCommandBuffers");
    const struct fake_object *pool = fake_object_get(device, (uint64_t)(uintptr_t)info->commandPool,
                                                     FAKE_COMMAND_POOL, "vkAllocateCommandBuffers");
    for (uint32_t i = 0; i < info->commandBufferCount; i++)
        out[i] = result == VK_SUCCESS && pool ? (VkCommandBuffer)&device->families[pool->family]
                                              : VK_NULL_HANDLE;
    fake_end(device);
    return result;
}

static VkResult counted(VkCommandBuffer commands, const char *call)
{
    struct fake_device *device = ((struct fake_commands *)commands)->device;
    VkResult result = fake_begin(device, call);
    fake_end(device);
    return result;
}

static VKAPI_ATTR VkResult VKAPI_CALL fake_BeginCommandBuffer(VkCommandBuffer commands,
                                                              const VkCommandBufferBeginInfo *info)
{
    (void)info;
    return counted(commands, "vkBeginCommandBuffer");
}

static VKAPI_ATTR VkResult VKAPI_CALL fake_EndCommandBuffer(VkCommandBuffer commands)
{
    return counted(commands, "vkEndCommandBuffer");
}

static VKAPI_ATTR VkResult VKAPI_CALL fake_CreateSemaphore(VkDevice handle,
                                                           const VkSemaphoreCreateInfo *info,
                                                           const VkAllocationCallbacks *callbacks,
                                                           VkSemaphore *out)
{
    (void)info;
    (void)callbacks;
    struct fake_device *device = from_device(handle);
    VkResult result = fake_begin(device, "vkCreateSemaphore");
    *out = result == VK_SUCCESS ? (VkSemaphore)fake_object_new(device, FAKE_SEMAPHORE)
                                : VK_NULL_HANDLE;
    fake_end(device);
    return result;
}

static VKAPI_ATTR VkResult VKAPI_CALL fake_QueueSubmit2(VkQueue queue, uint32_t count,
                                                        const VkSubmitInfo2 *infos, VkFence fence)
{
    (void)fence;
    const struct fake_commands *family = (struct fake_commands *)queue;
    struct fake_device *device = family->device;
    VkResult result = fake_begin(device, "vkQueueSubmit2");
    for (uint32_t i = 0; i < count && result == VK_SUCCESS; i++) {
        for (uint32_t j = 0; j < infos[i].commandBufferInfoCount; j++) {
            if ((struct fake_commands *)infos[i].pCommandBufferInfos[j].commandBuffer != family)
                fake_complain(device, "commands of one family submitted to another's queue");
        }
        for (uint32_t j = 0; j < infos[i].signalSemaphoreInfoCount; j++) {
            const VkSemaphoreSubmitInfo *signal = &infos[i].pSignalSemaphoreInfos[j];
            struct fake_object *semaphore = fake_object_get(
                device, (uint64_t)(uintptr_t)signal->semaphore, FAKE_SEMAPHORE, "vkQueueSubmit2");
            if (semaphore && signal->value <= semaphore->value)
                fake_complain(device, "a timeline goes back");
            else if (semaphore)
                semaphore->value = signal->value;
        }
    }
    fake_end(device);
    return result;
}

static VKAPI_ATTR VkResult VKAPI_CALL fake_WaitSemaphores(VkDevice handle,
                                                          const VkSemaphoreWaitInfo *info,
                                                          uint64_t timeout)
{
    (void)timeout;
    struct fake_device *device = from_device(handle);
    VkResult result = fake_begin(device, "vkWaitSemaphores");
    for (uint32_t i = 0; i < info->semaphoreCount && result == VK_SUCCESS; i++) {
        const struct fake_object *semaphore = fake_object_get(
            device, (uint64_t)(uintptr_t)info->pSemaphores[i], FAKE_SEMAPHORE, "vkWaitSemaphores");
        if (semaphore && semaphore->value < info->pValues[i]) {
            fake_complain(device, "a wait for what nobody has submitted");
            result = VK_TIMEOUT;
        }
    }
    fake_end(device);
    return result;
}

static VKAPI_ATTR VkResult VKAPI_CALL fake_GetSemaphoreCounterValue(VkDevice handle,
                                                                    VkSemaphore which,
                                                                    uint64_t *value)
{
    struct fake_device *device = from_device(handle);
    VkResult result = fake_begin(device, "vkGetSemaphoreCounterValue");
    const struct fake_object *semaphore = fake_object_get(
        device, (uint64_t)(uintptr_t)which, FAKE_SEMAPHORE, "vkGetSemaphoreCounterValue");
    *value = semaphore ? semaphore->value : 0;
    fake_end(device);
    return result;
}

// Both halves name the same bytes or the same level, and the same layouts.
static bool same_release(const struct fake_release *a, const struct fake_release *b)
{
    return a->object == b->object && a->offset == b->offset && a->size == b->size &&
           a->range.baseMipLevel == b->range.baseMipLevel &&
           a->range.baseArrayLayer == b->range.baseArrayLayer && a->old_layout == b->old_layout &&
           a->new_layout == b->new_layout;
}

static void change_hands(struct fake_device *device, uint32_t family, uint32_t from, uint32_t to,
                         const struct fake_release *half)
{
    if (from == to)
        return;
    if (family == from && device->release_count < FAKE_RELEASES) {
        device->releases[device->release_count++] = *half;
        device->counts.releases++;
        return;
    }
    for (uint32_t i = 0; family == to && i < device->release_count; i++) {
        if (!same_release(&device->releases[i], half))
            continue;
        device->acquired[device->acquired_count++ % FAKE_RELEASES] = device->releases[i];
        device->releases[i] = device->releases[--device->release_count];
        device->counts.acquires++;
        return;
    }
    fake_complain(device, "half of an ownership transfer in family %u, from %u to %u, has no other",
                  family, from, to);
}

void fake_device_drop_acquires(struct fake_device *device)
{
    fake_begin_void(device, "fake_device_drop_acquires");
    while (device->acquired_count > 0)
        device->releases[device->release_count++] = device->acquired[--device->acquired_count];
    fake_end(device);
}

// Stages that a queue which only copies does not have.
static void check_stages(struct fake_device *device, uint32_t family, VkPipelineStageFlags2 stages)
{
    const VkPipelineStageFlags2 copying =
        VK_PIPELINE_STAGE_2_COPY_BIT | VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT |
        VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT | VK_PIPELINE_STAGE_2_HOST_BIT |
        VK_PIPELINE_STAGE_2_TOP_OF_PIPE_BIT | VK_PIPELINE_STAGE_2_BOTTOM_OF_PIPE_BIT;
    if (family == 1 && (stages & ~copying))
        fake_complain(device, "a barrier on the transfer queue for stages that it lacks");
}

static VKAPI_ATTR void VKAPI_CALL fake_CmdPipelineBarrier2(VkCommandBuffer commands,
                                                           const VkDependencyInfo *info)
{
    const struct fake_commands *recorded = (struct fake_commands *)commands;
    struct fake_device *device = recorded->device;
    fake_begin_void(device, "vkCmdPipelineBarrier2");
    device->counts.barriers +=
        info->memoryBarrierCount + info->bufferMemoryBarrierCount + info->imageMemoryBarrierCount;
    for (uint32_t i = 0; i < info->memoryBarrierCount; i++)
        check_stages(device, recorded->family,
                     info->pMemoryBarriers[i].srcStageMask | info->pMemoryBarriers[i].dstStageMask);
    for (uint32_t i = 0; i < info->bufferMemoryBarrierCount; i++) {
        const VkBufferMemoryBarrier2 *barrier = &info->pBufferMemoryBarriers[i];
        check_stages(device, recorded->family, barrier->srcStageMask | barrier->dstStageMask);
        change_hands(device, recorded->family, barrier->srcQueueFamilyIndex,
                     barrier->dstQueueFamilyIndex,
                     &(struct fake_release){.object = (uint64_t)(uintptr_t)barrier->buffer,
                                            .offset = barrier->offset,
                                            .size = barrier->size});
    }
    for (uint32_t i = 0; i < info->imageMemoryBarrierCount; i++) {
        const VkImageMemoryBarrier2 *barrier = &info->pImageMemoryBarriers[i];
        check_stages(device, recorded->family, barrier->srcStageMask | barrier->dstStageMask);
        change_hands(device, recorded->family, barrier->srcQueueFamilyIndex,
                     barrier->dstQueueFamilyIndex,
                     &(struct fake_release){.object = (uint64_t)(uintptr_t)barrier->image,
                                            .range = barrier->subresourceRange,
                                            .old_layout = barrier->oldLayout,
                                            .new_layout = barrier->newLayout});
    }
    fake_end(device);
}

PFN_vkVoidFunction fake_queue_function(const char *name)
{
    static const struct fake_entry entries[] = {
        FAKE_ENTRY(CreateCommandPool),
        FAKE_ENTRY(DestroyCommandPool),
        FAKE_ENTRY(ResetCommandPool),
        FAKE_ENTRY(AllocateCommandBuffers),
        FAKE_ENTRY(BeginCommandBuffer),
        FAKE_ENTRY(EndCommandBuffer),
        FAKE_ENTRY(CreateSemaphore),
        FAKE_ENTRY(DestroySemaphore),
        FAKE_ENTRY(QueueSubmit2),
        FAKE_ENTRY(WaitSemaphores),
        FAKE_ENTRY(GetSemaphoreCounterValue),
        FAKE_ENTRY(CmdPipelineBarrier2),
    };
    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        if (strcmp(entries[i].name, name) == 0)
            return entries[i].function;
    }
    return NULL;
}
