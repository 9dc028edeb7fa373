// The images of a window, and the rules for drawing to and showing them.
//
//     acquire(slot) -> image, `acquired` -> draw, waits for acquired, signals presentable ->
//     present
//
// A semaphore for acquiring belongs to a frame slot: when the slot is free again, its wait is
// over. A semaphore for presenting belongs to an image: that its wait is over is known only when
// the image has been acquired again. Nothing else tells when presenting has ended, so a swapchain
// that was replaced is kept until an image of the new one has come back: presents end in order.
//
// Thread-safety: one thread, the one that submits to the graphics queue.
#ifndef ASH_RENDER_SWAPCHAIN_H
#define ASH_RENDER_SWAPCHAIN_H

#include "engine/api.h"
#include "engine/context/context.h"
#include "engine/render/frame.h"
#include "engine/render/swapchain_choice.h"
#include "engine/result.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { ASH_MAX_RETIRED_SWAPCHAINS = 4 };

// One VkSwapchainKHR and what lives and dies with it.
struct ash_swapchain_images {
    VkSwapchainKHR swapchain;
    uint32_t count;
    VkImage images[ASH_MAX_SWAPCHAIN_IMAGES]; // the swapchain's own
    VkImageView views[ASH_MAX_SWAPCHAIN_IMAGES];
    VkSemaphore presentable[ASH_MAX_SWAPCHAIN_IMAGES];
    bool presented[ASH_MAX_SWAPCHAIN_IMAGES]; // at least once
    VkSemaphore acquired[ASH_MAX_FRAMES_IN_FLIGHT];
    // Once replaced: the submission after which it may go; UINT64_MAX: not known yet.
    uint64_t until;
};

// All zero is "no swapchain". Not moved between init and finish.
struct ash_swapchain {
    const struct ash_context *context; // borrowed
    VkSurfaceFormatKHR format;
    VkPresentModeKHR present_mode;
    bool copyable;     // images may be copied from
    VkExtent2D extent; // 0 x 0 while there are no images
    VkExtent2D wanted; // what the images were made for
    bool stale;        // out of date, suboptimal, or an image was abandoned: resize
    bool fresh;        // nothing was presented since it was made
    bool tolerated;    // suboptimal from birth: making it again would not help
    struct ash_swapchain_images images;
    struct ash_swapchain_images retired[ASH_MAX_RETIRED_SWAPCHAINS]; // oldest first
    uint32_t retired_count;
};

// Chooses format and present mode; the images come with the first resize.
// Errors: UNSUPPORTED (no such format), SURFACE_LOST, OUT_OF_*_MEMORY; *swapchain is all zero.
ASH_API ASH_NODISCARD enum ash_result ash_swapchain_init(struct ash_swapchain *swapchain,
                                                         const struct ash_context *context,
                                                         bool vsync);
// The GPU is idle. A zeroed swapchain is allowed.
ASH_API void ash_swapchain_finish(struct ash_swapchain *swapchain);

// Whether it has to be resized before the next acquire.
ASH_API bool ash_swapchain_is_stale(const struct ash_swapchain *swapchain, VkExtent2D wanted);

// Makes new images for a framebuffer of this size; the GPU is idle. Errors: NOT_READY: there is
// nothing to draw to now (0 x 0); SURFACE_LOST, DEVICE_LOST, OUT_OF_*_MEMORY: no images, try again.
ASH_API ASH_NODISCARD enum ash_result ash_swapchain_resize(struct ash_swapchain *swapchain,
                                                           VkExtent2D wanted);

// An image that may be drawn to once `acquired` is signalled.
struct ash_acquired_image {
    VkImage image;
    VkImageView view;
    VkSemaphore acquired;    // VK_NULL_HANDLE: no need to wait
    VkSemaphore presentable; // to be signalled when it is drawn; VK_NULL_HANDLE: nobody waits
    uint32_t index;
    uint64_t number; // of the submission that draws to it
};

// Takes the next image, for the submission `number` in `slot`. Waits for a second at most.
// Errors: NOT_READY: none came, or the swapchain is stale now; SURFACE_LOST, DEVICE_LOST,
// OUT_OF_*_MEMORY. No image was taken.
ASH_API ASH_NODISCARD enum ash_result ash_swapchain_acquire(struct ash_swapchain *swapchain,
                                                            uint32_t slot, uint64_t number,
                                                            struct ash_acquired_image *out);

// Shows an image that was acquired and submitted. A swapchain out of date is no error: it is
// stale, and the frame is not seen. Errors: SURFACE_LOST, DEVICE_LOST, OUT_OF_*_MEMORY.
ASH_API ASH_NODISCARD enum ash_result ash_swapchain_present(struct ash_swapchain *swapchain,
                                                            const struct ash_acquired_image *image);

// Gives an image up that was acquired and will not be submitted: Vulkan takes none back, so the
// swapchain is stale.
ASH_API void ash_swapchain_abandon(struct ash_swapchain *swapchain);

// Destroys replaced swapchains that are no longer shown; `completed` is what the GPU has done.
ASH_API void ash_swapchain_collect(struct ash_swapchain *swapchain, uint64_t completed);

#ifdef __cplusplus
}
#endif

#endif
