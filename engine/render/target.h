// Where frames go: the images of a window, or one image offscreen. The renderer sees no difference.
//
// Frames in flight share the offscreen image: the barrier at a frame's begin
// (ASH_BARRIER_COLOR_BEGIN) waits for the frame before.
//
//     init  resize  { acquire  draw  present | abandon }*  [resize] ...  finish
//
// Thread-safety: one thread, the one that submits to the graphics queue.
#ifndef ASH_RENDER_TARGET_H
#define ASH_RENDER_TARGET_H

#include "engine/api.h"
#include "engine/memory/allocator.h"
#include "engine/memory/image.h"
#include "engine/render/swapchain.h"
#include "engine/result.h"

#ifdef __cplusplus
extern "C" {
#endif

// R8G8B8A8_UNORM, the format that every Vulkan device can draw to and PNG writers expect.
// It holds sRGB codes, which passes write as such.
#define ASH_OFFSCREEN_FORMAT VK_FORMAT_R8G8B8A8_UNORM

// All zero is "no target". Not moved between init and finish.
struct ash_target {
    VkFormat format;
    VkExtent2D extent;               // 0 x 0 until the first resize
    bool presents;                   // to a window
    bool copyable;                   // its images may be copied from
    struct ash_allocator *allocator; // borrowed
    struct ash_swapchain swapchain;  // if it presents; else
    struct ash_image offscreen;
};

// A window's if the allocator's context has a surface. Errors: as ash_swapchain_init.
ASH_API ASH_NODISCARD enum ash_result ash_target_init(struct ash_target *target,
                                                      struct ash_allocator *allocator, bool vsync);
// The GPU is idle. A zeroed target is allowed.
ASH_API void ash_target_finish(struct ash_target *target);

// Whether it has to be resized before the next acquire. Offscreen, only before the first.
ASH_API bool ash_target_is_stale(const struct ash_target *target, VkExtent2D wanted);
// The GPU is idle. Errors: as ash_swapchain_resize; offscreen OUT_OF_*_MEMORY, UNSUPPORTED (larger
// than the device's images can be). Valid usage: offscreen, the extent has an area.
ASH_API ASH_NODISCARD enum ash_result ash_target_resize(struct ash_target *target,
                                                        VkExtent2D wanted);

// As ash_swapchain_acquire, _present, _abandon and _collect; offscreen, they do not fail.
ASH_API ASH_NODISCARD enum ash_result ash_target_acquire(struct ash_target *target, uint32_t slot,
                                                         uint64_t number,
                                                         struct ash_acquired_image *out);
ASH_API ASH_NODISCARD enum ash_result ash_target_present(struct ash_target *target,
                                                         const struct ash_acquired_image *image);
ASH_API void ash_target_abandon(struct ash_target *target);
ASH_API void ash_target_collect(struct ash_target *target, uint64_t completed);

#ifdef __cplusplus
}
#endif

#endif
