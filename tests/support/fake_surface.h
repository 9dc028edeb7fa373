// A mock of the window system that is as slow as Vulkan allows: that an image was shown is known
// only when it is acquired again, and with it all presents before; a present's semaphore is free
// only when its own image has come back. Every use of a semaphore, image view or swapchain that
// Vulkan forbids fails the test. A swapchain that is out of date stays so.
#ifndef TESTS_SUPPORT_FAKE_SURFACE_H
#define TESTS_SUPPORT_FAKE_SURFACE_H

#include "engine/render/swapchain.h"

enum fake_kind { FAKE_NOTHING, FAKE_SEMAPHORE, FAKE_VIEW, FAKE_SWAPCHAIN };

// What a test may turn.
struct fake_surface {
    uint32_t image_count;
    uint64_t completed;  // submissions that are done
    bool destroys_shown; // a present may still be under way: the list of the retired is full
    VkExtent2D extent;   // of the surface
    VkResult next_acquire, next_present, next_create; // once
    uint32_t fail_semaphore;                          // creations until one fails; 0: none
    uint32_t random, surfaces_lost;
};
extern struct fake_surface fake_surface;

// All anew: three images of 640 x 480, and a context that presents to them.
struct ash_context *fake_surface_begin(void);

// What the renderer does between acquiring and presenting: waits for one semaphore, signals the
// other.
void fake_surface_submit(const struct ash_acquired_image *image, uint64_t number);

// How many there are and were not destroyed.
uint32_t fake_surface_count(enum fake_kind kind);

uint32_t fake_surface_random(uint32_t limit);

#endif
