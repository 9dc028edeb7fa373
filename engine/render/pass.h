// The one interface through which anything is drawn.
//
// A pass is a table of functions and a private state. The renderer owns the state, calls the
// functions in the order of the list that it was given, and knows nothing else about any pass. To
// add a feature: copy the smallest one, and add PASS(name) to the game's list.
//
//     init  resize  { prepare  draw }*  [resize]  { prepare  draw }*  finish
//
// Thread-safety: all calls come from the thread that calls ash_renderer_draw().
#ifndef ASH_RENDER_PASS_H
#define ASH_RENDER_PASS_H

#include "engine/api.h"
#include "engine/context/context.h"
#include "engine/memory/allocator.h"
#include "engine/memory/retire.h"
#include "engine/memory/upload.h"
#include "engine/render/frame.h"
#include "engine/render/pipeline.h"
#include "engine/result.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

// What a pass may use for as long as it lives. All borrowed.
struct ash_pass_env {
    struct ash_context *context;
    struct ash_allocator *allocator;
    struct ash_upload *upload;
    struct ash_retire *retire;
    struct ash_pipelines *pipelines;     // shaders, pipeline cache, samplers
    VkFormat color_format, depth_format; // of the target; colours are sRGB codes, 0 to 1
    void *game;                          // ash_renderer_params.game
};

// What a pass samples of the passes before it; the renderer ends rendering, makes it readable and
// goes on. frame->scene_color and frame->scene_depth are then valid in draw.
enum ash_pass_reads {
    ASH_PASS_READS_NOTHING = 0,
    ASH_PASS_READS_COLOR = 1,
    ASH_PASS_READS_DEPTH = 2 // depth is then tested, not written, by this pass
};

struct ash_pass_type {
    const char *name;  // debug label and name of the GPU timer
    size_t state_size; // bytes; the renderer allocates them, zeroed
    uint32_t reads;    // enum ash_pass_reads
    bool covers;       // what it draws leaves no pixel out: colour need not be cleared before

    // Creates pipelines and buffers. On failure the renderer calls finish, so init needs no
    // clean-up of its own.
    enum ash_result (*init)(void *state, const struct ash_pass_env *env);
    // Releases whatever init made. The GPU is idle. Accepts a half-built state.
    void (*finish)(void *state, const struct ash_pass_env *env);
    // Optional: creates what depends on the size of the target; the GPU is idle.
    enum ash_result (*resize)(void *state, const struct ash_pass_env *env, VkExtent2D extent);
    // Optional: outside the main rendering: uploads, compute, own targets. NOT_READY: nothing to
    // show in this frame, and nothing of what it reads is made ready. On failure, too, this pass
    // does not draw in this frame; the others do.
    enum ash_result (*prepare)(void *state, const struct ash_pass_env *env,
                               struct ash_frame *frame);
    // Optional: draws to the main colour and depth targets. Records only.
    void (*draw)(void *state, const struct ash_pass_env *env, struct ash_frame *frame);
};

#ifdef __cplusplus
}
#endif

#endif
