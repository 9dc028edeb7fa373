// Teaches what a scene needs: a mesh, a texture through the staging ring, a uniform in every frame.
//
//     build/release/example_cube [FRAMES [FILE.png]]
//
// In a window (support/show.c) until it is closed, or for FRAMES frames; the last becomes FILE.png.
// Without a display it is drawn offscreen: a pass can't tell.
#include <string.h>

#include "engine/memory/image.h"
#include "engine/memory/upload.h"
#include "engine/render/mesh.h"
#include "support/show.h"

enum { TEXELS = 8, CORNERS = 36 };

extern const struct ash_shader cube_shaders[]; // the build makes both from shaders/cube.glsl
extern const uint32_t cube_shaders_count;

static const char texels[] = "  #     "
                             "  ##    "
                             "  ###   "
                             " #### # "
                             " ###### "
                             "########"
                             " ##  ## "
                             "  #  #  ";

struct cube {
    struct ash_pipeline pipeline;
    struct ash_mesh mesh;
    struct ash_image pattern;
};

// Six faces of two triangles; on the negative sides one axis is mirrored, so that all face outward.
static enum ash_result init_mesh(struct cube *cube, const struct ash_pass_env *env)
{
    float vertices[CORNERS][5]; // position, uv
    for (int i = 0; i < CORNERS; i++) {
        const int corner = (int[]){0, 1, 2, 2, 1, 3}[i % 6], axis = i / 12;
        const float side = i / 6 % 2 != 0 ? 1.0F : -1.0F;
        const float u = (float)(corner % 2), v = (float)(corner / 2);
        vertices[i][axis] = side;
        vertices[i][(axis + 1) % 3] = (2.0F * u - 1.0F) * side;
        vertices[i][(axis + 2) % 3] = 2.0F * v - 1.0F;
        vertices[i][3] = u;
        vertices[i][4] = 1.0F - v;
    }
    const struct ash_mesh_params params = {
        .vertices = vertices, .vertex_count = CORNERS, .vertex_size = sizeof(vertices[0])};
    return ash_mesh_init(&cube->mesh, env->allocator, env->upload, &params);
}

static enum ash_result init_pattern(struct cube *cube, const struct ash_pass_env *env)
{
    const struct ash_image_params params = {.extent = {TEXELS, TEXELS},
                                            .format = VK_FORMAT_R8_UNORM,
                                            .usage = VK_IMAGE_USAGE_SAMPLED_BIT |
                                                     VK_IMAGE_USAGE_TRANSFER_DST_BIT};
    const struct ash_upload_target target = {.image = &cube->pattern, .size = TEXELS * TEXELS};
    struct ash_buffer_view view;
    enum ash_result result = ash_image_init(&cube->pattern, env->allocator, &params);
    if (result == ASH_OK)
        result = ash_upload_begin(env->upload, &target, &view);
    if (result != ASH_OK)
        return result;
    memcpy(view.data, texels, target.size);
    return ash_upload_end(&view);
}

static enum ash_result init(void *state, const struct ash_pass_env *env)
{
    struct cube *cube = state;
    const struct ash_pipeline_params params = {
        .shader = "cube",
        .cull = VK_CULL_MODE_BACK_BIT,
        .depth = ASH_DEPTH_TEST_WRITE,
        .bindings = {VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER},
        .binding_count = 2,
        .vertex_stride = 5 * sizeof(float),
        .attributes = {{.location = 0, .format = VK_FORMAT_R32G32B32_SFLOAT},
                       {.location = 1, .format = VK_FORMAT_R32G32_SFLOAT, .offset = 12}},
        .attribute_count = 2};
    enum ash_result result = ash_pipeline_init(&cube->pipeline, env->pipelines, &params);
    if (result == ASH_OK)
        result = init_mesh(cube, env);
    return result == ASH_OK ? init_pattern(cube, env) : result;
}

static void finish(void *state, const struct ash_pass_env *env)
{
    struct cube *cube = state;
    ash_upload_forget(env->upload, NULL, &cube->pattern);
    ash_image_finish(&cube->pattern);
    ash_mesh_finish(&cube->mesh);
    ash_pipeline_finish(&cube->pipeline, env->pipelines);
}

static void draw(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    const struct cube *cube = state;
    const float aspect = (float)frame->extent.width / (float)frame->extent.height;
    const float turn[2] = {(float)frame->number * 0.02F, aspect};
    struct ash_binding bindings[2] = {
        [1] = ash_pipelines_sampled(env->pipelines, ASH_SAMPLER_NEAREST, cube->pattern.view)};
    if (ash_frame_uniform(frame, turn, sizeof(turn), &bindings[0].buffer) == ASH_OK &&
        ash_frame_bind(frame, &cube->pipeline, bindings, 2) == ASH_OK)
        ash_mesh_draw(&cube->mesh, frame);
}

static const struct ash_pass_type cube_pass = {.name = "cube",
                                               .state_size = sizeof(struct cube),
                                               .init = init,
                                               .finish = finish,
                                               .draw = draw};

int main(int argc, char **argv)
{
    return show(&cube_pass, cube_shaders, cube_shaders_count, argc, argv);
}
