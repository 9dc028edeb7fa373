// Labels: gpu
//
// A foreign renderer's instance and device, made here by hand, in the engine's hands.
#include "engine/context/context.h"

#include "tests/support/test.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include <volk.h>

#include "engine/context/debug.h"
#include "engine/log.h"

struct foreign {
    void *library;
    PFN_vkGetInstanceProcAddr entry;
    VkInstance instance;
    VkPhysicalDevice physical_device;
    VkDevice device;
    struct ash_queue queue;
};

static PFN_vkVoidFunction of_instance(const struct foreign *foreign, const char *name)
{
    PFN_vkVoidFunction function = foreign->entry(foreign->instance, name);
    assert_non_null(function);
    return function;
}

static void make_instance(struct foreign *foreign)
{
    static const char *const extensions[] = {VK_EXT_DEBUG_UTILS_EXTENSION_NAME};
    const VkApplicationInfo application = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
                                           .apiVersion = VK_API_VERSION_1_3};
    const VkInstanceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
                                       .pApplicationInfo = &application,
                                       .enabledExtensionCount = 1,
                                       .ppEnabledExtensionNames = extensions};
    PFN_vkCreateInstance create =
        (PFN_vkCreateInstance)foreign->entry(VK_NULL_HANDLE, "vkCreateInstance");
    assert_int_equal(create(&info, NULL, &foreign->instance), VK_SUCCESS);
}

// A device with none of the engine's features: engine/memory needs none.
static void make_device(struct foreign *foreign)
{
    static const float priority = 0.5F;
    uint32_t count = 1;
    PFN_vkEnumeratePhysicalDevices enumerate =
        (PFN_vkEnumeratePhysicalDevices)of_instance(foreign, "vkEnumeratePhysicalDevices");
    PFN_vkCreateDevice create = (PFN_vkCreateDevice)of_instance(foreign, "vkCreateDevice");
    PFN_vkGetDeviceQueue get_queue = (PFN_vkGetDeviceQueue)of_instance(foreign, "vkGetDeviceQueue");
    assert_true(enumerate(foreign->instance, &count, &foreign->physical_device) >= 0);
    assert_int_equal(count, 1);
    const VkDeviceQueueCreateInfo queue = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                                           .queueFamilyIndex = 0,
                                           .queueCount = 1,
                                           .pQueuePriorities = &priority};
    const VkDeviceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                                     .queueCreateInfoCount = 1,
                                     .pQueueCreateInfos = &queue};
    assert_int_equal(create(foreign->physical_device, &info, NULL, &foreign->device), VK_SUCCESS);
    get_queue(foreign->device, 0, 0, &foreign->queue.queue);
}

static int make_foreign(void **state)
{
    static struct foreign foreign;
    foreign = (struct foreign){.library = dlopen("libvulkan.so.1", RTLD_NOW)};
    assert_non_null(foreign.library);
    // ISO C has no conversion from an object pointer to a function pointer; POSIX does.
    void *symbol = dlsym(foreign.library, "vkGetInstanceProcAddr");
    assert_non_null(symbol);
    memcpy(&foreign.entry, &symbol, sizeof(symbol));
    make_instance(&foreign);
    make_device(&foreign);
    *state = &foreign;
    return 0;
}

static int destroy_foreign(void **state)
{
    struct foreign *foreign = *state;
    ((PFN_vkDestroyDevice)of_instance(foreign, "vkDestroyDevice"))(foreign->device, NULL);
    ((PFN_vkDestroyInstance)of_instance(foreign, "vkDestroyInstance"))(foreign->instance, NULL);
    return dlclose(foreign->library);
}

static struct ash_context_adopt_params of_foreign(const struct foreign *foreign)
{
    return (struct ash_context_adopt_params){
        .instance = foreign->instance,
        .physical_device = foreign->physical_device,
        .device = foreign->device,
        .graphics = foreign->queue,
        .debug_utils = true,
    };
}

