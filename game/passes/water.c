// Water and glass: blended over what is drawn, from far to near, and what lies beyond the sea's
// surface before it. Depth is tested, but not written.
#include "game/passes/passes.h"
#include "game/passes/scene_uniforms.h"
#include "game/passes/terrain_list.h"

#include "game/scene/scene.h"

#include "shaders/shared.h"

// As shaders/water.glsl has them.
enum { WATER_ABOVE, WATER_BELOW, WATER_GLASS, WATER_VARIANTS, WATER_FROM_FRAME = 4 };

struct water {
    struct ash_pipeline variants[WATER_VARIANTS];
    struct terrain_list list;
};

static enum ash_result init(void *state, const struct ash_pass_env *env)
{
    struct water *water = state;
    // Both sides are seen: the surface from below as well.
    struct ash_pipeline_params params = {
        .shader = "water",
        .depth = ASH_DEPTH_TEST,
        .bindings = {VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER,
                     VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER},
        .binding_count = 4,
    };
    enum ash_result result = ASH_OK;
    for (uint32_t i = 0; i < WATER_VARIANTS && result == ASH_OK; i++) {
        params.constant = i | (env->context->software ? 0 : WATER_FROM_FRAME);
        params.blend = i == WATER_ABOVE ? ASH_BLEND_BEFORE : ASH_BLEND_PREMULTIPLIED;
        result = ash_pipeline_init(&water->variants[i], env->pipelines, &params);
    }
    return result;
}

static void finish(void *state, const struct ash_pass_env *env)
{
    struct water *water = state;
    for (uint32_t i = 0; i < WATER_VARIANTS; i++)
        ash_pipeline_finish(&water->variants[i], env->pipelines);
    terrain_list_finish(&water->list);
}

// Draws one range of quads of every chunk that is seen.
static void draw_range(struct terrain_list *list, const struct pass_resources *resources,
                       struct ash_frame *frame, const struct ash_pipeline *pipeline,
                       struct ash_binding bindings[4], uint32_t range)
{
    if (resources->gpu.chosen) {
        terrain_gpu_draw(&resources->gpu, range, &resources->meshes, frame, pipeline, bindings, 4);
        return;
    }
    for (uint32_t i = resources->meshes.visible_count; i-- > 0;) {
        const struct terrain_visible *visible = &resources->meshes.visible[i];
        terrain_list_add(list, visible, visible->mesh->first[range],
                         visible->mesh->first[range + 1]);
    }
    terrain_list_draw(list, resources, frame, pipeline, bindings, 4);
}

static void draw(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    struct water *water = state;
    const struct pass_resources *resources = env->game;
    struct ash_binding bindings[4] = {[1] =
                                          ash_pipelines_sampled(env->pipelines, ASH_SAMPLER_NEAREST,
                                                                resources->block_textures.view)};
    if (scene_uniforms(frame, &bindings[0].buffer) != ASH_OK)
        return;
    const struct scene *scene = frame->scene;
    const bool below = scene->camera.under_water;
    draw_range(&water->list, resources, frame, &water->variants[WATER_GLASS], bindings,
               below ? TERRAIN_GLASS : TERRAIN_LOW_GLASS);
    draw_range(&water->list, resources, frame, &water->variants[below ? WATER_BELOW : WATER_ABOVE],
               bindings, TERRAIN_WATER);
    draw_range(&water->list, resources, frame, &water->variants[WATER_GLASS], bindings,
               below ? TERRAIN_LOW_GLASS : TERRAIN_GLASS);
}

const struct ash_pass_type water_pass = {
    .name = "water",
    .state_size = sizeof(struct water),
    .init = init,
    .finish = finish,
    .draw = draw,
};
