// Lines in the world: around the block that the player looks at, the cracks in it as it is dug, and
// around the chunk of terrain that the memory map points at.
#include "game/passes/passes.h"
#include "game/passes/scene_uniforms.h"

#include <volk.h>

#include <math.h>

#include "game/scene/scene.h"

#include "shaders/shared.h"

enum { MAX_LINES = 96, BOX_LINES = 12, CRACKS = 9 };

struct lines {
    struct ash_pipeline pipeline; // tested against depth
    struct ash_pipeline through;  // not
    struct world_line list[MAX_LINES];
    uint32_t count, tested; // those behind `tested` are seen through everything
};

static enum ash_result init(void *state, const struct ash_pass_env *env)
{
    struct lines *lines = state;
    struct ash_pipeline_params params = {
        .shader = "lines",
        .blend = ASH_BLEND_ALPHA,
        .depth = ASH_DEPTH_TEST,
        .bindings = {VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER},
        .binding_count = 2,
    };
    const enum ash_result result = ash_pipeline_init(&lines->pipeline, env->pipelines, &params);
    params.depth = ASH_DEPTH_OFF;
    return result == ASH_OK ? ash_pipeline_init(&lines->through, env->pipelines, &params) : result;
}

static void finish(void *state, const struct ash_pass_env *env)
{
    struct lines *lines = state;
    ash_pipeline_finish(&lines->pipeline, env->pipelines);
    ash_pipeline_finish(&lines->through, env->pipelines);
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

// How a face breaks, from its middle outward, in sixteenths: a line from the first place to the
// second.
static const uint8_t cracks[CRACKS][2][2] = {
    {{8, 8}, {11, 5}},  {{8, 8}, {4, 7}},  {{8, 8}, {9, 12}},
    {{11, 5}, {12, 1}}, {{4, 7}, {1, 4}},  {{9, 12}, {6, 15}},
    {{11, 5}, {15, 7}}, {{4, 7}, {3, 12}}, {{9, 12}, {14, 14}},
};

// The first `count` cracks in each face of a block.
static void add_cracks(struct lines *lines, const float low[3], float size, uint32_t count,
                       float width)
{
    for (uint32_t i = 0; i < 6 * count; i++) {
        const uint32_t axis = i % 3, side = i / 3 % 2;
        struct world_line *line = &lines->list[lines->count++];
        *line = (struct world_line){.from[3] = width, .color[3] = 0.75f};
        line->from[axis] = line->to[axis] = low[axis] + (side != 0 ? size : 0.0f);
        for (uint32_t j = 0; j < 2; j++) {
            const uint32_t along = (axis + 1 + j) % 3;
            line->from[along] = low[along] + (float)cracks[i / 6][0][j] * size / 16.0f;
            line->to[along] = low[along] + (float)cracks[i / 6][1][j] * size / 16.0f;
        }
    }
}

// The block that the player looks at.
static void add_target(struct lines *lines, const struct scene *scene, float width)
{
    const struct block_hit *target = &scene->hud.target;
    if (!target->hit)
        return;
    // A little around the block, so that its own faces do not hide the lines. Being dug, it glows.
    const float around = 0.004f, progress = scene->hud.dig_progress;
    const float low[3] = {(float)((double)target->at.x - scene->camera.x) - around,
                          (float)((double)target->at.y - scene->camera.y) - around,
                          (float)((double)target->at.z - scene->camera.z) - around};
    const float size = 1.0f + 2.0f * around;
    const float high[3] = {low[0] + size, low[1] + size, low[2] + size};
    const float color[4] = {progress, progress * 0.25f, 0.0f, 0.6f + 0.4f * progress};
    add_box(lines, low, high, width, color);
    add_cracks(lines, low, size, (uint32_t)(progress * (CRACKS + 0.99f)), width);
}

// The chunk that the memory map points at: bright where it is seen, and faint through what hides
// it, so that one finds it.
static void add_marked(struct lines *lines, const struct scene *scene, struct chunk_coord at,
                       float width)
{
    const struct scene_camera *camera = &scene->camera;
    const float low[3] = {(float)((double)at.x * CHUNK_SIZE - camera->x),
                          (float)((double)at.y * CHUNK_SIZE - camera->y),
                          (float)((double)at.z * CHUNK_SIZE - camera->z)};
    const float size = (float)CHUNK_SIZE;
    const float high[3] = {low[0] + size, low[1] + size, low[2] + size};
    add_box(lines, low, high, 2.0f * width, (float[4]){1.0f, 0.55f, 0.24f, 1.0f});
    lines->tested = lines->count;
    add_box(lines, low, high, width, (float[4]){1.0f, 0.55f, 0.24f, 0.6f});
}

static enum ash_result prepare(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    struct lines *lines = state;
    const struct pass_resources *resources = env->game;
    const struct scene *scene = frame->scene;
    lines->count = lines->tested = 0;
    if (!scene->hud.visible)
        return ASH_NOT_READY;
    const float width = fmaxf(1.5f, 2.0f * (float)frame->extent.height / 720.0f);
    add_target(lines, scene, width);
    lines->tested = lines->count;
    if (resources->marked.marked)
        add_marked(lines, scene, resources->marked.coord, width);
    return lines->count > 0 ? ASH_OK : ASH_NOT_READY;
}

// Lines `from` to `to` of the list.
static void draw_some(struct ash_frame *frame, const struct ash_pipeline *pipeline,
                      const struct ash_binding *bindings, uint32_t from, uint32_t to)
{
    if (from == to || ash_frame_bind(frame, pipeline, bindings, 2) != ASH_OK)
        return;
    frame->vk->vkCmdDraw(frame->commands, (to - from) * 6, 1, from * 6, 0);
    frame->stats.draws++;
    frame->stats.triangles += (uint64_t)(to - from) * 2;
}

static void draw(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    (void)env;
    const struct lines *lines = state;
    struct ash_binding bindings[2] = {0};
    if (scene_uniforms(frame, &bindings[0].buffer) != ASH_OK ||
        ash_frame_uniform(frame, lines->list, lines->count * sizeof(struct world_line),
                          &bindings[1].buffer) != ASH_OK)
        return;
    draw_some(frame, &lines->through, bindings, lines->tested, lines->count);
    draw_some(frame, &lines->pipeline, bindings, 0, lines->tested);
}

const struct ash_pass_type lines_pass = {
    .name = "lines",
    .state_size = sizeof(struct lines),
    .init = init,
    .finish = finish,
    .prepare = prepare,
    .draw = draw,
};
