// The HUD: chooses which panels are up; game/passes/hud_panels.h says what stands on them.
#include "game/passes/hud_panels.h"
#include "game/passes/overlay.h"
#include "game/passes/passes.h"

struct hud {
    struct overlay overlay;
};

static enum ash_result init(void *state, const struct ash_pass_env *env)
{
    struct hud *hud = state;
    return overlay_init(&hud->overlay, env);
}

static void finish(void *state, const struct ash_pass_env *env)
{
    struct hud *hud = state;
    overlay_finish(&hud->overlay, env);
}

static enum ash_result prepare(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    struct hud *hud = state;
    const struct scene *scene = frame->scene;
    const struct scene_hud *shown = &scene->hud;
    struct canvas *canvas = &hud->overlay.canvas;
    const enum ash_result result = overlay_begin(&hud->overlay, env, frame, shown->scale);
    if (result != ASH_OK || !shown->visible)
        return result;
    if (shown->loading < 1.0f) {
        hud_loading(canvas, shown);
        hud_status(canvas, shown);
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
    return ASH_OK;
}

static void draw(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    struct hud *hud = state;
    overlay_draw(&hud->overlay, env, frame);
}

const struct ash_pass_type hud_pass = {
    .name = "hud",
    .state_size = sizeof(struct hud),
    .reads = ASH_PASS_READS_DEPTH, // as the water before: the renderer need not pause between
    .init = init,
    .finish = finish,
    .prepare = prepare,
    .draw = draw,
};
