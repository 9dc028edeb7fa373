#include "tests/support/fake_surface.h"

#include <string.h>

#include <volk.h>

#include "engine/context/instance.h"
#include "tests/support/test.h"

struct fake_surface fake_surface;

enum { MOST_OBJECTS = 65536, MOST_PRESENTS = 4096 };

struct object {
    enum fake_kind kind; // FAKE_NOTHING: destroyed
    bool signalled;      // FAKE_SEMAPHORE: and nobody has waited yet
    uint64_t
        used_until;   // FAKE_SEMAPHORE, FAKE_VIEW: the last submission that waits, signals or draws
    int shown_by;     // FAKE_SEMAPHORE: the last present that waits for it; -1: none
    int last_present; // FAKE_SWAPCHAIN: -1: none
    bool retired;     // FAKE_SWAPCHAIN: by the attempt to replace it
    bool out_of_date; // FAKE_SWAPCHAIN: once said, it stays so
};

static struct {
    struct object objects[MOST_OBJECTS];
    uint32_t count;
    uint64_t shown_at[MOST_PRESENTS]; // the submission by whose end it is known to have ended
    bool came_back[MOST_PRESENTS];    // its own image was acquired, and that was waited for
    int present_count;
    int last_of_image[ASH_MAX_SWAPCHAIN_IMAGES]; // of the newest swapchain; -1: none
    bool acquired[ASH_MAX_SWAPCHAIN_IMAGES];
} seen;

uint32_t fake_surface_random(uint32_t limit)
{
    fake_surface.random = fake_surface.random * 1664525u + 1013904223u;
    return (fake_surface.random >> 8) % limit;
}

static struct object *object_of(uint64_t handle, enum fake_kind kind)
{
    assert_in_range(handle, 1, seen.count);
    struct object *object = &seen.objects[handle - 1];
    assert_int_equal(object->kind, kind);
    return object;
}

static uint64_t create(enum fake_kind kind)
{
    assert_true(seen.count < MOST_OBJECTS);
    seen.objects[seen.count] = (struct object){.kind = kind, .shown_by = -1, .last_present = -1};
    return ++seen.count;
}

static void assert_shown(int present)
{
    if (present >= 0 && !fake_surface.destroys_shown)
        assert_true(seen.shown_at[present] <= fake_surface.completed);
}

static VkResult once(VkResult *result)
{
    VkResult answer = *result;
    *result = VK_SUCCESS;
    return answer;
}

static VkResult answer_of(struct object *swapchain, VkResult *next)
{
    VkResult answer = once(next);
    if (answer == VK_ERROR_OUT_OF_DATE_KHR)
        swapchain->out_of_date = true;
    return swapchain->out_of_date ? VK_ERROR_OUT_OF_DATE_KHR : answer;
}

