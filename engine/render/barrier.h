// The barriers in use, by name: from what, to what, and why.
//
// One table (barrier.c) holds them all, so that no pass invents stages and accesses of its own,
// and a reader sees on one screen what waits for what.
//
// Thread-safety: any thread; a command buffer belongs to one.
#ifndef ASH_RENDER_BARRIER_H
#define ASH_RENDER_BARRIER_H

#include "engine/api.h"
#include "engine/context/context.h"

#ifdef __cplusplus
extern "C" {
#endif

enum ash_barrier {
    // Of images. BEGIN throws the old contents away.
    ASH_BARRIER_COLOR_BEGIN,       // the frame's target: to be drawn to
    ASH_BARRIER_COLOR_CONTINUE,    // drawn to: to be drawn to by the next rendering
    ASH_BARRIER_COLOR_TO_COPY,     // drawn to: to be copied from
    ASH_BARRIER_COPY_TO_COLOR,     // copied from: to be drawn to
    ASH_BARRIER_COLOR_TO_PRESENT,  // drawn to: to be shown
    ASH_BARRIER_COPY_TO_PRESENT,   // copied from: to be shown
    ASH_BARRIER_DEPTH_BEGIN,       // the frame's depth: to be tested and written
    ASH_BARRIER_DEPTH_CONTINUE,    // written: to be tested and written by the next rendering
    ASH_BARRIER_DEPTH_TO_READ,     // written: to be tested and sampled
    ASH_BARRIER_READ_TO_DEPTH,     // tested and sampled: to be written again
    ASH_BARRIER_COPY_BEGIN,        // a texture that shaders sampled: to be copied to
    ASH_BARRIER_COPY_TO_SAMPLED,   // copied to: to be sampled
    ASH_BARRIER_TARGET_BEGIN,      // a pass's own colour target, sampled before: to be drawn to
    ASH_BARRIER_TARGET_TO_SAMPLED, // the same, drawn to: to be sampled
    // Of memory: buffers need no layouts, so one barrier serves all of them.
    ASH_BARRIER_COMPUTE_TO_DRAW,    // compute wrote: draws read it, indirect arguments among it
    ASH_BARRIER_COMPUTE_TO_COMPUTE, // compute wrote: the next dispatch reads or writes it
    ASH_BARRIER_DRAW_TO_COMPUTE,    // earlier draws read: compute may write again
    ASH_BARRIER_COMPUTE_TO_HOST,    // compute wrote: the CPU reads, once the frame is done
    ASH_BARRIER_COPY_TO_COPY,       // a copy wrote: the next one writes the same
    ASH_BARRIER_COPY_TO_HOST,       // a copy wrote: the CPU reads, once the frame is done
    ASH_BARRIER_NOTE,               // whatever came before: the black box is written
    ASH_BARRIER_COUNT
};

struct ash_barrier_info {
    const char *name;   // "COLOR_BEGIN"
    const char *reason; // why it has to be there: one sentence
    VkPipelineStageFlags2 source_stages;
    VkAccessFlags2 source_access;
    VkPipelineStageFlags2 destination_stages;
    VkAccessFlags2 destination_access;
    VkImageLayout old_layout, new_layout; // both UNDEFINED: a barrier of memory
};

// Lives as long as the program.
ASH_API const struct ash_barrier_info *ash_barrier_info(enum ash_barrier barrier);

// Records a barrier of all mip levels and layers of an image.
// Valid usage: the barrier is one of images.
ASH_API void ash_barrier_image(const struct ash_context *context, VkCommandBuffer commands,
                               enum ash_barrier barrier, VkImage image, VkImageAspectFlags aspect);

// Valid usage: the barrier is one of memory.
ASH_API void ash_barrier_memory(const struct ash_context *context, VkCommandBuffer commands,
                                enum ash_barrier barrier);

#ifdef __cplusplus
}
#endif

#endif
