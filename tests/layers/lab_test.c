// VK_LAYER_ASH_lab: the call that is chosen fails, as the specification wants it, and hardware that
// is pretended is enforced.
//
// Labels: gpu
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/layers/lab_stage.h"
#include "tests/support/test.h"

enum { MIB = 1 << 20 };

// Faults.

// How many calls the last run had that could have failed. The loader's own are among them, and how
// many those are is its version's business.
static unsigned calls_of_run(void)
{
    unsigned count = 0;
    const char *line = strstr(layer_log, " calls could have failed");
    assert_non_null(line);
    while (line > layer_log && isdigit((unsigned char)line[-1]))
        line--;
    assert_int_equal(sscanf(line, "%u", &count), 1);
    return count;
}

static int make_events(void)
{
    struct stage stage;
    const VkEventCreateInfo info = {.sType = VK_STRUCTURE_TYPE_EVENT_CREATE_INFO};
    VkEvent events[5] = {VK_NULL_HANDLE};
    VkEvent undefined;
    memset(&undefined, 0xDE, sizeof(undefined));
    MUST(stage_open(&stage, NULL));
    int failed = 0;
    for (int i = 0; i < 5; i++) {
        VkResult result = vkCreateEvent(stage.device, &info, NULL, &events[i]);
        MUST(result == VK_SUCCESS || events[i] == undefined);
        MUST(result == VK_SUCCESS || result == VK_ERROR_OUT_OF_HOST_MEMORY);
        failed |= (result != VK_SUCCESS) << i;
        if (result == VK_SUCCESS)
            vkDestroyEvent(stage.device, events[i], NULL);
    }
    stage_close(&stage);
    return failed;
}

static void the_nth_of_a_name_fails(void **state)
{
    (void)state;
    assert_int_equal(run("", "", make_events), 0);
    assert_logged("5 vkCreateEvent\n");
    assert_int_equal(run("vkCreateEvent:2", "", make_events), 2);
    assert_logged(", vkCreateEvent 2, answers VK_ERROR_OUT_OF_HOST_MEMORY\n");
    assert_int_equal(run("vkCreateEvent:3+", "", make_events), 4 + 8 + 16);
    assert_int_equal(run("vkCreateEvent:1,vkCreateEvent:5", "", make_events), 1 + 16);
    assert_int_equal(run("vkCreateEvent:6", "", make_events), 0);
    assert_logged("there was no vkCreateEvent 6 while its device was not lost: it did not fail");
}

static void the_nth_of_all_fails(void **state)
{
    (void)state;
    char fault[32];
    assert_int_equal(run("", "", make_events), 0);
    unsigned count = calls_of_run();
    for (unsigned i = 0; i < 5; i++) { // the events are the last calls
        snprintf(fault, sizeof(fault), "%u", count - 4 + i);
        assert_int_equal(run(fault, "", make_events), 1 << i);
    }
    snprintf(fault, sizeof(fault), "%u", count + 1);
    assert_int_equal(run(fault, "", make_events), 0);
    assert_int_equal(run("2=VK_INCOMPLETE", "", make_events), 0);
    assert_logged("lab: call 2, vkEnumeratePhysicalDevices 1, answers VK_INCOMPLETE\n");
}

static void what_a_call_never_answers_is_not_injected(void **state)
{
    (void)state;
    assert_int_equal(run("1=VK_ERROR_DEVICE_LOST", "", make_events), 0);
    assert_logged("is vkCreateInstance, which never answers VK_ERROR_DEVICE_LOST");
}

static int make_nothing(void)
{
    struct stage stage;
    return stage_open(&stage, NULL) ? 0 : 42;
}

static void settings_that_are_wrong_are_told(void **state)
{
    (void)state;
    static const char *const wrong[] = {"0",  "x",    "vkFoo:1", "vkCreateEvent:",   "3=VK_FOO",
                                        "-1", "1,,x", "5 ",      "vkCreateEvent:2+3"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(run(wrong[i], "", make_nothing), 42);
        assert_logged("can't be understood");
    }
    static const char *const unknown[] = {"96 MB heap",
                                          "heap",
                                          "limit",
                                          "limit 8x",
                                          "atom 3",
                                          "96 MiB",
                                          "none",
                                          "limit 8 GiB",
                                          "atom -64",
                                          "atom 64abc",
                                          "limit -18446744073709551608"};
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        assert_int_equal(run("", unknown[i], make_nothing), 42);
        assert_logged("can't be understood");
    }
}

