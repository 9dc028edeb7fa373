// Labels: gpu
//
// The passes over a real world and a real device, without a window: what is seen at noon, at night
// and under water, that panels appear, and that nothing is left behind.
#include "engine/memory/optional/report.h"
#include "game/passes/passes.h"
#include "game/scene/scene.h"
#include "game/tools/memory_snapshot.h"
#include "game/world/terrain/terrain.h"
#include "game/world/world.h"

#include "tests/support/test.h"

#include <stb/stb_image_write.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct ash_shader cinder_shaders[]; // made by cmake/AshShaders.cmake
extern const uint32_t cinder_shaders_count;

enum { WIDTH = 320, HEIGHT = 180, RADIUS = 2, SEED = 1 };

#define PASS(name) &name##_pass,
static const struct ash_pass_type *const passes[] = {PASSES(PASS)};
#undef PASS
enum { PASS_COUNT = sizeof(passes) / sizeof(passes[0]) };

struct stage {
    struct ash_context *context;
    struct ash_allocator *allocator;
    struct pass_resources resources;
    struct ash_renderer *renderer;
    struct jobs *jobs;
    struct world *world;
    struct block_coord spawn;
    struct scene scene;
    struct memory_snapshot memory;
    uint8_t pixels[WIDTH * HEIGHT * 4];
};

static int setup(void **state)
{
    struct stage *stage = calloc(1, sizeof(*stage));
    assert_non_null(stage);
    const struct ash_context_params context = {.validation = ASH_VALIDATION_IF_PRESENT};
    assert_int_equal(ash_context_create(&context, &stage->context), ASH_OK);
    const struct ash_allocator_params allocator = {.context = stage->context};
    assert_int_equal(ash_allocator_create(&allocator, &stage->allocator), ASH_OK);
    stage->resources.path = TERRAIN_GPU;
    const struct ash_renderer_params renderer = {.context = stage->context,
                                                 .allocator = stage->allocator,
                                                 .passes = passes,
                                                 .pass_count = PASS_COUNT,
                                                 .shaders = cinder_shaders,
                                                 .shader_count = cinder_shaders_count,
                                                 .extent = {WIDTH, HEIGHT},
                                                 .game = &stage->resources};
    assert_int_equal(ash_renderer_create(&renderer, &stage->renderer), ASH_OK);
    stage->resources.path = TERRAIN_INDIRECT;
    stage->jobs = jobs_create(2);
    assert_non_null(stage->jobs);
    const struct world_params world = {
        .seed = SEED, .radius = RADIUS, .jobs = stage->jobs, .deterministic = true};
    stage->world = world_create(&world);
    assert_non_null(stage->world);
    stage->spawn = terrain_spawn(SEED);
    assert_true(world_complete(stage->world, (float)stage->spawn.x, (float)stage->spawn.z));
    *state = stage;
    return 0;
}

static int teardown(void **state)
{
    struct stage *stage = *state;
    memory_snapshot_finish(&stage->memory);
    ash_renderer_destroy(stage->renderer);
    world_destroy(stage->world);
    jobs_destroy(stage->jobs);
    struct ash_allocator_stats stats;
    ash_allocator_stats(stage->allocator, &stats);
    assert_int_equal(stats.total.live_blocks, 0);
    assert_null(stage->resources.meshes.slots);
    ash_allocator_destroy(stage->allocator);
    assert_int_equal(ash_context_validation_messages(stage->context), 0);
    ash_context_destroy(stage->context);
    free(stage);
    return 0;
}

// The scene from above the spawn, at a time of day.
static struct scene *look(struct stage *stage, float time_of_day, double pitch)
{
    struct scene *scene = &stage->scene;
    memset(scene, 0, sizeof(*scene));
    scene->world = stage->world;
    scene->camera.x = stage->spawn.x;
    scene->camera.y = stage->spawn.y + 12.0;
    scene->camera.z = stage->spawn.z;
    scene->camera.yaw = 0.6;
    scene->camera.pitch = pitch;
    scene->camera.field_of_view = 1.2f;
    scene->hud.loading = 1.0f;
    scene->hud.scale = 1.0f;
    scene_set_camera(&scene->camera, (float)WIDTH / HEIGHT);
    scene_set_light(&scene->light, time_of_day, RADIUS * CHUNK_SIZE, false);
    return scene;
}

