// The opaque blocks: takes the world's changes, and draws what the camera sees of it from near to
// far, so that what is hidden is left out before it is shaded.
#include "game/passes/block_textures.h"
#include "game/passes/passes.h"
#include "game/passes/scene_uniforms.h"
#include "game/passes/terrain_cull.h"
#include "game/passes/terrain_list.h"
#include "game/passes/texture.h"

#include <volk.h>

#include "game/scene/scene.h"

#include "engine/log.h"

#include "shaders/seen.h"
#include "shaders/shared.h"

// Quads that are drawn in vain rather than with one draw more.
enum { BRIDGE_MOST = 24 };

struct terrain {
    struct ash_pipeline pipeline;
    struct terrain_list list;
};

// On a CPU that plays the GPU a frame took twice as long with it.
static bool gpu_chooses(struct pass_resources *resources, const struct ash_context *context)
{
    const char *why_not;
    bool can = terrain_gpu_suits(context, &why_not);
    if (can && resources->path == TERRAIN_AUTO && context->software)
        why_not = "it is a CPU itself";
    else if (can && resources->path != TERRAIN_AUTO && resources->path != TERRAIN_GPU)
        why_not = "--draw says so";
    ash_log(ASH_LOG_INFO, "What is drawn of the terrain is chosen by %s%s%s.",
            why_not == NULL ? "the GPU" : "the CPU", why_not == NULL ? "" : ": ",
            why_not == NULL ? "" : why_not);
    resources->why_cpu = why_not;
    return why_not == NULL;
}

static enum ash_result init(void *state, const struct ash_pass_env *env)
{
    struct terrain *terrain = state;
    struct pass_resources *resources = env->game;
    if (!env->context->buffer_device_address) {
        ash_log(ASH_LOG_ERROR,
                "%s has no buffer device addresses, through which terrain is drawn: choose another "
                "device with --gpu.",
                env->context->properties.deviceName);
        return ASH_ERROR_UNSUPPORTED;
    }
    enum ash_result result = terrain_meshes_init(&resources->meshes, env);
    if (result != ASH_OK)
        return result;
    result = block_textures_init(&resources->block_textures, env);
    if (result != ASH_OK)
        return result;
    const struct ash_pipeline_params params = {
        .shader = "terrain",
        .cull = VK_CULL_MODE_BACK_BIT,
        .depth = ASH_DEPTH_TEST_WRITE,
        .bindings = {VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER,
                     VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER},
        .binding_count = 4,
    };
    result = ash_pipeline_init(&terrain->pipeline, env->pipelines, &params);
    return result == ASH_OK && gpu_chooses(resources, env->context)
               ? terrain_gpu_init(&resources->gpu, env)
               : result;
}

static void finish(void *state, const struct ash_pass_env *env)
{
    struct terrain *terrain = state;
    struct pass_resources *resources = env->game;
    ash_pipeline_finish(&terrain->pipeline, env->pipelines);
    terrain_list_finish(&terrain->list);
    terrain_gpu_finish(&resources->gpu, env);
    texture_finish(&resources->block_textures, env);
    terrain_meshes_finish(&resources->meshes, env);
}

static enum ash_result prepare(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    (void)state;
    struct pass_resources *resources = env->game;
    const struct scene *scene = frame->scene;
    enum ash_result update = ASH_OK;
    if (scene->world != NULL)
        update = terrain_meshes_update(&resources->meshes, env, scene->world, frame->number);
    // What is there is drawn even where no more fits.
    resources->gpu.chosen = false;
    if (resources->gpu.changes != NULL && resources->path != TERRAIN_DIRECT &&
        resources->path != TERRAIN_INDIRECT)
        terrain_gpu_choose(&resources->gpu, env, &resources->meshes, &scene->camera, frame);
    const enum ash_result cull =
        resources->gpu.chosen ? ASH_OK : terrain_cull(&resources->meshes, &scene->camera);
    if (cull != ASH_OK)
        return cull;
    return update == ASH_ERROR_DEVICE_LOST ? update : ASH_OK;
}

// Ranges that follow each other in the mesh are one draw, and so are those between which little
// lies that can't be seen: its back faces cost less than another draw.
static void list_mesh(struct terrain_list *list, const struct terrain_visible *visible)
{
    const uint32_t *first = visible->mesh->first;
    bool seen[FACE_COUNT + 1] = {[TERRAIN_WET] = true};
    for (uint32_t face = 0; face < FACE_COUNT; face++)
        seen[face] = seen_face(visible->origin[face / 2], face % 2 != 0);
    uint32_t from = 0, to = 0;
    for (uint32_t range = 0; range <= FACE_COUNT; range++) {
        const bool bridged = from < to && first[range + 1] - first[range] < BRIDGE_MOST;
        if (bridged && !seen[range])
            continue;
        if (seen[range])
            to = first[range < TERRAIN_WET ? range + 1 : terrain_wet_end(visible)];
        if (!seen[range] || range == FACE_COUNT)
            terrain_list_add(list, visible, from, to);
        if (!seen[range])
            from = to = first[range + 1];
    }
}

static void draw(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    struct terrain *terrain = state;
    const struct pass_resources *resources = env->game;
    const struct terrain_meshes *meshes = &resources->meshes;
    struct ash_binding bindings[4] = {[1] =
                                          ash_pipelines_sampled(env->pipelines, ASH_SAMPLER_NEAREST,
                                                                resources->block_textures.view)};
    if (scene_uniforms(frame, &bindings[0].buffer) != ASH_OK)
        return;
    if (resources->gpu.chosen) {
        terrain_gpu_draw(&resources->gpu, 0, meshes, frame, &terrain->pipeline, bindings, 4);
        return;
    }
    for (uint32_t i = 0; i < meshes->visible_count; i++)
        list_mesh(&terrain->list, &meshes->visible[i]);
    terrain_list_draw(&terrain->list, resources, frame, &terrain->pipeline, bindings, 4);
}

const struct ash_pass_type terrain_pass = {
    .name = "terrain",
    .state_size = sizeof(struct terrain),
    .init = init,
    .finish = finish,
    .prepare = prepare,
    .draw = draw,
};
