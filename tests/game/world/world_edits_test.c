// Labels: threads
//
// Edits while the world streams: they show at once, nothing stale is shown, nothing is forgotten.
#include "tests/game/world/world_stage.h"

static void random_walk(uint32_t workers, uint32_t seed, int rounds)
{
    const int32_t radius = (int32_t)seed % 4 * 2;
    int32_t x = 0, z = 0;
    struct fixture fixture = start(workers, (uint32_t)radius, false, NULL);
    srand(seed);
    for (int round = 0; round < rounds; round++) {
        if (rand() % 8 == 0) {
            x += rand() % 9 - 4;
            z += rand() % 9 - 4;
        }
        for (int edits = rand() % 4; edits > 0; edits--)
            edit_somewhere(fixture.world, x, z);
        world_set_heading(fixture.world, (float)(rand() % 3 - 1), (float)(rand() % 3 - 1));
        world_update(fixture.world, middle(x) + (float)(rand() % 20 - 10), middle(z));
        pass_drain(fixture.world, (uint32_t)rand() % 60);
        if (rand() % 4 == 0)
            usleep((useconds_t)rand() % 3000);
        if (rand() % 40 == 0)
            complete_and_check(fixture.world, radius, x, z);
    }
    complete_and_check(fixture.world, radius, x, z);
    stop(&fixture);
}

static void random_walks_with_edits_end_right(void **state)
{
    (void)state;
    random_walk(1, 1, 80);
    random_walk(2, 2, 80);
    random_walk(4, 3, 80);
    random_walk(8, 4, 80);
}

static void edits_are_there_again_after_a_walk(void **state)
{
    (void)state;
    struct fixture fixture = start(2, 2, false, NULL);
    struct block_coord at = {-1, 90, 31}, other = {5, 10, 5};
    assert_false(world_set(fixture.world, at, BLOCK_LAMP)); // not there yet
    complete_and_check(fixture.world, 2, 0, 0);
    assert_true(world_set(fixture.world, at, BLOCK_LAMP));
    assert_true(world_set(fixture.world, at, BLOCK_PLANKS));
    assert_true(world_set(fixture.world, other, BLOCK_AIR));
    complete_and_check(fixture.world, 2, 50, 0);
    assert_false(world_loaded(fixture.world, at));
    assert_int_equal(world_get(fixture.world, at), BLOCK_STONE);
    complete_and_check(fixture.world, 2, 0, 0);
    assert_int_equal(world_get(fixture.world, at), BLOCK_PLANKS);
    assert_int_equal(world_get(fixture.world, other), BLOCK_AIR);
    stop(&fixture);
}

static struct save *open_save(const char *path)
{
    char message[256];
    uint32_t seed = 1;
    struct save *save = save_open(path, &seed, message, sizeof(message));
    assert_non_null(save);
    return save;
}

static void edits_are_there_again_after_a_restart(void **state)
{
    (void)state;
    char folder[] = "/tmp/ash-world-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/world.db", folder);
    struct block_coord at = {-33, 3, 64};
    struct save *save = open_save(path);
    struct fixture fixture = start(3, 2, false, save);
    complete_and_check(fixture.world, 2, 0, 0);
    assert_true(world_set(fixture.world, at, BLOCK_GLASS));
    complete_and_check(fixture.world, 2, 40, 0);
    complete_and_check(fixture.world, 2, 0, 0); // perhaps before it was written
    assert_int_equal(world_get(fixture.world, at), BLOCK_GLASS);
    stop(&fixture);
    assert_true(save_close(save));
    save = open_save(path);
    fixture = start(3, 2, false, save);
    complete_and_check(fixture.world, 2, 0, 0);
    assert_int_equal(world_get(fixture.world, at), BLOCK_GLASS);
    stop(&fixture);
    assert_true(save_close(save));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

