// The renderer's passes: their states, and one call for all of them per phase.
//
// Private to engine/render. Thread-safety: one thread.
#ifndef ASH_RENDER_PASS_LIST_H
#define ASH_RENDER_PASS_LIST_H

#include "engine/api.h"
#include "engine/render/black_box.h"
#include "engine/render/pass.h"
#include "engine/render/renderer.h"
#include "engine/render/rendering.h"
#include "engine/render/timer.h"
#include "engine/result.h"

struct ash_pass {
    const struct ash_pass_type *type; // borrowed
    void *state;                      // owned
    bool started;                     // init was called, so finish will be
    enum ash_result prepared;         // what prepare said in this frame; it draws if OK
};

// All zero is "no passes". Not moved between init and finish.
struct ash_pass_list {
    struct ash_pass_env env;
    struct ash_pass *passes; // owned
    uint32_t count;
    uint32_t reads;              // enum ash_pass_reads, of all of them together
    bool covers;                 // one of them draws every pixel
    uint32_t unreadable;         // enum ash_pass_reads: passes that read it are left out
    struct ash_timer timer;      // what each pass costs
    struct ash_pass_time *times; // owned: one per pass
    uint64_t told;               // number of the frame whose GPU times were told last
    struct ash_black_box box;    // what the GPU is at
    bool mark_passes;            // each is a step of its own in the box
};

// Calls init of every pass in order, for frames in `slot_count` slots. On failure all that were
// started, the failed one among them, are finished and *list is all zero. Errors:
// OUT_OF_HOST_MEMORY, those of the timer and the black box, or what an init said.
ASH_NODISCARD enum ash_result ash_pass_list_init(struct ash_pass_list *list,
                                                 const struct ash_pass_env *env,
                                                 const struct ash_pass_type *const *types,
                                                 uint32_t count, uint32_t slot_count);
// In the opposite order. The GPU is idle. A zeroed list is allowed.
void ash_pass_list_finish(struct ash_pass_list *list);

// Errors: what the first resize that failed said; those after it were not called.
ASH_NODISCARD enum ash_result ash_pass_list_resize(struct ash_pass_list *list, VkExtent2D extent);

// A frame: begins it and prepares; draws; ends it; and, where it was submitted, says so.
void ash_pass_list_prepare(struct ash_pass_list *list, struct ash_frame *frame);
void ash_pass_list_draw(struct ash_pass_list *list, struct ash_frame *frame,
                        struct ash_rendering *rendering);
void ash_pass_list_end(struct ash_pass_list *list, struct ash_frame *frame);
// Fills list->times. Returns the GPU's time of the newest frame that is known.
double ash_pass_list_submitted(struct ash_pass_list *list);

// Says what the GPU was at, as far as it has noted, when the device was lost; `completed` is the
// last frame that is known to be done.
void ash_pass_list_tell_lost(struct ash_pass_list *list, uint64_t completed);

#endif
