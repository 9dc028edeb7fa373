// Labels: gpu
#include "engine/render/pipeline.h"

#include <volk.h>

#include <stdlib.h>

#include "engine/render/barrier.h"
#include "engine/render/frames.h"
#include "tests/support/catch.h"
#include "tests/support/render_fixture.h"

enum { VALUE_COUNT = 1001 }; // no multiple of the group's 64

struct compute_fixture {
    struct render_fixture base;
    struct ash_pipelines *pipelines;
    struct ash_frames frames;
    struct ash_buffer values;
};

static void open_compute(struct compute_fixture *fixture)
{
    *fixture = (struct compute_fixture){0};
    render_fixture_open(&fixture->base, NULL);
    assert_int_equal(
        ash_pipelines_create(fixture->base.context,
                             &(struct ash_pipelines_params){.shaders = test_shaders,
                                                            .shader_count = test_shaders_count},
                             &fixture->pipelines),
        ASH_OK);
    assert_int_equal(ash_frames_init(&fixture->frames, fixture->base.allocator, 2, 4096), ASH_OK);
    assert_int_equal(ash_buffer_init(&fixture->values, fixture->base.allocator,
                                     &(struct ash_buffer_params){
                                         .size = VALUE_COUNT * sizeof(uint32_t),
                                         .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT,
                                         .properties = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT,
                                         .label = "values"}),
                     ASH_OK);
}

static void close_compute(struct compute_fixture *fixture)
{
    assert_int_equal(ash_frames_wait(&fixture->frames, fixture->frames.submitted), ASH_OK);
    ash_buffer_finish(&fixture->values);
    ash_frames_finish(&fixture->frames);
    ash_pipelines_destroy(fixture->pipelines);
    render_fixture_close(&fixture->base);
}

static void write_values(struct compute_fixture *fixture)
{
    struct ash_buffer_view view;
    assert_int_equal(
        ash_buffer_begin_view(
            &fixture->values,
            &(struct ash_view_params){.access = ASH_ACCESS_WRITE, .element_size = sizeof(uint32_t)},
            &view),
        ASH_OK);
    for (uint32_t i = 0; i < VALUE_COUNT; i++)
        assert_int_equal(ash_view_write(&view, i * sizeof(i), &i, sizeof(i)), ASH_OK);
    assert_int_equal(ash_buffer_end_view(&view), ASH_OK);
}

static uint32_t read_value(struct compute_fixture *fixture, uint32_t index)
{
    struct ash_buffer_view view;
    uint32_t value = 0;
    assert_int_equal(
        ash_buffer_begin_view(&fixture->values,
                              &(struct ash_view_params){.offset = index * sizeof(value),
                                                        .size = sizeof(value),
                                                        .access = ASH_ACCESS_READ},
                              &view),
        ASH_OK);
    assert_int_equal(ash_view_read(&view, 0, &value, sizeof(value)), ASH_OK);
    assert_int_equal(ash_buffer_end_view(&view), ASH_OK);
    return value;
}

static const struct ash_pipeline_params compute_params = {
    .shader = "test_compute",
    .bindings = {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER},
    .binding_count = 1,
    .push_constant_size = 2 * sizeof(uint32_t),
    .constant = 7,
};

static void dispatch(struct compute_fixture *fixture, const struct ash_pipeline *pipeline,
                     struct ash_frame *frame)
{
    const uint32_t push[] = {3, VALUE_COUNT};
    const struct ash_binding binding = {
        .buffer = {fixture->values.buffer, 0, fixture->values.size}};
    assert_int_equal(ash_frame_bind(frame, pipeline, &binding, 1), ASH_OK);
    ash_frame_push(frame, pipeline, push, sizeof(push));
    frame->vk->vkCmdDispatch(frame->commands, (VALUE_COUNT + 63) / 64, 1, 1);
}

