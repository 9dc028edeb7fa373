// Draws a canvas over the picture: the font's image, the pipeline, and the list of quads.
//
// Thread-safety: the thread that draws.
#ifndef GAME_PASSES_HUD_OVERLAY_H
#define GAME_PASSES_HUD_OVERLAY_H

#include "game/passes/hud/canvas.h"

#include "engine/memory/image.h"
#include "engine/render/pass.h"

struct overlay {
    struct ash_pipeline pipeline;
    struct font font; // as large as the target asks for
    struct ash_image font_image;
    struct canvas canvas;
};

// Of a pass whose state is a struct overlay and which needs no more in its init, finish and draw.
enum ash_result overlay_init(void *state, const struct ash_pass_env *env);
// The GPU is idle. All zero is allowed.
void overlay_finish(void *state, const struct ash_pass_env *env);

// Empties the canvas for this frame, in prepare: draws the font anew where the target's height or
// the window's content scale ask for another size. Errors: NOT_READY, OUT_OF_*_MEMORY: draw
// nothing in this frame.
enum ash_result overlay_begin(struct overlay *overlay, const struct ash_pass_env *env,
                              struct ash_frame *frame, float content_scale);
// Draws what the canvas holds, in draw.
void overlay_draw(void *state, const struct ash_pass_env *env, struct ash_frame *frame);

#endif
