// Labels: gpu
#include "engine/render/mesh.h"

#include "tests/support/render_fixture.h"

struct vertex {
    float position[3];
    uint8_t color[4];
};

// What the one pass of these tests draws, and how.
struct mesh_scene {
    VkCullModeFlags cull;
    const struct ash_mesh_params *first, *second; // second may be NULL
    bool replace;                                 // from the next frame on: second instead of first
};

struct mesh_pass_state {
    struct ash_pipeline pipeline;
    struct ash_mesh meshes[2];
};

static enum ash_result mesh_pass_init(void *state, const struct ash_pass_env *env)
{
    struct mesh_pass_state *pass = state;
    const struct mesh_scene *scene = env->game;
    enum ash_result result =
        ash_pipeline_init(&pass->pipeline, env->pipelines,
                          &(struct ash_pipeline_params){
                              .shader = "test_mesh",
                              .cull = scene->cull,
                              .depth = ASH_DEPTH_TEST_WRITE,
                              .vertex_stride = sizeof(struct vertex),
                              .attributes = {{.location = 0, .format = VK_FORMAT_R32G32B32_SFLOAT},
                                             {.location = 1,
                                              .format = VK_FORMAT_R8G8B8A8_UNORM,
                                              .offset = offsetof(struct vertex, color)}},
                              .attribute_count = 2});
    if (result == ASH_OK)
        result = ash_mesh_init(&pass->meshes[0], env->allocator, env->upload, scene->first);
    if (result == ASH_OK && scene->second != NULL)
        result = ash_mesh_init(&pass->meshes[1], env->allocator, env->upload, scene->second);
    return result;
}

static void mesh_pass_finish(void *state, const struct ash_pass_env *env)
{
    struct mesh_pass_state *pass = state;
    ash_mesh_finish(&pass->meshes[0]);
    ash_mesh_finish(&pass->meshes[1]);
    ash_pipeline_finish(&pass->pipeline, env->pipelines);
}

static enum ash_result mesh_pass_prepare(void *state, const struct ash_pass_env *env,
                                         struct ash_frame *frame)
{
    struct mesh_pass_state *pass = state;
    const struct mesh_scene *scene = frame->scene;
    if (!scene->replace)
        return ASH_OK;
    // The frames before may still draw it.
    ash_mesh_retire(&pass->meshes[0], env->retire, frame->number - 1);
    assert_null(pass->meshes[0].buffer.buffer);
    return ash_mesh_init(&pass->meshes[0], env->allocator, env->upload, scene->second);
}

static void mesh_pass_draw(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    (void)env;
    struct mesh_pass_state *pass = state;
    assert_int_equal(ash_frame_bind(frame, &pass->pipeline, NULL, 0), ASH_OK);
    for (int i = 0; i < 2; i++) {
        if (pass->meshes[i].buffer.buffer != VK_NULL_HANDLE)
            ash_mesh_draw(&pass->meshes[i], frame);
    }
}

static const struct ash_pass_type mesh_pass = {.name = "mesh",
                                               .state_size = sizeof(struct mesh_pass_state),
                                               .init = mesh_pass_init,
                                               .finish = mesh_pass_finish,
                                               .prepare = mesh_pass_prepare,
                                               .draw = mesh_pass_draw};

static enum ash_result create(struct render_fixture *fixture, struct mesh_scene *scene,
                              VkDeviceSize staging_size)
{
    static const struct ash_pass_type *const passes[] = {&mesh_pass};
    render_fixture_open(fixture, NULL);
    return render_fixture_create(fixture,
                                 &(struct ash_renderer_params){.extent = {64, 64},
                                                               .passes = passes,
                                                               .pass_count = 1,
                                                               .staging_size = staging_size,
                                                               .game = scene});
}

// A rectangle in clip space whose corners go round as given: counter-clockwise on the screen is
// upper left, lower left, lower right, upper right (y points down).
static void rectangle(struct vertex out[4], float left, float right, float depth, uint32_t rgba)
{
    const float corners[4][2] = {{left, -1.0f}, {left, 1.0f}, {right, 1.0f}, {right, -1.0f}};
    for (int i = 0; i < 4; i++) {
        out[i] = (struct vertex){.position = {corners[i][0], corners[i][1], depth},
                                 .color = {(uint8_t)(rgba >> 24), (uint8_t)(rgba >> 16),
                                           (uint8_t)(rgba >> 8), (uint8_t)rgba}};
    }
}

static const uint32_t counter_clockwise[] = {0, 1, 2, 0, 2, 3};
static const uint32_t clockwise[] = {0, 2, 1, 0, 3, 2};

static struct ash_mesh_params indexed(const struct vertex *vertices, const uint32_t *indices)
{
    return (struct ash_mesh_params){.vertices = vertices,
                                    .vertex_count = 4,
                                    .vertex_size = sizeof(struct vertex),
                                    .indices = indices,
                                    .index_count = 6,
                                    .label = "rectangle"};
}

static void nearer_triangles_hide_farther_ones(void **state)
{
    (void)state;
    struct vertex near_left[4], far_all[4];
    rectangle(near_left, -1.0f, 0.0f, 0.75f, 0xff0000ff);
    rectangle(far_all, -1.0f, 1.0f, 0.25f, 0x00ff00ff);
    struct ash_mesh_params first = indexed(near_left, counter_clockwise);
    struct ash_mesh_params second = indexed(far_all, counter_clockwise);
    struct mesh_scene scene = {.first = &first, .second = &second};
    struct render_fixture fixture;
    assert_int_equal(create(&fixture, &scene, 0), ASH_OK);
    for (int i = 0; i < 3; i++) {
        render_fixture_draw(&fixture, &scene);
        render_fixture_read(&fixture);
        assert_int_equal(render_fixture_pixel(&fixture, 31, 10), 0xff0000ff);
        assert_int_equal(render_fixture_pixel(&fixture, 32, 10), 0x00ff00ff);
    }
    struct ash_renderer_stats stats;
    ash_renderer_stats(fixture.renderer, &stats);
    assert_int_equal(stats.draws, 2);
    assert_int_equal(stats.triangles, 4);
    render_fixture_close(&fixture);
}

