// The sky, behind what is already drawn: it costs only the pixels that nothing covers.
#include "game/passes/passes.h"
#include "game/passes/scene_uniforms.h"

#include <volk.h>

struct sky {
    struct ash_pipeline pipeline;
};

static enum ash_result init(void *state, const struct ash_pass_env *env)
{
    struct sky *sky = state;
    const struct ash_pipeline_params params = {
        .shader = "sky",
        .depth = ASH_DEPTH_TEST,
        .color_format = env->color_format,
        .depth_format = env->depth_format,
        .bindings = {VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER},
        .binding_count = 1,
    };
    return ash_pipeline_init(&sky->pipeline, env->pipelines, &params);
}

static void finish(void *state, const struct ash_pass_env *env)
{
    struct sky *sky = state;
    ash_pipeline_finish(&sky->pipeline, env->pipelines);
}

static void draw(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    (void)env;
    const struct sky *sky = state;
    struct ash_binding bindings[1] = {0};
    if (scene_uniforms(frame, &bindings[0].buffer) != ASH_OK ||
        ash_frame_bind(frame, &sky->pipeline, bindings, 1) != ASH_OK)
        return;
    frame->vk->vkCmdDraw(frame->commands, 3, 1, 0, 0);
    frame->stats.draws++;
    frame->stats.triangles++;
}

const struct ash_pass_type sky_pass = {
    .name = "sky",
    .state_size = sizeof(struct sky),
    .init = init,
    .finish = finish,
    .draw = draw,
};
