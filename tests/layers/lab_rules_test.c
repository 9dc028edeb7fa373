// VK_LAYER_ASH_lab keeps to the specification, so that what breaks is the program.
//
// Labels: gpu
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "tests/layers/lab_stage.h"
#include "tests/support/test.h"

enum { MIB = 1 << 20 };

// Losing the device.

struct watcher {
    struct stage *stage;
    VkFence fence;
    const uint32_t *word;
    uint32_t seen; // in the word, when this thread learns that the device is lost
};

static void *wait_for_the_loss(void *argument)
{
    struct watcher *watcher = argument;
    while (vkGetFenceStatus(watcher->stage->device, watcher->fence) != VK_ERROR_DEVICE_LOST)
        ;
    watcher->seen = *watcher->word;
    return NULL;
}

// One thread's submission loses the device while a long fill is under way; another one hears of it.
static int lose_device_beside_a_thread(void)
{
    struct stage stage;
    struct stage_buffer buffer;
    struct watcher watcher = {.stage = &stage};
    uint32_t *words = NULL;
    pthread_t thread;
    const VkFenceCreateInfo fence = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
    MUST(stage_open(&stage, NULL));
    MUST(stage_buffer(&stage, 0, 256 * MIB, &buffer, (void **)&words));
    words[64 * MIB - 1] = 0;
    watcher.word = &words[64 * MIB - 1];
    MUST(vkCreateFence(stage.device, &fence, NULL, &watcher.fence) == VK_SUCCESS);
    MUST(pthread_create(&thread, NULL, wait_for_the_loss, &watcher) == 0);
    MUST(stage_fill(&stage, buffer.buffer, 0x12345678, /*wait=*/false) == VK_SUCCESS);
    MUST(stage_fill(&stage, buffer.buffer, 0xFFFFFFFF, /*wait=*/false) == VK_ERROR_DEVICE_LOST);
    pthread_join(thread, NULL);
    MUST(watcher.seen == 0x12345678);
    vkDestroyFence(stage.device, watcher.fence, NULL);
    stage_drop(&stage, &buffer);
    stage_close(&stage);
    return 0;
}

static void no_thread_hears_of_a_loss_before_the_device_is_idle(void **state)
{
    (void)state;
    assert_int_equal(run("vkQueueSubmit:2=VK_ERROR_DEVICE_LOST", "", lose_device_beside_a_thread),
                     0);
}

// Successes.

static int ask_for_queries(void)
{
    struct stage stage;
    VkQueryPool pool;
    uint64_t ticks = 0;
    const VkQueryPoolCreateInfo info = {.sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO,
                                        .queryType = VK_QUERY_TYPE_TIMESTAMP,
                                        .queryCount = 1};
    MUST(stage_open(&stage, NULL));
    MUST(vkCreateQueryPool(stage.device, &info, NULL, &pool) == VK_SUCCESS);
    MUST(stage_stamp(&stage, pool) == VK_SUCCESS);
    const VkQueryResultFlags wide = VK_QUERY_RESULT_64_BIT;
    const VkQueryResultFlags waits = wide | VK_QUERY_RESULT_WAIT_BIT;
    MUST(vkGetQueryPoolResults(stage.device, pool, 0, 1, 8, &ticks, 8, wide) == VK_NOT_READY);
    MUST(vkGetQueryPoolResults(stage.device, pool, 0, 1, 8, &ticks, 8, waits) == VK_SUCCESS);
    vkDestroyQueryPool(stage.device, pool, NULL);
    stage_close(&stage);
    return 0;
}

static void who_waits_for_queries_has_them(void **state)
{
    (void)state;
    assert_int_equal(run("vkGetQueryPoolResults:1+=VK_NOT_READY", "", ask_for_queries), 0);
}

// Programs for Vulkan 1.0.

static VKAPI_ATTR VkBool32 VKAPI_CALL count_message(
    VkDebugUtilsMessageSeverityFlagBitsEXT severity, VkDebugUtilsMessageTypeFlagsEXT types,
    const VkDebugUtilsMessengerCallbackDataEXT *data, void *user)
{
    (void)severity, (void)types;
    fprintf(stderr, "%s\n", data->pMessage);
    ++*(int *)user;
    return VK_FALSE;
}

// The program uses an extension's name; the validation layer, below, must not see another.
static int use_old_names(void)
{
    static const char *const layers[] = {"VK_LAYER_ASH_lab", "VK_LAYER_KHRONOS_validation"};
    static const char *const extensions[] = {
        VK_EXT_DEBUG_UTILS_EXTENSION_NAME, VK_KHR_GET_PHYSICAL_DEVICE_PROPERTIES_2_EXTENSION_NAME};
    int messages = 0;
    const VkDebugUtilsMessengerCreateInfoEXT messenger = {
        .sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT,
        .messageSeverity = VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT,
        .messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT,
        .pfnUserCallback = count_message,
        .pUserData = &messages};
    const VkInstanceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
                                       .enabledLayerCount = 2,
                                       .ppEnabledLayerNames = layers,
                                       .enabledExtensionCount = 2,
                                       .ppEnabledExtensionNames = extensions};
    VkInstance instance;
    VkDebugUtilsMessengerEXT listener;
    VkPhysicalDevice device;
    uint32_t count = 1;
    MUST(volkInitialize() == VK_SUCCESS && vkCreateInstance(&info, NULL, &instance) == VK_SUCCESS);
    volkLoadInstance(instance);
    MUST(vkCreateDebugUtilsMessengerEXT(instance, &messenger, NULL, &listener) == VK_SUCCESS);
    MUST(vkEnumeratePhysicalDevices(instance, &count, &device) >= 0);
    VkPhysicalDeviceProperties2 properties = {.sType =
                                                  VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2};
    VkPhysicalDeviceMemoryProperties2 memory = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2};
    vkGetPhysicalDeviceProperties2KHR(device, &properties);
    vkGetPhysicalDeviceMemoryProperties2KHR(device, &memory);
    MUST(properties.properties.limits.maxMemoryAllocationCount == 8);
    MUST(memory.memoryProperties.memoryHeaps[0].size == 96 * MIB);
    vkDestroyDebugUtilsMessengerEXT(instance, listener, NULL);
    vkDestroyInstance(instance, NULL);
    MUST(messages == 0);
    return 0;
}