// An edit shows in the next frame, in all chunks that it touches at once, even while a worker is
// busy with an older state of them, which is never shown afterwards.
static void an_edit_is_meshed_by_the_next_update(void **state)
{
    (void)state;
    struct fixture fixture = start(1, 5, false, NULL);
    complete_and_check(fixture.world, 5, 0, 0);
    // Two columns away the detail of the ring changes: jobs that will hang at the gate.
    atomic_store(&gate_closed, true);
    world_update(fixture.world, middle(2), middle(0));
    struct world_stats stats;
    world_stats(fixture.world, &stats);
    assert_true(stats.jobs_in_flight > 0);
    pass_drain(fixture.world, UINT32_MAX);
    struct block_coord corner = {63, 95, 31}; // where eight chunks meet
    assert_true(world_set(fixture.world, corner, BLOCK_LAMP));
    double begin = now_ms();
    world_update(fixture.world, middle(2), middle(0));
    assert_true(now_ms() - begin < 250); // it did not wait for the gate
    pass_drain(fixture.world, 8);        // before anything else
    for (int i = 0; i < 8; i++) {
        struct chunk_coord coord = {1 + (i & 1), 2 + (i >> 2), (i >> 1) & 1};
        struct drawn *drawn = pass_at(coord);
        assert_int_equal(drawn->number, expected_number(fixture.world, coord, 0));
        assert_int_equal(drawn->present, drawn->number != 0);
    }
    atomic_store(&gate_closed, false);
    complete_and_check(fixture.world, 5, 2, 0);
    stop(&fixture);
}

// Whatever a running job reads is not what an edit writes, and its result is not shown.
static void an_edit_during_a_mesh_job_leads_to_another(void **state)
{
    (void)state;
    struct fixture fixture = start(2, 1, false, NULL);
    atomic_store(&gate_closed, true);
    struct block_coord at = {0, 40, 0};
    for (int i = 0; i < 5000 && atomic_load(&mesh_calls) < 2; i++) {
        world_update(fixture.world, middle(0), middle(0));
        usleep(200);
    }
    while (!world_loaded(fixture.world, at))
        world_update(fixture.world, middle(0), middle(0));
    for (int i = 0; i < 20; i++) {
        assert_true(world_set(fixture.world, at, i % 2 == 0 ? BLOCK_LAMP : BLOCK_ORE));
        world_update(fixture.world, middle(0), middle(0));
    }
    atomic_store(&gate_closed, false);
    complete_and_check(fixture.world, 1, 0, 0);
    stop(&fixture);
}

static void no_memory_is_survived(void **state)
{
    (void)state;
    struct fixture fixture = start(2, 3, false, NULL);
    // For good: it gives up, and says so.
    atomic_store(&generate_failures, 1 << 30);
    assert_false(world_complete(fixture.world, 0, 0));
    atomic_store(&generate_failures, 0);
    atomic_store(&mesh_failures, 1 << 30);
    assert_false(world_complete(fixture.world, 0, 0));
    atomic_store(&mesh_failures, 0);
    complete_and_check(fixture.world, 3, 0, 0);
    // For a while: updates come to the end by themselves.
    atomic_store(&generate_failures, 20);
    atomic_store(&mesh_failures, 20);
    struct world_stats stats = {0};
    for (int i = 0; i < 200000 && !stats.complete; i++) {
        world_update(fixture.world, middle(20), middle(0));
        pass_drain(fixture.world, UINT32_MAX);
        world_stats(fixture.world, &stats);
        usleep(50);
    }
    assert_true(stats.complete);
    assert_drawn(fixture.world, 3, 20, 0);
    // While an edit is meshed.
    atomic_store(&mesh_failures, 1);
    assert_true(world_set(fixture.world, (struct block_coord){650, 40, 10}, BLOCK_LAMP));
    world_update(fixture.world, middle(20), middle(0));
    complete_and_check(fixture.world, 3, 20, 0);
    stop(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_walks_with_edits_end_right),
        cmocka_unit_test(edits_are_there_again_after_a_walk),
        cmocka_unit_test(edits_are_there_again_after_a_restart),
        cmocka_unit_test(an_edit_is_meshed_by_the_next_update),
        cmocka_unit_test(an_edit_during_a_mesh_job_leads_to_another),
        cmocka_unit_test(no_memory_is_survived),
    };
    return cmocka_run_group_tests(tests, quiet, NULL);
}
