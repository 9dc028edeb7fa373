// A queue with a timeline, and command buffers for the submissions that are in flight on it.
#ifndef BENCH_UPLOAD_LANE_H
#define BENCH_UPLOAD_LANE_H

#include "engine/context/context.h"
#include "engine/memory/upload.h"

enum { LANE_IN_FLIGHT = 2 };

struct lane {
    const struct ash_context *context; // borrowed
    VkQueue queue;
    VkSemaphore timeline;
    uint64_t submitted; // the timeline's value when all is done
    struct {
        VkCommandPool pool;
        VkCommandBuffer commands;
    } slots[LANE_IN_FLIGHT];
};

// Ends the program with a sentence unless it is fine; all of the below do.
void bench_check(bool fine, const char *what);

void lane_init(struct lane *lane, const struct ash_context *context, struct ash_queue queue);
// Waits until all is done. A zeroed lane is allowed.
void lane_finish(struct lane *lane);
// Waits for the submission that had the next one's slot; answers the timeline value that is done.
uint64_t lane_wait_slot(struct lane *lane);
void lane_wait_idle(struct lane *lane);
// The commands of the next submission, in recording.
VkCommandBuffer lane_begin(struct lane *lane);
// Submits them after *wait.
void lane_submit(struct lane *lane, const struct ash_upload_wait *wait);

#endif
