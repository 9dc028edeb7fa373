// Labels: valgrind
// The rules of presenting, on tests/support/fake_surface.h.
#include "engine/render/swapchain.h"

#include "tests/support/catch.h"
#include "tests/support/count.h"
#include "tests/support/fake_surface.h"

static struct ash_context *context;

static int start(void **state)
{
    (void)state;
    context = fake_surface_begin();
    return 0;
}

static void init(struct ash_swapchain *swapchain)
{
    assert_int_equal(ash_swapchain_init(swapchain, context, true), ASH_OK);
}

static void finish(struct ash_swapchain *swapchain)
{
    fake_surface.completed = UINT64_MAX; // the renderer has waited for the queue
    fake_surface.destroys_shown = true;
    ash_swapchain_finish(swapchain);
    assert_int_equal(fake_surface_count(FAKE_SEMAPHORE), 0);
    assert_int_equal(fake_surface_count(FAKE_VIEW), 0);
    assert_int_equal(fake_surface_count(FAKE_SWAPCHAIN), 0);
}

// As the game does with a surface that was lost: everything is made again, on another one.
static bool start_over(struct ash_swapchain *swapchain, uint64_t number)
{
    finish(swapchain);
    fake_surface.completed = number;
    fake_surface.destroys_shown = false;
    fake_surface.surfaces_lost++;
    init(swapchain);
    return false;
}

// One frame as the renderer makes it. Returns whether it counts: it was submitted.
static bool frame(struct ash_swapchain *swapchain, uint64_t number, uint32_t frames, bool drop)
{
    uint64_t done = number > frames ? number - frames : 0;
    if (fake_surface.completed < done)
        fake_surface.completed = done;
    ash_swapchain_collect(swapchain, fake_surface.completed);
    if (ash_swapchain_is_stale(swapchain, fake_surface.extent)) {
        fake_surface.completed = number - 1;
        fake_surface.destroys_shown = swapchain->retired_count == ASH_MAX_RETIRED_SWAPCHAINS;
        enum ash_result result = ash_swapchain_resize(swapchain, fake_surface.extent);
        fake_surface.destroys_shown = false;
        if (result == ASH_ERROR_SURFACE_LOST)
            return start_over(swapchain, number);
        if (result != ASH_OK) {
            assert_int_equal(result, ASH_NOT_READY);
            return false;
        }
    }
    struct ash_acquired_image image;
    enum ash_result result =
        ash_swapchain_acquire(swapchain, (uint32_t)(number % frames), number, &image);
    if (result == ASH_NOT_READY)
        return false;
    if (result == ASH_ERROR_SURFACE_LOST)
        return start_over(swapchain, number);
    assert_int_equal(result, ASH_OK);
    if (drop) {
        ash_swapchain_abandon(swapchain);
        return false;
    }
    fake_surface_submit(&image, number);
    result = ash_swapchain_present(swapchain, &image);
    if (result == ASH_ERROR_SURFACE_LOST)
        (void)start_over(swapchain, number);
    else
        assert_int_equal(result, ASH_OK);
    return true;
}

static void semaphores_are_used_by_the_rules(void **state)
{
    for (uint32_t images = 1; images <= 8; images++) {
        for (uint32_t frames = 1; frames <= 3; frames++) {
            start(state);
            fake_surface.image_count = images;
            struct ash_swapchain swapchain;
            init(&swapchain);
            for (uint64_t number = 1; number <= 200; number++)
                assert_true(frame(&swapchain, number, frames, false));
            assert_int_equal(swapchain.retired_count, 0);
            finish(&swapchain);
        }
    }
}

