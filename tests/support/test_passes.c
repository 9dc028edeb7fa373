#include "tests/support/test_passes.h"

#include <volk.h>

#include <string.h>

struct pass_state {
    struct ash_pipeline pipeline;
};

static void finish(void *state, const struct ash_pass_env *env)
{
    struct pass_state *pass = state;
    ash_pipeline_finish(&pass->pipeline, env->pipelines);
}

struct fill_constants {
    float color[4];
    float depth;
};

static enum ash_result fill_init(void *state, const struct ash_pass_env *env)
{
    struct pass_state *pass = state;
    return ash_pipeline_init(
        &pass->pipeline, env->pipelines,
        &(struct ash_pipeline_params){.shader = "test_fill",
                                      .depth = ASH_DEPTH_TEST_WRITE,
                                      .push_constant_size = sizeof(struct fill_constants)});
}

static enum ash_result fill_prepare(void *state, const struct ash_pass_env *env,
                                    struct ash_frame *frame)
{
    (void)state;
    (void)env;
    const struct test_scene *scene = frame->scene;
    return scene->fail_prepare ? ASH_NOT_READY : ASH_OK;
}

static void fill_draw(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    (void)env;
    struct pass_state *pass = state;
    const struct test_scene *scene = frame->scene;
    struct fill_constants constants = {.depth = scene->depth};
    memcpy(constants.color, scene->color, sizeof(constants.color));
    assert_int_equal(ash_frame_bind(frame, &pass->pipeline, NULL, 0), ASH_OK);
    ash_frame_push(frame, &pass->pipeline, &constants, sizeof(constants));
    frame->vk->vkCmdDraw(frame->commands, 3, 1, 0, 0);
    frame->stats.draws++;
    frame->stats.triangles++;
}

const struct ash_pass_type fill_pass = {.name = "fill",
                                        .state_size = sizeof(struct pass_state),
                                        .init = fill_init,
                                        .finish = finish,
                                        .prepare = fill_prepare,
                                        .draw = fill_draw};

static enum ash_result uniform_init(void *state, const struct ash_pass_env *env)
{
    struct pass_state *pass = state;
    return ash_pipeline_init(
        &pass->pipeline, env->pipelines,
        &(struct ash_pipeline_params){.shader = "test_uniform",
                                      .bindings = {VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER},
                                      .binding_count = 1});
}

static enum ash_result uniform_prepare(void *state, const struct ash_pass_env *env,
                                       struct ash_frame *frame)
{
    (void)state;
    (void)env;
    static const char filler[65536];
    const struct test_scene *scene = frame->scene;
    for (uint32_t i = 0; i < scene->uniforms_wanted; i++) {
        VkDescriptorBufferInfo info;
        enum ash_result result = ash_frame_uniform(frame, filler, sizeof(filler), &info);
        if (result != ASH_OK) {
            assert_null(info.buffer);
            assert_int_equal(info.range, 0);
            return result;
        }
    }
    return ASH_OK;
}

static void uniform_draw(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    (void)env;
    struct pass_state *pass = state;
    const struct test_scene *scene = frame->scene;
    struct ash_binding binding = {0};
    assert_int_equal(ash_frame_uniform(frame, scene->uniform_color, sizeof(scene->uniform_color),
                                       &binding.buffer),
                     ASH_OK);
    assert_int_equal(ash_frame_bind(frame, &pass->pipeline, &binding, 1), ASH_OK);
    frame->vk->vkCmdDraw(frame->commands, 3, 1, 0, 0);
    frame->stats.draws++;
}

const struct ash_pass_type uniform_pass = {.name = "uniform",
                                           .state_size = sizeof(struct pass_state),
                                           .init = uniform_init,
                                           .finish = finish,
                                           .prepare = uniform_prepare,
                                           .draw = uniform_draw};

static enum ash_result init_read(struct pass_state *pass, const struct ash_pass_env *env,
                                 uint32_t show_depth)
{
    return ash_pipeline_init(
        &pass->pipeline, env->pipelines,
        &(struct ash_pipeline_params){.shader = "test_read",
                                      .depth = ASH_DEPTH_TEST,
                                      .bindings = {VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER},
                                      .binding_count = 1,
                                      .constant = show_depth});
}

static void draw_read(struct pass_state *pass, const struct ash_pass_env *env,
                      struct ash_frame *frame, const struct ash_binding *read)
{
    (void)env;
    assert_non_null(read->image.imageView);
    assert_int_equal(ash_frame_bind(frame, &pass->pipeline, read, 1), ASH_OK);
    frame->vk->vkCmdDraw(frame->commands, 3, 1, 0, 0);
    frame->stats.draws++;
}

static enum ash_result invert_init(void *state, const struct ash_pass_env *env)
{
    return init_read(state, env, 0);
}

static void invert_draw(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    assert_null(frame->scene_depth.image.imageView);
    draw_read(state, env, frame, &frame->scene_color);
}

const struct ash_pass_type invert_pass = {.name = "invert",
                                          .state_size = sizeof(struct pass_state),
                                          .reads = ASH_PASS_READS_COLOR,
                                          .init = invert_init,
                                          .finish = finish,
                                          .draw = invert_draw};

static enum ash_result depth_init(void *state, const struct ash_pass_env *env)
{
    return init_read(state, env, 1);
}

static void depth_draw(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    assert_null(frame->scene_color.image.imageView);
    draw_read(state, env, frame, &frame->scene_depth);
}

const struct ash_pass_type depth_pass = {.name = "depth",
                                         .state_size = sizeof(struct pass_state),
                                         .reads = ASH_PASS_READS_DEPTH,
                                         .init = depth_init,
                                         .finish = finish,
                                         .draw = depth_draw};
