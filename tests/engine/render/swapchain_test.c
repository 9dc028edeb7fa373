// Labels: valgrind
// The rules of presenting, on a mock of the window system that is as slow as Vulkan allows: that
// an image was shown is known only when it is acquired again, and with it all presents before.
#include "engine/render/swapchain.h"

#include <stdlib.h>
#include <string.h>

#include <volk.h>

#include "engine/context/instance.h"
#include "tests/support/catch.h"
#include "tests/support/count.h"

enum { MOST_OBJECTS = 65536, MOST_PRESENTS = 4096 };

enum kind { NOTHING, SEMAPHORE, VIEW, SWAPCHAIN };

struct object {
    enum kind kind;      // NOTHING: destroyed
    bool signalled;      // SEMAPHORE: and nobody has waited yet
    uint64_t used_until; // SEMAPHORE, VIEW: the last submission that waits, signals or draws
    int shown_by;        // SEMAPHORE: the last present that waits for it; -1: none
    int last_present;    // SWAPCHAIN: -1: none
    bool retired;        // SWAPCHAIN: by the attempt to replace it
};

static struct {
    struct object objects[MOST_OBJECTS];
    uint32_t count;
    uint64_t shown_at[MOST_PRESENTS]; // the submission by whose end it is known to have ended
    int present_count;
    int last_of_image[ASH_MAX_SWAPCHAIN_IMAGES]; // of the newest swapchain; -1: none
    bool acquired[ASH_MAX_SWAPCHAIN_IMAGES];
    uint32_t image_count;
    uint64_t completed;  // submissions that are done
    bool destroys_shown; // a present may still be under way: the list of the retired is full
    VkExtent2D extent;   // of the surface
    VkResult next_acquire, next_present, next_create; // once
    uint32_t fail_semaphore;                          // creations until one fails; 0: none
    uint32_t random, surfaces_lost;
} mock;

static uint32_t random_below(uint32_t limit)
{
    mock.random = mock.random * 1664525u + 1013904223u;
    return (mock.random >> 8) % limit;
}

static struct object *object_of(uint64_t handle, enum kind kind)
{
    assert_in_range(handle, 1, mock.count);
    struct object *object = &mock.objects[handle - 1];
    assert_int_equal(object->kind, kind);
    return object;
}

static uint64_t create(enum kind kind)
{
    assert_true(mock.count < MOST_OBJECTS);
    mock.objects[mock.count] = (struct object){.kind = kind, .shown_by = -1, .last_present = -1};
    return ++mock.count;
}

static void assert_shown(int present)
{
    if (present >= 0 && !mock.destroys_shown)
        assert_true(mock.shown_at[present] <= mock.completed);
}

static VkResult once(VkResult *result)
{
    VkResult answer = *result;
    *result = VK_SUCCESS;
    return answer;
}

