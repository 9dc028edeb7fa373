// The HUD: chooses which panels are up; game/passes/hud/hud_panels.h says what stands on them.
#include "game/passes/hud/hud_panels.h"
#include "game/passes/hud/overlay.h"
#include "game/passes/passes.h"

static enum ash_result prepare(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    struct overlay *overlay = state;
    const struct scene *scene = frame->scene;
    const struct scene_hud *shown = &scene->hud;
    struct canvas *canvas = &overlay->canvas;
    const enum ash_result result = overlay_begin(overlay, env, frame, shown->scale);
    if (result != ASH_OK || !shown->visible)
        return result;
    if (shown->loading < 1.0f) {
        hud_loading(canvas, shown);
        return ASH_OK;
    }
    if (!shown->paused && !shown->help)
        hud_crosshair(canvas, shown);
    hud_hotbar(canvas, shown);
    hud_status(canvas, shown);
    if (shown->performance)
        hud_performance(canvas, scene);
    if (shown->help)
        hud_help(canvas);
    else if (shown->paused)
        hud_pause(canvas);
    hud_shader_error(canvas, shown); // over the pause: whoever edits a shader has left the window
    return ASH_OK;
}

const struct ash_pass_type hud_pass = {
    .name = "hud",
    .state_size = sizeof(struct overlay),
    .init = overlay_init,
    .finish = overlay_finish,
    .prepare = prepare,
    .draw = overlay_draw,
};
