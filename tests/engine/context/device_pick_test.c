// Labels: valgrind
//
// The choice among machines that nobody here has.
#include "engine/context/device_pick.h"

#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

#define GIB ((VkDeviceSize)1 << 30)

static struct ash_device_facts device(const char *name, VkPhysicalDeviceType type)
{
    struct ash_device_facts facts = {.type = type,
                                     .api_version = VK_API_VERSION_1_3,
                                     .dynamic_rendering = true,
                                     .synchronization2 = true,
                                     .timeline_semaphore = true,
                                     .swapchain = true,
                                     .any_graphics = true,
                                     .transfer_family = ASH_NO_FAMILY};
    snprintf(facts.name, sizeof(facts.name), "%s", name);
    return facts;
}

static struct ash_device_facts with_everything(VkPhysicalDeviceType type)
{
    struct ash_device_facts facts = device("everything", type);
    facts.memory_budget = true;
    facts.draw_indirect_count = true;
    facts.buffer_device_address = true;
    facts.transfer_family = 1;
    facts.device_local_size = 4096 * GIB;
    return facts;
}

// Picks among up to 8 devices; -1: none suits, -2: none matches.
static int pick(const struct ash_device_facts *facts, uint32_t count, bool surface, const char *gpu)
{
    struct ash_device_verdict verdicts[8];
    uint32_t index = 1000;
    for (uint32_t i = 0; i < count; i++)
        ash_device_judge(&facts[i], surface, &verdicts[i]);
    switch (ash_device_pick(facts, verdicts, count, gpu, &index)) {
    case ASH_DEVICE_CHOSEN:
        assert_true(index < count);
        return (int)index;
    case ASH_DEVICE_NONE_SUITS:
        assert_int_equal(index, 1000);
        return -1;
    case ASH_DEVICE_NONE_MATCHES:
        assert_int_equal(index, 1000);
        return -2;
    }
    return -3;
}

static void a_bare_device_of_a_better_type_beats_a_rich_one(void **state)
{
    (void)state;
    static const VkPhysicalDeviceType order[] = {
        VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU, VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU,
        VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU, VK_PHYSICAL_DEVICE_TYPE_OTHER,
        VK_PHYSICAL_DEVICE_TYPE_CPU};
    for (size_t better = 0; better < 5; better++)
        for (size_t worse = better + 1; worse < 5; worse++) {
            const struct ash_device_facts facts[] = {with_everything(order[worse]),
                                                     device("bare", order[better])};
            assert_int_equal(pick(facts, 2, true, NULL), 1);
        }
}

static void a_cpu_is_taken_where_nothing_else_suits(void **state)
{
    (void)state;
    struct ash_device_facts facts[] = {device("old card", VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU),
                                       device("llvmpipe", VK_PHYSICAL_DEVICE_TYPE_CPU)};
    facts[0].api_version = VK_API_VERSION_1_2;
    assert_int_equal(pick(facts, 2, false, NULL), 1);
}

static void memory_decides_between_two_of_a_kind_and_order_between_equals(void **state)
{
    (void)state;
    struct ash_device_facts facts[] = {device("a", VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU),
                                       device("b", VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU),
                                       device("c", VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU)};
    assert_int_equal(pick(facts, 3, false, NULL), 0);
    facts[1].device_local_size = 8 * GIB;
    facts[2].device_local_size = 8 * GIB;
    assert_int_equal(pick(facts, 3, false, NULL), 1);
    facts[2].transfer_family = 2;
    assert_int_equal(pick(facts, 3, false, NULL), 2);
}

