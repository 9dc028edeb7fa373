#include "engine/render/offscreen.h"

#include "engine/assert.h"
#include "engine/log.h"

enum ash_result ash_offscreen_init(struct ash_offscreen *offscreen, struct ash_allocator *allocator,
                                   VkExtent2D extent)
{
    ASH_ASSERT(extent.width > 0 && extent.height > 0);
    *offscreen = (struct ash_offscreen){0};
    const struct ash_context *context = ash_allocator_context(allocator);
    uint32_t most = context->properties.limits.maxImageDimension2D;
    if (extent.width > most || extent.height > most) {
        ash_log(ASH_LOG_ERROR, "A picture of %u x %u is too large for %s: at most %u x %u.",
                extent.width, extent.height, context->properties.deviceName, most, most);
        return ASH_ERROR_UNSUPPORTED;
    }
    return ash_image_init(&offscreen->image, allocator,
                          &(struct ash_image_params){.extent = extent,
                                                     .format = ASH_OFFSCREEN_FORMAT,
                                                     .usage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT |
                                                              VK_IMAGE_USAGE_TRANSFER_SRC_BIT,
                                                     .label = "offscreen target"});
}

void ash_offscreen_finish(struct ash_offscreen *offscreen)
{
    ash_image_finish(&offscreen->image);
}