static void nothing_that_a_window_does_breaks_them(void **state)
{
    static const VkResult acquires[] = {VK_ERROR_OUT_OF_DATE_KHR, VK_SUBOPTIMAL_KHR, VK_TIMEOUT,
                                        VK_NOT_READY};
    uint32_t lost = 0;
    catch_log_begin(); // a lost surface is told of
    for (uint32_t seed = 0; seed < 24; seed++) {
        start(state);
        uint32_t frames = 1 + seed % 3;
        fake_surface.image_count = 1 + seed / 3;
        fake_surface.random = seed;
        struct ash_swapchain swapchain;
        init(&swapchain);
        uint64_t number = 1;
        for (int step = 0; step < 1000; step++) {
            uint32_t event = fake_surface_random(20);
            if (event < 4)
                fake_surface.next_acquire = acquires[event];
            else if (event < 6)
                fake_surface.next_present =
                    event == 4 ? VK_ERROR_OUT_OF_DATE_KHR : VK_SUBOPTIMAL_KHR;
            else if (event == 6)
                fake_surface.extent =
                    (VkExtent2D){fake_surface_random(3) * 100, 1 + fake_surface_random(2)};
            VkResult *const next[] = {&fake_surface.next_acquire, &fake_surface.next_present,
                                      &fake_surface.next_create};
            if (event == 8 && fake_surface_random(4) == 0)
                *next[fake_surface_random(3)] = VK_ERROR_SURFACE_LOST_KHR;
            if (frame(&swapchain, number, frames, event == 7))
                number++;
        }
        assert_true(number > 100);
        lost += fake_surface.surfaces_lost;
        finish(&swapchain);
    }
    catch_log_end();
    assert_true(lost > 100);
    test_count("surfaces lost", lost);
}

static void a_thousand_resizes_leave_nothing(void **state)
{
    (void)state;
    struct ash_swapchain swapchain;
    init(&swapchain);
    uint64_t number = 1;
    for (uint32_t i = 0; i < 1000; i++) {
        fake_surface.extent = (VkExtent2D){i % 10 == 9 ? 0 : 1 + i, i % 7 == 6 ? 0 : 1 + i % 3};
        for (uint32_t j = 0; j <= i % 5; j++)
            number += frame(&swapchain, number, 2, false);
        assert_true(swapchain.retired_count <= ASH_MAX_RETIRED_SWAPCHAINS);
    }
    fake_surface.extent = (VkExtent2D){640, 480};
    for (int i = 0; i < 20; i++)
        number += frame(&swapchain, number, 2, false);
    assert_int_equal(swapchain.retired_count, 0);
    finish(&swapchain);
}

// Sizes that change before any image comes back, then frames: all that was replaced is kept until
// the GPU has passed the first submission whose image had been shown, and no longer.
static void what_was_replaced_goes_when_an_image_has_come_back(void **state)
{
    for (uint32_t images = 1; images <= 8; images++) {
        start(state);
        fake_surface.image_count = images;
        struct ash_swapchain swapchain;
        init(&swapchain);
        uint64_t number = 1;
        for (uint32_t replaced = 0; replaced < 3; replaced++) {
            fake_surface.extent.width = 100 + replaced;
            assert_true(frame(&swapchain, number++, 3, false));
        }
        assert_int_equal(swapchain.retired_count, 2);
        while (swapchain.retired[0].until == UINT64_MAX)
            assert_true(frame(&swapchain, number++, 3, false));
        const uint64_t until = number - 1;
        for (int i = 0; i < 2; i++)
            assert_true(frame(&swapchain, number++, 3, false)); // the GPU is that far behind
        ash_swapchain_collect(&swapchain, until - 1);
        assert_int_equal(swapchain.retired_count, 2);
        fake_surface.completed = until;
        ash_swapchain_collect(&swapchain, until);
        assert_int_equal(swapchain.retired_count, 0);
        finish(&swapchain);
    }
}

// Whether acquiring says so or presenting: the frame after has new images.
static void out_of_date_is_mended_by_the_next_frame(void **state)
{
    (void)state;
    struct ash_swapchain swapchain;
    init(&swapchain);
    assert_true(frame(&swapchain, 1, 2, false));
    fake_surface.next_acquire = VK_ERROR_OUT_OF_DATE_KHR;
    assert_false(frame(&swapchain, 2, 2, false));
    assert_true(frame(&swapchain, 2, 2, false));
    fake_surface.next_present = VK_ERROR_OUT_OF_DATE_KHR;
    assert_true(frame(&swapchain, 3, 2, false));
    assert_true(frame(&swapchain, 4, 2, false));
    assert_int_equal(fake_surface_count(FAKE_SWAPCHAIN), 3);
    finish(&swapchain);
}

