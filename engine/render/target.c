#include "engine/render/target.h"

enum ash_result ash_target_init(struct ash_target *target, struct ash_allocator *allocator,
                                bool vsync)
{
    const struct ash_context *context = ash_allocator_context(allocator);
    *target = (struct ash_target){.allocator = allocator,
                                  .format = ASH_OFFSCREEN_FORMAT,
                                  .presents = context->surface != VK_NULL_HANDLE,
                                  .copyable = true};
    if (!target->presents)
        return ASH_OK;
    enum ash_result result = ash_swapchain_init(&target->swapchain, context, vsync);
    if (result != ASH_OK) {
        *target = (struct ash_target){0};
        return result;
    }
    target->format = target->swapchain.format.format;
    target->copyable = target->swapchain.copyable;
    return ASH_OK;
}

void ash_target_finish(struct ash_target *target)
{
    ash_swapchain_finish(&target->swapchain);
    ash_offscreen_finish(&target->offscreen);
    *target = (struct ash_target){0};
}

bool ash_target_is_stale(const struct ash_target *target, VkExtent2D wanted)
{
    if (target->presents)
        return ash_swapchain_is_stale(&target->swapchain, wanted);
    return target->offscreen.image.image == VK_NULL_HANDLE;
}

enum ash_result ash_target_resize(struct ash_target *target, VkExtent2D wanted)
{
    enum ash_result result;
    if (target->presents) {
        result = ash_swapchain_resize(&target->swapchain, wanted);
        if (result != ASH_NOT_READY)
            target->extent = target->swapchain.extent;
        return result;
    }
    ash_offscreen_finish(&target->offscreen);
    result = ash_offscreen_init(&target->offscreen, target->allocator, wanted);
    target->extent = target->offscreen.image.extent;
    return result;
}

enum ash_result ash_target_acquire(struct ash_target *target, uint32_t slot, uint64_t number,
                                   struct ash_acquired_image *out)
{
    if (target->presents)
        return ash_swapchain_acquire(&target->swapchain, slot, number, out);
    *out = (struct ash_acquired_image){.image = target->offscreen.image.image,
                                       .view = target->offscreen.image.view};
    return ASH_OK;
}

enum ash_result ash_target_present(struct ash_target *target,
                                   const struct ash_acquired_image *image)
{
    return target->presents ? ash_swapchain_present(&target->swapchain, image) : ASH_OK;
}

void ash_target_abandon(struct ash_target *target)
{
    if (target->presents)
        ash_swapchain_abandon(&target->swapchain);
}

void ash_target_collect(struct ash_target *target, uint64_t completed)
{
    if (target->presents)
        ash_swapchain_collect(&target->swapchain, completed);
}
