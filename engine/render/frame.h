// What is being recorded now: commands, uniforms and bindings of one frame.
//
// Frames have numbers; a timeline semaphore says which of them the GPU has done. What a frame
// uses (commands, descriptor sets, uniforms, timer queries) belongs to its slot and is used again
// when the frame that had the slot before is done (engine/render/frames.h).
//
// Thread-safety: the thread that calls ash_renderer_draw().
#ifndef ASH_RENDER_FRAME_H
#define ASH_RENDER_FRAME_H

#include "engine/api.h"
#include "engine/context/context.h"
#include "engine/memory/image.h"
#include "engine/render/pipeline.h"
#include "engine/result.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { ASH_MAX_FRAMES_IN_FLIGHT = 3 };

struct ash_frame {
    VkCommandBuffer commands;
    const struct ash_context *context;
    const struct VolkDeviceTable *vk; // context->vk, for vkCmd* calls
    uint64_t number;                  // from 1; the timeline value that its submission signals
    uint32_t slot;                    // 0 .. frames in flight - 1
    VkExtent2D extent;                // of the target, pixels
    const void *scene;                // what the game handed to ash_renderer_draw
    // What passes before have drawn, for a pass that reads it (ash_pass_type.reads); else all zero.
    struct ash_binding scene_color; // sampled linearly
    struct ash_binding scene_depth; // texels as they are
    struct {
        uint32_t draws; // counted by passes, shown to players
        uint64_t triangles;
        uint32_t failures; // binds, uniforms, prepares: something was left out
    } stats;
    // private
    VkExtent2D drawn_extent; // of the pass's own image that is drawn to now; 0 x 0: the target
    struct ash_uniform_ring *uniforms;
    struct ash_descriptors *descriptors;
};

// Copies `size` bytes into this frame's uniform space and hands out where they lie: for a UNIFORM
// or STORAGE binding, valid until the frame is done. Errors: NOT_READY: this frame's space is used
// up; *out is zero. Valid usage: size is above 0.
ASH_API ASH_NODISCARD enum ash_result ash_frame_uniform(struct ash_frame *frame, const void *data,
                                                        VkDeviceSize size,
                                                        VkDescriptorBufferInfo *out);

// Binds the pipeline, and set 0 made from `bindings`, one per ash_pipeline_params.bindings in its
// order. The set lives as long as the frame. Also sets viewport and scissor to the whole target
// for graphics pipelines. Errors: OUT_OF_*_MEMORY; nothing is bound: don't draw.
ASH_API ASH_NODISCARD enum ash_result ash_frame_bind(struct ash_frame *frame,
                                                     const struct ash_pipeline *pipeline,
                                                     const struct ash_binding *bindings,
                                                     uint32_t binding_count);

// In prepare: what is drawn from begin to end goes to an image of the pass's own (usage
// COLOR_ATTACHMENT and SAMPLED), which is cleared before, and sampled by any shader after.
// Pipelines name its format and no depth. Valid usage: one at a time, ended before prepare returns.
ASH_API void ash_frame_begin_target(struct ash_frame *frame, const struct ash_image *image,
                                    VkClearColorValue clear);
ASH_API void ash_frame_end_target(struct ash_frame *frame, const struct ash_image *image);

// Push constants, from byte 0, for all stages of the pipeline; `size` bytes, at most the
// pipeline's.
ASH_API void ash_frame_push(struct ash_frame *frame, const struct ash_pipeline *pipeline,
                            const void *data, uint32_t size);

#ifdef __cplusplus
}
#endif

#endif
