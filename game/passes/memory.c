// The memory map (F4), over everything else.
#include "game/passes/memory_map.h"
#include "game/passes/overlay.h"
#include "game/passes/passes.h"

#include "game/scene.h"

static enum ash_result prepare(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    struct overlay *overlay = state;
    const struct scene *scene = frame->scene;
    overlay->canvas.count = 0;
    if (!scene->hud.visible || !scene->hud.memory)
        return ASH_OK;
    const enum ash_result result = overlay_begin(overlay, env, frame, scene->hud.scale);
    return result == ASH_OK ? memory_map_draw(&overlay->canvas, env->allocator) : result;
}

const struct ash_pass_type memory_pass = {
    .name = "memory",
    .state_size = sizeof(struct overlay),
    .reads = ASH_PASS_READS_DEPTH, // as the water before: the renderer need not pause between
    .init = overlay_init,
    .finish = overlay_finish,
    .prepare = prepare,
    .draw = overlay_draw,
};
