#include "engine/render/target.h"

#include "engine/assert.h"
#include "engine/log.h"

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
    ash_image_finish(&target->offscreen);
    *target = (struct ash_target){0};
}

bool ash_target_is_stale(const struct ash_target *target, VkExtent2D wanted)
{
    if (target->presents)
        return ash_swapchain_is_stale(&target->swapchain, wanted);
    if (target->offscreen.image == VK_NULL_HANDLE)
        return true;
    return wanted.width != 0 && wanted.height != 0 &&
           (wanted.width != target->extent.width || wanted.height != target->extent.height);
}

static enum ash_result make_offscreen(struct ash_target *target, VkExtent2D extent)
{
    ASH_ASSERT(extent.width > 0 && extent.height > 0);
    const struct ash_context *context = ash_allocator_context(target->allocator);
    uint32_t most = context->properties.limits.maxImageDimension2D;
    ash_image_finish(&target->offscreen);
    if (extent.width > most || extent.height > most) {
        ash_log(ASH_LOG_ERROR, "A picture of %u x %u is too large for %s: at most %u x %u.",
                extent.width, extent.height, context->properties.deviceName, most, most);
        return ASH_ERROR_UNSUPPORTED;
    }
    return ash_image_init(&target->offscreen, target->allocator,
                          &(struct ash_image_params){.extent = extent,
                                                     .format = target->format,
                                                     .usage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT |
                                                              VK_IMAGE_USAGE_TRANSFER_SRC_BIT,
                                                     .label = "offscreen target"});
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
    result = make_offscreen(target, wanted);
    target->extent = target->offscreen.extent;
    return result;
}

enum ash_result ash_target_acquire(struct ash_target *target, uint32_t slot, uint64_t number,
                                   struct ash_acquired_image *out)
{
    if (target->presents)
        return ash_swapchain_acquire(&target->swapchain, slot, number, out);
    *out = (struct ash_acquired_image){.image = target->offscreen.image,
                                       .view = target->offscreen.view};
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
