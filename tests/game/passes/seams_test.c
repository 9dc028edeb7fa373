// Labels: gpu
//
// No seams along a flight: where chunks of different detail meet, and where a long edge meets short
// ones, nothing of what lies behind shows through. The sky leaves 0 in the target's alpha, and land
// and sea, which hide it, more.
#include "game/base/jobs.h"
#include "game/passes/passes.h"
#include "game/scene/scene.h"
#include "game/world/terrain/terrain.h"
#include "game/world/world.h"

#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>

extern const struct ash_shader cinder_shaders[]; // made by cmake/AshShaders.cmake
extern const uint32_t cinder_shaders_count;

// Two borders of detail are in sight.
enum { WIDTH = 640, HEIGHT = 360, RADIUS = 9, SEED = 1, VIEWS = 6, STRIDE = 40, MOST_DRAWS = 200 };
// Rows above the first one show trees before the horizon, and gaps between them.
enum { DRAWN = 16, FIRST_ROW = 144 };

static const struct ash_pass_type *const passes[] = {&terrain_pass, &sky_pass, &water_pass};

struct flight {
    struct ash_context *context;
    struct ash_allocator *allocator;
    struct pass_resources resources;
    struct ash_renderer *renderer;
    struct jobs *jobs;
    struct world *world;
    struct scene scene;
    uint8_t pixels[HEIGHT][WIDTH][4];
};

static void begin(struct flight *flight)
{
    const struct ash_context_params context = {.validation = ASH_VALIDATION_IF_PRESENT};
    assert_int_equal(ash_context_create(&context, &flight->context), ASH_OK);
    const struct ash_allocator_params allocator = {.context = flight->context};
    assert_int_equal(ash_allocator_create(&allocator, &flight->allocator), ASH_OK);
    const struct ash_renderer_params renderer = {.context = flight->context,
                                                 .allocator = flight->allocator,
                                                 .passes = passes,
                                                 .pass_count = 3,
                                                 .shaders = cinder_shaders,
                                                 .shader_count = cinder_shaders_count,
                                                 .extent = {WIDTH, HEIGHT},
                                                 .game = &flight->resources};
    assert_int_equal(ash_renderer_create(&renderer, &flight->renderer), ASH_OK);
    flight->jobs = jobs_create(2);
    assert_non_null(flight->jobs);
    flight->world = world_create(&(struct world_params){
        .seed = SEED, .radius = RADIUS, .jobs = flight->jobs, .deterministic = true});
    assert_non_null(flight->world);
}

static void end(struct flight *flight)
{
    ash_renderer_destroy(flight->renderer);
    ash_allocator_destroy(flight->allocator);
    assert_int_equal(ash_context_validation_messages(flight->context), 0);
    ash_context_destroy(flight->context);
    world_destroy(flight->world);
    jobs_destroy(flight->jobs);
}

// Draws until everything that is seen from there is on the picture.
static void look(struct flight *flight, double x, double y, double z)
{
    struct scene *scene = &flight->scene;
    struct world_stats stats = {0};
    scene->world = flight->world;
    scene->camera = (struct scene_camera){
        .x = x, .y = y, .z = z, .yaw = 1.2, .pitch = -0.35, .field_of_view = 1.2f};
    scene_set_camera(&scene->camera, (float)WIDTH / HEIGHT);
    scene_set_light(&scene->light, 0.4f, RADIUS * CHUNK_SIZE, false);
    assert_true(world_complete(flight->world, (float)x, (float)z));
    for (int i = 0; i < MOST_DRAWS && (i < 2 || !stats.complete || stats.changes_waiting > 0);
         i++) {
        assert_int_equal(ash_renderer_draw(flight->renderer, scene, (VkExtent2D){WIDTH, HEIGHT}),
                         ASH_OK);
        world_stats(flight->world, &stats);
    }
    assert_int_equal(ash_renderer_read_pixels(flight->renderer, &flight->pixels[0][0][0],
                                              sizeof(flight->pixels)),
                     ASH_OK);
}

static uint32_t alpha_at(const struct flight *flight, uint32_t x, uint32_t y)
{
    return flight->pixels[y][x][3];
}

// Pixels that nothing covers, between such that something does.
static uint32_t count_holes(const struct flight *flight, uint32_t *covered)
{
    uint32_t holes = 0;
    *covered = 0;
    for (uint32_t y = FIRST_ROW; y + 1 < HEIGHT; y++) {
        for (uint32_t x = 1; x + 1 < WIDTH; x++) {
            const bool across =
                alpha_at(flight, x - 1, y) > DRAWN && alpha_at(flight, x + 1, y) > DRAWN;
            const bool upright =
                alpha_at(flight, x, y - 1) > DRAWN && alpha_at(flight, x, y + 1) > DRAWN;
            holes += alpha_at(flight, x, y) == 0 && across && upright;
            *covered += alpha_at(flight, x, y) > DRAWN;
        }
    }
    return holes;
}

static void no_seams_along_a_flight(void **state)
{
    (void)state;
    struct flight *flight = calloc(1, sizeof(*flight));
    assert_non_null(flight);
    const struct block_coord spawn = terrain_spawn(SEED);
    begin(flight);
    for (int32_t i = 0; i < VIEWS; i++) {
        uint32_t covered;
        look(flight, spawn.x + i * STRIDE, spawn.y + 16.0 + 8.0 * (i % 3), spawn.z + 0.5);
        const uint32_t holes = count_holes(flight, &covered);
        printf("view %d: %u pixels covered, %u holes\n", i, covered, holes);
        assert_in_range(covered, WIDTH * HEIGHT / 20, WIDTH * HEIGHT);
        assert_int_equal(holes, 0);
    }
    end(flight);
    free(flight);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(no_seams_along_a_flight)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
