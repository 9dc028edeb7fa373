// Lines in the world: the outline of the block that the player looks at.
#include "game/passes/passes.h"
#include "game/passes/scene_uniforms.h"

#include <volk.h>

#include "game/scene.h"

#include "shaders/shared.h"

enum { MAX_LINES = 64, BOX_LINES = 12 };

struct lines {
    struct ash_pipeline pipeline;
    struct world_line list[MAX_LINES];
    uint32_t count;
};

static enum ash_result init(void *state, const struct ash_pass_env *env)
{
    struct lines *lines = state;
    const struct ash_pipeline_params params = {
        .shader = "lines",
        .blend = ASH_BLEND_ALPHA,
        .depth = ASH_DEPTH_TEST,
        .bindings = {VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER},
        .binding_count = 2,
    };
    return ash_pipeline_init(&lines->pipeline, env->pipelines, &params);
}

static void finish(void *state, const struct ash_pass_env *env)
{
    struct lines *lines = state;
    ash_pipeline_finish(&lines->pipeline, env->pipelines);
}

// The edges of a box: along each axis, four of them.
static void add_box(struct lines *lines, const float low[3], const float high[3], float width,
                    const float color[4])
{
    if (lines->count > MAX_LINES - BOX_LINES)
        return;
    for (uint32_t edge = 0; edge < BOX_LINES; edge++) {
        const uint32_t along = edge / 4, second = (along + 1) % 3, third = (along + 2) % 3;
        struct world_line *line = &lines->list[lines->count++];
        *line = (struct world_line){.from[3] = width};
        line->from[along] = low[along];
        line->to[along] = high[along];
        line->from[second] = line->to[second] = (edge & 1) != 0 ? high[second] : low[second];
        line->from[third] = line->to[third] = (edge & 2) != 0 ? high[third] : low[third];
        for (uint32_t i = 0; i < 4; i++)
            line->color[i] = color[i];
    }
}

static enum ash_result prepare(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    (void)env;
    struct lines *lines = state;
    const struct scene *scene = frame->scene;
    const struct scene_camera *camera = &scene->camera;
    const struct block_hit *target = &scene->hud.target;
    lines->count = 0;
    if (!target->hit || !scene->hud.visible)
        return ASH_OK;
    // A little around the block, so that its own faces do not hide the line. Being dug, it glows.
    const float around = 0.004f, progress = scene->hud.dig_progress;
    const float low[3] = {(float)((double)target->at.x - camera->x) - around,
                          (float)((double)target->at.y - camera->y) - around,
                          (float)((double)target->at.z - camera->z) - around};
    const float size = 1.0f + 2.0f * around;
    const float high[3] = {low[0] + size, low[1] + size, low[2] + size};
    const float color[4] = {progress, progress * 0.25f, 0.0f, 0.6f + 0.4f * progress};
    const float width = 2.0f * (float)frame->extent.height / 720.0f;
    add_box(lines, low, high, width < 1.5f ? 1.5f : width, color);
    return ASH_OK;
}

static void draw(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    (void)env;
    const struct lines *lines = state;
    if (lines->count == 0)
        return;
    struct ash_binding bindings[2] = {0};
    if (scene_uniforms(frame, &bindings[0].buffer) != ASH_OK ||
        ash_frame_uniform(frame, lines->list, lines->count * sizeof(struct world_line),
                          &bindings[1].buffer) != ASH_OK ||
        ash_frame_bind(frame, &lines->pipeline, bindings, 2) != ASH_OK)
        return;
    frame->vk->vkCmdDraw(frame->commands, lines->count * 6, 1, 0, 0);
    frame->stats.draws++;
    frame->stats.triangles += (uint64_t)lines->count * 2;
}

const struct ash_pass_type lines_pass = {
    .name = "lines",
    .state_size = sizeof(struct lines),
    .init = init,
    .finish = finish,
    .prepare = prepare,
    .draw = draw,
};
