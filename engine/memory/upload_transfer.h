// The way of uploads over a queue that only copies, beside the one that draws: for buffers, which
// stream. Images are uploaded once, and go with the frame's own commands.
//
//     transfer queue:   copies, release  ->  timeline
//     graphics queue:                        waits, acquires, draws
//
// What was written changes hands between the queues' families: released on one, acquired on the
// other, by the same range (Vulkan: queue family ownership transfer). What was released stays
// listed until a submission that acquired it is known to have come about.
//
// Thread-safety: one thread at a time; nobody else submits to the transfer queue.
#ifndef ASH_MEMORY_UPLOAD_TRANSFER_H
#define ASH_MEMORY_UPLOAD_TRANSFER_H

#include "engine/context/context.h"
#include "engine/memory/upload.h"
#include "engine/memory/upload_commands.h"
#include "engine/memory/upload_list.h"
#include "engine/result.h"

// More than frames can be in flight: the fifth submission meets the first one's commands again.
enum { ASH_TRANSFER_SLOTS = 4 };

// All zero is "none".
struct ash_upload_transfer {
    const struct ash_context *context; // borrowed
    VkSemaphore timeline;
    uint64_t submitted; // the timeline's value when the last submission is done
    VkCommandPool pool;
    VkCommandBuffer commands[ASH_TRANSFER_SLOTS];
    uint64_t values[ASH_TRANSFER_SLOTS]; // of the graphics submissions that wait for them
    struct ash_upload_list released;     // stretches of buffers; recorded: acquired
};

// For at most `capacity` pieces at once. Errors: OUT_OF_*_MEMORY, VULKAN; *transfer is all zero.
ASH_NODISCARD enum ash_result ash_upload_transfer_init(struct ash_upload_transfer *transfer,
                                                       const struct ash_context *context,
                                                       uint32_t capacity);
// Waits until the copies are done. A zeroed object is allowed.
void ash_upload_transfer_finish(struct ash_upload_transfer *transfer);

// Submits the copies into buffers of a sorted batch, at least one; the graphics submission that
// will signal `value` has to wait for them, and graphics submissions up to `completed` are done.
// Errors: NOT_READY: all command buffers are in use; OUT_OF_*_MEMORY, DEVICE_LOST, VULKAN: nothing
// was submitted.
ASH_NODISCARD enum ash_result ash_upload_transfer_submit(struct ash_upload_transfer *transfer,
                                                         const struct ash_upload_batch *batch,
                                                         uint64_t value, uint64_t completed);

// Records, on the graphics queue, the acquiring half of what is listed and has none yet; *wait is
// what that submission waits for.
void ash_upload_transfer_acquire(struct ash_upload_transfer *transfer, VkCommandBuffer commands,
                                 struct ash_upload_wait *wait);
// Waits until the copies are done, or the device is lost.
void ash_upload_transfer_wait(const struct ash_upload_transfer *transfer);

#endif
