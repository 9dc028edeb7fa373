#include "engine/render/swapchain.h"

#include <volk.h>

#include <string.h>

#include "engine/assert.h"
#include "engine/context/debug.h"
#include "engine/log.h"
#include "engine/render/check.h"

// Long enough for any display, short enough to look at the window's events in between: a hidden
// window may get no image for as long as it is hidden.
static const uint64_t acquire_timeout_ns = 1000000000;

enum { MAX_FORMATS = 64, MAX_PRESENT_MODES = 16 };

static enum ash_result choose_format(struct ash_swapchain *swapchain)
{
    VkSurfaceFormatKHR formats[MAX_FORMATS];
    uint32_t count = MAX_FORMATS;
    VkResult vk_result = ash_context_surface_formats(swapchain->context, &count, formats);
    if (vk_result < 0)
        return ash_render_check(vk_result, "vkGetPhysicalDeviceSurfaceFormatsKHR", "the window");
    if (!ash_swapchain_choose_format(formats, count, &swapchain->format)) {
        ash_log(ASH_LOG_ERROR,
                "The window offers no 8-bit UNORM format among its %u: choose "
                "another GPU, or draw offscreen.",
                count);
        return ASH_ERROR_UNSUPPORTED;
    }
    return ASH_OK;
}

static enum ash_result choose_present_mode(struct ash_swapchain *swapchain, bool vsync)
{
    VkPresentModeKHR modes[MAX_PRESENT_MODES];
    uint32_t count = MAX_PRESENT_MODES;
    VkResult vk_result = ash_context_present_modes(swapchain->context, &count, modes);
    if (vk_result < 0)
        return ash_render_check(vk_result, "vkGetPhysicalDeviceSurfacePresentModesKHR",
                                "the window");
    swapchain->present_mode = ash_swapchain_choose_present_mode(modes, count, vsync);
    return ASH_OK;
}

enum ash_result ash_swapchain_init(struct ash_swapchain *swapchain,
                                   const struct ash_context *context, bool vsync)
{
    ASH_ASSERT(context->surface != VK_NULL_HANDLE);
    *swapchain = (struct ash_swapchain){.context = context};
    VkSurfaceCapabilitiesKHR capabilities;
    VkResult vk_result = ash_context_surface_capabilities(context, &capabilities);
    enum ash_result result =
        ash_render_check(vk_result, "vkGetPhysicalDeviceSurfaceCapabilitiesKHR", "the window");
    if (result == ASH_OK)
        result = choose_format(swapchain);
    if (result == ASH_OK)
        result = choose_present_mode(swapchain, vsync);
    if (result != ASH_OK) {
        *swapchain = (struct ash_swapchain){0};
        return result;
    }
    swapchain->copyable = (capabilities.supportedUsageFlags & VK_IMAGE_USAGE_TRANSFER_SRC_BIT) != 0;
    return ASH_OK;
}

static void destroy_images(struct ash_swapchain_images *images, const struct ash_context *context)
{
    const struct VolkDeviceTable *vk = context->vk;
    for (uint32_t i = 0; i < images->count; i++) {
        vk->vkDestroyImageView(context->device, images->views[i], NULL);
        vk->vkDestroySemaphore(context->device, images->presentable[i], NULL);
    }
    for (uint32_t i = 0; i < ASH_MAX_FRAMES_IN_FLIGHT; i++)
        vk->vkDestroySemaphore(context->device, images->acquired[i], NULL);
    vk->vkDestroySwapchainKHR(context->device, images->swapchain, NULL);
    *images = (struct ash_swapchain_images){0};
}

static void remove_oldest(struct ash_swapchain *swapchain)
{
    destroy_images(&swapchain->retired[0], swapchain->context);
    swapchain->retired_count--;
    memmove(&swapchain->retired[0], &swapchain->retired[1],
            swapchain->retired_count * sizeof(swapchain->retired[0]));
}

void ash_swapchain_finish(struct ash_swapchain *swapchain)
{
    if (swapchain->context == NULL)
        return;
    while (swapchain->retired_count > 0)
        remove_oldest(swapchain);
    if (swapchain->images.swapchain != VK_NULL_HANDLE)
        destroy_images(&swapchain->images, swapchain->context);
    *swapchain = (struct ash_swapchain){0};
}

bool ash_swapchain_is_stale(const struct ash_swapchain *swapchain, VkExtent2D wanted)
{
    return swapchain->stale || swapchain->images.swapchain == VK_NULL_HANDLE ||
           wanted.width != swapchain->wanted.width || wanted.height != swapchain->wanted.height;
}

static enum ash_result create_semaphore(const struct ash_context *context, const char *name,
                                        uint32_t index, VkSemaphore *out)
{
    VkResult vk_result = context->vk->vkCreateSemaphore(
        context->device, &(VkSemaphoreCreateInfo){.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO},
        NULL, out);
    return ash_render_made(context, vk_result, "vkCreateSemaphore", VK_OBJECT_TYPE_SEMAPHORE, out,
                           "%s %u", name, index);
}