static VKAPI_ATTR VkResult VKAPI_CALL create_semaphore(VkDevice device,
                                                       const VkSemaphoreCreateInfo *info,
                                                       const VkAllocationCallbacks *callbacks,
                                                       VkSemaphore *out)
{
    (void)device, (void)info, (void)callbacks;
    if (mock.fail_semaphore > 0 && --mock.fail_semaphore == 0)
        return VK_ERROR_OUT_OF_HOST_MEMORY;
    *out = (VkSemaphore)create(SEMAPHORE);
    return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL destroy_semaphore(VkDevice device, VkSemaphore semaphore,
                                                    const VkAllocationCallbacks *callbacks)
{
    (void)device, (void)callbacks;
    if (semaphore == VK_NULL_HANDLE)
        return;
    struct object *object = object_of((uint64_t)semaphore, SEMAPHORE);
    assert_true(object->used_until <= mock.completed);
    assert_shown(object->shown_by);
    object->kind = NOTHING;
}

static VKAPI_ATTR VkResult VKAPI_CALL create_view(VkDevice device,
                                                  const VkImageViewCreateInfo *info,
                                                  const VkAllocationCallbacks *callbacks,
                                                  VkImageView *out)
{
    (void)device, (void)info, (void)callbacks;
    *out = (VkImageView)create(VIEW);
    return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL destroy_view(VkDevice device, VkImageView view,
                                               const VkAllocationCallbacks *callbacks)
{
    (void)device, (void)callbacks;
    if (view == VK_NULL_HANDLE)
        return;
    struct object *object = object_of((uint64_t)view, VIEW);
    assert_true(object->used_until <= mock.completed);
    object->kind = NOTHING;
}

static VKAPI_ATTR VkResult VKAPI_CALL create_swapchain(VkDevice device,
                                                       const VkSwapchainCreateInfoKHR *info,
                                                       const VkAllocationCallbacks *callbacks,
                                                       VkSwapchainKHR *out)
{
    (void)device, (void)callbacks;
    if (info->oldSwapchain != VK_NULL_HANDLE)
        object_of((uint64_t)info->oldSwapchain, SWAPCHAIN)->retired = true;
    // A surface has one swapchain that is not retired.
    for (uint32_t i = 0; i < mock.count; i++)
        assert_true(mock.objects[i].kind != SWAPCHAIN || mock.objects[i].retired);
    VkResult result = once(&mock.next_create);
    if (result != VK_SUCCESS)
        return result;
    assert_int_equal(info->imageExtent.width, mock.extent.width);
    assert_true(info->imageExtent.width > 0 && info->imageExtent.height > 0);
    *out = (VkSwapchainKHR)create(SWAPCHAIN);
    for (int i = 0; i < ASH_MAX_SWAPCHAIN_IMAGES; i++) {
        mock.last_of_image[i] = -1;
        mock.acquired[i] = false;
    }
    return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL destroy_swapchain(VkDevice device, VkSwapchainKHR swapchain,
                                                    const VkAllocationCallbacks *callbacks)
{
    (void)device, (void)callbacks;
    struct object *object = object_of((uint64_t)swapchain, SWAPCHAIN);
    assert_shown(object->last_present);
    object->kind = NOTHING;
}

static VKAPI_ATTR VkResult VKAPI_CALL get_images(VkDevice device, VkSwapchainKHR swapchain,
                                                 uint32_t *count, VkImage *images)
{
    (void)device;
    (void)object_of((uint64_t)swapchain, SWAPCHAIN);
    VkResult result = mock.image_count > *count ? VK_INCOMPLETE : VK_SUCCESS;
    *count = mock.image_count < *count ? mock.image_count : *count;
    for (uint32_t i = 0; i < *count; i++)
        images[i] = (VkImage)(uintptr_t)(100000 + i);
    return result;
}

static VKAPI_ATTR VkResult VKAPI_CALL acquire(VkDevice device, VkSwapchainKHR swapchain,
                                              uint64_t timeout, VkSemaphore semaphore,
                                              VkFence fence, uint32_t *index)
{
    (void)device, (void)fence;
    assert_false(object_of((uint64_t)swapchain, SWAPCHAIN)->retired);
    assert_true(timeout < UINT64_MAX); // a hidden window must not stop the program
    struct object *object = object_of((uint64_t)semaphore, SEMAPHORE);
    assert_false(object->signalled);
    assert_true(object->used_until <= mock.completed);
    VkResult result = once(&mock.next_acquire);
    if (result != VK_SUCCESS && result != VK_SUBOPTIMAL_KHR)
        return result;
    do
        *index = random_below(mock.image_count);
    while (mock.acquired[*index]);
    mock.acquired[*index] = true;
    object->signalled = true;
    return result;
}

static VKAPI_ATTR VkResult VKAPI_CALL present(VkQueue queue, const VkPresentInfoKHR *info)
{
    (void)queue;
    assert_int_equal(info->waitSemaphoreCount, 1);
    assert_true(mock.present_count < MOST_PRESENTS);
    struct object *object = object_of((uint64_t)info->pWaitSemaphores[0], SEMAPHORE);
    assert_true(object->signalled);
    object->signalled = false;
    object->shown_by = mock.present_count;
    object_of((uint64_t)info->pSwapchains[0], SWAPCHAIN)->last_present = mock.present_count;
    assert_true(mock.acquired[info->pImageIndices[0]]);
    mock.acquired[info->pImageIndices[0]] = false;
    mock.shown_at[mock.present_count] = UINT64_MAX;
    mock.last_of_image[info->pImageIndices[0]] = mock.present_count++;
    return once(&mock.next_present);
}

// What the renderer does between the two: waits for one, signals the other.
static void submit(const struct ash_acquired_image *image, uint64_t number)
{
    struct object *acquired = object_of((uint64_t)image->acquired, SEMAPHORE);
    assert_true(acquired->signalled);
    acquired->signalled = false;
    acquired->used_until = number;
    // The rule that most get wrong: it is signalled again only after its last wait is over.
    struct object *presentable = object_of((uint64_t)image->presentable, SEMAPHORE);
    assert_false(presentable->signalled);
    // That the image came back is known when `acquired` has been waited for: here, and not before.
    // Presents end in order.
    for (int i = 0; i <= mock.last_of_image[image->index]; i++)
        mock.shown_at[i] = number < mock.shown_at[i] ? number : mock.shown_at[i];
    if (presentable->shown_by >= 0)
        assert_true(mock.shown_at[presentable->shown_by] <= number);
    presentable->signalled = true;
    presentable->used_until = number;
    object_of((uint64_t)image->view, VIEW)->used_until = number;
}

static VKAPI_ATTR VkResult VKAPI_CALL capabilities(VkPhysicalDevice device, VkSurfaceKHR surface,
                                                   VkSurfaceCapabilitiesKHR *out)
{
    (void)device, (void)surface;
    *out = (VkSurfaceCapabilitiesKHR){.minImageCount = mock.image_count,
                                      .maxImageCount = mock.image_count,
                                      .currentExtent = mock.extent,
                                      .minImageExtent = {1, 1},
                                      .maxImageExtent = {4096, 4096},
                                      .supportedUsageFlags = VK_IMAGE_USAGE_TRANSFER_SRC_BIT};
    return VK_SUCCESS;
}

static VKAPI_ATTR VkResult VKAPI_CALL formats(VkPhysicalDevice device, VkSurfaceKHR surface,
                                              uint32_t *count, VkSurfaceFormatKHR *out)
{
    (void)device, (void)surface;
    *count = 1;
    out[0] = (VkSurfaceFormatKHR){VK_FORMAT_B8G8R8A8_UNORM, VK_COLOR_SPACE_SRGB_NONLINEAR_KHR};
    return VK_SUCCESS;
}

static VKAPI_ATTR VkResult VKAPI_CALL modes(VkPhysicalDevice device, VkSurfaceKHR surface,
                                            uint32_t *count, VkPresentModeKHR *out)
{
    (void)device, (void)surface;
    *count = 1;
    out[0] = VK_PRESENT_MODE_FIFO_KHR;
    return VK_SUCCESS;
}

static struct ash_context_instance instance;

static int start(void **state)
{
    (void)state;
    memset(&mock, 0, sizeof(mock));
    mock.image_count = 3;
    mock.extent = (VkExtent2D){640, 480};
    mock.random = 12345;
    static const struct VolkDeviceTable table = {.vkCreateSemaphore = create_semaphore,
                                                 .vkDestroySemaphore = destroy_semaphore,
                                                 .vkCreateImageView = create_view,
                                                 .vkDestroyImageView = destroy_view,
                                                 .vkCreateSwapchainKHR = create_swapchain,
                                                 .vkDestroySwapchainKHR = destroy_swapchain,
                                                 .vkGetSwapchainImagesKHR = get_images,
                                                 .vkAcquireNextImageKHR = acquire,
                                                 .vkQueuePresentKHR = present};
    memset(&instance, 0, sizeof(instance));
    instance.fn.vkGetPhysicalDeviceSurfaceCapabilitiesKHR = capabilities;
    instance.fn.vkGetPhysicalDeviceSurfaceFormatsKHR = formats;
    instance.fn.vkGetPhysicalDeviceSurfacePresentModesKHR = modes;
    instance.context.owned = &instance;
    instance.context.vk = &table;
    instance.context.surface = (VkSurfaceKHR)(uintptr_t)1;
    return 0;
}

static void assert_nothing_lives(void)
{
    for (uint32_t i = 0; i < mock.count; i++)
        assert_int_equal(mock.objects[i].kind, NOTHING);
}

static void init(struct ash_swapchain *swapchain)
{
    assert_int_equal(ash_swapchain_init(swapchain, &instance.context, true), ASH_OK);
}

static void finish(struct ash_swapchain *swapchain)
{
    mock.completed = UINT64_MAX; // the renderer has waited for the queue
    mock.destroys_shown = true;
    ash_swapchain_finish(swapchain);
    assert_nothing_lives();
}

// As the game does with a surface that was lost: everything is made again, on another one.
static bool start_over(struct ash_swapchain *swapchain, uint64_t number)
{
    finish(swapchain);
    mock.completed = number;
    mock.destroys_shown = false;
    mock.surfaces_lost++;
    init(swapchain);
    return false;
}

// One frame as the renderer makes it. Returns whether it counts: it was submitted.
static bool frame(struct ash_swapchain *swapchain, uint64_t number, uint32_t frames, bool drop)
{
    uint64_t done = number > frames ? number - frames : 0;
    if (mock.completed < done)
        mock.completed = done;
    ash_swapchain_collect(swapchain, mock.completed);
    if (ash_swapchain_is_stale(swapchain, mock.extent)) {
        mock.completed = number - 1;
        mock.destroys_shown = swapchain->retired_count == ASH_MAX_RETIRED_SWAPCHAINS;
        enum ash_result result = ash_swapchain_resize(swapchain, mock.extent);
        mock.destroys_shown = false;
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
    submit(&image, number);
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
            mock.image_count = images;
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
        mock.image_count = 1 + seed / 3;
        mock.random = seed;
        struct ash_swapchain swapchain;
        init(&swapchain);
        uint64_t number = 1;
        for (int step = 0; step < 1000; step++) {
            uint32_t event = random_below(20);
            if (event < 4)
                mock.next_acquire = acquires[event];
            else if (event < 6)
                mock.next_present = event == 4 ? VK_ERROR_OUT_OF_DATE_KHR : VK_SUBOPTIMAL_KHR;
            else if (event == 6)
                mock.extent = (VkExtent2D){random_below(3) * 100, 1 + random_below(2)};
            VkResult *const next[] = {&mock.next_acquire, &mock.next_present, &mock.next_create};
            if (event == 8 && random_below(4) == 0)
                *next[random_below(3)] = VK_ERROR_SURFACE_LOST_KHR;
            if (frame(&swapchain, number, frames, event == 7))
                number++;
        }
        assert_true(number > 100);
        lost += mock.surfaces_lost;
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
        mock.extent = (VkExtent2D){i % 10 == 9 ? 0 : 1 + i, i % 7 == 6 ? 0 : 1 + i % 3};
        for (uint32_t j = 0; j <= i % 5; j++)
            number += frame(&swapchain, number, 2, false);
        assert_true(swapchain.retired_count <= ASH_MAX_RETIRED_SWAPCHAINS);
    }
    mock.extent = (VkExtent2D){640, 480};
    for (int i = 0; i < 20; i++)
        number += frame(&swapchain, number, 2, false);
    assert_int_equal(swapchain.retired_count, 0);
    finish(&swapchain);
}

static void count_swapchains(uint32_t *made)
{
    *made = 0;
    for (uint32_t i = 0; i < mock.count; i++)
        *made += mock.objects[i].kind == SWAPCHAIN;
}

// Suboptimal from birth is no reason to make it again, frame after frame.
static void a_suboptimal_surface_is_lived_with(void **state)
{
    (void)state;
    struct ash_swapchain swapchain;
    init(&swapchain);
    for (uint64_t number = 1; number <= 20; number++) {
        mock.next_present = VK_SUBOPTIMAL_KHR;
        assert_true(frame(&swapchain, number, 2, false));
    }
    uint32_t made;
    count_swapchains(&made);
    assert_int_equal(made, 1);
    // One that becomes so is replaced.
    mock.extent.width = 100;
    for (uint64_t number = 21; number <= 40; number++)
        assert_true(frame(&swapchain, number, 2, false));
    mock.next_present = VK_SUBOPTIMAL_KHR;
    assert_true(frame(&swapchain, 41, 2, false));
    assert_true(ash_swapchain_is_stale(&swapchain, mock.extent));
    finish(&swapchain);
}

static void failures_leave_it_usable(void **state)
{
    (void)state;
    struct ash_swapchain swapchain;
    init(&swapchain);
    assert_true(frame(&swapchain, 1, 2, false));
    mock.completed = 1;
    catch_log_begin();
    mock.next_create = VK_ERROR_OUT_OF_DEVICE_MEMORY;
    assert_int_equal(ash_swapchain_resize(&swapchain, (VkExtent2D){640, 480}),
                     ASH_ERROR_OUT_OF_DEVICE_MEMORY);
    assert_int_equal(catch_log_count(ASH_LOG_ERROR), 1);
    for (uint32_t failing = 1; failing <= ASH_MAX_FRAMES_IN_FLIGHT + mock.image_count; failing++) {
        mock.fail_semaphore = failing;
        assert_int_equal(ash_swapchain_resize(&swapchain, (VkExtent2D){640, 480}),
                         ASH_ERROR_OUT_OF_HOST_MEMORY);
    }
    mock.image_count = ASH_MAX_SWAPCHAIN_IMAGES + 1;
    assert_int_equal(ash_swapchain_resize(&swapchain, (VkExtent2D){640, 480}),
                     ASH_ERROR_UNSUPPORTED);
    mock.image_count = 3;
    assert_true(ash_swapchain_is_stale(&swapchain, mock.extent));
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
    mock.completed = 1;
    catch_log_begin();
    struct ash_acquired_image image;
    mock.next_acquire = VK_ERROR_DEVICE_LOST;
    assert_int_equal(ash_swapchain_acquire(&swapchain, 0, 2, &image), ASH_ERROR_DEVICE_LOST);
    assert_null(image.image);
    mock.next_acquire = VK_ERROR_SURFACE_LOST_KHR;
    assert_int_equal(ash_swapchain_acquire(&swapchain, 0, 2, &image), ASH_ERROR_SURFACE_LOST);
    assert_int_equal(ash_swapchain_acquire(&swapchain, 0, 2, &image), ASH_OK);
    submit(&image, 2);
    mock.next_present = VK_ERROR_DEVICE_LOST;
    assert_int_equal(ash_swapchain_present(&swapchain, &image), ASH_ERROR_DEVICE_LOST);
    mock.next_create = VK_ERROR_SURFACE_LOST_KHR;
    assert_int_equal(ash_swapchain_resize(&swapchain, mock.extent), ASH_ERROR_SURFACE_LOST);
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
        cmocka_unit_test_setup(a_suboptimal_surface_is_lived_with, start),
        cmocka_unit_test_setup(failures_leave_it_usable, start),
        cmocka_unit_test_setup(lost_devices_and_surfaces_are_passed_on, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
