// Owns targets, frames and passes, and draws one frame after the other.
//
// The frame is one straight function: wait for the slot, reclaim, acquire, begin, barrier, prepare
// every pass, upload, draw every pass, barrier, submit, present.
//
// Thread-safety: one thread, the one that made it.
#ifndef ASH_RENDER_RENDERER_H
#define ASH_RENDER_RENDERER_H

#include "engine/api.h"
#include "engine/context/context.h"
#include "engine/memory/allocator.h"
#include "engine/render/pass.h"
#include "engine/render/pipeline.h"
#include "engine/result.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ash_renderer; // opaque

// All zero but context, allocator and passes is a good default.
struct ash_renderer_params {
    struct ash_context *context; // borrowed, as all pointers here
    struct ash_allocator *allocator;
    const struct ash_pass_type *const *passes; // in the order of drawing
    uint32_t pass_count;
    const struct ash_shader *shaders;
    uint32_t shader_count;
    VkExtent2D extent;          // of the target; with a window, its framebuffer's
    bool vsync;                 // FIFO; otherwise MAILBOX or IMMEDIATE where there are
    uint32_t frames_in_flight;  // 1 to 3; 0: 2
    VkDeviceSize staging_size;  // 0: 16 MiB
    VkDeviceSize uniform_size;  // per frame; 0: 1 MiB
    bool mark_passes;           // a lost device is told to one pass; each ends the one before
    void *game;                 // handed to passes in ash_pass_env
    const void *pipeline_cache; // as ash_pipelines_params.cache
    size_t pipeline_cache_size;
    ash_spread *spread; // compiles the passes' pipelines beside each other; NULL: one by one
    void *spread_user;
};

// Renders to the context's surface if it has one, else to an offscreen image. Errors:
// OUT_OF_*_MEMORY, MAP_FAILED, UNSUPPORTED (a format, a size, a shader that is not there),
// SURFACE_LOST, DEVICE_LOST, VULKAN, or what a pass's init said; logged. *out is then NULL and
// nothing is left. Valid usage: at most 3 frames in flight; offscreen, the extent has an area.
ASH_API ASH_NODISCARD enum ash_result ash_renderer_create(const struct ash_renderer_params *params,
                                                          struct ash_renderer **out);
// Waits for the GPU. NULL is allowed.
ASH_API void ash_renderer_destroy(struct ash_renderer *renderer);

// Draws and presents one frame. `extent` is the window's framebuffer now, or offscreen the
// picture's size (0 x 0: as before): a changed one, and a swapchain that is out of date, are dealt
// with inside.
//
// Errors: NOT_READY: nothing to draw to (0 x 0, minimised), nothing was drawn, poll events and try
// later; SURFACE_LOST; DEVICE_LOST; OUT_OF_*_MEMORY: the frame was dropped.
ASH_API ASH_NODISCARD enum ash_result ash_renderer_draw(struct ash_renderer *renderer,
                                                        const void *scene, VkExtent2D extent);

// Copies the last frame that was drawn to `pixels`: extent.width * extent.height * 4 bytes (of
// ash_renderer_extent), RGBA, sRGB, rows from the top. Waits for the GPU. What a window has been
// given can't be read any more: there the first call asks for a copy of the frames to come and
// answers NOT_READY; call it again after each draw until it does not.
// Errors: NOT_READY: no frame yet; UNSUPPORTED: this window's images can't be copied;
// OUT_OF_*_MEMORY; DEVICE_LOST.
ASH_API ASH_NODISCARD enum ash_result ash_renderer_read_pixels(struct ash_renderer *renderer,
                                                               uint8_t *pixels, size_t size);
// Of the target; 0 x 0 while there is none (a window without area).
ASH_API VkExtent2D ash_renderer_extent(const struct ash_renderer *renderer);

// For ash_pipelines_cache_data, and for pipelines of the caller's own. Lives as long as the
// renderer.
ASH_API struct ash_pipelines *ash_renderer_pipelines(struct ash_renderer *renderer);

// Hot reload: the shader's words in params.shaders have changed; the next frame draws with the new
// ones. Errors: as ash_pipelines_reload; all is as it was, but for the words.
ASH_API ASH_NODISCARD enum ash_result ash_renderer_reload(struct ash_renderer *renderer,
                                                          const char *shader);
// What waits for the GPU to pass it. Lives as long as the renderer.
ASH_API const struct ash_retire *ash_renderer_retire(const struct ash_renderer *renderer);

struct ash_pass_time {
    const char *name;
    double cpu_ms;
    double gpu_ms;            // of the newest finished frame with ash_renderer_measure_gpu; 0: none
    enum ash_result prepared; // in the last frame; NOT_READY: nothing to show, other errors: failed
};
struct ash_renderer_stats {
    uint64_t frames;
    uint32_t draws; // of the last frame
    uint64_t triangles;
    uint32_t failures; // likewise: as in ash_frame.stats
    double gpu_ms;     // likewise, of the whole frame
    double wait_ms;    // the CPU waited for a slot and for the swapchain, last frame
    uint32_t pass_count;
    const struct ash_pass_time *passes; // borrowed until the next draw
    struct ash_pipelines_stats pipelines;
    uint32_t retired_objects;
    VkDeviceSize retired_bytes;
    struct ash_upload_stats upload;
};
// Cheap; for whoever shows it.
ASH_API void ash_renderer_stats(const struct ash_renderer *renderer,
                                struct ash_renderer_stats *out);

// Whether the GPU's times are taken, from the next frame on. Off at first: a software driver ends
// all drawing before it takes a time, instead of going on with the next frame.
ASH_API void ash_renderer_measure_gpu(struct ash_renderer *renderer, bool wanted);

// Waits until the GPU has done everything that was submitted. Errors: DEVICE_LOST,
// OUT_OF_*_MEMORY.
ASH_API ASH_NODISCARD enum ash_result ash_renderer_wait_idle(struct ash_renderer *renderer);

#ifdef __cplusplus
}
#endif

#endif