// Draws the scene and keeps its pixels, and a picture of them for whoever wants to see.
static void draw(struct stage *stage, const char *name)
{
    const VkExtent2D extent = {WIDTH, HEIGHT};
    assert_int_equal(ash_renderer_draw(stage->renderer, &stage->scene, extent), ASH_OK);
    assert_int_equal(
        ash_renderer_read_pixels(stage->renderer, stage->pixels, sizeof(stage->pixels)), ASH_OK);
    char path[512];
    snprintf(path, sizeof(path), "%s/passes_%s.png", ASH_BINARY_DIR, name);
    assert_true(stbi_write_png(path, WIDTH, HEIGHT, 4, stage->pixels, WIDTH * 4) != 0);
    struct ash_renderer_stats stats;
    ash_renderer_stats(stage->renderer, &stats);
    for (uint32_t i = 0; i < stats.pass_count; i++)
        assert_true(stats.passes[i].prepared == ASH_OK ||
                    stats.passes[i].prepared == ASH_NOT_READY);
}

// The mean of one channel over rows `from` to `to`.
static double mean(const struct stage *stage, int channel, int from, int to)
{
    double sum = 0.0;
    for (int i = from * WIDTH; i < to * WIDTH; i++)
        sum += stage->pixels[i * 4 + channel];
    return sum / ((to - from) * WIDTH);
}

static int differing_pixels(const uint8_t *a, const uint8_t *b)
{
    int count = 0;
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        count += memcmp(&a[i * 4], &b[i * 4], 4) != 0;
    return count;
}

static void noon_shows_sky_above_and_land_below(void **state)
{
    struct stage *stage = *state;
    look(stage, 0.45f, -0.2);
    draw(stage, "noon");
    assert_true(mean(stage, 2, 0, 20) > mean(stage, 0, 0, 20) + 20.0); // blue
    assert_true(mean(stage, 1, 0, 20) > 100.0);
    assert_true(mean(stage, 2, HEIGHT - 40, HEIGHT) < mean(stage, 2, 0, 20) - 20.0);
    struct ash_renderer_stats stats;
    ash_renderer_stats(stage->renderer, &stats);
    assert_true(stats.draws > 10 && stats.triangles > 1000);
}

static void night_is_darker_than_dusk_and_dusk_than_noon(void **state)
{
    struct stage *stage = *state;
    const float times[] = {0.5f, 0.745f, 0.0f};
    const char *const names[] = {"high_noon", "dusk", "night"};
    double before = 256.0;
    for (int i = 0; i < 3; i++) {
        look(stage, times[i], -0.2);
        draw(stage, names[i]);
        const double now = mean(stage, 1, 0, HEIGHT);
        assert_true(now < before * 0.85);
        before = now;
    }
    assert_true(before > 2.0); // one still sees something
}

// Whether the effect over the whole picture was drawn in the last frame.
static bool post_was_drawn(const struct stage *stage)
{
    struct ash_renderer_stats stats;
    ash_renderer_stats(stage->renderer, &stats);
    for (uint32_t i = 0; i < stats.pass_count; i++) {
        if (strcmp(stats.passes[i].name, "post") == 0)
            return stats.passes[i].prepared == ASH_OK;
    }
    fail_msg("there is no pass called post");
    return false;
}

static void under_water_all_is_blue_and_near(void **state)
{
    struct stage *stage = *state;
    struct scene *scene = look(stage, 0.5f, 0.0);
    // The sea, wherever it begins within the radius.
    struct block_coord at = {stage->spawn.x, SEA_LEVEL - 2, stage->spawn.z};
    int found = 0;
    for (int i = 0; i < RADIUS * CHUNK_SIZE * 2 && !found; i++) {
        at.x = stage->spawn.x + (i % 2 ? i : -i) / 2;
        found = world_get(stage->world, at) == BLOCK_WATER;
    }
    assert_true(found);
    scene->camera.x = at.x + 0.5;
    scene->camera.y = at.y + 0.5;
    scene->camera.under_water = true;
    scene_set_light(&scene->light, 0.5f, RADIUS * CHUNK_SIZE, true);
    scene_set_camera(&scene->camera, (float)WIDTH / HEIGHT);
    draw(stage, "under_water");
    assert_true(post_was_drawn(stage));
    assert_true(mean(stage, 2, 0, HEIGHT) > mean(stage, 0, 0, HEIGHT) + 25.0);
    // The picture's corners are darker than its middle, and it sways.
    const double corner = stage->pixels[2], middle = stage->pixels[WIDTH / 2 * 4 + 2];
    assert_true(corner < middle * 0.9);
    uint8_t *before = malloc(sizeof(stage->pixels));
    assert_non_null(before);
    memcpy(before, stage->pixels, sizeof(stage->pixels));
    scene->light.animation_seconds = 1.5f;
    draw(stage, "under_water_later");
    assert_true(differing_pixels(before, stage->pixels) > WIDTH * HEIGHT / 4);
    free(before);
    look(stage, 0.5f, -0.2);
    draw(stage, "above_water");
    assert_false(post_was_drawn(stage));
}