// Suboptimal from birth is no reason to make it again, frame after frame.
static void a_suboptimal_surface_is_lived_with(void **state)
{
    (void)state;
    struct ash_swapchain swapchain;
    init(&swapchain);
    for (uint64_t number = 1; number <= 20; number++) {
        fake_surface.next_present = VK_SUBOPTIMAL_KHR;
        assert_true(frame(&swapchain, number, 2, false));
    }
    assert_int_equal(fake_surface_count(FAKE_SWAPCHAIN), 1);
    // One that becomes so is replaced.
    fake_surface.extent.width = 100;
    for (uint64_t number = 21; number <= 40; number++)
        assert_true(frame(&swapchain, number, 2, false));
    fake_surface.next_present = VK_SUBOPTIMAL_KHR;
    assert_true(frame(&swapchain, 41, 2, false));
    assert_true(ash_swapchain_is_stale(&swapchain, fake_surface.extent));
    finish(&swapchain);
}

static void failures_leave_it_usable(void **state)
{
    (void)state;
    struct ash_swapchain swapchain;
    init(&swapchain);
    assert_true(frame(&swapchain, 1, 2, false));
    fake_surface.completed = 1;
    catch_log_begin();
    fake_surface.next_create = VK_ERROR_OUT_OF_DEVICE_MEMORY;
    assert_int_equal(ash_swapchain_resize(&swapchain, (VkExtent2D){640, 480}),
                     ASH_ERROR_OUT_OF_DEVICE_MEMORY);
    assert_int_equal(catch_log_count(ASH_LOG_ERROR), 1);
    for (uint32_t failing = 1; failing <= ASH_MAX_FRAMES_IN_FLIGHT + fake_surface.image_count;
         failing++) {
        fake_surface.fail_semaphore = failing;
        assert_int_equal(ash_swapchain_resize(&swapchain, (VkExtent2D){640, 480}),
                         ASH_ERROR_OUT_OF_HOST_MEMORY);
    }
    fake_surface.image_count = ASH_MAX_SWAPCHAIN_IMAGES + 1;
    assert_int_equal(ash_swapchain_resize(&swapchain, (VkExtent2D){640, 480}),
                     ASH_ERROR_UNSUPPORTED);
    fake_surface.image_count = 3;
    assert_true(ash_swapchain_is_stale(&swapchain, fake_surface.extent));
    catch_log_end();
    assert_true(frame(&swapchain, 2, 2, false));
    finish(&swapchain);
}

static void lost_devices_and_surfaces_are_passed_on(void **state)
{
    (void)state;
    struct ash_swapchain swapchain;
    init(&swapchain);
    assert_true(frame(&swapchain, 1, 2, false));
    fake_surface.completed = 1;
    catch_log_begin();
    struct ash_acquired_image image;
    fake_surface.next_acquire = VK_ERROR_DEVICE_LOST;
    assert_int_equal(ash_swapchain_acquire(&swapchain, 0, 2, &image), ASH_ERROR_DEVICE_LOST);
    assert_null(image.image);
    fake_surface.next_acquire = VK_ERROR_SURFACE_LOST_KHR;
    assert_int_equal(ash_swapchain_acquire(&swapchain, 0, 2, &image), ASH_ERROR_SURFACE_LOST);
    assert_int_equal(ash_swapchain_acquire(&swapchain, 0, 2, &image), ASH_OK);
    fake_surface_submit(&image, 2);
    fake_surface.next_present = VK_ERROR_DEVICE_LOST;
    assert_int_equal(ash_swapchain_present(&swapchain, &image), ASH_ERROR_DEVICE_LOST);
    fake_surface.next_create = VK_ERROR_SURFACE_LOST_KHR;
    assert_int_equal(ash_swapchain_resize(&swapchain, fake_surface.extent), ASH_ERROR_SURFACE_LOST);
    assert_int_equal(catch_log_count(ASH_LOG_ERROR), 4);
    assert_true(catch_log_has("vkAcquireNextImageKHR"));
    assert_true(catch_log_has("VK_ERROR_DEVICE_LOST"));
    catch_log_end();
    finish(&swapchain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(semaphores_are_used_by_the_rules),
        cmocka_unit_test(nothing_that_a_window_does_breaks_them),
        cmocka_unit_test_setup(a_thousand_resizes_leave_nothing, start),
        cmocka_unit_test(what_was_replaced_goes_when_an_image_has_come_back),
        cmocka_unit_test_setup(out_of_date_is_mended_by_the_next_frame, start),
        cmocka_unit_test_setup(a_suboptimal_surface_is_lived_with, start),
        cmocka_unit_test_setup(failures_leave_it_usable, start),
        cmocka_unit_test_setup(lost_devices_and_surfaces_are_passed_on, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
