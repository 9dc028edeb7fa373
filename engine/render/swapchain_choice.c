#include "engine/render/swapchain_choice.h"

static uint32_t clamp(uint32_t value, uint32_t low, uint32_t high)
{
    if (value > high)
        return high;
    return value < low ? low : value;
}

VkExtent2D ash_swapchain_choose_extent(const VkSurfaceCapabilitiesKHR *capabilities,
                                       VkExtent2D wanted)
{
    VkExtent2D none = {0, 0};
    if (wanted.width == 0 || wanted.height == 0)
        return none;
    // UINT32_MAX: the surface takes its size from the swapchain (Wayland).
    VkExtent2D extent = capabilities->currentExtent;
    if (extent.width == UINT32_MAX) {
        extent.width = clamp(wanted.width, capabilities->minImageExtent.width,
                             capabilities->maxImageExtent.width);
        extent.height = clamp(wanted.height, capabilities->minImageExtent.height,
                              capabilities->maxImageExtent.height);
    }
    return extent.width > 0 && extent.height > 0 ? extent : none;
}

uint32_t ash_swapchain_choose_image_count(const VkSurfaceCapabilitiesKHR *capabilities,
                                          VkPresentModeKHR mode)
{
    uint32_t least = capabilities->minImageCount;
    uint32_t most = capabilities->maxImageCount; // 0: no limit
    uint32_t count = least < UINT32_MAX ? least + 1 : least;
    if (mode == VK_PRESENT_MODE_MAILBOX_KHR && count < 3)
        count = 3;
    return most > 0 && count > most ? most : count;
}

VkPresentModeKHR ash_swapchain_choose_present_mode(const VkPresentModeKHR *modes, uint32_t count,
                                                   bool vsync)
{
    static const VkPresentModeKHR wanted[] = {VK_PRESENT_MODE_MAILBOX_KHR,
                                              VK_PRESENT_MODE_IMMEDIATE_KHR};
    for (int i = 0; i < 2 && !vsync; i++) {
        for (uint32_t j = 0; j < count; j++) {
            if (modes[j] == wanted[i])
                return modes[j];
        }
    }
    return VK_PRESENT_MODE_FIFO_KHR;
}

bool ash_swapchain_choose_format(const VkSurfaceFormatKHR *formats, uint32_t count,
                                 VkSurfaceFormatKHR *out)
{
    static const VkFormat wanted[] = {VK_FORMAT_B8G8R8A8_UNORM, VK_FORMAT_R8G8B8A8_UNORM};
    *out = (VkSurfaceFormatKHR){0};
    for (int i = 0; i < 2; i++) {
        for (uint32_t j = 0; j < count; j++) {
            // UNDEFINED: any format will do (drivers of Vulkan 1.0 said so).
            bool any = formats[j].format == VK_FORMAT_UNDEFINED;
            if (formats[j].colorSpace != VK_COLOR_SPACE_SRGB_NONLINEAR_KHR ||
                (formats[j].format != wanted[i] && !any))
                continue;
            *out = (VkSurfaceFormatKHR){wanted[i], formats[j].colorSpace};
            return true;
        }
    }
    return false;
}

VkCompositeAlphaFlagBitsKHR ash_swapchain_choose_alpha(VkCompositeAlphaFlagsKHR supported)
{
    if (supported == 0 || (supported & VK_COMPOSITE_ALPHA_OPAQUE_BIT_KHR) != 0)
        return VK_COMPOSITE_ALPHA_OPAQUE_BIT_KHR;
    return (VkCompositeAlphaFlagBitsKHR)(supported & (~supported + 1)); // the lowest bit
}
