// Water and glass: blended over what is drawn, from far to near, and what lies beyond the sea's
// surface before it. Depth is tested, and read for how deep the water is, but not written.
#include "game/passes/passes.h"
#include "game/passes/scene_uniforms.h"
#include "game/passes/terrain_cull.h"

#include <volk.h>

#include "game/scene.h"

#include "shaders/shared.h"

struct water {
    struct ash_pipeline water, glass;
};

static enum ash_result init(void *state, const struct ash_pass_env *env)
{
    struct water *water = state;
    // Both sides are seen: the surface from below as well.
    struct ash_pipeline_params params = {
        .shader = "water",
        .blend = ASH_BLEND_PREMULTIPLIED,
        .depth = ASH_DEPTH_TEST,
        .push_constant_size = sizeof(struct terrain_push),
        .bindings = {VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER,
                     VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER},
        .binding_count = 3,
    };
    const enum ash_result result = ash_pipeline_init(&water->water, env->pipelines, &params);
    if (result != ASH_OK)
        return result;
    params.constant = 1;
    return ash_pipeline_init(&water->glass, env->pipelines, &params);
}

static void finish(void *state, const struct ash_pass_env *env)
{
    struct water *water = state;
    ash_pipeline_finish(&water->water, env->pipelines);
    ash_pipeline_finish(&water->glass, env->pipelines);
}

// Draws one range of quads of every chunk that is seen.
static void draw_range(const struct pass_resources *resources, struct ash_frame *frame,
                       const struct ash_pipeline *pipeline, const struct ash_binding bindings[3],
                       uint32_t range)
{
    bool bound = false;
    for (uint32_t i = resources->meshes.visible_count; i-- > 0;) {
        const struct terrain_visible *visible = &resources->meshes.visible[i];
        const uint32_t *first = visible->mesh->first;
        if (first[range] == first[range + 1])
            continue;
        if (!bound && ash_frame_bind(frame, pipeline, bindings, 3) != ASH_OK)
            return;
        bound = true;
        terrain_push(frame, pipeline, visible);
        terrain_draw(frame, first[range], first[range + 1]);
    }
}

static void draw(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    const struct water *water = state;
    const struct pass_resources *resources = env->game;
    struct ash_binding bindings[3] = {[1] =
                                          ash_pipelines_sampled(env->pipelines, ASH_SAMPLER_NEAREST,
                                                                resources->block_textures.view),
                                      [2] = frame->scene_depth};
    if (scene_uniforms(frame, &bindings[0].buffer) != ASH_OK)
        return;
    frame->vk->vkCmdBindIndexBuffer(frame->commands, resources->meshes.indices.buffer, 0,
                                    VK_INDEX_TYPE_UINT16);
    const struct scene *scene = frame->scene;
    const bool below = scene->camera.under_water;
    draw_range(resources, frame, &water->glass, bindings,
               below ? TERRAIN_GLASS : TERRAIN_LOW_GLASS);
    draw_range(resources, frame, &water->water, bindings, TERRAIN_WATER);
    draw_range(resources, frame, &water->glass, bindings,
               below ? TERRAIN_LOW_GLASS : TERRAIN_GLASS);
}

const struct ash_pass_type water_pass = {
    .name = "water",
    .state_size = sizeof(struct water),
    .reads = ASH_PASS_READS_DEPTH,
    .init = init,
    .finish = finish,
    .draw = draw,
};