static void front_faces_are_counter_clockwise(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct vertex all[4];
        rectangle(all, -1.0f, 1.0f, 0.5f, 0x0000ffff);
        struct ash_mesh_params params = indexed(all, i % 2 == 0 ? counter_clockwise : clockwise);
        struct mesh_scene scene = {.first = &params,
                                   .cull = i < 2 ? VK_CULL_MODE_BACK_BIT : VK_CULL_MODE_FRONT_BIT};
        struct render_fixture fixture;
        assert_int_equal(create(&fixture, &scene, 0), ASH_OK);
        render_fixture_draw(&fixture, &scene);
        render_fixture_read(&fixture);
        bool drawn = (i < 2) == (i % 2 == 0);
        render_fixture_assert_all(&fixture, drawn ? 0x0000ffff : 0x000000ff);
        render_fixture_close(&fixture);
    }
}

static void a_mesh_without_indices_draws_its_vertices_in_order(void **state)
{
    (void)state;
    struct vertex corners[4];
    rectangle(corners, -1.0f, 3.0f, 0.5f, 0xffff00ff);
    const struct ash_mesh_params params = {
        .vertices = corners, .vertex_count = 3, .vertex_size = sizeof(struct vertex)};
    struct mesh_scene scene = {.first = &params};
    struct render_fixture fixture;
    assert_int_equal(create(&fixture, &scene, 0), ASH_OK);
    render_fixture_draw(&fixture, &scene);
    render_fixture_read(&fixture);
    assert_int_equal(render_fixture_pixel(&fixture, 1, 40), 0xffff00ff);
    struct ash_renderer_stats stats;
    ash_renderer_stats(fixture.renderer, &stats);
    assert_int_equal(stats.triangles, 1);
    render_fixture_close(&fixture);
}

static void a_mesh_is_replaced_while_frames_draw_it(void **state)
{
    (void)state;
    struct vertex before[4], after[4];
    rectangle(before, -1.0f, 1.0f, 0.5f, 0xff0000ff);
    rectangle(after, -1.0f, 1.0f, 0.5f, 0x00ff00ff);
    struct ash_mesh_params first = indexed(before, counter_clockwise);
    struct ash_mesh_params second = indexed(after, counter_clockwise);
    struct mesh_scene scene = {.first = &first};
    struct render_fixture fixture;
    assert_int_equal(create(&fixture, &scene, 0), ASH_OK);
    scene.second = &second;
    render_fixture_draw(&fixture, &scene);
    scene.replace = true;
    for (int i = 0; i < 20; i++)
        render_fixture_draw(&fixture, &scene);
    render_fixture_read(&fixture);
    render_fixture_assert_all(&fixture, 0x00ff00ff);
    struct ash_renderer_stats stats;
    ash_renderer_stats(fixture.renderer, &stats);
    assert_true(stats.retired_objects <= 3); // as many as frames that may still draw
    render_fixture_close(&fixture);
}

static void a_mesh_larger_than_the_ring_is_refused(void **state)
{
    (void)state;
    static struct vertex many[4 * 4096];
    const struct ash_mesh_params params = {.vertices = many,
                                           .vertex_count = 4 * 4096,
                                           .vertex_size = sizeof(struct vertex),
                                           .label = "many"};
    struct mesh_scene scene = {.first = &params};
    struct render_fixture fixture;
    enum ash_result result = create(&fixture, &scene, 65536);
    // Written straight into memory that the CPU sees, it needs no ring.
    assert_true(result == ASH_OK || result == ASH_ERROR_OUT_OF_RANGE);
    if (result == ASH_OK)
        render_fixture_draw(&fixture, &scene);
    render_fixture_close(&fixture);
}

// Init of a pass fails, and with it the renderer: the mesh is all zero, nothing is left.
static void a_mesh_larger_than_memory_can_be_leaves_nothing(void **state)
{
    (void)state;
    struct vertex all[4];
    rectangle(all, -1.0f, 1.0f, 0.5f, 0x0000ffff);
    struct ash_mesh_params params = indexed(all, counter_clockwise);
    params.vertex_size = UINT32_MAX;
    params.vertex_count = UINT32_MAX;
    for (int i = 0; i < 2; i++) {
        params.index_count = i == 0 ? 6 : UINT32_MAX; // with the latter, the sum would wrap
        struct mesh_scene scene = {.first = &params};
        struct render_fixture fixture;
        assert_int_equal(create(&fixture, &scene, 0), ASH_ERROR_OUT_OF_DEVICE_MEMORY);
        assert_null(fixture.renderer);
        render_fixture_close(&fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nearer_triangles_hide_farther_ones),
        cmocka_unit_test(front_faces_are_counter_clockwise),
        cmocka_unit_test(a_mesh_without_indices_draws_its_vertices_in_order),
        cmocka_unit_test(a_mesh_is_replaced_while_frames_draw_it),
        cmocka_unit_test(a_mesh_larger_than_the_ring_is_refused),
        cmocka_unit_test(a_mesh_larger_than_memory_can_be_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
