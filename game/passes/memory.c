// The memory map (F4), over everything else.
#include "game/passes/hud/memory_map.h"
#include "game/passes/hud/overlay.h"
#include "game/passes/passes.h"

#include <stdlib.h>

struct memory {
    struct overlay overlay; // first: overlay.h's functions take the state as theirs
    struct memory_map map;
};

static enum ash_result init(void *state, const struct ash_pass_env *env)
{
    struct memory *memory = state;
    memory->map.cells = calloc(MEMORY_MAP_CELLS, sizeof(uint32_t));
    if (memory->map.cells == NULL)
        return ASH_ERROR_OUT_OF_HOST_MEMORY;
    return overlay_init(&memory->overlay, env);
}

static void finish(void *state, const struct ash_pass_env *env)
{
    struct memory *memory = state;
    free(memory->map.cells);
    overlay_finish(&memory->overlay, env);
}

static enum ash_result prepare(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    struct memory *memory = state;
    struct marked_chunk *marked = &((struct pass_resources *)env->game)->marked;
    const struct scene *scene = frame->scene;
    memory->overlay.canvas.count = 0;
    marked->marked = false;
    if (!scene->hud.visible || !scene->hud.memory || scene->memory == NULL)
        return ASH_NOT_READY; // nothing to show
    const enum ash_result result = overlay_begin(&memory->overlay, env, frame, scene->hud.scale);
    if (result != ASH_OK)
        return result;
    memory_map_draw(&memory->map, &memory->overlay.canvas, scene);
    const struct memory_block *hit = memory->map.hit;
    if (hit != NULL && hit->has_chunk)
        *marked = (struct marked_chunk){.marked = true, .coord = hit->coord};
    return ASH_OK;
}

const struct ash_pass_type memory_pass = {
    .name = "memory",
    .state_size = sizeof(struct memory),
    .init = init,
    .finish = finish,
    .prepare = prepare,
    .draw = overlay_draw,
};