static VKAPI_ATTR VkResult VKAPI_CALL create_semaphore(VkDevice device,
                                                       const VkSemaphoreCreateInfo *info,
                                                       const VkAllocationCallbacks *callbacks,
                                                       VkSemaphore *out)
{
    (void)device, (void)info, (void)callbacks;
    if (fake_surface.fail_semaphore > 0 && --fake_surface.fail_semaphore == 0)
        return VK_ERROR_OUT_OF_HOST_MEMORY;
    *out = (VkSemaphore)create(FAKE_SEMAPHORE);
    return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL destroy_semaphore(VkDevice device, VkSemaphore semaphore,
                                                    const VkAllocationCallbacks *callbacks)
{
    (void)device, (void)callbacks;
    if (semaphore == VK_NULL_HANDLE)
        return;
    struct object *object = object_of((uint64_t)semaphore, FAKE_SEMAPHORE);
    assert_true(object->used_until <= fake_surface.completed);
    assert_shown(object->shown_by);
    object->kind = FAKE_NOTHING;
}

static VKAPI_ATTR VkResult VKAPI_CALL create_view(VkDevice device,
                                                  const VkImageViewCreateInfo *info,
                                                  const VkAllocationCallbacks *callbacks,
                                                  VkImageView *out)
{
    (void)device, (void)info, (void)callbacks;
    *out = (VkImageView)create(FAKE_VIEW);
    return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL destroy_view(VkDevice device, VkImageView view,
                                               const VkAllocationCallbacks *callbacks)
{
    (void)device, (void)callbacks;
    if (view == VK_NULL_HANDLE)
        return;
    struct object *object = object_of((uint64_t)view, FAKE_VIEW);
    assert_true(object->used_until <= fake_surface.completed);
    object->kind = FAKE_NOTHING;
}

static VKAPI_ATTR VkResult VKAPI_CALL create_swapchain(VkDevice device,
                                                       const VkSwapchainCreateInfoKHR *info,
                                                       const VkAllocationCallbacks *callbacks,
                                                       VkSwapchainKHR *out)
{
    (void)device, (void)callbacks;
    if (info->oldSwapchain != VK_NULL_HANDLE)
        object_of((uint64_t)info->oldSwapchain, FAKE_SWAPCHAIN)->retired = true;
    // A surface has one swapchain that is not retired.
    for (uint32_t i = 0; i < seen.count; i++)
        assert_true(seen.objects[i].kind != FAKE_SWAPCHAIN || seen.objects[i].retired);
    VkResult result = once(&fake_surface.next_create);
    if (result != VK_SUCCESS)
        return result;
    assert_int_equal(info->imageExtent.width, fake_surface.extent.width);
    assert_true(info->imageExtent.width > 0 && info->imageExtent.height > 0);
    *out = (VkSwapchainKHR)create(FAKE_SWAPCHAIN);
    for (int i = 0; i < ASH_MAX_SWAPCHAIN_IMAGES; i++) {
        seen.last_of_image[i] = -1;
        seen.acquired[i] = false;
    }
    return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL destroy_swapchain(VkDevice device, VkSwapchainKHR swapchain,
                                                    const VkAllocationCallbacks *callbacks)
{
    (void)device, (void)callbacks;
    struct object *object = object_of((uint64_t)swapchain, FAKE_SWAPCHAIN);
    assert_shown(object->last_present);
    object->kind = FAKE_NOTHING;
}

static VKAPI_ATTR VkResult VKAPI_CALL get_images(VkDevice device, VkSwapchainKHR swapchain,
                                                 uint32_t *count, VkImage *images)
{
    (void)device;
    (void)object_of((uint64_t)swapchain, FAKE_SWAPCHAIN);
    VkResult result = fake_surface.image_count > *count ? VK_INCOMPLETE : VK_SUCCESS;
    *count = fake_surface.image_count < *count ? fake_surface.image_count : *count;
    for (uint32_t i = 0; i < *count; i++)
        images[i] = (VkImage)(uintptr_t)(100000 + i);
    return result;
}

static VKAPI_ATTR VkResult VKAPI_CALL acquire(VkDevice device, VkSwapchainKHR swapchain,
                                              uint64_t timeout, VkSemaphore semaphore,
                                              VkFence fence, uint32_t *index)
{
    (void)device, (void)fence;
    struct object *shown = object_of((uint64_t)swapchain, FAKE_SWAPCHAIN);
    assert_false(shown->retired);
    assert_true(timeout < UINT64_MAX); // a hidden window must not stop the program
    struct object *object = object_of((uint64_t)semaphore, FAKE_SEMAPHORE);
    assert_false(object->signalled);
    assert_true(object->used_until <= fake_surface.completed);
    VkResult result = answer_of(shown, &fake_surface.next_acquire);
    if (result != VK_SUCCESS && result != VK_SUBOPTIMAL_KHR)
        return result;
    do
        *index = fake_surface_random(fake_surface.image_count);
    while (seen.acquired[*index]);
    seen.acquired[*index] = true;
    object->signalled = true;
    return result;
}

static VKAPI_ATTR VkResult VKAPI_CALL present(VkQueue queue, const VkPresentInfoKHR *info)
{
    (void)queue;
    assert_int_equal(info->waitSemaphoreCount, 1);
    assert_true(seen.present_count < MOST_PRESENTS);
    struct object *object = object_of((uint64_t)info->pWaitSemaphores[0], FAKE_SEMAPHORE);
    assert_true(object->signalled);
    object->signalled = false;
    object->shown_by = seen.present_count;
    struct object *swapchain = object_of((uint64_t)info->pSwapchains[0], FAKE_SWAPCHAIN);
    swapchain->last_present = seen.present_count;
    assert_true(seen.acquired[info->pImageIndices[0]]);
    seen.acquired[info->pImageIndices[0]] = false;
    seen.shown_at[seen.present_count] = UINT64_MAX;
    seen.last_of_image[info->pImageIndices[0]] = seen.present_count++;
    return answer_of(swapchain, &fake_surface.next_present);
}

void fake_surface_submit(const struct ash_acquired_image *image, uint64_t number)
{
    struct object *acquired = object_of((uint64_t)image->acquired, FAKE_SEMAPHORE);
    assert_true(acquired->signalled);
    acquired->signalled = false;
    acquired->used_until = number;
    // The rule that most get wrong: it is signalled again only after its last wait is over.
    struct object *presentable = object_of((uint64_t)image->presentable, FAKE_SEMAPHORE);
    assert_false(presentable->signalled);
    // That the image came back is known when `acquired` has been waited for: here, and not before.
    // Presents end in order.
    const int last = seen.last_of_image[image->index];
    for (int i = 0; i <= last; i++)
        seen.shown_at[i] = number < seen.shown_at[i] ? number : seen.shown_at[i];
    if (last >= 0)
        seen.came_back[last] = true;
    if (presentable->shown_by >= 0)
        assert_true(seen.came_back[presentable->shown_by]);
    presentable->signalled = true;
    presentable->used_until = number;
    object_of((uint64_t)image->view, FAKE_VIEW)->used_until = number;
}

static VKAPI_ATTR VkResult VKAPI_CALL capabilities(VkPhysicalDevice device, VkSurfaceKHR surface,
                                                   VkSurfaceCapabilitiesKHR *out)
{
    (void)device, (void)surface;
    *out = (VkSurfaceCapabilitiesKHR){.minImageCount = fake_surface.image_count,
                                      .maxImageCount = fake_surface.image_count,
                                      .currentExtent = fake_surface.extent,
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

struct ash_context *fake_surface_begin(void)
{
    memset(&seen, 0, sizeof(seen));
    fake_surface =
        (struct fake_surface){.image_count = 3, .extent = (VkExtent2D){640, 480}, .random = 12345};
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
    return &instance.context;
}

uint32_t fake_surface_count(enum fake_kind kind)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < seen.count; i++)
        count += seen.objects[i].kind == kind;
    return count;
}
