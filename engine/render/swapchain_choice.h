// What a swapchain is made of, decided from what the surface offers. Pure: no Vulkan call is made,
// so every odd answer of a driver can be tested without one.
#ifndef ASH_RENDER_SWAPCHAIN_CHOICE_H
#define ASH_RENDER_SWAPCHAIN_CHOICE_H

#include "engine/api.h"

#include <vulkan/vulkan_core.h>

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { ASH_MAX_SWAPCHAIN_IMAGES = 16 };

// The surface's own size where it has one, else the wanted one within its limits. 0 x 0: there is
// nothing to draw to now (minimised, or wanted was 0 in a direction).
ASH_API VkExtent2D ash_swapchain_choose_extent(const VkSurfaceCapabilitiesKHR *capabilities,
                                               VkExtent2D wanted);

// One more than the least, so that the CPU seldom waits for one; three at least for MAILBOX, which
// with two would be FIFO.
ASH_API uint32_t ash_swapchain_choose_image_count(const VkSurfaceCapabilitiesKHR *capabilities,
                                                  VkPresentModeKHR mode);

// vsync: FIFO, which every surface has. Else MAILBOX, IMMEDIATE or FIFO, the first that is there.
ASH_API VkPresentModeKHR ash_swapchain_choose_present_mode(const VkPresentModeKHR *modes,
                                                           uint32_t count, bool vsync);

// An 8-bit format that shows sRGB codes as they were written, which is what passes write. False if
// there is none; *out is then zero.
ASH_API bool ash_swapchain_choose_format(const VkSurfaceFormatKHR *formats, uint32_t count,
                                         VkSurfaceFormatKHR *out);

// OPAQUE if there is, else the first that is offered.
ASH_API VkCompositeAlphaFlagBitsKHR ash_swapchain_choose_alpha(VkCompositeAlphaFlagsKHR supported);

#ifdef __cplusplus
}
#endif

#endif
