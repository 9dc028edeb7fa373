// The way of uploads over a queue that only copies, beside the one that draws.
//
//     transfer queue:   copies, release  ->  timeline
//     graphics queue:                        waits, acquires, draws
//
// What was written changes hands between the queues' families: released on one, acquired on the
// other, by the same range and the same layouts (Vulkan: queue family ownership transfer). What was
// released stays listed until a submission that acquired it is known to have come about.
//
// Thread-safety: one thread at a time; nobody else submits to the transfer queue.
#ifndef ASH_MEMORY_UPLOAD_TRANSFER_H
#define ASH_MEMORY_UPLOAD_TRANSFER_H

#include "engine/context/context.h"
#include "engine/memory/upload.h"
#include "engine/memory/upload_commands.h"
#include "engine/result.h"

// More than frames can be in flight: the fifth submission meets the first one's commands again.
enum { ASH_TRANSFER_SLOTS = 4 };

// All zero is "none".
struct ash_upload_transfer {
    const struct ash_context *context; // borrowed
    VkSemaphore timeline;
    uint64_t submitted; // the timeline's value when the last submission is done
    struct {
        VkCommandPool pool;
        VkCommandBuffer commands;
        uint64_t value; // of the graphics submission that waits for these commands
    } slots[ASH_TRANSFER_SLOTS];
    struct ash_released_list released;
    uint32_t acquired; // of them, recorded for a submission that may not come about yet
};

// For at most `capacity` pieces at once. Errors: OUT_OF_*_MEMORY, VULKAN; *transfer is all zero.
ASH_NODISCARD enum ash_result ash_upload_transfer_init(struct ash_upload_transfer *transfer,
                                                       const struct ash_context *context,
                                                       uint32_t capacity);
// Waits until the copies are done. A zeroed object is allowed.
void ash_upload_transfer_finish(struct ash_upload_transfer *transfer);

// Submits the copies of all pieces; the graphics submission that will signal `value` has to wait
// for transfer->submitted, and graphics submissions up to `completed` are done. Adds the number of
// regions to *regions. Errors: NOT_READY: all command buffers are in use; OUT_OF_*_MEMORY,
// DEVICE_LOST, VULKAN: nothing was submitted.
ASH_NODISCARD enum ash_result ash_upload_transfer_submit(struct ash_upload_transfer *transfer,
                                                         const struct ash_upload_batch *batch,
                                                         uint64_t value, uint64_t completed,
                                                         uint64_t *regions);

// Records, on the graphics queue, the acquiring half of what is listed and has none yet; *wait is
// what that submission waits for.
void ash_upload_transfer_acquire(struct ash_upload_transfer *transfer, VkCommandBuffer commands,
                                 struct ash_upload_wait *wait);
// That submission came about: what it acquired leaves the list.
void ash_upload_transfer_settle(struct ash_upload_transfer *transfer);
// It did not: everything listed is to be acquired again. Waits until the copies are done, or the
// device is lost.
void ash_upload_transfer_abandon(struct ash_upload_transfer *transfer);
// Takes a buffer or image that is about to be destroyed off the list. Either may be NULL.
void ash_upload_transfer_forget(struct ash_upload_transfer *transfer, VkBuffer buffer,
                                VkImage image);

#endif
