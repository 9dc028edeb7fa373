// Labels: gpu
//
// Validation is awake: it hears planted mistakes, names their objects, and counts nothing else.
#include "engine/context/debug.h"

#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

#include <volk.h>

#include "engine/context/messenger.h"
#include "engine/log.h"

static char heard[8192];

static void hear(void *user, enum ash_log_level level, const char *message)
{
    (void)user;
    size_t used = strlen(heard);
    if (level == ASH_LOG_ERROR)
        snprintf(heard + used, sizeof(heard) - used, "%s\n", message);
}

static int start(void **state)
{
    static const struct ash_log_sink sink = {hear, NULL};
    const struct ash_context_params params = {.validation = ASH_VALIDATION_REQUIRED};
    struct ash_context *context = NULL;
    if (ash_context_create(&params, &context) != ASH_OK)
        return -1;
    heard[0] = '\0';
    ash_log_set_sink(&sink);
    *state = context;
    return 0;
}

static int stop(void **state)
{
    ash_context_destroy(*state);
    ash_log_set_sink(NULL);
    return 0;
}

static VkCommandPool make_pool(struct ash_context *context)
{
    const VkCommandPoolCreateInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                          .queueFamilyIndex = context->graphics.family_index};
    VkCommandPool pool;
    assert_int_equal(context->vk->vkCreateCommandPool(context->device, &info, NULL, &pool),
                     VK_SUCCESS);
    return pool;
}

static VkCommandBuffer begin_commands(struct ash_context *context, VkCommandPool pool)
{
    const VkCommandBufferAllocateInfo info = {.sType =
                                                  VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                              .commandPool = pool,
                                              .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
                                              .commandBufferCount = 1};
    const VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
    VkCommandBuffer commands;
    assert_int_equal(context->vk->vkAllocateCommandBuffers(context->device, &info, &commands),
                     VK_SUCCESS);
    assert_int_equal(context->vk->vkBeginCommandBuffer(commands, &begin), VK_SUCCESS);
    return commands;
}

static void a_message_names_the_object(void **state)
{
    struct ash_context *context = *state;
    const VkEventCreateInfo info = {.sType = VK_STRUCTURE_TYPE_EVENT_CREATE_INFO,
                                    .flags = VK_EVENT_CREATE_DEVICE_ONLY_BIT};
    VkEvent event;
    assert_int_equal(context->vk->vkCreateEvent(context->device, &info, NULL, &event), VK_SUCCESS);
    ash_debug_name(context, VK_OBJECT_TYPE_EVENT, (uint64_t)event, "gate %d", 7);
    assert_int_equal(ash_context_validation_messages(context), 0);
    // The host may not touch an event that is for the device only.
    (void)context->vk->vkSetEvent(context->device, event);
    assert_int_equal(ash_context_validation_messages(context), 1);
    assert_non_null(strstr(heard, "validation: VUID-vkSetEvent-event"));
    assert_non_null(strstr(heard, " on gate 7"));
    context->vk->vkDestroyEvent(context->device, event, NULL);
}