static void compute_writes_what_a_view_reads(void **state)
{
    (void)state;
    struct compute_fixture fixture;
    open_compute(&fixture);
    struct ash_pipeline pipeline;
    assert_int_equal(ash_pipeline_init(&pipeline, fixture.pipelines, &compute_params), ASH_OK);
    assert_int_equal(pipeline.bind_point, VK_PIPELINE_BIND_POINT_COMPUTE);
    assert_int_equal(pipeline.stages, VK_SHADER_STAGE_COMPUTE_BIT);
    write_values(&fixture);
    struct ash_frame frame;
    assert_int_equal(ash_frames_wait_slot(&fixture.frames), ASH_OK);
    assert_int_equal(ash_frames_begin(&fixture.frames, &frame), ASH_OK);
    dispatch(&fixture, &pipeline, &frame);
    ash_barrier_memory(frame.context, frame.commands, ASH_BARRIER_COMPUTE_TO_COMPUTE);
    dispatch(&fixture, &pipeline, &frame);
    ash_barrier_memory(frame.context, frame.commands, ASH_BARRIER_COMPUTE_TO_HOST);
    assert_int_equal(ash_frames_submit(&fixture.frames, &frame, &(struct ash_frame_sync){0}),
                     ASH_OK);
    assert_int_equal(ash_frames_wait(&fixture.frames, frame.number), ASH_OK);
    for (uint32_t i = 0; i < VALUE_COUNT; i++)
        assert_int_equal(read_value(&fixture, i), (i * 3 + 7) * 3 + 7);
    ash_pipeline_finish(&pipeline, fixture.pipelines);
    assert_null(pipeline.pipeline);
    close_compute(&fixture);
}

static void a_frame_may_bind_more_than_one_pool_holds(void **state)
{
    (void)state;
    struct compute_fixture fixture;
    open_compute(&fixture);
    struct ash_pipeline pipeline;
    assert_int_equal(ash_pipeline_init(&pipeline, fixture.pipelines, &compute_params), ASH_OK);
    write_values(&fixture);
    for (int submission = 0; submission < 5; submission++) {
        struct ash_frame frame;
        assert_int_equal(ash_frames_wait_slot(&fixture.frames), ASH_OK);
        assert_int_equal(ash_frames_begin(&fixture.frames, &frame), ASH_OK);
        const struct ash_binding binding = {
            .buffer = {fixture.values.buffer, 0, fixture.values.size}};
        for (int i = 0; i < 1000; i++)
            assert_int_equal(ash_frame_bind(&frame, &pipeline, &binding, 1), ASH_OK);
        assert_int_equal(ash_frames_submit(&fixture.frames, &frame, &(struct ash_frame_sync){0}),
                         ASH_OK);
    }
    assert_int_equal(ash_frames_wait(&fixture.frames, fixture.frames.submitted), ASH_OK);
    ash_pipeline_finish(&pipeline, fixture.pipelines);
    close_compute(&fixture);
}

// A frame that was begun and not submitted leaves its slot and number to the next.
static void a_dropped_frame_is_begun_again(void **state)
{
    (void)state;
    struct compute_fixture fixture;
    open_compute(&fixture);
    for (uint64_t number = 1; number < 6; number++) {
        struct ash_frame frame;
        for (int attempt = 0; attempt < 2; attempt++) {
            assert_int_equal(ash_frames_wait_slot(&fixture.frames), ASH_OK);
            assert_int_equal(ash_frames_begin(&fixture.frames, &frame), ASH_OK);
            assert_int_equal(frame.number, number);
            assert_int_equal(frame.slot, number % 2);
        }
        assert_int_equal(ash_frames_submit(&fixture.frames, &frame, &(struct ash_frame_sync){0}),
                         ASH_OK);
    }
    assert_int_equal(ash_frames_wait(&fixture.frames, 5), ASH_OK);
    assert_int_equal(fixture.frames.completed, 5);
    close_compute(&fixture);
}

static void a_shader_that_is_not_there_is_named(void **state)
{
    (void)state;
    struct compute_fixture fixture;
    open_compute(&fixture);
    struct ash_pipeline pipeline = {.bind_point = VK_PIPELINE_BIND_POINT_COMPUTE};
    catch_log_begin();
    assert_int_equal(ash_pipeline_init(&pipeline, fixture.pipelines,
                                       &(struct ash_pipeline_params){.shader = "no_such"}),
                     ASH_ERROR_UNSUPPORTED);
    assert_true(catch_log_has("no_such"));
    assert_int_equal(catch_log_count(ASH_LOG_ERROR), 1);
    catch_log_end();
    static const struct ash_pipeline none;
    assert_memory_equal(&pipeline, &none, sizeof(none));
    ash_pipeline_finish(&pipeline, fixture.pipelines);
    assert_breaks_rule("shader",
                       assert_int_equal(ash_pipeline_init(&pipeline, fixture.pipelines,
                                                          &(struct ash_pipeline_params){0}),
                                        ASH_OK));
    close_compute(&fixture);
}

