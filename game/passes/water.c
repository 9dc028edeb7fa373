// Water and glass: blended over what is drawn, from far to near. Depth is tested and not written.
#include "game/passes/passes.h"
#include "game/passes/scene_uniforms.h"
#include "game/passes/terrain_cull.h"

#include <volk.h>

#include "shaders/shared.h"

struct water {
    struct ash_pipeline pipeline;
};

static enum ash_result init(void *state, const struct ash_pass_env *env)
{
    struct water *water = state;
    // Both sides are seen: the surface from below as well.
    const struct ash_pipeline_params params = {
        .shader = "water",
        .blend = ASH_BLEND_PREMULTIPLIED,
        .depth = ASH_DEPTH_TEST,
        .color_format = env->color_format,
        .depth_format = env->depth_format,
        .push_constant_size = sizeof(struct terrain_push),
        .bindings = {VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER,
                     VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER},
        .binding_count = 3,
    };
    return ash_pipeline_init(&water->pipeline, env->pipelines, &params);
}

static void finish(void *state, const struct ash_pass_env *env)
{
    struct water *water = state;
    ash_pipeline_finish(&water->pipeline, env->pipelines);
}

static void draw(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    const struct water *water = state;
    const struct pass_resources *resources = env->game;
    struct ash_binding bindings[3] = {0};
    bindings[1].image = (VkDescriptorImageInfo){
        .sampler = ash_pipelines_sampler(env->pipelines, ASH_SAMPLER_NEAREST_REPEAT),
        .imageView = resources->block_textures.view,
        .imageLayout = VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL,
    };
    bindings[2].image = (VkDescriptorImageInfo){
        .sampler = ash_pipelines_sampler(env->pipelines, ASH_SAMPLER_NEAREST),
        .imageView = frame->scene_depth,
        .imageLayout = VK_IMAGE_LAYOUT_DEPTH_READ_ONLY_OPTIMAL,
    };
    if (scene_uniforms(frame, &bindings[0].buffer) != ASH_OK ||
        ash_frame_bind(frame, &water->pipeline, bindings, 3) != ASH_OK)
        return;
    frame->vk->vkCmdBindIndexBuffer(frame->commands, resources->meshes.indices.buffer, 0,
                                    VK_INDEX_TYPE_UINT16);
    for (uint32_t i = resources->meshes.visible_count; i-- > 0;) {
        const struct terrain_visible *visible = &resources->meshes.visible[i];
        const uint32_t *first = visible->mesh->first;
        if (first[FACE_COUNT] == first[FACE_COUNT + 1])
            continue;
        terrain_push(frame, &water->pipeline, visible);
        terrain_draw(frame, first[FACE_COUNT], first[FACE_COUNT + 1]);
    }
}

const struct ash_pass_type water_pass = {
    .name = "water",
    .state_size = sizeof(struct water),
    .reads = ASH_PASS_READS_DEPTH,
    .init = init,
    .finish = finish,
    .draw = draw,
};
