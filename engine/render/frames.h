// The slots that let the CPU run ahead of the GPU, and the semaphore that tells them apart.
//
//     number     1      2      3      4      5          the timeline semaphore's value when done
//     slot       1      0      1      0      1          number % count, here with 2 in flight
//
// A submission has a number, one more than the one before; the GPU signals it. Submission n takes
// slot n % count, after n - count, which had it before, is done.
//
// Thread-safety: the thread that submits.
#ifndef ASH_RENDER_FRAMES_H
#define ASH_RENDER_FRAMES_H

#include "engine/api.h"
#include "engine/memory/allocator.h"
#include "engine/memory/upload.h"
#include "engine/render/descriptors.h"
#include "engine/render/frame.h"
#include "engine/render/uniform.h"
#include "engine/result.h"

#ifdef __cplusplus
extern "C" {
#endif

// What one frame in flight holds until the GPU has done it.
struct ash_frame_slot {
    VkCommandPool pool;
    VkCommandBuffer commands;
    struct ash_descriptors descriptors;
};

// All zero is "no frames". Not moved between init and finish.
struct ash_frames {
    const struct ash_context *context; // borrowed
    VkSemaphore timeline;
    uint64_t submitted; // number of the last submission; 0: none
    // The last one that was waited for. Nobody asks the GPU how far it has got besides: what
    // comes back with a frame (staging, retired objects) would depend on its speed, and so would
    // what is drawn; and validation would see no hazard between frames that happen to be done.
    uint64_t completed;
    uint32_t count;
    struct ash_frame_slot slots[ASH_MAX_FRAMES_IN_FLIGHT];
    struct ash_uniform_ring uniforms;
};

// `uniform_size` is in bytes, of each frame. Errors: OUT_OF_*_MEMORY, and those of
// ash_uniform_ring_init; *frames is all zero. Valid usage: 1 <= count <= ASH_MAX_FRAMES_IN_FLIGHT.
ASH_API ASH_NODISCARD enum ash_result ash_frames_init(struct ash_frames *frames,
                                                      struct ash_allocator *allocator,
                                                      uint32_t count, VkDeviceSize uniform_size);
// The GPU is idle. A zeroed object is allowed.
ASH_API void ash_frames_finish(struct ash_frames *frames);

// Waits until submission `number` is done. Errors: DEVICE_LOST, OUT_OF_*_MEMORY.
ASH_API ASH_NODISCARD enum ash_result ash_frames_wait(struct ash_frames *frames, uint64_t number);
// Waits until the slot of the next submission is free.
ASH_API ASH_NODISCARD enum ash_result ash_frames_wait_slot(struct ash_frames *frames);
// The slot that the next submission takes.
ASH_API uint32_t ash_frames_next_slot(const struct ash_frames *frames);

// Begins the commands of the next submission. Valid usage: ash_frames_wait_slot came before.
// Errors: OUT_OF_*_MEMORY: *frame is all zero. A frame that was begun may simply be dropped: the
// next begin takes its slot and its number.
ASH_API ASH_NODISCARD enum ash_result ash_frames_begin(struct ash_frames *frames,
                                                       struct ash_frame *frame);

// What a submission waits for and signals besides the timeline; each may be VK_NULL_HANDLE.
struct ash_frame_sync {
    VkSemaphore acquired;           // the image may be drawn to
    VkSemaphore presentable;        // the image may be shown
    struct ash_upload_wait uploads; // they are there
};
// Ends the commands, flushes the uniforms, submits. Errors: OUT_OF_*_MEMORY, DEVICE_LOST: nothing
// was submitted.
ASH_API ASH_NODISCARD enum ash_result ash_frames_submit(struct ash_frames *frames,
                                                        struct ash_frame *frame,
                                                        const struct ash_frame_sync *sync);

#ifdef __cplusplus
}
#endif

#endif
