// Cameras on rails: their speed, and that they keep out of the land.
#include "game/play/optional/rails.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#define TICK (1.0 / 60)

// Sea with cliffs up to the sky, and one mountain at (100, -60).
static int32_t cliffs(void *user, int32_t x, int32_t z)
{
    (void)user;
    double mountain = 110 - hypot(x - 100, z + 60);
    uint32_t cell = (uint32_t)(x >> 5) * 2654435761u;
    int32_t cliff = (int32_t)(cell >> 26) + 10;
    return mountain > cliff ? (int32_t)mountain : cliff;
}
static int32_t sea(void *user, int32_t x, int32_t z)
{
    (void)user;
    (void)z;
    return x < 40 ? 34 : 12;
}
// Walls of trunks across the way, with gaps.
static enum block trunks(void *user, struct block_coord at)
{
    (void)user;
    bool trunk = at.x % 16 == 0 && at.z >= -1 && at.z <= 2 && at.x > 8;
    if (at.y <= 34)
        return BLOCK_GRASS;
    return trunk && at.y < 40 ? BLOCK_LOG : BLOCK_AIR;
}
static int32_t flat(void *user, int32_t x, int32_t z)
{
    (void)user;
    (void)x;
    (void)z;
    return 34;
}

static struct rails_params params(enum rails_kind kind, int32_t (*height)(void *, int32_t, int32_t))
{
    return (struct rails_params){.kind = kind,
                                 .ground = {height, NULL},
                                 .spawn = {0, 35, 0},
                                 .peak = {100, 110, -60},
                                 .view_distance = 320};
}

static struct rails rails;

static void flies_east_at_its_speed_and_height(void **state)
{
    (void)state;
    struct rails_params flight = params(RAILS_FLY, sea);
    rails_init(&rails, &flight);
    assert_true(rails.pose.x == 0.5 && rails.pose.y == RAILS_FLY_HEIGHT && rails.pose.z == 0.5);
    for (int i = 0; i < 600; i++)
        rails_step(&rails, TICK);
    assert_true(fabs(rails.pose.x - 0.5 - 10 * RAILS_FLY_SPEED) < 1e-6);
    assert_true(fabs(rails.pose.y - RAILS_FLY_HEIGHT) < 1e-6 && rails.pose.z == 0.5);
    assert_true(rails.pose.yaw == 0);
}

static void flies_over_what_stands_in_the_way_smoothly(void **state)
{
    (void)state;
    struct rails_params flight = params(RAILS_FLY, cliffs);
    rails_init(&rails, &flight);
    double last = rails.pose.y;
    double last_change = 0;
    double highest = 0;
    for (int i = 0; i < 60 * 120; i++) {
        rails_step(&rails, TICK);
        for (int side = -1; side <= 1; side++) {
            int32_t land =
                cliffs(NULL, (int32_t)floor(rails.pose.x), (int32_t)floor(rails.pose.z) + side);
            if (rails.pose.y < land + 1.5)
                fail_msg("in the land at x %.2f: y %.2f, land %d", rails.pose.x, rails.pose.y,
                         land);
        }
        double change = rails.pose.y - last;
        assert_true(fabs(change) < 0.3);
        if (i > 0)
            assert_true(fabs(change - last_change) < 0.04);
        last = rails.pose.y;
        last_change = change;
        highest = fmax(highest, rails.pose.y);
    }
    assert_true(highest > RAILS_FLY_HEIGHT + 10);
}

static void walks_at_eye_height_and_floats_on_the_sea(void **state)
{
    (void)state;
    struct rails_params walk = params(RAILS_GROUND, sea);
    rails_init(&rails, &walk);
    for (int i = 0; i < 300; i++)
        rails_step(&rails, TICK);
    assert_true(fabs(rails.pose.x - 0.5 - 5 * RAILS_GROUND_SPEED) < 1e-6);
    assert_true(fabs(rails.pose.y - (35 + 1.62)) < 0.01);
    for (int i = 0; i < 900; i++)
        rails_step(&rails, TICK);
    assert_true(rails.pose.x > 41);
    assert_true(rails.pose.y > SEA_LEVEL + 1 && rails.pose.y < SEA_LEVEL + 2);
}

