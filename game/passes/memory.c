// The memory map (F4), over everything else.
#include "game/passes/memory_map.h"
#include "game/passes/overlay.h"
#include "game/passes/passes.h"

#include "game/scene.h"

struct memory {
    struct overlay overlay;
};

static enum ash_result init(void *state, const struct ash_pass_env *env)
{
    struct memory *memory = state;
    return overlay_init(&memory->overlay, env);
}

static void finish(void *state, const struct ash_pass_env *env)
{
    struct memory *memory = state;
    overlay_finish(&memory->overlay, env);
}

static enum ash_result prepare(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    struct memory *memory = state;
    const struct scene *scene = frame->scene;
    memory->overlay.canvas.count = 0;
    if (!scene->hud.visible || !scene->hud.memory)
        return ASH_OK;
    const enum ash_result result = overlay_begin(&memory->overlay, env, frame, scene->hud.scale);
    return result == ASH_OK ? memory_map_draw(&memory->overlay.canvas, env->allocator) : result;
}

static void draw(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    struct memory *memory = state;
    overlay_draw(&memory->overlay, env, frame);
}

const struct ash_pass_type memory_pass = {
    .name = "memory",
    .state_size = sizeof(struct memory),
    .reads = ASH_PASS_READS_DEPTH, // as the water before: the renderer need not pause between
    .init = init,
    .finish = finish,
    .prepare = prepare,
    .draw = draw,
};