// Not cut off, where the rest could mean anything.
static void settings_that_are_too_long_are_told(void **state)
{
    (void)state;
    char text[1024] = "limit 8";
    memset(text + strlen(text), ',', sizeof(text) - 1 - strlen(text));
    assert_int_equal(run("", text, make_nothing), 42);
    assert_logged("can't be understood");
    memcpy(text, "1000000", 7);
    assert_int_equal(run(text, "", make_nothing), 42);
    assert_logged("can't be understood");
}

// Eight of the longest are read to their end.
static void long_settings_are_read(void **state)
{
    (void)state;
#define LONGEST "vkGetPhysicalDeviceImageFormatProperties2:1000=VK_ERROR_OUT_OF_DEVICE_MEMORY"
#define TWO     LONGEST "," LONGEST
    assert_int_equal(run(TWO "," TWO "," TWO "," TWO, "", make_events), 0);
    assert_int_equal(run(TWO "," TWO "," TWO "," TWO ",1000", "", make_nothing), 42);
    assert_logged("can't be understood");
#undef TWO
#undef LONGEST
}

static int allocate_commands(void)
{
    struct stage stage;
    MUST(stage_open(&stage, NULL));
    VkCommandBuffer commands[3];
    memset(commands, 0xAB, sizeof(commands));
    const VkCommandBufferAllocateInfo info = {.sType =
                                                  VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                              .commandPool = stage.pool,
                                              .commandBufferCount = 3};
    MUST(vkAllocateCommandBuffers(stage.device, &info, commands) == VK_ERROR_OUT_OF_DEVICE_MEMORY);
    for (int i = 0; i < 3; i++)
        MUST(commands[i] == VK_NULL_HANDLE);
    stage_close(&stage);
    return 0;
}

// In place of a name that is not there stand those that are.
static void unknown_names_are_answered_with_a_list(void **state)
{
    (void)state;
    assert_int_equal(run("vkCreateEvents:2", "", make_nothing), 42);
    assert_logged("vkCreateEvents is no call that can fail");
    assert_logged("vkCreateEvent ");
    assert_logged("vkQueuePresentKHR ");
    assert_int_equal(run("vkCreateEvent:2=VK_ERROR_DEVICE_LOST", "", make_nothing), 42);
    assert_logged("vkCreateEvent never answers VK_ERROR_DEVICE_LOST");
    assert_logged("VK_ERROR_OUT_OF_HOST_MEMORY VK_ERROR_OUT_OF_DEVICE_MEMORY \n");
}

static void command_buffers_are_null_on_failure(void **state)
{
    (void)state;
    assert_int_equal(
        run("vkAllocateCommandBuffers:1=VK_ERROR_OUT_OF_DEVICE_MEMORY", "", allocate_commands), 0);
}

// A long fill is in flight when the device is lost: it is done when the answer comes.
static int lose_device(void)
{
    struct stage stage;
    struct stage_buffer buffer, other;
    uint32_t *words = NULL;
    MUST(stage_open(&stage, NULL));
    MUST(stage_buffer(&stage, 0, 256 * MIB, &buffer, (void **)&words));
    words[64 * MIB - 1] = 0;
    MUST(stage_fill(&stage, buffer.buffer, 0x12345678, /*wait=*/false) == VK_SUCCESS);
    MUST(stage_fill(&stage, buffer.buffer, 0xFFFFFFFF, /*wait=*/false) == VK_ERROR_DEVICE_LOST);
    MUST(words[64 * MIB - 1] == 0x12345678);
    MUST(vkQueueWaitIdle(stage.queue) == VK_ERROR_DEVICE_LOST);
    MUST(vkDeviceWaitIdle(stage.device) == VK_ERROR_DEVICE_LOST);
    MUST(vkQueueSubmit(stage.queue, 0, NULL, VK_NULL_HANDLE) == VK_ERROR_DEVICE_LOST);
    MUST(stage_buffer(&stage, 0, MIB, &other, NULL)); // can't answer that: goes on
    stage_drop(&stage, &other);
    stage_drop(&stage, &buffer);
    stage_close(&stage);
    return 0;
}

