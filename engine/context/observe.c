#include "engine/context/observe.h"

#include <volk.h>

void ash_context_observe(struct ash_context *context, const struct ash_observer *observer)
{
    context->observer = observer;
}

void ash_observe_phase(const struct ash_context *context, uint64_t number, const char *phase,
                       const char *pass, const char *purpose)
{
    const struct ash_observer *observer = context->observer;
    if (observer != NULL && observer->phase != NULL)
        observer->phase(observer->user, number, phase, pass, purpose);
}

void ash_observe_upload(const struct ash_context *context, const char *target, VkDeviceSize size,
                        bool direct)
{
    const struct ash_observer *observer = context->observer;
    if (observer != NULL && observer->upload != NULL)
        observer->upload(observer->user, target, size, direct);
}

void ash_record_barrier(const struct ash_context *context, VkCommandBuffer commands,
                        const VkDependencyInfo *barrier, const char *name, const char *reason)
{
    const struct ash_observer *observer = context->observer;
    if (observer != NULL && observer->barrier != NULL)
        observer->barrier(observer->user, barrier, name, reason);
    context->vk->vkCmdPipelineBarrier2(commands, barrier);
}