static void a_long_name_is_cut_and_no_object_is_no_name(void **state)
{
    struct ash_context *context = *state;
    VkCommandPool pool = make_pool(context);
    char name[300];
    memset(name, 'n', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    ash_debug_name(context, VK_OBJECT_TYPE_COMMAND_POOL, (uint64_t)pool, "%s", name);
    ash_debug_name(context, VK_OBJECT_TYPE_COMMAND_POOL, 0, "%s", name);
    context->vk->vkDestroyCommandPool(context->device, pool, NULL);
    assert_int_equal(ash_context_validation_messages(context), 0);
}

static void labels_nest(void **state)
{
    struct ash_context *context = *state;
    VkCommandPool pool = make_pool(context);
    VkCommandBuffer commands = begin_commands(context, pool);
    ash_debug_begin_label(context, commands, "frame");
    ash_debug_begin_label(context, commands, "sky");
    ash_debug_end_label(context, commands);
    ash_debug_end_label(context, commands);
    assert_int_equal(context->vk->vkEndCommandBuffer(commands), VK_SUCCESS);
    assert_int_equal(ash_context_validation_messages(context), 0);
    context->vk->vkDestroyCommandPool(context->device, pool, NULL);
}

struct target {
    VkBuffer buffer;
    VkDeviceMemory memory;
};

static struct target make_target(struct ash_context *context)
{
    struct target target;
    const VkBufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                                     .size = 256,
                                     .usage = VK_BUFFER_USAGE_TRANSFER_DST_BIT};
    VkMemoryRequirements requirements;
    assert_int_equal(context->vk->vkCreateBuffer(context->device, &info, NULL, &target.buffer),
                     VK_SUCCESS);
    context->vk->vkGetBufferMemoryRequirements(context->device, target.buffer, &requirements);
    uint32_t type = 0;
    while ((requirements.memoryTypeBits >> type & 1) == 0)
        type++;
    const VkMemoryAllocateInfo allocate = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                                           .allocationSize = requirements.size,
                                           .memoryTypeIndex = type};
    assert_int_equal(
        context->vk->vkAllocateMemory(context->device, &allocate, NULL, &target.memory),
        VK_SUCCESS);
    assert_int_equal(
        context->vk->vkBindBufferMemory(context->device, target.buffer, target.memory, 0),
        VK_SUCCESS);
    return target;
}

static void synchronisation_is_checked(void **state)
{
    struct ash_context *context = *state;
    struct target target = make_target(context);
    VkCommandPool pool = make_pool(context);
    VkCommandBuffer commands = begin_commands(context, pool);
    context->vk->vkCmdFillBuffer(commands, target.buffer, 0, 256, 1);
    assert_int_equal(ash_context_validation_messages(context), 0);
    // A second write without a barrier.
    context->vk->vkCmdFillBuffer(commands, target.buffer, 0, 256, 2);
    assert_int_equal(ash_context_validation_messages(context), 1);
    assert_non_null(strstr(heard, "SYNC-HAZARD-WRITE-AFTER-WRITE"));
    assert_int_equal(context->vk->vkEndCommandBuffer(commands), VK_SUCCESS);
    context->vk->vkDestroyCommandPool(context->device, pool, NULL);
    context->vk->vkDestroyBuffer(context->device, target.buffer, NULL);
    context->vk->vkFreeMemory(context->device, target.memory, NULL);
}

static void only_validation_counts(void **state)
{
    (void)state;
    struct ash_messages messages = {0};
    const VkDebugUtilsMessengerCreateInfoEXT info = ash_messenger_info(&messages);
    const VkDebugUtilsMessengerCallbackDataEXT data = {.pMessage = "a\nword"};
    uint32_t total = ash_messages_total();
    static const VkDebugUtilsMessageTypeFlagsEXT others[] = {
        VK_DEBUG_UTILS_MESSAGE_TYPE_GENERAL_BIT_EXT,
        VK_DEBUG_UTILS_MESSAGE_TYPE_PERFORMANCE_BIT_EXT};
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(info.pfnUserCallback(VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT,
                                              others[i], &data, &messages),
                         VK_FALSE);
    assert_int_equal(messages.count, 0);
    assert_string_equal(heard, "");
    assert_int_equal(info.pfnUserCallback(VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT,
                                          VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT, &data,
                                          &messages),
                     VK_FALSE);
    assert_int_equal(messages.count, 1);
    assert_int_equal(ash_messages_total(), total + 1);
    assert_string_equal(heard, "validation: no id: a word\n");
}

static void a_message_loses_its_preamble(void **state)
{
    (void)state;
    assert_string_equal(
        ash_message_text("Validation Error: [ VUID-x ] Object 0: handle = 0x1, type "
                         "= VK_OBJECT_TYPE_EVENT; | MessageID = 0x12 | Text | more"),
        "Text | more");
    assert_string_equal(ash_message_text("plain"), "plain");
    assert_string_equal(ash_message_text("odd | MessageID = 0x12"), "odd | MessageID = 0x12");
    assert_string_equal(ash_message_text(""), "");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {
        TEST(a_message_names_the_object),
        TEST(a_long_name_is_cut_and_no_object_is_no_name),
        TEST(labels_nest),
        TEST(synchronisation_is_checked),
        TEST(only_validation_counts),
        cmocka_unit_test(a_message_loses_its_preamble),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