// One thing taken away at a time: each makes the device unfit, with a reason that names it.
static void what_is_missing_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *reason;
        size_t offset;
    } rows[] = {
        {"dynamicRendering", offsetof(struct ash_device_facts, dynamic_rendering)},
        {"synchronization2", offsetof(struct ash_device_facts, synchronization2)},
        {"timelineSemaphore", offsetof(struct ash_device_facts, timeline_semaphore)},
        {"graphics and compute", offsetof(struct ash_device_facts, any_graphics)},
        {"VK_KHR_swapchain", offsetof(struct ash_device_facts, swapchain)},
    };
    struct ash_device_verdict verdict;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ash_device_facts facts = with_everything(VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU);
        memset((char *)&facts + rows[i].offset, 0, sizeof(bool));
        ash_device_judge(&facts, true, &verdict);
        assert_false(verdict.suits);
        assert_int_equal(verdict.score, 0);
        assert_non_null(strstr(verdict.reason, rows[i].reason));
    }
    struct ash_device_facts facts = with_everything(VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU);
    facts.api_version = VK_MAKE_API_VERSION(0, 1, 2, 999);
    ash_device_judge(&facts, true, &verdict);
    assert_non_null(strstr(verdict.reason, "Vulkan 1.3"));
    facts.api_version = VK_API_VERSION_1_3;
    facts.graphics_family = ASH_NO_FAMILY;
    ash_device_judge(&facts, true, &verdict);
    assert_non_null(strstr(verdict.reason, "present"));
}

static void without_a_window_no_swapchain_is_needed(void **state)
{
    (void)state;
    struct ash_device_facts facts = device("compute card", VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU);
    facts.swapchain = false;
    assert_int_equal(pick(&facts, 1, false, NULL), 0);
    assert_int_equal(pick(&facts, 1, true, NULL), -1);
}

static void the_score_is_the_sum_of_its_reasons(void **state)
{
    (void)state;
    struct ash_device_verdict verdict;
    struct ash_device_facts facts = with_everything(VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU);
    ash_device_judge(&facts, true, &verdict);
    unsigned sum = 0;
    for (const char *text = verdict.reason; *text != '\0';) {
        unsigned points = 0;
        const char *digits = text + strcspn(text, "0123456789");
        assert_int_equal(sscanf(digits, "%u", &points), 1);
        sum += points;
        text = digits + strspn(digits, "0123456789");
    }
    assert_int_equal(sum, verdict.score);
    assert_true(strlen(verdict.reason) < sizeof(verdict.reason) - 1);
}

static void a_gpu_is_chosen_by_number_or_part_of_its_name(void **state)
{
    (void)state;
    const struct ash_device_facts facts[] = {
        device("llvmpipe (LLVM 15)", VK_PHYSICAL_DEVICE_TYPE_CPU),
        device("GeForce RTX 4090", VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU),
        device("GeForce GTX 1", VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU),
        device("Radeon 2", VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU)};
    static const struct {
        const char *gpu;
        int index;
    } rows[] = {
        {NULL, 1},
        {"", 1},
        {"0", 0},
        {"2", 2},
        {"3", 3},
        {"LLVM", 0},
        {"LlvmPipe", 0},
        {"geforce", 1},
        {"gtx", 2},
        {"4090", 1},
        {"90", 1},
        {"15", 0},
        {"4", 1},
        {"7", -2},
        {"radeon 3", -2},
        {"RTX 40900", -2},
        {"99999999999999999999", -2},
        {"-1", -2},
        {" ", 1},
        {"adeon", 3},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(pick(facts, 4, false, rows[i].gpu), rows[i].index);
}

static void of_several_that_match_one_that_suits_is_taken(void **state)
{
    (void)state;
    struct ash_device_facts facts[] = {device("Card A", VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU),
                                       device("Card B", VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU),
                                       device("Other", VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU)};
    facts[0].synchronization2 = false;
    assert_int_equal(pick(facts, 3, false, "card"), 1);
    assert_int_equal(pick(facts, 3, false, "card a"), -1);
    assert_int_equal(pick(facts, 3, false, "0"), -1);
    assert_int_equal(pick(facts, 0, false, NULL), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bare_device_of_a_better_type_beats_a_rich_one),
        cmocka_unit_test(a_cpu_is_taken_where_nothing_else_suits),
        cmocka_unit_test(memory_decides_between_two_of_a_kind_and_order_between_equals),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(without_a_window_no_swapchain_is_needed),
        cmocka_unit_test(the_score_is_the_sum_of_its_reasons),
        cmocka_unit_test(a_gpu_is_chosen_by_number_or_part_of_its_name),
        cmocka_unit_test(of_several_that_match_one_that_suits_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
