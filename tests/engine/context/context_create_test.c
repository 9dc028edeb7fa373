// Labels: gpu
//
// Creating a context on machines of all kinds: what is chosen and enabled, what is said where it
// can't be, and that no failure leaves anything.
#include "engine/context/context.h"

#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

#include <volk.h>

#include "engine/log.h"
#include "tests/support/fake_machine.h"

static char last_error[1024];
static uint32_t error_count;
static char all_info[4096];

static void hear(void *user, enum ash_log_level level, const char *message)
{
    (void)user;
    size_t used = strlen(all_info);
    if (level == ASH_LOG_INFO)
        snprintf(all_info + used, sizeof(all_info) - used, "%s\n", message);
    if (level != ASH_LOG_ERROR)
        return;
    snprintf(last_error, sizeof(last_error), "%s", message);
    error_count++;
}

static int prepare(void **state)
{
    (void)state;
    static const struct ash_log_sink sink = {hear, NULL};
    fake_machine_reset();
    ash_log_set_sink(&sink);
    ash_log_set_level(ASH_LOG_INFO);
    last_error[0] = '\0';
    all_info[0] = '\0';
    error_count = 0;
    return 0;
}

static int clean_up(void **state)
{
    (void)state;
    ash_log_set_sink(NULL);
    ash_log_set_level(ASH_LOG_WARNING);
    return 0;
}

static struct ash_context_params on_machine(void)
{
    return (struct ash_context_params){.get_instance_proc_addr = fake_machine_entry};
}

static struct ash_context *create(const struct ash_context_params *params)
{
    struct ash_context *context = NULL;
    last_error[0] = '\0';
    assert_int_equal(ash_context_create(params, &context), ASH_OK);
    assert_non_null(context);
    assert_string_equal(last_error, "");
    return context;
}

static void assert_nothing_lives(void)
{
    assert_int_equal(fake_machine.instances, 0);
    assert_int_equal(fake_machine.devices, 0);
    assert_int_equal(fake_machine.surfaces, 0);
    assert_int_equal(fake_machine.messengers, 0);
}

