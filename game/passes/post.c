// The finished picture as a whole, read back with its depth and drawn again: what one sees under
// water. Where there is nothing to do, it costs nothing.
#include "game/passes/passes.h"
#include "game/passes/scene_uniforms.h"

#include <volk.h>

#include "game/scene/scene.h"

struct post {
    struct ash_pipeline pipeline;
};

static enum ash_result init(void *state, const struct ash_pass_env *env)
{
    struct post *post = state;
    const struct ash_pipeline_params params = {
        .shader = "post",
        .bindings = {VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER,
                     VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER},
        .binding_count = 3,
    };
    return ash_pipeline_init(&post->pipeline, env->pipelines, &params);
}

static void finish(void *state, const struct ash_pass_env *env)
{
    struct post *post = state;
    ash_pipeline_finish(&post->pipeline, env->pipelines);
}

static enum ash_result prepare(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    (void)state;
    (void)env;
    const struct scene *scene = frame->scene;
    return scene->camera.under_water ? ASH_OK : ASH_NOT_READY;
}

static void draw(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    (void)env;
    const struct post *post = state;
    struct ash_binding bindings[3] = {[1] = frame->scene_color, [2] = frame->scene_depth};
    if (scene_uniforms(frame, &bindings[0].buffer) != ASH_OK ||
        ash_frame_bind(frame, &post->pipeline, bindings, 3) != ASH_OK)
        return;
    frame->vk->vkCmdDraw(frame->commands, 3, 1, 0, 0);
    frame->stats.draws++;
    frame->stats.triangles++;
}

const struct ash_pass_type post_pass = {
    .name = "post",
    .state_size = sizeof(struct post),
    .reads = ASH_PASS_READS_COLOR | ASH_PASS_READS_DEPTH,
    .init = init,
    .finish = finish,
    .prepare = prepare,
    .draw = draw,
};
