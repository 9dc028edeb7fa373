// Labels: gpu
//
// An hour's walk away and back: device memory is where it was, high-water stays flat, and in the
// end nothing is live. Every 16 blocks the world is completed and drawn.
#include "engine/memory/optional/report.h"
#include "game/base/jobs.h"
#include "game/passes/passes.h"
#include "game/scene/scene.h"
#include "game/world/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/context/context.h"
#include "engine/memory/allocator.h"
#include "engine/render/renderer.h"

extern const struct ash_shader cinder_shaders[];
extern const uint32_t cinder_shaders_count;

// An hour at walking pace is 15.5 km; half of it each way.
enum { STRIDE = 16, STRIDES = 7740 / STRIDE, RADIUS = 3, MOST_DRAWS = 1000 };

#define PASS(name) &name##_pass,
static const struct ash_pass_type *const passes[] = {PASSES(PASS)};
#undef PASS

struct walk {
    struct jobs *jobs;
    struct world *world;
    struct ash_context *context;
    struct ash_allocator *allocator;
    struct pass_resources resources;
    struct ash_renderer *renderer;
    struct scene scene;
    VkDeviceSize highest_live;
};

static void begin(struct walk *walk)
{
    memset(walk, 0, sizeof(*walk));
    walk->jobs = jobs_create(1);
    assert_non_null(walk->jobs);
    walk->world = world_create(&(struct world_params){
        .seed = 7, .radius = RADIUS, .jobs = walk->jobs, .deterministic = true});
    assert_non_null(walk->world);
    const struct ash_context_params context = {.validation = ASH_VALIDATION_REQUIRED};
    assert_int_equal(ash_context_create(&context, &walk->context), ASH_OK);
    const struct ash_allocator_params allocator = {.context = walk->context};
    assert_int_equal(ash_allocator_create(&allocator, &walk->allocator), ASH_OK);
    const struct ash_renderer_params renderer = {
        .context = walk->context,
        .allocator = walk->allocator,
        .passes = passes,
        .pass_count = sizeof(passes) / sizeof(passes[0]),
        .shaders = cinder_shaders,
        .shader_count = cinder_shaders_count,
        .extent = {64, 36},
        .staging_size = 1 << 20,
        .game = &walk->resources,
    };
    assert_int_equal(ash_renderer_create(&renderer, &walk->renderer), ASH_OK);
    walk->scene.world = walk->world;
    walk->scene.camera.field_of_view = 1.2f;
    walk->scene.hud.loading = 1;
    walk->scene.hud.scale = 1;
}

static void draw(struct walk *walk)
{
    assert_int_equal(
        ash_renderer_draw(walk->renderer, &walk->scene, ash_renderer_extent(walk->renderer)),
        ASH_OK);
}

// Stands at x until everything around is on the screen.
static void stand(struct walk *walk, double x)
{
    struct world_stats stats = {0};
    walk->scene.camera.x = x;
    walk->scene.camera.y = 60;
    scene_set_camera(&walk->scene.camera, 16.0f / 9);
    scene_set_light(&walk->scene.light, 0.4f, RADIUS * CHUNK_SIZE, false);
    assert_true(world_complete(walk->world, (float)x, 0));
    for (int i = 0; i < MOST_DRAWS && (i == 0 || !stats.complete || stats.changes_waiting > 0);
         i++) {
        draw(walk);
        world_stats(walk->world, &stats);
    }
    assert_true(stats.complete && stats.changes_waiting == 0);
    struct ash_allocator_stats memory;
    ash_allocator_stats(walk->allocator, &memory);
    if (memory.total.live_bytes > walk->highest_live)
        walk->highest_live = memory.total.live_bytes;
}

// Device memory in use when the GPU has done everything and all that was retired is gone.
static struct ash_memory_usage usage_at_rest(struct walk *walk)
{
    for (int i = 0; i < 8; i++)
        draw(walk);
    assert_int_equal(ash_renderer_wait_idle(walk->renderer), ASH_OK);
    draw(walk);
    assert_int_equal(ash_renderer_wait_idle(walk->renderer), ASH_OK);
    struct ash_allocator_stats memory;
    ash_allocator_stats(walk->allocator, &memory);
    return memory.total;
}

static void there_and_back(struct walk *walk, int strides)
{
    for (int i = 1; i <= strides; i++)
        stand(walk, i * STRIDE);
    for (int i = strides - 1; i >= 0; i--)
        stand(walk, i * STRIDE);
}

static void end(struct walk *walk)
{
    ash_renderer_destroy(walk->renderer);
    struct ash_allocator_stats memory;
    ash_allocator_stats(walk->allocator, &memory);
    assert_int_equal(memory.total.live_blocks, 0);
    assert_int_equal(memory.total.live_bytes, 0);
    ash_allocator_destroy(walk->allocator);
    ash_context_destroy(walk->context);
    world_destroy(walk->world);
    jobs_destroy(walk->jobs);
    assert_int_equal(ash_context_validation_messages(NULL), 0);
}

static void an_hours_walk_leaves_memory_where_it_was(void **state)
{
    (void)state;
    static struct walk walk;
    begin(&walk);
    // A few steps first: chunks on the way back stay a little longer than they would be fetched.
    stand(&walk, 0);
    there_and_back(&walk, 32);
    struct ash_memory_usage before = usage_at_rest(&walk);
    VkDeviceSize first_highest = walk.highest_live;
    there_and_back(&walk, STRIDES);
    struct ash_memory_usage after = usage_at_rest(&walk);
    printf("live %.2f MiB in %llu blocks before, %.2f MiB in %llu after; highest %.2f, then %.2f; "
           "reserved %.0f, then %.0f\n",
           (double)before.live_bytes / 1048576, (unsigned long long)before.live_blocks,
           (double)after.live_bytes / 1048576, (unsigned long long)after.live_blocks,
           (double)first_highest / 1048576, (double)walk.highest_live / 1048576,
           (double)before.reserved_bytes / 1048576, (double)after.reserved_bytes / 1048576);
    assert_int_equal(after.live_bytes, before.live_bytes);
    assert_int_equal(after.live_blocks, before.live_blocks);
    assert_int_equal(after.reserved_bytes, before.reserved_bytes);
    end(&walk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(an_hours_walk_leaves_memory_where_it_was)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