static void the_same_scene_gives_the_same_picture(void **state)
{
    struct stage *stage = *state;
    look(stage, 0.3f, -0.3);
    draw(stage, "first");
    uint8_t *first = malloc(sizeof(stage->pixels));
    assert_non_null(first);
    memcpy(first, stage->pixels, sizeof(stage->pixels));
    draw(stage, "second");
    assert_memory_equal(first, stage->pixels, sizeof(stage->pixels));
    stage->scene.light.animation_seconds = 3.0f;
    draw(stage, "later");
    assert_true(differing_pixels(first, stage->pixels) > 100); // waves and clouds
    free(first);
}

static void every_panel_appears(void **state)
{
    struct stage *stage = *state;
    struct scene *scene = look(stage, 0.45f, -0.2);
    draw(stage, "bare");
    uint8_t *bare = malloc(sizeof(stage->pixels));
    assert_non_null(bare);
    memcpy(bare, stage->pixels, sizeof(stage->pixels));
    scene->hud.visible = true;
    bool *const panels[] = {&scene->hud.help, &scene->hud.performance, &scene->hud.memory,
                            &scene->hud.paused};
    const char *const names[] = {"help", "performance", "memory", "paused"};
    assert_true(memory_snapshot_take(&stage->memory, stage->allocator, NULL, 1));
    scene->memory = &stage->memory;
    draw(stage, "hud");
    int with_hud = differing_pixels(bare, stage->pixels);
    assert_true(with_hud > 500);
    for (uint32_t i = 0; i < sizeof(panels) / sizeof(panels[0]); i++) {
        *panels[i] = true;
        draw(stage, names[i]);
        assert_true(differing_pixels(bare, stage->pixels) > with_hud + 2000);
        *panels[i] = false;
    }
    scene->hud.loading = 0.5f;
    draw(stage, "loading");
    assert_true(differing_pixels(bare, stage->pixels) > WIDTH * HEIGHT / 2);
    free(bare);
}

// A chunk that is looked at finds its block in the map, and is outlined in the frame after.
static void the_land_that_is_looked_at_lights_up_in_map_and_world(void **state)
{
    struct stage *stage = *state;
    struct scene *scene = look(stage, 0.45f, -0.4);
    scene->hud.visible = scene->hud.memory = true;
    draw(stage, "uploaded");
    assert_true(memory_snapshot_take(&stage->memory, stage->allocator, NULL, 1));
    scene->memory = &stage->memory;
    draw(stage, "unmarked");
    assert_false(stage->resources.marked.marked);
    uint8_t *unmarked = malloc(sizeof(stage->pixels));
    assert_non_null(unmarked);
    memcpy(unmarked, stage->pixels, sizeof(stage->pixels));

    scene->hud.looks = true;
    scene->hud.looked =
        (struct chunk_coord){stage->spawn.x >> CHUNK_SHIFT, stage->spawn.y >> CHUNK_SHIFT,
                             stage->spawn.z >> CHUNK_SHIFT};
    draw(stage, "looked");
    assert_true(stage->resources.marked.marked);
    assert_memory_equal(&stage->resources.marked.coord, &scene->hud.looked,
                        sizeof(struct chunk_coord));

    draw(stage, "marked");
    assert_true(differing_pixels(unmarked, stage->pixels) > 200);
    scene->hud.memory = false;
    draw(stage, "closed");
    assert_false(stage->resources.marked.marked);
    free(unmarked);
}

