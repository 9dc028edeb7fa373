// Labels: threads slow
//
// Streaming as it is played, without a device: real land and real meshes by eight workers, a world
// that is saved, edits, other radii; and beside it device memory for every mesh, which workers make
// grow. Under TSan this is clean.
#include "game/world/world.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/memory/optional/check.h"
#include "engine/memory/optional/growth.h"
#include "engine/memory/optional/report.h"
#include "game/world/save/save.h"
#include "tests/support/count.h"
#include "tests/support/memory_test.h"

enum { WORKERS = 8, RADIUS = 3, ROUNDS = 400, SHELF = 1024, GROWTHS = 4 };
enum { FRAME_MICROSECONDS = 8000 };

struct growth {
    struct job job; // first: a job is its growth
    struct ash_allocator *allocator;
    bool under_way, grown;
};

struct stage {
    struct memory_test memory;
    struct jobs *jobs;
    struct save *save;
    struct world *world;
    struct ash_memory_block blocks[SHELF]; // of meshes, by their place; id 0: none
    struct growth growths[GROWTHS];
    struct job_results grown;
    uint64_t taken;
};

static void grow(struct job *job, uint32_t worker)
{
    (void)worker;
    struct growth *growth = (struct growth *)job;
    growth->grown = ash_allocator_grow(growth->allocator, 0) == ASH_OK;
}

static void grow_now_and_then(struct stage *stage, int round)
{
    for (struct growth *done;
         (done = (struct growth *)jobs_take(stage->jobs, &stage->grown, /*wait=*/false)) != NULL;
         done->under_way = false)
        assert_true(done->grown);
    struct growth *growth = &stage->growths[round % GROWTHS];
    if (growth->under_way)
        return;
    *growth = (struct growth){.job = {.run = grow, .results = &stage->grown, .name = "grow"},
                              .allocator = stage->memory.allocator,
                              .under_way = true};
    jobs_submit(stage->jobs, &growth->job);
}

// As the terrain pass does, with memory that nothing is copied to.
static void take_changes(struct stage *stage)
{
    struct world_change change;
    while (world_next_change(stage->world, &change)) {
        uint32_t place = ((uint32_t)change.coord.x * 31 + (uint32_t)change.coord.z) * 4 +
                         (uint32_t)change.coord.y;
        struct ash_memory_block *block = &stage->blocks[place % SHELF];
        if (block->id != 0)
            assert_int_equal(ash_allocator_free(stage->memory.allocator, block), ASH_OK);
        const struct ash_alloc_params params = {.requirements = {.size = 4096 + place % SHELF * 64,
                                                                 .alignment = 64,
                                                                 .memoryTypeBits = 1}};
        if (!change.removed)
            assert_int_equal(ash_allocator_alloc(stage->memory.allocator, &params, block), ASH_OK);
        world_change_done(stage->world);
        stage->taken++;
    }
}

static void play(struct stage *stage)
{
    for (int round = 0; round < ROUNDS; round++) {
        float x = 400 * sinf((float)round / 60), z = (float)round * 3;
        if (round % 50 == 49)
            world_set_radius(stage->world, 1 + (uint32_t)rand() % RADIUS);
        if (round % 150 == 149)
            world_show_again(stage->world);
        world_set_heading(stage->world, 1, 0);
        world_update(stage->world, x, z);
        take_changes(stage);
        for (int i = 0; i < 4; i++) {
            struct block_coord at = {(int32_t)x + rand() % 40 - 20, 30 + rand() % 60,
                                     (int32_t)z + rand() % 40 - 20};
            if (world_loaded(stage->world, at))
                (void)world_set(stage->world, at, rand() % 2 == 0 ? BLOCK_AIR : BLOCK_PLANKS);
        }
        if (round % 40 == 0)
            grow_now_and_then(stage, round / 40);
        usleep(FRAME_MICROSECONDS);
    }
    world_set_radius(stage->world, RADIUS);
    assert_true(world_complete(stage->world, 0, 0));
    take_changes(stage);
}

static void eight_workers_stream_a_world(void **state)
{
    (void)state;
    struct stage *stage = calloc(1, sizeof(*stage));
    assert_non_null(stage);
    char path[] = "/tmp/ash-streaming-XXXXXX", message[256];
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    assert_int_equal(unlink(path), 0);
    uint32_t seed = 5;
    srand(1);
    memory_test_begin(&stage->memory, &fake_profiles[FAKE_DISCRETE]);
    stage->jobs = jobs_create(WORKERS);
    stage->save = save_open(path, &seed, message, sizeof(message));
    assert_true(stage->jobs != NULL && stage->save != NULL);
    stage->world = world_create(&(struct world_params){
        .seed = seed, .radius = RADIUS, .jobs = stage->jobs, .save = stage->save});
    assert_non_null(stage->world);
    play(stage);
    struct world_stats stats;
    world_stats(stage->world, &stats);
    assert_true(stats.complete);
    assert_true(stats.columns_generated > 100);
    assert_in_range(stage->taken, 500, UINT32_MAX);
    test_count("chunks meshed by eight threads", stats.chunks_meshed);
    world_destroy(stage->world);
    assert_true(save_close(stage->save));
    while (jobs_take(stage->jobs, &stage->grown, /*wait=*/true) != NULL)
        continue;
    jobs_destroy(stage->jobs);
    for (int i = 0; i < SHELF; i++)
        if (stage->blocks[i].id != 0)
            assert_int_equal(ash_allocator_free(stage->memory.allocator, &stage->blocks[i]),
                             ASH_OK);
    assert_true(ash_allocator_check(stage->memory.allocator));
    memory_test_end(&stage->memory);
    unlink(path);
    free(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eight_workers_stream_a_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
