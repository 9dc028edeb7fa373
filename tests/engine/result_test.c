// Labels: valgrind

#include "engine/result.h"

#include "tests/support/test.h"

#include <string.h>

static void every_result_has_its_own_name(void **state)
{
    (void)state;
    assert_string_equal(ash_result_name(ASH_OK), "ASH_OK");
    assert_string_equal(ash_result_name(ASH_ERROR_OUT_OF_DEVICE_MEMORY),
                        "ASH_ERROR_OUT_OF_DEVICE_MEMORY");
    for (int i = ASH_OK; i <= ASH_ERROR_VULKAN; i++) {
        const char *name = ash_result_name((enum ash_result)i);
        assert_string_not_equal(name, "ASH_RESULT_UNKNOWN");
        for (int j = ASH_OK; j < i; j++)
            assert_string_not_equal(name, ash_result_name((enum ash_result)j));
    }
    assert_string_equal(ash_result_name((enum ash_result)1000), "ASH_RESULT_UNKNOWN");
}

static void success_codes_are_no_errors(void **state)
{
    (void)state;
    static const VkResult codes[] = {VK_SUCCESS,   VK_NOT_READY,  VK_TIMEOUT,
                                     VK_EVENT_SET, VK_INCOMPLETE, VK_SUBOPTIMAL_KHR};
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        assert_int_equal(ash_result_from_vk(codes[i]), ASH_OK);
}

static void failures_keep_what_a_caller_acts_on(void **state)
{
    (void)state;
    static const struct {
        VkResult vk_result;
        enum ash_result result;
    } rows[] = {
        {VK_ERROR_OUT_OF_HOST_MEMORY, ASH_ERROR_OUT_OF_HOST_MEMORY},
        {VK_ERROR_OUT_OF_DEVICE_MEMORY, ASH_ERROR_OUT_OF_DEVICE_MEMORY},
        {VK_ERROR_TOO_MANY_OBJECTS, ASH_ERROR_OUT_OF_DEVICE_MEMORY},
        {VK_ERROR_MEMORY_MAP_FAILED, ASH_ERROR_MAP_FAILED},
        {VK_ERROR_DEVICE_LOST, ASH_ERROR_DEVICE_LOST},
        {VK_ERROR_SURFACE_LOST_KHR, ASH_ERROR_SURFACE_LOST},
        {VK_ERROR_INCOMPATIBLE_DRIVER, ASH_ERROR_NO_DRIVER},
        {VK_ERROR_LAYER_NOT_PRESENT, ASH_ERROR_NO_LAYER},
        {VK_ERROR_FORMAT_NOT_SUPPORTED, ASH_ERROR_UNSUPPORTED},
        {VK_ERROR_EXTENSION_NOT_PRESENT, ASH_ERROR_UNSUPPORTED},
        {VK_ERROR_UNKNOWN, ASH_ERROR_VULKAN},
        {(VkResult)-123456, ASH_ERROR_VULKAN},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(ash_result_from_vk(rows[i].vk_result), rows[i].result);
}

static void vulkan_codes_have_their_names(void **state)
{
    (void)state;
    assert_string_equal(ash_vk_result_name(VK_SUCCESS), "VK_SUCCESS");
    assert_string_equal(ash_vk_result_name(VK_ERROR_DEVICE_LOST), "VK_ERROR_DEVICE_LOST");
    assert_string_equal(ash_vk_result_name(VK_ERROR_OUT_OF_DATE_KHR), "VK_ERROR_OUT_OF_DATE_KHR");
    assert_string_equal(ash_vk_result_name((VkResult)-123456), "VK_RESULT_UNKNOWN");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_result_has_its_own_name),
        cmocka_unit_test(success_codes_are_no_errors),
        cmocka_unit_test(failures_keep_what_a_caller_acts_on),
        cmocka_unit_test(vulkan_codes_have_their_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
