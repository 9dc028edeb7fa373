// Labels: threads
//
// Streaming: in the end everything within the radius is drawn, once, as it is.
#include "tests/game/world/world_stage.h"

static void everything_within_the_radius_is_there_once(void **state)
{
    (void)state;
    for (int32_t radius = 0; radius <= 9; radius += 1 + 2 * radius) {
        struct fixture fixture = start(2, (uint32_t)radius, false, NULL);
        struct world_stats stats;
        world_stats(fixture.world, &stats);
        assert_false(stats.complete);
        assert_int_equal(stats.columns_wanted, (2 * radius + 1) * (2 * radius + 1));
        complete_and_check(fixture.world, radius, 3, -2);
        stop(&fixture);
    }
}

static void updates_alone_get_there_too(void **state)
{
    (void)state;
    struct fixture fixture = start(2, 4, false, NULL);
    struct world_stats stats = {0};
    for (int i = 0; i < 20000 && !stats.complete; i++) {
        world_update(fixture.world, middle(5), middle(0));
        pass_drain(fixture.world, 5);
        world_stats(fixture.world, &stats);
        usleep(500);
    }
    assert_true(stats.complete);
    assert_drawn(fixture.world, 4, 5, 0);
    stop(&fixture);
}

// Far leaps, too: then a new column meets one in its place that nobody has dropped yet.
static void however_little_time_there_is_it_gets_there(void **state)
{
    (void)state;
    struct fixture fixture = start(2, 4, false, NULL);
    struct world_stats stats = {0};
    struct world_change change;
    int32_t x = 0;
    world_set_budget(fixture.world, 1e-9);
    for (int i = 0; i < 400 || (i < 20000 && !stats.complete); i++) {
        if (i < 400 && i % 20 == 0)
            x = rand() % 100;
        usleep(500);
        world_update(fixture.world, middle(x), middle(0));
        uint32_t taken = 0;
        while (world_next_change(fixture.world, &change)) {
            pass_take(&change);
            world_change_done(fixture.world);
            taken++;
        }
        assert_true(taken <= 1);
        world_stats(fixture.world, &stats);
    }
    assert_true(stats.complete);
    for (int i = 0; i < 100; i++) // what was left behind goes as well
        world_update(fixture.world, middle(x), middle(0));
    world_set_budget(fixture.world, 0);
    complete_and_check(fixture.world, 4, x, 0);
    stop(&fixture);
}

static void chunks_without_faces_are_not_meshed(void **state)
{
    (void)state;
    struct fixture fixture = start(1, 2, false, NULL);
    atomic_store(&mesh_calls, 0);
    complete_and_check(fixture.world, 2, 0, 0);
    // On this land the two upper chunks of a column are air; the lowest one is hidden, but only a
    // look at the blocks above it could tell.
    assert_int_equal(atomic_load(&mesh_calls), 50);
    stop(&fixture);
}

static void walking_to_and_fro_meshes_nothing(void **state)
{
    (void)state;
    struct fixture fixture = start(2, 9, false, NULL);
    complete_and_check(fixture.world, 9, 0, 0);
    assert_true(world_complete(fixture.world, middle(1), middle(0)));
    pass_drain(fixture.world, UINT32_MAX);
    struct world_stats before, after;
    world_stats(fixture.world, &before);
    for (int i = 0; i < 6; i++)
        assert_true(world_complete(fixture.world, middle(i % 2), middle(0)));
    world_stats(fixture.world, &after);
    assert_int_equal(after.chunks_meshed, before.chunks_meshed);
    assert_int_equal(after.changes_waiting, 0);
    stop(&fixture);
}

static void a_flight_meshes_hardly_anything_twice(void **state)
{
    (void)state;
    struct fixture fixture = start(2, 9, false, NULL);
    struct world_stats stats;
    for (int i = 0; i < 480; i++) {
        world_update(fixture.world, (float)i * 2.0f, (float)i * 0.6f);
        pass_drain(fixture.world, 40);
        if (i % 16 == 0) // however slow the machine is, it gets there before the next border
            assert_true(world_complete(fixture.world, (float)i * 2.0f, (float)i * 0.6f));
    }
    world_stats(fixture.world, &stats);
    print_message("%llu chunks meshed, %llu became visible\n",
                  (unsigned long long)stats.chunks_meshed,
                  (unsigned long long)stats.chunks_became_visible);
    assert_true(stats.chunks_became_visible > 800);
    // The lowest chunks of this land are meshed though nothing of them shows: one in two.
    assert_true((double)stats.chunks_meshed <= 1.3 * (double)stats.chunks_became_visible);
    stop(&fixture);
}

static uint64_t deterministic_walk(uint32_t workers)
{
    struct fixture fixture = start(workers, 5, true, NULL);
    srand(9);
    int32_t x = 0, z = 0;
    for (int round = 0; round < 10; round++) {
        x += rand() % 5 - 2;
        z += rand() % 5 - 2;
        for (int edits = 0; edits < 3; edits++)
            edit_somewhere(fixture.world, x, z);
        if (round % 3 == 0) {
            world_update(fixture.world, middle(x), middle(z));
            pass_drain(fixture.world, 30);
        }
        assert_true(world_complete(fixture.world, middle(x), middle(z)));
        pass_drain(fixture.world, 100);
    }
    complete_and_check(fixture.world, 5, x, z);
    stop(&fixture);
    return pass.history;
}

static void a_deterministic_world_is_the_same_with_any_number_of_workers(void **state)
{
    (void)state;
    uint64_t history = deterministic_walk(1);
    assert_true(deterministic_walk(2) == history);
    assert_true(deterministic_walk(4) == history);
    assert_true(deterministic_walk(1) == history);
}