static enum ash_result create_view(const struct ash_swapchain *swapchain,
                                   struct ash_swapchain_images *images, uint32_t index)
{
    const struct ash_context *context = swapchain->context;
    VkImageViewCreateInfo info = {.sType = VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO,
                                  .image = images->images[index],
                                  .viewType = VK_IMAGE_VIEW_TYPE_2D,
                                  .format = swapchain->format.format,
                                  .subresourceRange = {.aspectMask = VK_IMAGE_ASPECT_COLOR_BIT,
                                                       .levelCount = 1,
                                                       .layerCount = 1}};
    VkResult vk_result =
        context->vk->vkCreateImageView(context->device, &info, NULL, &images->views[index]);
    ash_debug_name(context, VK_OBJECT_TYPE_IMAGE, (uint64_t)images->images[index],
                   "swapchain image %u", index);
    return ash_render_made(context, vk_result, "vkCreateImageView", VK_OBJECT_TYPE_IMAGE_VIEW,
                           &images->views[index], "swapchain image %u", index);
}

// Image handles, and a view and a semaphore for each.
static enum ash_result fill_images(const struct ash_swapchain *swapchain,
                                   struct ash_swapchain_images *images)
{
    const struct ash_context *context = swapchain->context;
    uint32_t count = ASH_MAX_SWAPCHAIN_IMAGES;
    VkResult vk_result = context->vk->vkGetSwapchainImagesKHR(context->device, images->swapchain,
                                                              &count, images->images);
    if (vk_result == VK_INCOMPLETE) {
        ash_log(ASH_LOG_ERROR,
                "vkGetSwapchainImagesKHR has more than the %d images there is room for: draw "
                "offscreen.",
                ASH_MAX_SWAPCHAIN_IMAGES);
        return ASH_ERROR_UNSUPPORTED;
    }
    enum ash_result result =
        ash_render_check(vk_result, "vkGetSwapchainImagesKHR", "the swapchain");
    for (uint32_t i = 0; i < ASH_MAX_FRAMES_IN_FLIGHT && result == ASH_OK; i++)
        result = create_semaphore(context, "image acquired, slot", i, &images->acquired[i]);
    for (uint32_t i = 0; i < count && result == ASH_OK; i++) {
        images->count = i + 1;
        result = create_view(swapchain, images, i);
        if (result == ASH_OK)
            result = create_semaphore(context, "presentable, image", i, &images->presentable[i]);
    }
    return result;
}

static enum ash_result create_images(const struct ash_swapchain *swapchain,
                                     const VkSurfaceCapabilitiesKHR *capabilities,
                                     VkExtent2D extent, VkSwapchainKHR old,
                                     struct ash_swapchain_images *out)
{
    const struct ash_context *context = swapchain->context;
    VkImageUsageFlags copy = swapchain->copyable ? VK_IMAGE_USAGE_TRANSFER_SRC_BIT : 0;
    VkSwapchainCreateInfoKHR info = {
        .sType = VK_STRUCTURE_TYPE_SWAPCHAIN_CREATE_INFO_KHR,
        .surface = context->surface,
        .minImageCount = ash_swapchain_choose_image_count(capabilities, swapchain->present_mode),
        .imageFormat = swapchain->format.format,
        .imageColorSpace = swapchain->format.colorSpace,
        .imageExtent = extent,
        .imageArrayLayers = 1,
        .imageUsage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | copy,
        .imageSharingMode = VK_SHARING_MODE_EXCLUSIVE,
        .preTransform = capabilities->currentTransform,
        .compositeAlpha = ash_swapchain_choose_alpha(capabilities->supportedCompositeAlpha),
        .presentMode = swapchain->present_mode,
        .clipped = VK_TRUE,
        .oldSwapchain = old};
    *out = (struct ash_swapchain_images){0};
    VkResult vk_result =
        context->vk->vkCreateSwapchainKHR(context->device, &info, NULL, &out->swapchain);
    enum ash_result result =
        ash_render_made(context, vk_result, "vkCreateSwapchainKHR", VK_OBJECT_TYPE_SWAPCHAIN_KHR,
                        &out->swapchain, "swapchain %u x %u", extent.width, extent.height);
    if (result != ASH_OK)
        return result;
    result = fill_images(swapchain, out);
    if (result != ASH_OK)
        destroy_images(out, context);
    return result;
}

// Puts the images that were replaced among the retired. A window that is dragged makes them
// faster than images come back: then the oldest goes, four sizes ago and with the GPU idle.
static void retire_images(struct ash_swapchain *swapchain)
{
    if (swapchain->images.swapchain == VK_NULL_HANDLE)
        return;
    if (swapchain->retired_count == ASH_MAX_RETIRED_SWAPCHAINS)
        remove_oldest(swapchain);
    struct ash_swapchain_images *retired = &swapchain->retired[swapchain->retired_count++];
    *retired = swapchain->images;
    retired->until = UINT64_MAX;
    swapchain->images = (struct ash_swapchain_images){0};
    swapchain->extent = (VkExtent2D){0, 0};
}