// It fails with this result, one line with these words, and leaves nothing.
static void assert_fails(const struct ash_context_params *params, enum ash_result result,
                         const char *words)
{
    struct ash_context *context = (struct ash_context *)&fake_machine;
    error_count = 0;
    assert_int_equal(ash_context_create(params, &context), result);
    assert_null(context);
    assert_int_equal(error_count, 1);
    if (strstr(last_error, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", last_error, words);
    assert_nothing_lives();
}

static void the_discrete_gpu_is_taken_with_its_transfer_queue(void **state)
{
    (void)state;
    const struct ash_context_params params = on_machine();
    struct ash_context *context = create(&params);
    assert_int_equal(fake_machine.device_gpu, 1);
    assert_string_equal(context->properties.deviceName, "Fake Discrete");
    assert_false(context->software);
    assert_int_equal(context->graphics.family_index, 0);
    assert_int_equal(context->transfer.family_index, 3);
    assert_true(context->transfer.queue != context->graphics.queue);
    assert_int_equal(context->timestamp_valid_bits, 30);
    assert_int_equal(fake_machine.device_family_count, 2);
    assert_string_equal(fake_machine.device_extensions, "VK_EXT_memory_budget ");
    assert_non_null(strstr(all_info, "gpu 1: Fake Discrete - discrete, Vulkan 1.3, score"));
    assert_non_null(strstr(all_info, "gpu 0: Fake CPU - cpu, Vulkan 1.3, score"));
    assert_null(strstr(all_info, "the processor does all rendering"));
    struct ash_memory_budget budget;
    ash_context_memory_budget(context, &budget);
    assert_int_equal(budget.budget[0], 1234);
    assert_int_equal(budget.usage[0], 567);
    ash_context_destroy(context);
    assert_nothing_lives();
}

static void where_there_is_one_family_both_queues_are_the_same(void **state)
{
    (void)state;
    struct ash_context_params params = on_machine();
    params.gpu = "cpu";
    struct ash_context *context = create(&params);
    assert_int_equal(fake_machine.device_gpu, 0);
    assert_true(context->software);
    assert_non_null(strstr(all_info, "the processor does all rendering"));
    assert_ptr_equal(context->transfer.queue, context->graphics.queue);
    assert_int_equal(context->transfer.family_index, context->graphics.family_index);
    assert_int_equal(fake_machine.device_family_count, 1);
    assert_string_equal(fake_machine.device_extensions, "");
    ash_context_destroy(context);
}

static void only_features_in_use_are_enabled_where_present(void **state)
{
    (void)state;
    struct ash_context_params params = on_machine();
    struct ash_context *context = create(&params);
    assert_true(context->multi_draw_indirect && context->draw_indirect_count);
    assert_true(context->buffer_device_address && context->sampler_anisotropy);
    assert_int_equal(fake_machine.enabled.multiDrawIndirect, VK_TRUE);
    assert_int_equal(fake_machine.enabled.geometryShader, VK_FALSE);
    assert_int_equal(fake_machine.enabled12.timelineSemaphore, VK_TRUE);
    ash_context_destroy(context);
    params.gpu = "integrated";
    context = create(&params);
    assert_false(context->multi_draw_indirect || context->draw_indirect_count);
    assert_false(context->buffer_device_address || context->sampler_anisotropy);
    assert_int_equal(fake_machine.enabled.multiDrawIndirect, VK_FALSE);
    assert_int_equal(fake_machine.enabled12.timelineSemaphore, VK_TRUE);
    ash_context_destroy(context);
}

static void portability_is_enabled_where_it_exists(void **state)
{
    (void)state;
    const struct ash_context_params params = on_machine();
    ash_context_destroy(create(&params));
    assert_int_equal(fake_machine.instance_flags, 0);
    assert_null(strstr(fake_machine.instance_extensions, "portability"));
    fake_machine.extensions[3] = "VK_KHR_portability_enumeration";
    fake_machine.gpus[1].extensions[2] = "VK_KHR_portability_subset";
    ash_context_destroy(create(&params));
    assert_int_equal(fake_machine.instance_flags, VK_INSTANCE_CREATE_ENUMERATE_PORTABILITY_BIT_KHR);
    assert_non_null(strstr(fake_machine.instance_extensions, "VK_KHR_portability_enumeration "));
    assert_non_null(strstr(fake_machine.device_extensions, "VK_KHR_portability_subset "));
}

static void with_a_window_the_graphics_queue_presents(void **state)
{
    (void)state;
    struct ash_context_params params = on_machine();
    params.surface = &fake_machine_surface;
    struct ash_context *context = create(&params);
    assert_true(context->surface != VK_NULL_HANDLE);
    assert_int_equal(fake_machine.device_gpu, 1);
    assert_int_equal(context->graphics.family_index, 4);
    assert_int_equal(context->timestamp_valid_bits, 34);
    assert_non_null(strstr(fake_machine.device_extensions, "VK_KHR_swapchain "));
    assert_non_null(strstr(fake_machine.instance_extensions, "VK_KHR_fake_surface "));
    ash_context_destroy(context);
    assert_nothing_lives();
    // A GPU whose queues reach no display leaves the window to the next.
    fake_machine.gpus[1].presenting = 0;
    ash_context_destroy(create(&params));
    assert_int_equal(fake_machine.device_gpu, 2);
}

static void a_lost_surface_is_made_anew(void **state)
{
    (void)state;
    struct ash_context_params params = on_machine();
    params.surface = &fake_machine_surface;
    struct ash_context *context = create(&params);
    assert_int_equal(ash_context_recreate_surface(context), ASH_OK);
    assert_int_equal(fake_machine.surfaces, 1);
    fake_machine.fail_at = fake_machine.calls + 1;
    fake_machine.fail_result = VK_ERROR_NATIVE_WINDOW_IN_USE_KHR;
    assert_int_equal(ash_context_recreate_surface(context), ASH_ERROR_SURFACE_LOST);
    assert_true(context->surface == VK_NULL_HANDLE);
    assert_int_equal(fake_machine.surfaces, 0);
    assert_int_equal(ash_context_recreate_surface(context), ASH_OK);
    ash_context_destroy(context);
    assert_nothing_lives();
}

static void a_machine_without_drivers_or_devices_is_named_so(void **state)
{
    (void)state;
    struct ash_context_params params = on_machine();
    fake_machine.no_instance = VK_ERROR_INCOMPATIBLE_DRIVER;
    assert_fails(&params, ASH_ERROR_NO_DRIVER, "there is no Vulkan driver");
    // A window on such a machine misses the driver, not the driver's extension.
    fake_machine.extensions[0] = NULL;
    params.surface = &fake_machine_surface;
    assert_fails(&params, ASH_ERROR_NO_DRIVER, "there is no Vulkan driver");
    fake_machine_reset();
    params.surface = NULL;
    fake_machine.gpu_count = 0;
    assert_fails(&params, ASH_ERROR_NO_DRIVER, "no device");
}

static void devices_that_do_not_suit_are_named_each_with_its_reason(void **state)
{
    (void)state;
    struct ash_context_params params = on_machine();
    fake_machine.gpus[0].families[0] = VK_QUEUE_COMPUTE_BIT;
    fake_machine.gpus[1].api_version = VK_API_VERSION_1_2;
    fake_machine.gpus[2].no_dynamic_rendering = true;
    assert_fails(&params, ASH_ERROR_NO_DEVICE, "no Vulkan device suits");
    assert_non_null(strstr(last_error, "0: Fake CPU - cpu, Vulkan 1.3, does not suit: it has no "
                                       "queue for graphics and compute; 1: Fake Discrete - "
                                       "discrete, Vulkan 1.2, does not suit: Vulkan 1.3 is needed; "
                                       "2: Fake Integrated"));
    assert_non_null(strstr(last_error, "it lacks the feature dynamicRendering"));
}

static void a_gpu_that_is_not_there_is_answered_with_those_that_are(void **state)
{
    (void)state;
    struct ash_context_params params = on_machine();
    params.gpu = "Voodoo";
    assert_fails(&params, ASH_ERROR_NO_DEVICE, "no GPU is called \"Voodoo\"");
    assert_non_null(strstr(last_error, "0: Fake CPU"));
    assert_non_null(strstr(last_error, "2: Fake Integrated"));
    params.gpu = "3";
    assert_fails(&params, ASH_ERROR_NO_DEVICE, "no GPU is called \"3\"");
    params.gpu = "1";
    fake_machine.gpus[1].api_version = VK_API_VERSION_1_1;
    assert_fails(&params, ASH_ERROR_NO_DEVICE, "1: Fake Discrete - discrete, Vulkan 1.1");
}

static void a_window_that_no_driver_can_show_is_unsupported(void **state)
{
    (void)state;
    struct ash_context_params params = on_machine();
    params.surface = &fake_machine_surface;
    fake_machine.extensions[1] = "VK_KHR_other_surface";
    assert_fails(&params, ASH_ERROR_UNSUPPORTED, "no Vulkan driver offers VK_KHR_fake_surface");
}

static PFN_vkVoidFunction empty_entry(VkInstance instance, const char *name)
{
    (void)instance;
    (void)name;
    return NULL;
}

static PFN_vkVoidFunction old_entry(VkInstance instance, const char *name)
{
    return strcmp(name, "vkEnumerateInstanceVersion") == 0 ? NULL
                                                           : fake_machine_entry(instance, name);
}

static void a_loader_that_is_broken_or_ancient_is_refused(void **state)
{
    (void)state;
    struct ash_context_params params = on_machine();
    params.get_instance_proc_addr = empty_entry;
    assert_fails(&params, ASH_ERROR_NO_LOADER, "older than 1.1");
    params.get_instance_proc_addr = old_entry;
    assert_fails(&params, ASH_ERROR_NO_LOADER, "older than 1.1");
}

static void validation_is_used_where_it_is_installed(void **state)
{
    (void)state;
    struct ash_context_params params = on_machine();
    params.validation = ASH_VALIDATION_REQUIRED;
    assert_fails(&params, ASH_ERROR_NO_LAYER, "VK_LAYER_KHRONOS_validation is not installed");
    params.validation = ASH_VALIDATION_IF_PRESENT;
    ash_context_destroy(create(&params));
    fake_machine.layer = true;
    struct ash_context *context = create(&params);
    assert_int_equal(fake_machine.messengers, 1);
    assert_non_null(strstr(fake_machine.instance_extensions, "VK_EXT_validation_features "));
    ash_context_destroy(context);
    assert_nothing_lives();
}

// Every call that can fail fails once: one line is said, the result is the call's, *out is NULL
// and nothing is left.
static void each_call_that_fails_is_survived(void **state)
{
    (void)state;
    static const VkResult results[] = {VK_ERROR_OUT_OF_HOST_MEMORY, VK_ERROR_OUT_OF_DEVICE_MEMORY,
                                       VK_ERROR_INITIALIZATION_FAILED, VK_ERROR_DEVICE_LOST};
    struct ash_context_params params = on_machine();
    params.surface = &fake_machine_surface;
    params.validation = ASH_VALIDATION_IF_PRESENT;
    fake_machine.layer = true;
    ash_context_destroy(create(&params));
    uint32_t call_count = fake_machine.calls;
    assert_true(call_count > 12);
    for (uint32_t call = 1; call <= call_count; call++)
        for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
            struct ash_context *context = NULL;
            fake_machine.calls = 0;
            fake_machine.fail_at = call;
            fake_machine.fail_result = results[i];
            error_count = 0;
            assert_int_equal(ash_context_create(&params, &context), ash_result_from_vk(results[i]));
            assert_null(context);
            assert_int_equal(error_count, 1);
            assert_nothing_lives();
        }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, clean_up)
    const struct CMUnitTest tests[] = {
        TEST(the_discrete_gpu_is_taken_with_its_transfer_queue),
        TEST(where_there_is_one_family_both_queues_are_the_same),
        TEST(only_features_in_use_are_enabled_where_present),
        TEST(portability_is_enabled_where_it_exists),
        TEST(with_a_window_the_graphics_queue_presents),
        TEST(a_lost_surface_is_made_anew),
        TEST(a_machine_without_drivers_or_devices_is_named_so),
        TEST(devices_that_do_not_suit_are_named_each_with_its_reason),
        TEST(a_gpu_that_is_not_there_is_answered_with_those_that_are),
        TEST(a_window_that_no_driver_can_show_is_unsupported),
        TEST(a_loader_that_is_broken_or_ancient_is_refused),
        TEST(validation_is_used_where_it_is_installed),
        TEST(each_call_that_fails_is_survived),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