static void a_program_for_1_0_is_passed_on_as_one(void **state)
{
    (void)state;
    assert_int_equal(run("", "limit 8, 96 MiB heap", use_old_names), 0);
}

// Pretended memory.

static int read_memory_properties(void)
{
    struct stage stage;
    const VkMemoryPropertyFlags coherent =
        VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
    bool any_coherent = false;
    MUST(stage_open(&stage, NULL));
    for (uint32_t i = 0; i < stage.memory.memoryTypeCount; i++) {
        const VkMemoryType *type = &stage.memory.memoryTypes[i];
        VkMemoryHeapFlags heap = stage.memory.memoryHeaps[type->heapIndex].flags;
        MUST(type->heapIndex < stage.memory.memoryHeapCount);
        MUST(((type->propertyFlags & VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT) != 0) ==
             ((heap & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) != 0));
        any_coherent |= (type->propertyFlags & coherent) == coherent;
        for (uint32_t j = 0; j < i; j++) { // none is a subset of an earlier one
            VkMemoryPropertyFlags earlier = stage.memory.memoryTypes[j].propertyFlags;
            MUST((type->propertyFlags & ~earlier) != 0 || type->propertyFlags == earlier);
        }
    }
    MUST(any_coherent);
    stage_close(&stage);
    return 0;
}

static void pretended_memory_is_as_vulkan_wants_it(void **state)
{
    (void)state;
    static const char *const machines[] = {
        "",       "96 MiB heap",  "256 MiB BAR",
        "no BAR", "non-coherent", "96 MiB heap, 8 MiB BAR, non-coherent"};
    for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
        print_message("%s\n", machines[i]);
        assert_int_equal(run("", machines[i], read_memory_properties), 0);
    }
}

// A flush of everything leaves what the CPU has not written as the device did, and what it has
// written is there in the next mapping.
static int write_a_part(void)
{
    struct stage stage;
    struct stage_buffer apart, near;
    uint32_t *written = NULL, *seen = NULL;
    MUST(stage_open(&stage, NULL));
    MUST(stage_buffer(&stage, 0, 4096, &apart, (void **)&written));
    MUST(stage_buffer(&stage, stage.memory.memoryTypeCount - 1, 4096, &near, (void **)&seen));
    MUST(stage_fill(&stage, apart.buffer, 1, true) == VK_SUCCESS);
    const VkMappedMemoryRange all = {.sType = VK_STRUCTURE_TYPE_MAPPED_MEMORY_RANGE,
                                     .memory = apart.memory,
                                     .size = VK_WHOLE_SIZE};
    for (int i = 0; i < 64; i++)
        written[i] = 2;
    MUST(vkFlushMappedMemoryRanges(stage.device, 1, &all) == VK_SUCCESS);
    vkUnmapMemory(stage.device, apart.memory);
    MUST(stage_copy(&stage, apart.buffer, near.buffer, 4096) == VK_SUCCESS);
    MUST(seen[0] == 2 && seen[63] == 2 && seen[64] == 1 && seen[1023] == 1);
    MUST(vkMapMemory(stage.device, apart.memory, 0, VK_WHOLE_SIZE, 0, (void **)&written) == 0);
    MUST(written[0] == 2 && written[63] == 2);
    stage_drop(&stage, &apart);
    stage_drop(&stage, &near);
    stage_close(&stage);
    return 0;
}

static void a_flush_carries_what_was_written(void **state)
{
    (void)state;
    assert_int_equal(run("", "non-coherent", write_a_part), 0);
}

// The real atoms are 64 bytes at least, whatever is pretended.
static int flush_half_an_atom(void)
{
    struct stage stage;
    struct stage_buffer buffer;
    VkPhysicalDeviceProperties properties;
    void *bytes = NULL;
    MUST(stage_open(&stage, NULL));
    vkGetPhysicalDeviceProperties(stage.physical_device, &properties);
    const VkMappedMemoryRange half = {.sType = VK_STRUCTURE_TYPE_MAPPED_MEMORY_RANGE,
                                      .size = properties.limits.nonCoherentAtomSize / 2};
    MUST(stage_buffer(&stage, 0, 4096, &buffer, &bytes));
    VkMappedMemoryRange range = half;
    range.memory = buffer.memory;
    MUST(half.size >= 2 && vkFlushMappedMemoryRanges(stage.device, 1, &range) == VK_SUCCESS);
    stage_drop(&stage, &buffer);
    stage_close(&stage);
    return 0;
}

static void atoms_are_those_that_are_told(void **state)
{
    (void)state;
    assert_int_equal(run("", "non-coherent, atom 2", flush_half_an_atom), 0);
    assert_logged("broken rule: a range of ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_thread_hears_of_a_loss_before_the_device_is_idle),
        cmocka_unit_test(who_waits_for_queries_has_them),
        cmocka_unit_test(a_program_for_1_0_is_passed_on_as_one),
        cmocka_unit_test(pretended_memory_is_as_vulkan_wants_it),
        cmocka_unit_test(a_flush_carries_what_was_written),
        cmocka_unit_test(atoms_are_those_that_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
