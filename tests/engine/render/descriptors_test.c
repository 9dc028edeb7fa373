// Labels: valgrind
// Pools that run full, on a device that is four functions: drivers are too generous to show it.
#include "engine/render/descriptors.h"

#include <string.h>

#include <volk.h>

#include "tests/support/catch.h"

enum { MOST_POOLS = 64 };

static struct {
    uint32_t created, destroyed;
    uint32_t room[MOST_POOLS], used[MOST_POOLS]; // sets of each pool
    bool no_room;                                // pools to come hold nothing
    VkResult create_result;                      // of the next creation
    VkResult full_result;                        // of a full pool
} pools;

static uint32_t index_of(VkDescriptorPool pool)
{
    return (uint32_t)(uintptr_t)pool - 1;
}

static VKAPI_ATTR VkResult VKAPI_CALL create_pool(VkDevice device,
                                                  const VkDescriptorPoolCreateInfo *info,
                                                  const VkAllocationCallbacks *callbacks,
                                                  VkDescriptorPool *out)
{
    (void)device;
    (void)callbacks;
    if (pools.create_result != VK_SUCCESS)
        return pools.create_result;
    assert_true(pools.created < MOST_POOLS);
    pools.room[pools.created] = pools.no_room ? 0 : info->maxSets;
    *out = (VkDescriptorPool)(uintptr_t)++pools.created;
    return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL destroy_pool(VkDevice device, VkDescriptorPool pool,
                                               const VkAllocationCallbacks *callbacks)
{
    (void)device;
    (void)callbacks;
    assert_true(index_of(pool) < pools.created);
    pools.destroyed++;
}

static VKAPI_ATTR VkResult VKAPI_CALL reset_pool(VkDevice device, VkDescriptorPool pool,
                                                 VkDescriptorPoolResetFlags flags)
{
    (void)device;
    (void)flags;
    pools.used[index_of(pool)] = 0;
    return VK_SUCCESS;
}

static VKAPI_ATTR VkResult VKAPI_CALL allocate_sets(VkDevice device,
                                                    const VkDescriptorSetAllocateInfo *info,
                                                    VkDescriptorSet *sets)
{
    (void)device;
    uint32_t index = index_of(info->descriptorPool);
    if (pools.used[index] == pools.room[index])
        return pools.full_result;
    pools.used[index]++;
    *sets = (VkDescriptorSet)(uintptr_t)(1000 + pools.used[index]);
    return VK_SUCCESS;
}

static const struct VolkDeviceTable table = {.vkCreateDescriptorPool = create_pool,
                                             .vkDestroyDescriptorPool = destroy_pool,
                                             .vkResetDescriptorPool = reset_pool,
                                             .vkAllocateDescriptorSets = allocate_sets};
static const struct ash_context context = {.vk = &table};

static int start(void **state)
{
    (void)state;
    memset(&pools, 0, sizeof(pools));
    pools.full_result = VK_ERROR_OUT_OF_POOL_MEMORY;
    return 0;
}

static uint32_t alloc(struct ash_descriptors *descriptors, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        VkDescriptorSet set;
        if (ash_descriptors_alloc(descriptors, &context, VK_NULL_HANDLE, &set) != ASH_OK) {
            assert_null(set);
            return i;
        }
        assert_non_null(set);
    }
    return count;
}

static void pools_are_added_and_used_again(void **state)
{
    (void)state;
    struct ash_descriptors descriptors = {0};
    assert_int_equal(alloc(&descriptors, 1000), 1000); // 64 + 128 + 256 + 512, and 40 more
    assert_int_equal(pools.created, 5);
    for (int frame = 0; frame < 3; frame++) {
        ash_descriptors_reset(&descriptors, &context);
        assert_int_equal(alloc(&descriptors, 1000), 1000);
        assert_int_equal(pools.used[0], 64);
        assert_int_equal(pools.used[4], 40);
    }
    assert_int_equal(pools.created, 5);
    // A pool that was not used needs no reset, and is as good as new later.
    ash_descriptors_reset(&descriptors, &context);
    assert_int_equal(alloc(&descriptors, 1), 1);
    ash_descriptors_reset(&descriptors, &context);
    pools.full_result = VK_ERROR_FRAGMENTED_POOL;
    assert_int_equal(alloc(&descriptors, 992), 992);
    assert_int_equal(pools.created, 5);
    ash_descriptors_finish(&descriptors, &context);
    assert_int_equal(pools.destroyed, 5);
}

static void failures_are_passed_on(void **state)
{
    (void)state;
    struct ash_descriptors descriptors = {0};
    VkDescriptorSet set;
    catch_log_begin();
    pools.create_result = VK_ERROR_OUT_OF_DEVICE_MEMORY;
    assert_int_equal(ash_descriptors_alloc(&descriptors, &context, VK_NULL_HANDLE, &set),
                     ASH_ERROR_OUT_OF_DEVICE_MEMORY);
    pools.create_result = VK_SUCCESS;
    assert_int_equal(alloc(&descriptors, 64), 64);
    pools.full_result = VK_ERROR_OUT_OF_HOST_MEMORY;
    assert_int_equal(ash_descriptors_alloc(&descriptors, &context, VK_NULL_HANDLE, &set),
                     ASH_ERROR_OUT_OF_HOST_MEMORY);
    assert_null(set);
    assert_int_equal(catch_log_count(ASH_LOG_ERROR), 2);
    catch_log_end();
    ash_descriptors_finish(&descriptors, &context);
    assert_int_equal(pools.created, pools.destroyed);
}

// A device whose fresh pools hold nothing must not be asked for ever.
static void there_is_an_end(void **state)
{
    (void)state;
    struct ash_descriptors descriptors = {0};
    catch_log_begin();
    assert_int_equal(alloc(&descriptors, 64), 64);
    pools.no_room = true;
    assert_int_equal(alloc(&descriptors, 1), 0);
    assert_int_equal(alloc(&descriptors, 1), 0);
    assert_int_equal(pools.created, ASH_MAX_DESCRIPTOR_POOLS);
    assert_int_equal(catch_log_count(ASH_LOG_ERROR), 2);
    catch_log_end();
    ash_descriptors_finish(&descriptors, &context);
    assert_int_equal(pools.destroyed, ASH_MAX_DESCRIPTOR_POOLS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(pools_are_added_and_used_again, start),
        cmocka_unit_test_setup(failures_are_passed_on, start),
        cmocka_unit_test_setup(there_is_an_end, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
