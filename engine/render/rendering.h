// Drawing into the frame's colour and depth, with pauses for passes that read either.
//
//     begin   clear, draw, draw   | pause: copy colour, turn depth |   load, draw, draw   end
//
// Passes that read nothing share one vkCmdBeginRendering. One that reads colour gets a copy of
// what was drawn so far; one that reads depth gets depth itself, in a layout in which it may be
// tested and sampled at once.
//
// Thread-safety: one thread.
#ifndef ASH_RENDER_RENDERING_H
#define ASH_RENDER_RENDERING_H

#include "engine/api.h"
#include "engine/memory/image.h"
#include "engine/render/frame.h"
#include "engine/render/swapchain.h"
#include "engine/result.h"

#ifdef __cplusplus
extern "C" {
#endif

// Of every depth target here.
#define ASH_DEPTH_FORMAT VK_FORMAT_D32_SFLOAT

// All zero is "none"; init gives it its images.
struct ash_rendering {
    struct ash_image depth;
    struct ash_image scene_color;              // the copy; only where some pass reads colour
    struct ash_binding read_color, read_depth; // of these two
    bool pauses;                               // some pass reads something, or is alone
    bool covered;                              // as in the params
    // Of the frame being drawn:
    VkImage color;
    VkImageView color_view;
    bool open;           // between vkCmdBeginRendering and vkCmdEndRendering
    bool cleared;        // begun once: what follows loads
    bool depth_readable; // depth is in its read-only layout
};

struct ash_rendering_params {
    VkExtent2D extent;
    VkFormat color_format;
    uint32_t reads;                        // enum ash_pass_reads, of all passes together
    bool alone;                            // every pass gets a rendering of its own
    bool covered;                          // some pass draws every pixel: colour begins undefined
    const struct ash_pipelines *pipelines; // for its samplers
};
// Makes the images for targets of this size. Errors: OUT_OF_*_MEMORY, UNSUPPORTED; *rendering is
// all zero.
ASH_API ASH_NODISCARD enum ash_result ash_rendering_init(struct ash_rendering *rendering,
                                                         struct ash_allocator *allocator,
                                                         const struct ash_rendering_params *params);
// The GPU is done with the images. A zeroed one is allowed.
ASH_API void ash_rendering_finish(struct ash_rendering *rendering);

// Makes this image and depth ready to be drawn to.
ASH_API void ash_rendering_begin(struct ash_rendering *rendering, struct ash_frame *frame,
                                 const struct ash_acquired_image *image);
// Ends what is open, if the next pass reads something else, or is to be alone. True: nothing is
// open.
ASH_API bool ash_rendering_pause(struct ash_rendering *rendering, const struct ash_frame *frame,
                                 uint32_t reads, bool alone);
// Goes on for a pass that reads this (enum ash_pass_reads); sets frame->scene_color and
// scene_depth, or clears them.
ASH_API void ash_rendering_continue(struct ash_rendering *rendering, struct ash_frame *frame,
                                    uint32_t reads);
// Ends; the image is a colour attachment and has been cleared at least.
ASH_API void ash_rendering_end(struct ash_rendering *rendering, struct ash_frame *frame);

#ifdef __cplusplus
}
#endif

#endif
