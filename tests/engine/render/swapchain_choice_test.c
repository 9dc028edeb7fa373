// Labels: valgrind
#include "engine/render/swapchain_choice.h"

#include "tests/support/test.h"

static const VkSurfaceCapabilitiesKHR usual = {
    .minImageCount = 2,
    .maxImageCount = 8,
    .currentExtent = {640, 480},
    .minImageExtent = {1, 1},
    .maxImageExtent = {4096, 2048},
};

static void assert_extent(VkExtent2D extent, uint32_t width, uint32_t height)
{
    assert_int_equal(extent.width, width);
    assert_int_equal(extent.height, height);
}

static void the_surfaces_own_size_wins(void **state)
{
    (void)state;
    assert_extent(ash_swapchain_choose_extent(&usual, (VkExtent2D){640, 480}), 640, 480);
    assert_extent(ash_swapchain_choose_extent(&usual, (VkExtent2D){1, 1}), 640, 480);
    VkSurfaceCapabilitiesKHR tiny = usual;
    tiny.currentExtent = (VkExtent2D){1, 1};
    assert_extent(ash_swapchain_choose_extent(&tiny, (VkExtent2D){640, 480}), 1, 1);
}

static void without_a_size_of_its_own_the_wanted_one_is_clamped(void **state)
{
    (void)state;
    VkSurfaceCapabilitiesKHR free_size = usual;
    free_size.currentExtent = (VkExtent2D){UINT32_MAX, UINT32_MAX};
    free_size.minImageExtent = (VkExtent2D){16, 8};
    assert_extent(ash_swapchain_choose_extent(&free_size, (VkExtent2D){800, 600}), 800, 600);
    assert_extent(ash_swapchain_choose_extent(&free_size, (VkExtent2D){1, 1}), 16, 8);
    assert_extent(ash_swapchain_choose_extent(&free_size, (VkExtent2D){9999, 9999}), 4096, 2048);
    assert_extent(ash_swapchain_choose_extent(&free_size, (VkExtent2D){4096, 2048}), 4096, 2048);
}

static void nothing_to_draw_to_is_zero(void **state)
{
    (void)state;
    assert_extent(ash_swapchain_choose_extent(&usual, (VkExtent2D){0, 0}), 0, 0);
    assert_extent(ash_swapchain_choose_extent(&usual, (VkExtent2D){640, 0}), 0, 0);
    assert_extent(ash_swapchain_choose_extent(&usual, (VkExtent2D){0, 480}), 0, 0);
    VkSurfaceCapabilitiesKHR minimised = usual;
    minimised.currentExtent = (VkExtent2D){0, 0};
    assert_extent(ash_swapchain_choose_extent(&minimised, (VkExtent2D){640, 480}), 0, 0);
    minimised.currentExtent = (VkExtent2D){640, 0};
    assert_extent(ash_swapchain_choose_extent(&minimised, (VkExtent2D){640, 480}), 0, 0);
    // Windows says so of a minimised window: no size is allowed.
    minimised.currentExtent = (VkExtent2D){UINT32_MAX, UINT32_MAX};
    minimised.minImageExtent = minimised.maxImageExtent = (VkExtent2D){0, 0};
    assert_extent(ash_swapchain_choose_extent(&minimised, (VkExtent2D){640, 480}), 0, 0);
}

static void one_image_more_than_the_least(void **state)
{
    (void)state;
    static const struct {
        uint32_t least, most;
        VkPresentModeKHR mode;
        uint32_t expected;
    } cases[] = {
        {2, 8, VK_PRESENT_MODE_FIFO_KHR, 3},
        {1, 0, VK_PRESENT_MODE_FIFO_KHR, 2},
        {1, 0, VK_PRESENT_MODE_MAILBOX_KHR, 3},
        {1, 1, VK_PRESENT_MODE_FIFO_KHR, 1},
        {2, 2, VK_PRESENT_MODE_MAILBOX_KHR, 2},
        {3, 0, VK_PRESENT_MODE_IMMEDIATE_KHR, 4},
        {8, 8, VK_PRESENT_MODE_FIFO_KHR, 8},
        {UINT32_MAX, 0, VK_PRESENT_MODE_FIFO_KHR, UINT32_MAX},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        VkSurfaceCapabilitiesKHR capabilities = usual;
        capabilities.minImageCount = cases[i].least;
        capabilities.maxImageCount = cases[i].most;
        assert_int_equal(ash_swapchain_choose_image_count(&capabilities, cases[i].mode),
                         cases[i].expected);
    }
}

