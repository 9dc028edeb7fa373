// VK_LAYER_ASH_lab before a real window: what an acquire may answer depends on how long it waits.
//
// Labels: gpu window
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/context/context.h"
#include "engine/context/window.h"

#include "tests/layers/lab_stage.h"
#include "tests/support/display.h"
#include "tests/support/test.h"

// The result of acquiring an image of a new swapchain.
static VkResult acquire(const struct ash_context *context, uint64_t timeout)
{
    VkSwapchainKHR swapchain = VK_NULL_HANDLE;
    VkFence fence = VK_NULL_HANDLE;
    uint32_t image = 0;
    const VkFenceCreateInfo fence_info = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
    const VkSwapchainCreateInfoKHR info = {
        .sType = VK_STRUCTURE_TYPE_SWAPCHAIN_CREATE_INFO_KHR,
        .surface = context->surface,
        .minImageCount = 4,
        .imageFormat = VK_FORMAT_B8G8R8A8_UNORM,
        .imageExtent = {64, 64},
        .imageArrayLayers = 1,
        .imageUsage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT,
        .preTransform = VK_SURFACE_TRANSFORM_IDENTITY_BIT_KHR,
        .compositeAlpha = VK_COMPOSITE_ALPHA_OPAQUE_BIT_KHR,
        .presentMode = VK_PRESENT_MODE_FIFO_KHR,
    };
    VkResult result = context->vk->vkCreateSwapchainKHR(context->device, &info, NULL, &swapchain);
    if (result == VK_SUCCESS)
        result = context->vk->vkCreateFence(context->device, &fence_info, NULL, &fence);
    if (result == VK_SUCCESS)
        result = context->vk->vkAcquireNextImageKHR(context->device, swapchain, timeout,
                                                    VK_NULL_HANDLE, fence, &image);
    if (result == VK_SUCCESS)
        result = context->vk->vkWaitForFences(context->device, 1, &fence, VK_TRUE, UINT64_MAX);
    context->vk->vkDestroyFence(context->device, fence, NULL);
    context->vk->vkDestroySwapchainKHR(context->device, swapchain, NULL);
    return result;
}

// Acquires without waiting, waiting a second, and for ever.
static int acquire_three(VkResult results[3])
{
    struct ash_window *window = NULL;
    struct ash_context *context = NULL;
    setenv("VK_INSTANCE_LAYERS", "VK_LAYER_ASH_lab", 1);
    MUST(ash_window_create(&(struct ash_window_params){.title = "lab", .width = 64, .height = 64},
                           &window) == ASH_OK);
    MUST(ash_context_create(
             &(struct ash_context_params){.surface = ash_window_surface_source(window)},
             &context) == ASH_OK);
    results[0] = acquire(context, 0);
    results[1] = acquire(context, 1000000000);
    results[2] = acquire(context, UINT64_MAX);
    ash_context_destroy(context);
    ash_window_destroy(window);
    return 0;
}

static int acquire_with_not_ready(void)
{
    VkResult results[3];
    MUST(acquire_three(results) == 0);
    MUST(results[0] == VK_NOT_READY && results[1] == VK_SUCCESS && results[2] == VK_SUCCESS);
    return 0;
}

static int acquire_with_timeout(void)
{
    VkResult results[3];
    MUST(acquire_three(results) == 0);
    MUST(results[0] == VK_SUCCESS && results[1] == VK_TIMEOUT && results[2] == VK_SUCCESS);
    return 0;
}

static void who_waits_for_ever_gets_an_image(void **state)
{
    (void)state;
    assert_int_equal(run("vkAcquireNextImageKHR:1+=VK_NOT_READY", "", acquire_with_not_ready), 0);
    assert_int_equal(run("vkAcquireNextImageKHR:1+=VK_TIMEOUT", "", acquire_with_timeout), 0);
    assert_logged("its timeout never lets it answer that: it goes on");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(who_waits_for_ever_gets_an_image)};
    return cmocka_run_group_tests(tests, display_setup, display_teardown);
}