static void a_lost_device_is_idle_and_stays_lost(void **state)
{
    (void)state;
    assert_int_equal(run("vkQueueSubmit:2=VK_ERROR_DEVICE_LOST,vkQueueWaitIdle:1", "", lose_device),
                     0);
    assert_logged("there was no vkQueueWaitIdle 1 while its device was not lost");
}

// Pretended hardware.

static int fill_small_heap(void)
{
    struct stage stage;
    struct stage_buffer a, b, c;
    MUST(stage_open(&stage, NULL));
    MUST(stage.memory.memoryHeaps[0].size == 96 * MIB);
    MUST(stage_buffer(&stage, 0, 60 * MIB, &a, NULL));
    MUST(!stage_buffer(&stage, 0, 60 * MIB, &b, NULL));
    MUST(stage_buffer(&stage, 0, 36 * MIB, &c, NULL));
    stage_drop(&stage, &a);
    vkDestroyBuffer(stage.device, b.buffer, NULL);
    MUST(stage_buffer(&stage, 0, 60 * MIB, &a, NULL));
    stage_drop(&stage, &a);
    stage_drop(&stage, &c);
    stage_close(&stage);
    return 0;
}

static int exceed_limit(void)
{
    struct stage stage;
    VkPhysicalDeviceProperties properties;
    VkDeviceMemory memories[9] = {VK_NULL_HANDLE};
    MUST(stage_open(&stage, NULL));
    vkGetPhysicalDeviceProperties(stage.physical_device, &properties);
    MUST(properties.limits.maxMemoryAllocationCount == 8);
    const VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                                       .allocationSize = 4096};
    for (int i = 0; i < 8; i++)
        MUST(vkAllocateMemory(stage.device, &info, NULL, &memories[i]) == VK_SUCCESS);
    MUST(vkAllocateMemory(stage.device, &info, NULL, &memories[8]) == VK_ERROR_TOO_MANY_OBJECTS);
    for (int i = 0; i < 8; i++)
        vkFreeMemory(stage.device, memories[i], NULL);
    stage_close(&stage);
    return 0;
}

static int look_through_bar(void)
{
    struct stage stage;
    struct stage_buffer local, window;
    uint32_t *words = NULL;
    MUST(stage_open(&stage, NULL));
    MUST(stage.memory.memoryTypeCount == 4 && stage.memory.memoryHeapCount == 3);
    MUST(stage.memory.memoryTypes[0].propertyFlags == VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT);
    MUST(stage.memory.memoryHeaps[2].size == 256ULL * MIB);
    MUST(!stage_buffer(&stage, 0, MIB, &local, (void **)&words)); // not to be mapped
    MUST(stage_buffer(&stage, 3, MIB, &window, (void **)&words));
    MUST(stage_fill(&stage, local.buffer, 0xC0FFEE, true) == VK_SUCCESS);
    MUST(stage_copy(&stage, local.buffer, window.buffer, MIB) == VK_SUCCESS);
    MUST(words[1000] == 0xC0FFEE);
    stage_drop(&stage, &local);
    stage_drop(&stage, &window);
    stage_close(&stage);
    return 0;
}

