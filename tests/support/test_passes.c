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
    if (ash_frame_bind(frame, &pass->pipeline, NULL, 0) != ASH_OK)
        return;
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
    if (ash_frame_bind(frame, &pass->pipeline, &binding, 1) != ASH_OK)
        return;
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
    if (ash_frame_bind(frame, &pass->pipeline, read, 1) != ASH_OK)
        return;
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

struct target_state {
    struct pass_state fill, show;
    struct ash_image image;
};

static enum ash_result target_init(void *state, const struct ash_pass_env *env)
{
    struct target_state *target = state;
    enum ash_result result =
        ash_image_init(&target->image, env->allocator,
                       &(struct ash_image_params){.extent = {80, 60},
                                                  .format = VK_FORMAT_R8G8B8A8_UNORM,
                                                  .usage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT |
                                                           VK_IMAGE_USAGE_SAMPLED_BIT,
                                                  .label = "a pass's own target"});
    if (result != ASH_OK)
        return result;
    result = ash_pipeline_init(
        &target->fill.pipeline, env->pipelines,
        &(struct ash_pipeline_params){.shader = "test_uniform",
                                      .color_format = VK_FORMAT_R8G8B8A8_UNORM,
                                      .bindings = {VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER},
                                      .binding_count = 1});
    return result == ASH_OK ? init_read(&target->show, env, 2) : result;
}

static void target_finish(void *state, const struct ash_pass_env *env)
{
    struct target_state *target = state;
    ash_image_finish(&target->image);
    finish(&target->fill, env);
    finish(&target->show, env);
}

static enum ash_result target_prepare(void *state, const struct ash_pass_env *env,
                                      struct ash_frame *frame)
{
    (void)env;
    struct target_state *target = state;
    const struct test_scene *scene = frame->scene;
    ash_frame_begin_target(frame, &target->image, (VkClearColorValue){.float32 = {1, 1, 1, 1}});
    if (!scene->fail_prepare) // what was cleared shows
        uniform_draw(&target->fill, env, frame);
    ash_frame_end_target(frame, &target->image);
    return ASH_OK;
}

static void target_draw(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    struct target_state *target = state;
    struct ash_binding image =
        ash_pipelines_sampled(env->pipelines, ASH_SAMPLER_LINEAR, target->image.view);
    draw_read(&target->show, env, frame, &image);
}

const struct ash_pass_type target_pass = {.name = "own target",
                                          .state_size = sizeof(struct target_state),
                                          .init = target_init,
                                          .finish = target_finish,
                                          .prepare = target_prepare,
                                          .draw = target_draw};
