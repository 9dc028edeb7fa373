// Labels: gpu threads
//
// A context on the machine's own driver: what it says of itself, and that it leaves nothing.
#include "engine/context/context.h"

#include "tests/support/test.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <volk.h>

#include "engine/assert.h"
#include "engine/context/debug.h"
#include "engine/log.h"

static struct ash_context *make_context(void)
{
    const struct ash_context_params params = {.validation = ASH_VALIDATION_REQUIRED};
    struct ash_context *context = NULL;
    assert_int_equal(ash_context_create(&params, &context), ASH_OK);
    assert_non_null(context);
    return context;
}

static void a_context_without_a_window_is_complete(void **state)
{
    (void)state;
    struct ash_context *context = make_context();
    assert_non_null(context->instance);
    assert_non_null(context->physical_device);
    assert_non_null(context->device);
    assert_true(context->surface == VK_NULL_HANDLE);
    assert_non_null(context->graphics.queue);
    assert_non_null(context->transfer.queue);
    assert_non_null(context->vk->vkAllocateMemory);
    assert_non_null(context->vk->vkCmdBeginRendering);
    assert_true(context->properties.apiVersion >= VK_API_VERSION_1_3);
    assert_true(context->memory_properties.memoryTypeCount > 0);
    assert_true(context->max_memory_allocation_size >= (VkDeviceSize)1 << 30);
    assert_true(context->driver[0] != '\0');
    assert_int_equal(context->software,
                     context->properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU);
    assert_true(context->debug_utils);
    assert_int_equal(ash_context_validation_messages(context), 0);
    ash_context_destroy(context);
    assert_int_equal(ash_context_validation_messages(NULL), 0);
}

static void contexts_come_and_go_side_by_side(void **state)
{
    (void)state;
    struct ash_context *first = make_context();
    struct ash_context *second = make_context();
    assert_true(first->device != second->device);
    ash_context_destroy(first);
    assert_int_equal(second->vk->vkDeviceWaitIdle(second->device), VK_SUCCESS);
    ash_context_destroy(second);
    ash_context_destroy(NULL);
    assert_int_equal(ash_context_validation_messages(NULL), 0);
}

static void *come_and_go(void *user)
{
    const struct ash_context_params params = {.validation = ASH_VALIDATION_OFF};
    bool *fine = user;
    for (int i = 0; i < 3; i++) {
        struct ash_context *context = NULL;
        *fine = *fine && ash_context_create(&params, &context) == ASH_OK &&
                context->vk->vkDeviceWaitIdle(context->device) == VK_SUCCESS;
        ash_context_destroy(context);
    }
    return NULL;
}

static void contexts_may_be_made_by_several_threads(void **state)
{
    (void)state;
    pthread_t threads[4];
    bool fine[4] = {true, true, true, true};
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, come_and_go, &fine[i]), 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_true(fine[i]);
    }
}

static void the_budget_is_within_the_heaps(void **state)
{
    (void)state;
    struct ash_context *context = make_context();
    struct ash_memory_budget budget;
    ash_context_memory_budget(context, &budget);
    for (uint32_t i = 0; i < context->memory_properties.memoryHeapCount; i++) {
        assert_true(budget.budget[i] > 0);
        assert_true(budget.budget[i] <= context->memory_properties.memoryHeaps[i].size);
        if (!context->memory_budget)
            assert_true(budget.budget[i] == context->memory_properties.memoryHeaps[i].size / 5 * 4);
    }
    ash_context_destroy(context);
}

static jmp_buf broken_rule;
static char broken_sentence[512];

static void jump_out(const char *rule, const char *file, int line)
{
    (void)file;
    (void)line;
    snprintf(broken_sentence, sizeof(broken_sentence), "%s", rule);
    longjmp(broken_rule, 1);
}

static void destroying_it_before_its_children_names_them(void **state)
{
    (void)state;
    struct ash_context *context = make_context();
    struct ash_context_child allocator = {.name = "allocator \"world\""};
    struct ash_context_child ring = {.name = "staging ring"};
    struct ash_context_child gone = {.name = "gone"};
    ash_context_add_child(context, &allocator);
    ash_context_add_child(context, &gone);
    ash_context_add_child(context, &ring);
    ash_context_remove_child(context, &gone);
    ash_assert_set_handler(jump_out);
    if (setjmp(broken_rule) == 0) {
        ash_context_destroy(context);
        fail_msg("the context let itself be destroyed");
    }
    ash_assert_set_handler(NULL);
    assert_non_null(strstr(broken_sentence, "staging ring, allocator \"world\""));
    assert_null(strstr(broken_sentence, "gone"));
    ash_context_remove_child(context, &allocator);
    ash_context_remove_child(context, &ring);
    ash_context_destroy(context);
}

static char listed[8][256];
static uint32_t listed_count;

static void collect_line(void *user, const char *text)
{
    assert_ptr_equal(user, &listed_count);
    assert_true(listed_count < 8);
    snprintf(listed[listed_count++], sizeof(listed[0]), "%s", text);
}

static void the_list_of_gpus_has_a_line_for_each(void **state)
{
    (void)state;
    struct ash_context *context = make_context();
    listed_count = 0;
    assert_int_equal(ash_context_list_gpus(collect_line, &listed_count), ASH_OK);
    assert_true(listed_count > 0);
    bool found = false;
    for (uint32_t i = 0; i < listed_count; i++) {
        char start[16];
        snprintf(start, sizeof(start), "%u: ", i);
        assert_memory_equal(listed[i], start, strlen(start));
        assert_non_null(strstr(listed[i], ", Vulkan "));
        found |= strstr(listed[i], context->properties.deviceName) != NULL;
    }
    assert_true(found);
    ash_context_destroy(context);
}

static void an_object_left_behind_is_a_message_that_names_it(void **state)
{
    (void)state;
    struct ash_context *context = make_context();
    const VkFenceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
    VkFence fence;
    assert_int_equal(context->vk->vkCreateFence(context->device, &info, NULL, &fence), VK_SUCCESS);
    ash_debug_name(context, VK_OBJECT_TYPE_FENCE, (uint64_t)(uintptr_t)fence, "fence %d", 7);
    ash_log_set_level(ASH_LOG_OFF);
    ash_context_destroy(context);
    ash_log_set_level(ASH_LOG_WARNING);
    assert_true(ash_context_validation_messages(NULL) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_context_without_a_window_is_complete),
        cmocka_unit_test(contexts_come_and_go_side_by_side),
        cmocka_unit_test(contexts_may_be_made_by_several_threads),
        cmocka_unit_test(the_budget_is_within_the_heaps),
        cmocka_unit_test(destroying_it_before_its_children_names_them),
        cmocka_unit_test(the_list_of_gpus_has_a_line_for_each),
        // Leaves messages behind: the last.
        cmocka_unit_test(an_object_left_behind_is_a_message_that_names_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