static void walks_over_cliffs_without_entering_them(void **state)
{
    (void)state;
    struct rails_params walk = params(RAILS_GROUND, cliffs);
    rails_init(&rails, &walk);
    for (int i = 0; i < 60 * 120; i++) {
        rails_step(&rails, TICK);
        int32_t land = cliffs(NULL, (int32_t)floor(rails.pose.x), (int32_t)floor(rails.pose.z));
        assert_true(rails.pose.y > land + 1.3);
    }
}

static void walks_around_trees(void **state)
{
    (void)state;
    struct rails_params walk = params(RAILS_GROUND, flat);
    walk.blocks = (struct block_reader){trunks, NULL};
    rails_init(&rails, &walk);
    double farthest = 0;
    for (int i = 0; i < 60 * 60; i++) {
        rails_step(&rails, TICK);
        double eye[3] = {rails.pose.x, rails.pose.y, rails.pose.z};
        assert_false(block_types[trunks(NULL, body_block(eye))].solid);
        farthest = fmax(farthest, fabs(rails.pose.z - 0.5));
    }
    assert_true(farthest > 1.5 && farthest < 6);
}

static void tours_round_the_mountain_and_looks_at_it(void **state)
{
    (void)state;
    struct rails_params tour = params(RAILS_TOUR, cliffs);
    rails_init(&rails, &tour);
    for (int i = 0; i < 60 * 100; i++) {
        rails_step(&rails, TICK);
        const struct pose *pose = &rails.pose;
        int32_t land = cliffs(NULL, (int32_t)floor(pose->x), (int32_t)floor(pose->z));
        assert_true(pose->y > land + 1.5);
        double distance = hypot(pose->x - rails.tour.peak_x, pose->z - rails.tour.peak_z);
        assert_true(distance > 60 && distance < 160);
        double bearing = atan2(rails.tour.peak_z - pose->z, rails.tour.peak_x - pose->x);
        assert_true(fabs(remainder(bearing - pose->yaw, 6.283185307179586)) < 0.2);
        assert_true(fabs(pose->pitch) < 0.8);
    }
}

static void a_small_view_keeps_the_mountain_in_it(void **state)
{
    (void)state;
    struct rails_params tour = params(RAILS_TOUR, cliffs);
    tour.view_distance = 64;
    rails_init(&rails, &tour);
    assert_true(hypot(rails.pose.x - rails.tour.peak_x, rails.pose.z - rails.tour.peak_z) < 64);
}

static void the_same_land_gives_the_same_course(void **state)
{
    (void)state;
    for (int kind = RAILS_FLY; kind <= RAILS_TOUR; kind++) {
        static struct rails again;
        struct rails_params both = params((enum rails_kind)kind, cliffs);
        rails_init(&rails, &both);
        rails_init(&again, &both);
        for (int i = 0; i < 1000; i++) {
            rails_step(&rails, TICK);
            rails_step(&again, TICK);
        }
        assert_memory_equal(&rails.pose, &again.pose, sizeof(rails.pose));
    }
}

static void mixing_poses_turns_the_short_way(void **state)
{
    (void)state;
    struct pose from = {.x = 1, .yaw = 3.1};
    struct pose to = {.x = 3, .yaw = -3.1};
    struct pose middle = pose_mix(&from, &to, 0.5);
    assert_true(middle.x == 2 && fabs(fabs(middle.yaw) - 3.14159265) < 1e-6);
    middle = pose_mix(&from, &to, 0);
    assert_true(fabs(middle.yaw - 3.1) < 1e-9 && middle.x == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flies_east_at_its_speed_and_height),
        cmocka_unit_test(flies_over_what_stands_in_the_way_smoothly),
        cmocka_unit_test(walks_at_eye_height_and_floats_on_the_sea),
        cmocka_unit_test(walks_over_cliffs_without_entering_them),
        cmocka_unit_test(walks_around_trees),
        cmocka_unit_test(tours_round_the_mountain_and_looks_at_it),
        cmocka_unit_test(a_small_view_keeps_the_mountain_in_it),
        cmocka_unit_test(the_same_land_gives_the_same_course),
        cmocka_unit_test(mixing_poses_turns_the_short_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