static void a_long_walk_leaves_memory_where_it_was(void **state)
{
    (void)state;
    struct fixture fixture = start(2, 4, false, NULL);
    struct world_stats before, away, after;
    complete_and_check(fixture.world, 4, 0, 0);
    world_stats(fixture.world, &before);
    for (int32_t x = 0; x <= 60; x += 2) {
        world_update(fixture.world, middle(x), middle(x / 2));
        pass_drain(fixture.world, 50);
    }
    complete_and_check(fixture.world, 4, 60, 30);
    world_stats(fixture.world, &away);
    complete_and_check(fixture.world, 4, 0, 0); // far enough to drop everything at once
    world_stats(fixture.world, &after);
    assert_true(before.host_bytes > 0);
    assert_int_equal(before.host_bytes, after.host_bytes);
    assert_true(away.host_bytes < before.host_bytes * 3 / 2);
    stop(&fixture);
}

static void far_columns_are_packed_and_still_right(void **state)
{
    (void)state;
    struct fixture fixture = start(2, 12, false, NULL);
    struct world_stats before, after;
    assert_true(world_complete(fixture.world, middle(0), middle(0)));
    pass_drain(fixture.world, UINT32_MAX);
    world_stats(fixture.world, &before);
    for (int i = 0; i < 100; i++) {
        world_update(fixture.world, middle(0), middle(0));
        assert_true(world_complete(fixture.world, middle(0), middle(0))); // waits for the packers
    }
    world_stats(fixture.world, &after);
    assert_true(after.host_bytes < before.host_bytes * 3 / 4);
    struct block_coord at = {11 * 32 + 4, 20, 4};
    assert_int_equal(world_get(fixture.world, at), BLOCK_STONE);
    assert_true(world_set(fixture.world, at, BLOCK_LAMP));
    assert_int_equal(world_get(fixture.world, at), BLOCK_LAMP);
    at.y++;
    assert_int_equal(world_get(fixture.world, at), BLOCK_WATER);
    complete_and_check(fixture.world, 12, 3, 2);
    stop(&fixture);
}

static void near_columns_come_first_and_those_in_front(void **state)
{
    (void)state;
    struct fixture fixture = start(1, 6, true, NULL);
    assert_true(world_complete(fixture.world, 0, 0));
    int32_t last = 0;
    for (uint32_t i = 0; i < generated_count; i++) {
        int32_t distance = generated[i].x * generated[i].x + generated[i].z * generated[i].z;
        assert_true(distance >= last);
        last = distance;
    }
    assert_int_equal(generated_count, 15 * 15);
    stop(&fixture);
    fixture = start(1, 6, true, NULL);
    world_set_heading(fixture.world, 0, -3);
    assert_true(world_complete(fixture.world, 0, 0));
    int32_t ahead = 0;
    for (uint32_t i = 0; i < 80; i++)
        ahead += generated[i].z < 0;
    assert_true(ahead > 50);
    stop(&fixture);
}

static void an_update_never_waits(void **state)
{
    (void)state;
    struct fixture fixture = start(1, 6, false, NULL);
    atomic_store(&gate_closed, true);
    double worst = 0;
    for (int i = 0; i < 200; i++) {
        double begin = now_ms();
        world_update(fixture.world, middle(i / 8), 0);
        double took = now_ms() - begin;
        worst = took > worst ? took : worst;
        usleep(500);
    }
    atomic_store(&gate_closed, false);
    print_message("longest update with a worker that hangs: %.2f ms\n", worst);
    assert_true(worst < 250); // a sanitizer and a loaded machine included
    complete_and_check(fixture.world, 6, 24, 0);
    stop(&fixture);
}

static void places_that_are_not_there(void **state)
{
    (void)state;
    struct fixture fixture = start(1, 1, false, NULL);
    complete_and_check(fixture.world, 1, 0, 0);
    assert_int_equal(world_get(fixture.world, (struct block_coord){0, -1, 0}), BLOCK_STONE);
    assert_int_equal(world_get(fixture.world, (struct block_coord){0, 128, 0}), BLOCK_AIR);
    assert_int_equal(world_get(fixture.world, (struct block_coord){9999, 100, 0}), BLOCK_STONE);
    assert_false(world_set(fixture.world, (struct block_coord){0, -1, 0}, BLOCK_AIR));
    assert_false(world_set(fixture.world, (struct block_coord){0, 128, 0}, BLOCK_LAMP));
    static const float places[] = {1e30f, -1e30f, 2147483648.0f, -2147483648.0f, 0.0f / 1.0f};
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        assert_true(world_complete(fixture.world, places[i], -places[i]));
    assert_true(world_complete(fixture.world, strtof("nan", NULL), 0));
    world_destroy(NULL);
    stop(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_within_the_radius_is_there_once),
        cmocka_unit_test(updates_alone_get_there_too),
        cmocka_unit_test(however_little_time_there_is_it_gets_there),
        cmocka_unit_test(chunks_without_faces_are_not_meshed),
        cmocka_unit_test(walking_to_and_fro_meshes_nothing),
        cmocka_unit_test(a_flight_meshes_hardly_anything_twice),
        cmocka_unit_test(a_deterministic_world_is_the_same_with_any_number_of_workers),
        cmocka_unit_test(a_long_walk_leaves_memory_where_it_was),
        cmocka_unit_test(far_columns_are_packed_and_still_right),
        cmocka_unit_test(near_columns_come_first_and_those_in_front),
        cmocka_unit_test(an_update_never_waits),
        cmocka_unit_test(places_that_are_not_there),
    };
    return cmocka_run_group_tests(tests, quiet, NULL);
}
