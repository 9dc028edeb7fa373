// Who looks on while a frame is made: for traces and explanations. Nobody does at first, and then
// all of this costs one comparison.
//
// The engine says what it begins, what it uploads, and each barrier with the reason that
// stands where it is issued. What is done with it (printing, writing files) is the onlooker's.
//
// Thread-safety: the functions of an observer are called on the thread that draws.
#ifndef ASH_CONTEXT_OBSERVE_H
#define ASH_CONTEXT_OBSERVE_H

#include "engine/context/context.h"

#ifdef __cplusplus
extern "C" {
#endif

// Any function may be NULL. Strings are borrowed until it returns.
struct ash_observer {
    // The next phase of frame `number` begins: a pass's, such as "draw" of "sky", or the frame's
    // own, which has no pass but a purpose. It lasts until the next begins; the last one until
    // ash_renderer_draw returns.
    void (*phase)(void *user, uint64_t number, const char *phase, const char *pass,
                  const char *purpose);
    // `size` bytes go to `target`: through the staging ring, or straight into memory that the CPU
    // reaches too.
    void (*upload)(void *user, const char *target, VkDeviceSize size, bool direct);
    // A barrier is recorded.
    void (*barrier)(void *user, const VkDependencyInfo *barrier, const char *name,
                    const char *reason);
    // What the GPU did in a phase of the frame `number`, which is done: milliseconds since it began
    // with that frame. Only while its times are taken (ash_renderer_measure_gpu).
    void (*gpu)(void *user, uint64_t number, const char *phase, const char *pass, double from_ms,
                double to_ms);
    void *user;
};

// `observer` is borrowed until another takes its place; NULL: nobody. Valid usage: no frame is
// being made.
ASH_API void ash_context_observe(struct ash_context *context, const struct ash_observer *observer);

// For those who make frames: what is told to the observer, where there is one.
ASH_API void ash_observe_phase(const struct ash_context *context, uint64_t number,
                               const char *phase, const char *pass, const char *purpose);
ASH_API void ash_observe_upload(const struct ash_context *context, const char *target,
                                VkDeviceSize size, bool direct);

// Records a barrier. All barriers of the engine are recorded here, so that none goes unexplained.
ASH_API void ash_record_barrier(const struct ash_context *context, VkCommandBuffer commands,
                                const VkDependencyInfo *barrier, const char *name,
                                const char *reason);

#ifdef __cplusplus
}
#endif

#endif