static void an_adopted_device_is_described_and_works(void **state)
{
    struct foreign *foreign = *state;
    struct ash_context_adopt_params params = of_foreign(foreign);
    PFN_vkGetInstanceProcAddr const entries[] = {NULL, foreign->entry};
    for (size_t i = 0; i < 2; i++) {
        struct ash_context *context = NULL;
        params.get_instance_proc_addr = entries[i];
        assert_int_equal(ash_context_adopt(&params, &context), ASH_OK);
        assert_ptr_equal(context->device, foreign->device);
        assert_ptr_equal(context->transfer.queue, foreign->queue.queue);
        assert_true(context->properties.deviceName[0] != '\0');
        assert_true(context->driver[0] != '\0');
        assert_true(context->memory_properties.memoryHeapCount > 0);
        assert_true(context->max_memory_allocation_size >= (VkDeviceSize)1 << 30);
        assert_false(context->buffer_device_address || context->memory_budget);
        assert_int_equal(ash_context_validation_messages(context), 0);
        const VkFenceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
        VkFence fence;
        assert_int_equal(context->vk->vkCreateFence(context->device, &info, NULL, &fence),
                         VK_SUCCESS);
        ash_debug_name(context, VK_OBJECT_TYPE_FENCE, (uint64_t)fence, "fence");
        context->vk->vkDestroyFence(context->device, fence, NULL);
        ash_context_destroy(context);
    }
}

static void destroying_the_context_leaves_the_device_alone(void **state)
{
    struct foreign *foreign = *state;
    struct ash_context_adopt_params params = of_foreign(foreign);
    struct ash_context *context = NULL;
    assert_int_equal(ash_context_adopt(&params, &context), ASH_OK);
    ash_context_destroy(context);
    PFN_vkDeviceWaitIdle wait = (PFN_vkDeviceWaitIdle)of_instance(foreign, "vkDeviceWaitIdle");
    assert_int_equal(wait(foreign->device), VK_SUCCESS);
}

static void a_transfer_queue_of_its_own_is_kept(void **state)
{
    struct foreign *foreign = *state;
    struct ash_context_adopt_params params = of_foreign(foreign);
    struct ash_context *context = NULL;
    params.transfer = (struct ash_queue){foreign->queue.queue, 5};
    assert_int_equal(ash_context_adopt(&params, &context), ASH_OK);
    assert_int_equal(context->transfer.family_index, 5);
    ash_context_destroy(context);
}

static PFN_vkVoidFunction empty_entry(VkInstance instance, const char *name)
{
    (void)instance;
    (void)name;
    return NULL;
}

// The least there is: the first Vulkan's queries and no more.
static const struct foreign *least_of;
static PFN_vkVoidFunction least_entry(VkInstance instance, const char *name)
{
    static const char *const names[] = {"vkGetDeviceProcAddr", "vkGetPhysicalDeviceProperties",
                                        "vkGetPhysicalDeviceMemoryProperties"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(name, names[i]) == 0)
            return least_of->entry(instance, name);
    return NULL;
}

static void functions_that_nobody_needs_may_be_missing(void **state)
{
    struct foreign *foreign = *state;
    struct ash_context_adopt_params params = of_foreign(foreign);
    struct ash_context *context = NULL;
    struct ash_memory_budget budget;
    least_of = foreign;
    params.get_instance_proc_addr = least_entry;
    params.memory_budget = true; // which can't be asked for
    assert_int_equal(ash_context_adopt(&params, &context), ASH_OK);
    assert_true(context->properties.deviceName[0] != '\0');
    assert_true(context->max_memory_allocation_size == (VkDeviceSize)1 << 30);
    assert_false(context->debug_utils);
    assert_false(context->memory_budget);
    assert_int_equal(context->timestamp_valid_bits, 0);
    ash_debug_name(context, VK_OBJECT_TYPE_DEVICE, (uint64_t)(uintptr_t)context->device, "device");
    ash_context_memory_budget(context, &budget);
    assert_true(budget.budget[0] == context->memory_properties.memoryHeaps[0].size / 5 * 4);
    ash_context_destroy(context);
}

static void a_wrong_loader_is_refused(void **state)
{
    struct foreign *foreign = *state;
    struct ash_context_adopt_params params = of_foreign(foreign);
    struct ash_context *context = (struct ash_context *)foreign;
    params.get_instance_proc_addr = empty_entry;
    ash_log_set_level(ASH_LOG_OFF);
    assert_int_equal(ash_context_adopt(&params, &context), ASH_ERROR_UNSUPPORTED);
    ash_log_set_level(ASH_LOG_WARNING);
    assert_null(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_adopted_device_is_described_and_works),
        cmocka_unit_test(destroying_the_context_leaves_the_device_alone),
        cmocka_unit_test(a_transfer_queue_of_its_own_is_kept),
        cmocka_unit_test(functions_that_nobody_needs_may_be_missing),
        cmocka_unit_test(a_wrong_loader_is_refused),
    };
    return cmocka_run_group_tests(tests, make_foreign, destroy_foreign);
}
