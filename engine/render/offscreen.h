// One image to draw to where there is no window. Frames in flight share it: the barrier at a
// frame's begin (ASH_BARRIER_COLOR_BEGIN) waits for the frame before.
//
// Thread-safety: one thread.
#ifndef ASH_RENDER_OFFSCREEN_H
#define ASH_RENDER_OFFSCREEN_H

#include "engine/api.h"
#include "engine/memory/image.h"
#include "engine/result.h"

#ifdef __cplusplus
extern "C" {
#endif

// All zero is "none".
struct ash_offscreen {
    struct ash_image image;
};

// R8G8B8A8_UNORM, the format that every Vulkan device can draw to and PNG writers expect.
// It holds sRGB codes, which passes write as such.
#define ASH_OFFSCREEN_FORMAT VK_FORMAT_R8G8B8A8_UNORM

// Errors: OUT_OF_*_MEMORY, UNSUPPORTED (larger than the device's images can be); *offscreen is all
// zero. Valid usage: the extent has an area.
ASH_API ASH_NODISCARD enum ash_result ash_offscreen_init(struct ash_offscreen *offscreen,
                                                         struct ash_allocator *allocator,
                                                         VkExtent2D extent);
// The GPU is done with it. A zeroed one is allowed.
ASH_API void ash_offscreen_finish(struct ash_offscreen *offscreen);

#ifdef __cplusplus
}
#endif

#endif