static void vsync_is_fifo_and_else_the_fastest(void **state)
{
    (void)state;
    static const VkPresentModeKHR all[] = {VK_PRESENT_MODE_FIFO_KHR, VK_PRESENT_MODE_IMMEDIATE_KHR,
                                           VK_PRESENT_MODE_MAILBOX_KHR};
    assert_int_equal(ash_swapchain_choose_present_mode(all, 3, true), VK_PRESENT_MODE_FIFO_KHR);
    assert_int_equal(ash_swapchain_choose_present_mode(all, 3, false), VK_PRESENT_MODE_MAILBOX_KHR);
    assert_int_equal(ash_swapchain_choose_present_mode(all, 2, false),
                     VK_PRESENT_MODE_IMMEDIATE_KHR);
    assert_int_equal(ash_swapchain_choose_present_mode(all, 1, false), VK_PRESENT_MODE_FIFO_KHR);
    assert_int_equal(ash_swapchain_choose_present_mode(all, 0, false), VK_PRESENT_MODE_FIFO_KHR);
}

static void formats_hold_srgb_codes(void **state)
{
    (void)state;
    const VkColorSpaceKHR srgb = VK_COLOR_SPACE_SRGB_NONLINEAR_KHR;
    const VkSurfaceFormatKHR formats[] = {
        {VK_FORMAT_B8G8R8A8_SRGB, srgb},
        {VK_FORMAT_B8G8R8A8_UNORM, VK_COLOR_SPACE_HDR10_ST2084_EXT},
        {VK_FORMAT_R8G8B8A8_UNORM, srgb},
        {VK_FORMAT_B8G8R8A8_UNORM, srgb},
    };
    VkSurfaceFormatKHR chosen;
    assert_true(ash_swapchain_choose_format(formats, 4, &chosen));
    assert_int_equal(chosen.format, VK_FORMAT_B8G8R8A8_UNORM);
    assert_int_equal(chosen.colorSpace, srgb);
    assert_true(ash_swapchain_choose_format(formats, 3, &chosen));
    assert_int_equal(chosen.format, VK_FORMAT_R8G8B8A8_UNORM);
    assert_false(ash_swapchain_choose_format(formats, 2, &chosen));
    assert_int_equal(chosen.format, VK_FORMAT_UNDEFINED);
    assert_false(ash_swapchain_choose_format(formats, 0, &chosen));
    const VkSurfaceFormatKHR any = {VK_FORMAT_UNDEFINED, srgb};
    assert_true(ash_swapchain_choose_format(&any, 1, &chosen));
    assert_int_equal(chosen.format, VK_FORMAT_B8G8R8A8_UNORM);
}

static void alpha_is_opaque_where_it_can_be(void **state)
{
    (void)state;
    assert_int_equal(ash_swapchain_choose_alpha(VK_COMPOSITE_ALPHA_INHERIT_BIT_KHR |
                                                VK_COMPOSITE_ALPHA_OPAQUE_BIT_KHR),
                     VK_COMPOSITE_ALPHA_OPAQUE_BIT_KHR);
    assert_int_equal(ash_swapchain_choose_alpha(VK_COMPOSITE_ALPHA_INHERIT_BIT_KHR |
                                                VK_COMPOSITE_ALPHA_POST_MULTIPLIED_BIT_KHR),
                     VK_COMPOSITE_ALPHA_POST_MULTIPLIED_BIT_KHR);
    assert_int_equal(ash_swapchain_choose_alpha(0), VK_COMPOSITE_ALPHA_OPAQUE_BIT_KHR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_surfaces_own_size_wins),
        cmocka_unit_test(without_a_size_of_its_own_the_wanted_one_is_clamped),
        cmocka_unit_test(nothing_to_draw_to_is_zero),
        cmocka_unit_test(one_image_more_than_the_least),
        cmocka_unit_test(vsync_is_fifo_and_else_the_fastest),
        cmocka_unit_test(formats_hold_srgb_codes),
        cmocka_unit_test(alpha_is_opaque_where_it_can_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
