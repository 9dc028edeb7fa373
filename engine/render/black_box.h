// What the GPU was at when it was lost: at some steps of a frame it notes, in memory that the CPU
// can read afterwards, which step it begins.
//
// A note can't be written while something is drawn, and waits for all before it, which ends what
// would overlap. So drawing is one step, until passes are asked to be steps of their own
// (ash_renderer_params.mark_passes), and that a frame is done is not noted: its timeline says so.
//
// Private to engine/render. Thread-safety: one thread.
#ifndef ASH_RENDER_BLACK_BOX_H
#define ASH_RENDER_BLACK_BOX_H

#include "engine/memory/buffer.h"
#include "engine/render/frame.h"
#include "engine/result.h"

// Steps of a frame; passes count from the first of the list.
enum {
    ASH_STEP_BEGIN = 0,   // uploads and, where passes are no steps, their preparing
    ASH_STEP_PREPARE = 1, // + pass
    ASH_STEP_DRAW = 100,  // + pass
    ASH_STEP_MAX_PASSES = 99,
    ASH_STEP_COUNT = ASH_STEP_DRAW + ASH_STEP_MAX_PASSES
};

// All zero is "none".
struct ash_black_box {
    struct ash_buffer notes; // of each slot and step: the frame's number, and in the lowest byte it
};

// Errors: as ash_buffer_init; *box is all zero.
ASH_NODISCARD enum ash_result ash_black_box_init(struct ash_black_box *box,
                                                 struct ash_allocator *allocator);
// The GPU is idle or lost. A zeroed one is allowed.
void ash_black_box_finish(struct ash_black_box *box);

// The GPU notes that it begins `step`, when all before it is done. Valid usage: nothing is being
// drawn.
void ash_black_box_note(const struct ash_black_box *box, const struct ash_frame *frame,
                        uint32_t step);

// The last note of the newest frame that has one. False: there is none.
bool ash_black_box_read(struct ash_black_box *box, uint64_t *number, uint32_t *step);

#endif
