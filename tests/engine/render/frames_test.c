// Labels: valgrind
// Waiting for the GPU, on a device that is one function. What else frames do is shown by
// pipeline_test.c and renderer_test.c.
#include "engine/render/frames.h"

#include <volk.h>

#include "tests/support/catch.h"

static struct {
    int calls;
    int timeouts;       // answers before the last
    VkResult last;      // that one
    uint64_t requested; // value
    int looks, looks_needed;
} waits;

static VKAPI_ATTR VkResult VKAPI_CALL wait_semaphores(VkDevice device,
                                                      const VkSemaphoreWaitInfo *info,
                                                      uint64_t timeout)
{
    (void)device;
    assert_true(timeout <= 1000000000u);
    assert_int_equal(info->semaphoreCount, 1);
    waits.requested = info->pValues[0];
    return ++waits.calls <= waits.timeouts ? VK_TIMEOUT : waits.last;
}

// The frame that is looked for is done after some looks; never, where that is negative.
static VKAPI_ATTR VkResult VKAPI_CALL get_counter(VkDevice device, VkSemaphore semaphore,
                                                  uint64_t *value)
{
    (void)device;
    (void)semaphore;
    assert_int_equal(waits.calls, 0); // before anybody sleeps
    *value = ++waits.looks == waits.looks_needed ? 7 : 6;
    return VK_SUCCESS;
}

static const struct VolkDeviceTable table = {.vkWaitSemaphores = wait_semaphores,
                                             .vkGetSemaphoreCounterValue = get_counter};
static const struct ash_context context = {.vk = &table, .software = true};
static const struct ash_context gpu = {.vk = &table};

static void a_long_wait_is_told_of_and_goes_on(void **state)
{
    (void)state;
    struct ash_frames frames = {.context = &context, .count = 2, .submitted = 7};
    waits.calls = 0;
    waits.timeouts = 25;
    waits.last = VK_SUCCESS;
    catch_log_begin();
    assert_int_equal(ash_frames_wait(&frames, 7), ASH_OK);
    assert_int_equal(catch_log_count(ASH_LOG_WARNING), 2);
    assert_true(catch_log_has("frame 7 for 20 s"));
    catch_log_end();
    assert_int_equal(waits.calls, 26);
    assert_int_equal(frames.completed, 7);
    // What is known to be done is not asked for again.
    assert_int_equal(ash_frames_wait(&frames, 7), ASH_OK);
    assert_int_equal(waits.calls, 26);
}

static void a_frame_that_is_nearly_done_is_waited_for_awake(void **state)
{
    (void)state;
    struct ash_frames frames = {.context = &gpu, .count = 2, .submitted = 7};
    waits.calls = waits.looks = waits.timeouts = 0;
    waits.last = VK_SUCCESS;
    waits.looks_needed = 10;
    assert_int_equal(ash_frames_wait(&frames, 7), ASH_OK);
    assert_int_equal(waits.looks, 10);
    assert_int_equal(waits.calls, 1);
    assert_int_equal(frames.completed, 7);
}

static void awake_is_not_for_ever(void **state)
{
    (void)state;
    struct ash_frames frames = {.context = &gpu, .count = 2, .submitted = 7};
    waits.calls = waits.looks = waits.timeouts = 0;
    waits.last = VK_SUCCESS;
    waits.looks_needed = -1;
    assert_int_equal(ash_frames_wait(&frames, 7), ASH_OK); // the wait that sleeps has the word
    assert_true(waits.looks > 0);
    assert_int_equal(waits.calls, 1);
}

static void a_slot_waits_for_the_frame_that_had_it(void **state)
{
    (void)state;
    for (uint32_t count = 1; count <= ASH_MAX_FRAMES_IN_FLIGHT; count++) {
        struct ash_frames frames = {.context = &context, .count = count};
        waits.timeouts = 0;
        for (uint64_t number = 1; number < 10; number++) {
            waits.calls = 0;
            assert_int_equal(ash_frames_next_slot(&frames), number % count);
            assert_int_equal(ash_frames_wait_slot(&frames), ASH_OK);
            assert_int_equal(waits.calls, number > count);
            assert_true(number <= count || waits.requested == number - count);
            frames.submitted = number;
        }
    }
}

static void a_lost_device_is_passed_on(void **state)
{
    (void)state;
    struct ash_frames frames = {.context = &context, .count = 2, .submitted = 3};
    waits.calls = 0;
    waits.timeouts = 1;
    waits.last = VK_ERROR_DEVICE_LOST;
    catch_log_begin();
    assert_int_equal(ash_frames_wait(&frames, 3), ASH_ERROR_DEVICE_LOST);
    assert_int_equal(catch_log_count(ASH_LOG_ERROR), 1);
    assert_true(catch_log_has("vkWaitSemaphores"));
    catch_log_end();
    assert_int_equal(frames.completed, 0);
}

static void finishing_nothing_is_allowed(void **state)
{
    (void)state;
    struct ash_frames frames = {0};
    ash_frames_finish(&frames);
    struct ash_uniform_ring ring = {0};
    ash_uniform_ring_finish(&ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_long_wait_is_told_of_and_goes_on),
        cmocka_unit_test(a_frame_that_is_nearly_done_is_waited_for_awake),
        cmocka_unit_test(awake_is_not_for_ever),
        cmocka_unit_test(a_slot_waits_for_the_frame_that_had_it),
        cmocka_unit_test(a_lost_device_is_passed_on),
        cmocka_unit_test(finishing_nothing_is_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