enum ash_result ash_swapchain_resize(struct ash_swapchain *swapchain, VkExtent2D wanted)
{
    VkSurfaceCapabilitiesKHR capabilities;
    VkResult vk_result = ash_context_surface_capabilities(swapchain->context, &capabilities);
    if (vk_result < 0)
        return ash_render_check(vk_result, "vkGetPhysicalDeviceSurfaceCapabilitiesKHR",
                                "the window");
    VkExtent2D extent = ash_swapchain_choose_extent(&capabilities, wanted);
    if (extent.width == 0) {
        swapchain->stale = true;
        return ASH_NOT_READY;
    }
    // Whether or not the new one can be made, the old one is retired by the attempt.
    VkSwapchainKHR old = swapchain->images.swapchain;
    struct ash_swapchain_images images;
    enum ash_result result = create_images(swapchain, &capabilities, extent, old, &images);
    retire_images(swapchain);
    if (result != ASH_OK)
        return result;
    swapchain->images = images;
    swapchain->extent = extent;
    swapchain->wanted = wanted;
    swapchain->stale = false;
    swapchain->fresh = true;
    swapchain->tolerated = false;
    ash_log(ASH_LOG_DEBUG, "The swapchain has %u images of %u x %u.", images.count, extent.width,
            extent.height);
    return ASH_OK;
}

static void note_suboptimal(struct ash_swapchain *swapchain)
{
    if (swapchain->fresh)
        swapchain->tolerated = true;
    if (!swapchain->tolerated)
        swapchain->stale = true;
}

enum ash_result ash_swapchain_acquire(struct ash_swapchain *swapchain, uint32_t slot,
                                      uint64_t number, struct ash_acquired_image *out)
{
    *out = (struct ash_acquired_image){0};
    const struct ash_context *context = swapchain->context;
    struct ash_swapchain_images *images = &swapchain->images;
    uint32_t index = 0;
    VkResult vk_result =
        context->vk->vkAcquireNextImageKHR(context->device, images->swapchain, acquire_timeout_ns,
                                           images->acquired[slot], VK_NULL_HANDLE, &index);
    if (vk_result == VK_ERROR_OUT_OF_DATE_KHR) {
        swapchain->stale = true;
        return ASH_NOT_READY;
    }
    if (vk_result == VK_TIMEOUT || vk_result == VK_NOT_READY)
        return ASH_NOT_READY;
    if (vk_result < 0)
        return ash_render_check(vk_result, "vkAcquireNextImageKHR", "the window");
    if (vk_result == VK_SUBOPTIMAL_KHR)
        note_suboptimal(swapchain);
    *out = (struct ash_acquired_image){.image = images->images[index],
                                       .view = images->views[index],
                                       .acquired = images->acquired[slot],
                                       .presentable = images->presentable[index],
                                       .index = index,
                                       .number = number};
    return ASH_OK;
}

// Presents end in order: once `acquired` has been waited for, by the submission of this image, its
// last present is over, and those of all swapchains before. An image that was never submitted says
// nothing.
static void date_retired(struct ash_swapchain *swapchain, const struct ash_acquired_image *image)
{
    for (uint32_t i = 0; i < swapchain->retired_count && swapchain->images.presented[image->index];
         i++) {
        if (swapchain->retired[i].until == UINT64_MAX)
            swapchain->retired[i].until = image->number;
    }
}

enum ash_result ash_swapchain_present(struct ash_swapchain *swapchain,
                                      const struct ash_acquired_image *image)
{
    const struct ash_context *context = swapchain->context;
    VkPresentInfoKHR info = {.sType = VK_STRUCTURE_TYPE_PRESENT_INFO_KHR,
                             .waitSemaphoreCount = 1,
                             .pWaitSemaphores = &image->presentable,
                             .swapchainCount = 1,
                             .pSwapchains = &swapchain->images.swapchain,
                             .pImageIndices = &image->index};
    VkResult vk_result = context->vk->vkQueuePresentKHR(context->graphics.queue, &info);
    date_retired(swapchain, image);
    swapchain->images.presented[image->index] = true;
    if (vk_result == VK_SUBOPTIMAL_KHR)
        note_suboptimal(swapchain);
    swapchain->fresh = false;
    if (vk_result == VK_SUCCESS || vk_result == VK_SUBOPTIMAL_KHR)
        return ASH_OK;
    swapchain->stale = true;
    if (vk_result == VK_ERROR_OUT_OF_DATE_KHR)
        return ASH_OK;
    return ash_render_check(vk_result, "vkQueuePresentKHR", "the window");
}

void ash_swapchain_abandon(struct ash_swapchain *swapchain)
{
    swapchain->stale = true;
}

void ash_swapchain_collect(struct ash_swapchain *swapchain, uint64_t completed)
{
    while (swapchain->retired_count > 0 && swapchain->retired[0].until <= completed)
        remove_oldest(swapchain);
}