static void the_cache_comes_back(void **state)
{
    (void)state;
    struct compute_fixture fixture;
    open_compute(&fixture);
    struct ash_pipeline pipeline;
    assert_int_equal(ash_pipeline_init(&pipeline, fixture.pipelines, &compute_params), ASH_OK);
    size_t size = 0;
    assert_int_equal(ash_pipelines_cache_data(fixture.pipelines, NULL, &size), ASH_OK);
    assert_true(size >= 32); // its header alone
    size_t small = size - 1;
    uint8_t *data = malloc(size);
    assert_non_null(data);
    assert_int_equal(ash_pipelines_cache_data(fixture.pipelines, data, &small), ASH_NOT_READY);
    assert_int_equal(ash_pipelines_cache_data(fixture.pipelines, data, &size), ASH_OK);
    ash_pipeline_finish(&pipeline, fixture.pipelines);
    ash_pipelines_destroy(fixture.pipelines);
    assert_int_equal(
        ash_pipelines_create(fixture.base.context,
                             &(struct ash_pipelines_params){.shaders = test_shaders,
                                                            .shader_count = test_shaders_count,
                                                            .cache = data,
                                                            .cache_size = size},
                             &fixture.pipelines),
        ASH_OK);
    assert_int_equal(ash_pipeline_init(&pipeline, fixture.pipelines, &compute_params), ASH_OK);
    ash_pipeline_finish(&pipeline, fixture.pipelines);
    free(data);
    close_compute(&fixture);
}

static void every_state_makes_a_pipeline(void **state)
{
    (void)state;
    struct compute_fixture fixture;
    open_compute(&fixture);
    static const VkPrimitiveTopology topologies[] = {0, VK_PRIMITIVE_TOPOLOGY_TRIANGLE_STRIP,
                                                     VK_PRIMITIVE_TOPOLOGY_LINE_LIST};
    for (int i = 0; i < 3 * 4 * 3; i++) {
        struct ash_pipeline pipeline;
        struct ash_pipeline_params params = {.shader = "test_fill",
                                             .topology = topologies[i % 3],
                                             .blend = (enum ash_blend)(i / 3 % 4),
                                             .depth = (enum ash_depth)(i / 12),
                                             .color_format = VK_FORMAT_R8G8B8A8_UNORM,
                                             .depth_format = VK_FORMAT_D32_SFLOAT,
                                             .push_constant_size = 20};
        assert_int_equal(ash_pipeline_init(&pipeline, fixture.pipelines, &params), ASH_OK);
        assert_int_equal(pipeline.stages,
                         VK_SHADER_STAGE_VERTEX_BIT | VK_SHADER_STAGE_FRAGMENT_BIT);
        ash_pipeline_finish(&pipeline, fixture.pipelines);
    }
    for (int i = 0; i < ASH_SAMPLER_COUNT; i++)
        assert_non_null(
            ash_pipelines_sampled(fixture.pipelines, (enum ash_sampler)i, VK_NULL_HANDLE)
                .image.sampler);
    close_compute(&fixture);
}

static void from_the_last(void *user, void (*work)(void *work_user, uint32_t index),
                          void *work_user, uint32_t count)
{
    *(uint32_t *)user = count;
    while (count-- > 0)
        work(work_user, count);
}

static void what_is_deferred_is_compiled_at_once(void **state)
{
    (void)state;
    for (int spread = 0; spread < 2; spread++) {
        struct compute_fixture fixture;
        struct ash_pipeline pipelines[3];
        struct ash_pipelines_stats stats;
        uint32_t spread_count = 0;
        open_compute(&fixture);
        ash_pipelines_defer(fixture.pipelines);
        for (uint32_t i = 0; i < 3; i++) {
            if (i == 2)
                assert_int_equal(ash_pipelines_compile(fixture.pipelines,
                                                       spread ? from_the_last : NULL,
                                                       &spread_count),
                                 ASH_OK);
            assert_int_equal(ash_pipeline_init(&pipelines[i], fixture.pipelines, &compute_params),
                             ASH_OK);
            assert_int_equal(pipelines[i].pipeline != VK_NULL_HANDLE, i == 2);
        }
        assert_non_null(pipelines[0].pipeline);
        assert_non_null(pipelines[1].pipeline);
        assert_int_equal(spread_count, spread ? 2 : 0);
        ash_pipelines_stats(fixture.pipelines, &stats);
        assert_int_equal(stats.created, 3);
        assert_true(stats.ms > 0);
        for (uint32_t i = 0; i < 3; i++)
            ash_pipeline_finish(&pipelines[i], fixture.pipelines);
        close_compute(&fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compute_writes_what_a_view_reads),
        cmocka_unit_test(a_frame_may_bind_more_than_one_pool_holds),
        cmocka_unit_test(a_dropped_frame_is_begun_again),
        cmocka_unit_test(a_shader_that_is_not_there_is_named),
        cmocka_unit_test(the_cache_comes_back),
        cmocka_unit_test(what_is_deferred_is_compiled_at_once),
        cmocka_unit_test(every_state_makes_a_pipeline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
