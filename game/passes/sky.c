// The sky, behind what is already drawn: it costs only the pixels that nothing covers.
#include "game/passes/passes.h"
#include "game/passes/scene_uniforms.h"

#include <volk.h>

#include "game/scene.h"

struct sky {
    struct ash_pipeline day, night; // night has stars and a moon
};

static enum ash_result init(void *state, const struct ash_pass_env *env)
{
    struct sky *sky = state;
    struct ash_pipeline_params params = {
        .shader = "sky",
        .depth = ASH_DEPTH_TEST,
        .color_format = env->color_format,
        .depth_format = env->depth_format,
        .bindings = {VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER},
        .binding_count = 1,
    };
    const enum ash_result result = ash_pipeline_init(&sky->day, env->pipelines, &params);
    if (result != ASH_OK)
        return result;
    params.constant = 1;
    return ash_pipeline_init(&sky->night, env->pipelines, &params);
}

static void finish(void *state, const struct ash_pass_env *env)
{
    struct sky *sky = state;
    ash_pipeline_finish(&sky->day, env->pipelines);
    ash_pipeline_finish(&sky->night, env->pipelines);
}

static void draw(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    (void)env;
    const struct sky *sky = state;
    const struct scene *scene = frame->scene;
    const bool sun_is_up = scene->light.sun_direction[1] > 0.0f;
    struct ash_binding bindings[1] = {0};
    if (scene_uniforms(frame, &bindings[0].buffer) != ASH_OK ||
        ash_frame_bind(frame, sun_is_up ? &sky->day : &sky->night, bindings, 1) != ASH_OK)
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