static void the_block_that_is_looked_at_is_outlined(void **state)
{
    struct stage *stage = *state;
    struct scene *scene = look(stage, 0.45f, -0.2);
    scene->hud.visible = true;
    draw(stage, "no_target");
    uint8_t *without = malloc(sizeof(stage->pixels));
    assert_non_null(without);
    memcpy(without, stage->pixels, sizeof(stage->pixels));
    scene->hud.target = (struct block_hit){
        .hit = true, .at = {stage->spawn.x + 3, stage->spawn.y + 11, stage->spawn.z + 2}};
    draw(stage, "target");
    const int changed = differing_pixels(without, stage->pixels);
    assert_true(changed > 100 && changed < WIDTH * HEIGHT / 8);
    free(without);
}

// The numbers of a frame that the GPU chose are known when its slot comes again.
enum { FRAMES_TO_KNOW = 4 };

static void every_path_shows_the_same(void **state)
{
    struct stage *stage = *state;
    static const char *const names[] = {"path_auto", "path_direct", "path_indirect", "path_gpu"};
    uint8_t *direct = malloc(sizeof(stage->pixels));
    struct ash_renderer_stats stats[TERRAIN_GPU + 1];
    assert_non_null(direct);
    assert_non_null(stage->resources.gpu.changes);
    for (int i = 0; i < 6; i++) {
        look(stage, 0.3f + 0.1f * (float)i, -0.8 + 0.3 * i);
        stage->scene.camera.under_water = i == 5;
        for (int path = TERRAIN_DIRECT; path <= TERRAIN_GPU; path++) {
            stage->resources.path = (enum terrain_path)path;
            for (int frame = 0; frame < FRAMES_TO_KNOW; frame++)
                draw(stage, names[path]);
            assert_int_equal(stage->resources.gpu.chosen, path == TERRAIN_GPU);
            ash_renderer_stats(stage->renderer, &stats[path]);
            if (path == TERRAIN_DIRECT)
                memcpy(direct, stage->pixels, sizeof(stage->pixels));
            assert_int_equal(differing_pixels(direct, stage->pixels), 0);
        }
        assert_int_equal(stats[TERRAIN_DIRECT].draws, stats[TERRAIN_INDIRECT].draws);
        assert_int_equal(stats[TERRAIN_DIRECT].triangles, stats[TERRAIN_INDIRECT].triangles);
        assert_true(stats[TERRAIN_DIRECT].draws > stats[TERRAIN_GPU].draws + 2);
        // The CPU draws a few quads in vain rather than with a draw more.
        assert_true(stats[TERRAIN_GPU].triangles <= stats[TERRAIN_DIRECT].triangles);
        assert_true(stats[TERRAIN_GPU].triangles > stats[TERRAIN_DIRECT].triangles * 3 / 4);
    }
    free(direct);
}

// Streaming far away and back leaves no mesh behind.
static void meshes_go_with_their_chunks(void **state)
{
    struct stage *stage = *state;
    struct scene *scene = look(stage, 0.45f, -0.2);
    draw(stage, "home");
    const uint32_t at_home = stage->resources.meshes.mesh_count;
    assert_true(at_home > 0);
    const float x = (float)scene->camera.x, z = (float)scene->camera.z;
    for (int i = 1; i <= 6; i++) {
        scene->camera.x = x + (double)(i * 2 * CHUNK_SIZE);
        assert_true(world_complete(stage->world, (float)scene->camera.x, z));
        draw(stage, "away");
        assert_true(stage->resources.meshes.mesh_count <
                    (uint32_t)((2 * RADIUS + 5) * (2 * RADIUS + 5) * COLUMN_CHUNKS));
    }
    scene->camera.x = x;
    assert_true(world_complete(stage->world, x, z));
    draw(stage, "back");
    assert_int_equal(stage->resources.meshes.mesh_count, at_home);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noon_shows_sky_above_and_land_below),
        cmocka_unit_test(night_is_darker_than_dusk_and_dusk_than_noon),
        cmocka_unit_test(under_water_all_is_blue_and_near),
        cmocka_unit_test(the_same_scene_gives_the_same_picture),
        cmocka_unit_test(every_panel_appears),
        cmocka_unit_test(the_land_that_is_looked_at_lights_up_in_map_and_world),
        cmocka_unit_test(the_block_that_is_looked_at_is_outlined),
        cmocka_unit_test(every_path_shows_the_same),
        cmocka_unit_test(meshes_go_with_their_chunks),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
