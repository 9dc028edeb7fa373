// What a frame's steps cost, on the GPU (timestamps) and on the CPU.
//
// A frame passes a row of marks, each once and in order; what lies between two of them is a span.
// The GPU's answer comes when the slot is used again, and never waits. Timestamps are not free: a
// software driver finishes all that was drawn before each, so they are taken on demand.
//
// Units: milliseconds. Thread-safety: one thread.
#ifndef ASH_RENDER_TIMER_H
#define ASH_RENDER_TIMER_H

#include "engine/api.h"
#include "engine/context/context.h"
#include "engine/render/frame.h"
#include "engine/result.h"

#ifdef __cplusplus
extern "C" {
#endif

// All zero is "no timer".
struct ash_timer {
    const struct ash_context *context; // borrowed
    uint32_t mark_count;
    uint32_t slot;                                 // being recorded
    VkQueryPool queries[ASH_MAX_FRAMES_IN_FLIGHT]; // none where the queue has no timestamps
    uint64_t submitted[ASH_MAX_FRAMES_IN_FLIGHT];  // number of the frame, with timestamps; or 0
    bool wanted;                                   // timestamps, from the next frame on
    bool stamps;                                   // the frame being recorded has them
    uint64_t number;                               // of the frame being recorded
    uint64_t measured; // of the newest finished frame that has timestamps; 0: none
    uint64_t *ticks;   // owned: its, one per mark
    double *cpu_ms;    // owned: of the newest recorded frame, one per mark
};

// Errors: OUT_OF_*_MEMORY; *timer is all zero.
ASH_API ASH_NODISCARD enum ash_result ash_timer_init(struct ash_timer *timer,
                                                     const struct ash_context *context,
                                                     uint32_t slot_count, uint32_t mark_count);
// The GPU is idle. A zeroed timer is allowed.
ASH_API void ash_timer_finish(struct ash_timer *timer);

// Takes over what the frame that had this slot before has measured, and starts anew. The GPU is
// done with that frame.
ASH_API void ash_timer_begin(struct ash_timer *timer, const struct ash_frame *frame);
// Passes the mark `index`.
ASH_API void ash_timer_mark(struct ash_timer *timer, const struct ash_frame *frame, uint32_t index);
// The frame was submitted, with all marks passed.
ASH_API void ash_timer_submitted(struct ash_timer *timer);

// Between two marks, of the newest frame that is known. 0 where there are no timestamps.
ASH_API double ash_timer_gpu_ms(const struct ash_timer *timer, uint32_t from, uint32_t to);
ASH_API double ash_timer_cpu_ms(const struct ash_timer *timer, uint32_t from, uint32_t to);

// The clock of cpu_ms: monotonic, since some moment in the past.
ASH_API double ash_timer_now_ms(void);

#ifdef __cplusplus
}
#endif

#endif