// Type 0 is not coherent, the last one is.
static int flush_what_was_written(void)
{
    struct stage stage;
    struct stage_buffer apart, near;
    uint32_t *written = NULL, *seen = NULL;
    VkPhysicalDeviceProperties properties;
    MUST(stage_open(&stage, NULL));
    vkGetPhysicalDeviceProperties(stage.physical_device, &properties);
    MUST(properties.limits.nonCoherentAtomSize == 256);
    MUST(stage_buffer(&stage, 0, 4096, &apart, (void **)&written));
    MUST(stage_buffer(&stage, stage.memory.memoryTypeCount - 1, 4096, &near, (void **)&seen));
    MUST(stage_fill(&stage, apart.buffer, 1, true) == VK_SUCCESS);
    written[0] = written[64] = 2;
    const VkMappedMemoryRange first = {
        .sType = VK_STRUCTURE_TYPE_MAPPED_MEMORY_RANGE, .memory = apart.memory, .size = 256};
    const VkMappedMemoryRange odd = {
        .sType = VK_STRUCTURE_TYPE_MAPPED_MEMORY_RANGE, .memory = apart.memory, .size = 300};
    MUST(vkFlushMappedMemoryRanges(stage.device, 1, &first) == VK_SUCCESS);
    MUST(vkFlushMappedMemoryRanges(stage.device, 1, &odd) == VK_SUCCESS); // told, and refused
    MUST(stage_copy(&stage, apart.buffer, near.buffer, 4096) == VK_SUCCESS);
    MUST(seen[0] == 2 && seen[64] == 1);
    MUST(stage_fill(&stage, apart.buffer, 3, true) == VK_SUCCESS);
    MUST(written[0] == 2);
    MUST(vkInvalidateMappedMemoryRanges(stage.device, 1, &first) == VK_SUCCESS);
    MUST(written[0] == 3 && written[64] == 2);
    stage_drop(&stage, &apart);
    stage_drop(&stage, &near);
    stage_close(&stage);
    return 0;
}

static int ask_for_budget(void)
{
    struct stage stage;
    struct stage_buffer buffer;
    VkPhysicalDeviceMemoryBudgetPropertiesEXT budget = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT};
    VkPhysicalDeviceMemoryProperties2 memory = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2, .pNext = &budget};
    VkExtensionProperties offered[256];
    uint32_t count = 256, found = 0;
    MUST(stage_open(&stage, VK_EXT_MEMORY_BUDGET_EXTENSION_NAME));
    MUST(vkEnumerateDeviceExtensionProperties(stage.physical_device, NULL, &count, offered) == 0);
    for (uint32_t i = 0; i < count; i++)
        found += strcmp(offered[i].extensionName, VK_EXT_MEMORY_BUDGET_EXTENSION_NAME) == 0;
    MUST(found == 1);
    MUST(stage_buffer(&stage, 0, 3 * MIB, &buffer, NULL));
    vkGetPhysicalDeviceMemoryProperties2(stage.physical_device, &memory);
    MUST(budget.heapBudget[0] == 80 * MIB && budget.heapUsage[0] == 3 * MIB);
    stage_drop(&stage, &buffer);
    stage_close(&stage);
    return 0;
}

static void pretended_hardware_is_enforced(void **state)
{
    (void)state;
    assert_int_equal(run("", "96 MiB heap", fill_small_heap), 0);
    assert_int_equal(run("", "limit 8", exceed_limit), 0);
    assert_int_equal(run("", "256 MiB BAR", look_through_bar), 0);
    assert_logged("broken rule: vkMapMemory of memory that the CPU does not see");
    assert_int_equal(run("", "non-coherent", flush_what_was_written), 0);
    assert_logged("broken rule: a range of 300 bytes at 0");
    assert_int_equal(run("", "80 MiB budget", ask_for_budget), 0);
    assert_int_equal(run("", "96 MiB heap, limit 9, non-coherent", fill_small_heap), 0);
    assert_null(strstr(layer_log, "broken rule"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nth_of_a_name_fails),
        cmocka_unit_test(the_nth_of_all_fails),
        cmocka_unit_test(what_a_call_never_answers_is_not_injected),
        cmocka_unit_test(settings_that_are_wrong_are_told),
        cmocka_unit_test(settings_that_are_too_long_are_told),
        cmocka_unit_test(long_settings_are_read),
        cmocka_unit_test(unknown_names_are_answered_with_a_list),
        cmocka_unit_test(command_buffers_are_null_on_failure),
        cmocka_unit_test(a_lost_device_is_idle_and_stays_lost),
        cmocka_unit_test(pretended_hardware_is_enforced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
