// The sky, behind what is already drawn: it costs only the pixels that nothing covers.
#include "game/passes/clouds.h"
#include "game/passes/passes.h"
#include "game/passes/scene_uniforms.h"

#include "game/passes/texture.h"

#include <volk.h>

#include <stdlib.h>

#include "game/scene/scene.h"

#include "shaders/shared.h"

enum { SKY_CLOUDS, SKY_HAZE, SKY_STARS, SKY_DISC, SKY_VARIANTS }; // as shaders/sky.glsl has them

struct sky {
    struct ash_pipeline variants[SKY_VARIANTS];
    struct ash_image clouds;
};

static enum ash_result init_clouds(struct sky *sky, const struct ash_pass_env *env)
{
    const struct ash_image_params params = {
        .extent = {CLOUDS_SIZE, CLOUDS_SIZE},
        .format = VK_FORMAT_R8_UNORM,
        .usage = VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT,
        .label = "clouds",
    };
    const size_t size = (size_t)CLOUDS_SIZE * CLOUDS_SIZE;
    uint8_t *cells = malloc(size);
    if (cells == NULL)
        return ASH_ERROR_OUT_OF_HOST_MEMORY;
    clouds_fill(cells);
    const enum ash_result result = texture_init(&sky->clouds, env, &params, cells, size);
    free(cells);
    return result;
}

static enum ash_result init(void *state, const struct ash_pass_env *env)
{
    struct sky *sky = state;
    struct ash_pipeline_params params = {
        .shader = "sky",
        .topology = VK_PRIMITIVE_TOPOLOGY_TRIANGLE_STRIP,
        .depth = ASH_DEPTH_TEST,
        .bindings = {VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER},
        .binding_count = 2,
    };
    enum ash_result result = init_clouds(sky, env);
    for (uint32_t i = 0; i < SKY_VARIANTS && result == ASH_OK; i++) {
        params.constant = i;
        params.blend = i < SKY_STARS ? ASH_BLEND_NONE : ASH_BLEND_ADD;
        result = ash_pipeline_init(&sky->variants[i], env->pipelines, &params);
    }
    return result;
}

static void finish(void *state, const struct ash_pass_env *env)
{
    struct sky *sky = state;
    for (uint32_t i = 0; i < SKY_VARIANTS; i++)
        ash_pipeline_finish(&sky->variants[i], env->pipelines);
    texture_finish(&sky->clouds, env);
}

static void draw_part(const struct sky *sky, struct ash_frame *frame,
                      const struct ash_binding *bindings, uint32_t variant)
{
    static const uint32_t rows[SKY_VARIANTS] = {SKY_UPPER_ROWS, SKY_LOWER_ROWS, SKY_UPPER_ROWS, 1};
    if (ash_frame_bind(frame, &sky->variants[variant], bindings, 2) != ASH_OK)
        return;
    const uint32_t vertex_count = variant == SKY_DISC ? 4 : 2 * (SKY_COLUMNS + 1);
    frame->vk->vkCmdDraw(frame->commands, vertex_count, rows[variant], 0, 0);
    frame->stats.draws++;
    frame->stats.triangles += rows[variant] * (vertex_count - 2);
}

static void draw(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    const struct sky *sky = state;
    const struct scene *scene = frame->scene;
    struct ash_binding bindings[2] = {
        [1] = ash_pipelines_sampled(env->pipelines, ASH_SAMPLER_NEAREST, sky->clouds.view)};
    if (scene_uniforms(frame, &bindings[0].buffer) != ASH_OK)
        return;
    draw_part(sky, frame, bindings, SKY_CLOUDS);
    draw_part(sky, frame, bindings, SKY_HAZE);
    if (scene->light.sun_direction[1] <= 0.0f && !scene->camera.under_water)
        draw_part(sky, frame, bindings, SKY_STARS);
    draw_part(sky, frame, bindings, SKY_DISC);
}

const struct ash_pass_type sky_pass = {
    .name = "sky",
    .state_size = sizeof(struct sky),
    .covers = true,
    .init = init,
    .finish = finish,
    .draw = draw,
};
