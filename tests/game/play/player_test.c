// The player's body: speeds, jumps, swimming, and never inside a block.
#include "game/play/player.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TICK (1.0 / 60)

// A test's world is a function of the place.
static enum block flat(void *user, struct block_coord at)
{
    (void)user;
    return at.y < 10 ? BLOCK_STONE : BLOCK_AIR;
}
static enum block step_up(void *user, struct block_coord at)
{
    (void)user;
    return at.y < (at.x < 4 ? 10 : 11) ? BLOCK_STONE : BLOCK_AIR;
}
static enum block sea(void *user, struct block_coord at)
{
    (void)user;
    if (at.x >= 8)
        return at.y < 12 ? BLOCK_STONE : BLOCK_AIR;
    return at.y < 2 ? BLOCK_STONE : at.y < 11 ? BLOCK_WATER : BLOCK_AIR;
}
static enum block stone(void *user, struct block_coord at)
{
    (void)user;
    (void)at;
    return BLOCK_STONE;
}

static struct player standing(double x, double y, double z)
{
    return (struct player){.x = x, .y = y, .z = z, .on_ground = true};
}

static struct input_tick forward(uint32_t held)
{
    return (struct input_tick){.move_z = 1, .held = held, .slot = -1};
}

// Distance covered in the last of `seconds` seconds of the same input.
static double speed_after(struct player *player, const struct input_tick *input,
                          enum block (*world)(void *, struct block_coord), int seconds)
{
    struct block_reader reader = {world, NULL};
    double x = player->x;
    double z = player->z;
    for (int i = 0; i < seconds * 60; i++) {
        if (i == (seconds - 1) * 60) {
            x = player->x;
            z = player->z;
        }
        player_step(player, input, &reader, TICK);
    }
    return hypot(player->x - x, player->z - z);
}

static void walks_runs_and_flies_at_the_promised_speed(void **state)
{
    (void)state;
    struct player player = standing(0, 10, 0);
    struct input_tick input = forward(0);
    assert_true(fabs(speed_after(&player, &input, flat, 3) - PLAYER_WALK_SPEED) < 0.01);
    assert_true(fabs(player.z) < 1e-9 && player.x > 0); // yaw 0 is east
    input = forward(1u << ACTION_RUN);
    assert_true(fabs(speed_after(&player, &input, flat, 3) - PLAYER_RUN_SPEED) < 0.01);
    player = standing(0, 30, 0);
    player.flying = true;
    player.yaw = 1.5707963267948966;
    input = forward(0);
    assert_true(fabs(speed_after(&player, &input, flat, 3) - PLAYER_FLY_SPEED) < 0.01);
    assert_true(player.y == 30 && player.z > 0); // a quarter turn to the right is south
}

static void jumps_one_and_a_quarter_blocks(void **state)
{
    (void)state;
    struct block_reader reader = {flat, NULL};
    struct player player = standing(0.5, 10, 0.5);
    struct input_tick input = {.held = 1u << ACTION_JUMP};
    double top = 0;
    player_step(&player, &input, &reader, TICK);
    input.held = 0;
    for (int i = 0; i < 120; i++) {
        top = fmax(top, player.y);
        player_step(&player, &input, &reader, TICK);
    }
    assert_true(fabs(top - 10 - PLAYER_JUMP_HEIGHT) < 0.01);
    assert_true(player.on_ground && fabs(player.y - 10) < 1e-4);
}

static void a_step_stops_a_walker_and_a_jump_takes_it(void **state)
{
    (void)state;
    struct player player = standing(0.5, 10, 0.5);
    struct input_tick input = forward(0);
    speed_after(&player, &input, step_up, 3);
    assert_true(fabs(player.x - 3.7) < 1e-4);
    assert_true(player.blocked);
    input = forward(1u << ACTION_JUMP);
    speed_after(&player, &input, step_up, 3);
    assert_true(player.x > 5 && player.y >= 11);
}

static void slides_along_a_wall(void **state)
{
    (void)state;
    struct player player = standing(3.5, 10, 0.5);
    player.yaw = 0.78539816339744828;
    struct input_tick input = forward(0);
    speed_after(&player, &input, step_up, 3);
    assert_true(fabs(player.x - 3.7) < 1e-4 && player.z > 5);
}

static void falls_without_going_through_the_floor(void **state)
{
    (void)state;
    struct player player = standing(0.5, 400, 0.5);
    struct input_tick input = {0};
    speed_after(&player, &input, flat, 20);
    assert_true(player.on_ground && fabs(player.y - 10) < 1e-4);
}

static void swims_up_floats_and_climbs_ashore(void **state)
{
    (void)state;
    struct block_reader reader = {sea, NULL};
    struct player player = standing(0.5, 3, 0.5);
    struct input_tick input = {0};
    player_step(&player, &input, &reader, TICK);
    assert_true(player.in_water && player.eye_in_water);
    input.held = 1u << ACTION_JUMP;
    speed_after(&player, &input, sea, 6);
    assert_true(player.y > 10 && player.y < 11.2 && !player.eye_in_water);
    input.held = 0;
    double before = player.y;
    speed_after(&player, &input, sea, 2);
    assert_true(player.y < before); // nobody floats who does nothing
    input = forward(1u << ACTION_JUMP);
    speed_after(&player, &input, sea, 10);
    assert_true(player.x > 8 && player.y >= 12); // the shore is one block above the water
}

static void a_placed_block_pushes_up_and_rock_all_round_holds(void **state)
{
    (void)state;
    struct block_reader reader = {flat, NULL};
    struct player player = standing(0.5, 8.2, 0.5);
    struct input_tick input = {.slot = -1};
    player_step(&player, &input, &reader, TICK);
    assert_true(player.y >= 10 && player.y < 10.1);
    struct block_reader rock = {stone, NULL};
    player_step(&player, &input, &rock, TICK);
    assert_true(player.y >= 10 && player.y < 10.1);
}

static void looks_at_the_nearest_face(void **state)
{
    (void)state;
    struct block_reader reader = {step_up, NULL};
    struct player player = standing(0.5, 9.4, 0.5); // the eye is at 11.02
    struct block_hit hit = player_look(&player, &reader);
    assert_false(hit.hit);
    player.y = 9;
    hit = player_look(&player, &reader);
    assert_true(hit.hit && hit.at.x == 4 && hit.at.y == 10 && hit.at.z == 0);
    assert_int_equal(hit.before.x, 3);
    player.pitch = -1.5;
    hit = player_look(&player, &reader);
    assert_true(hit.hit && hit.at.y == 9 && hit.before.y == 10);
    struct block_reader water = {sea, NULL};
    player = standing(0.5, 8, 0.5);
    player.pitch = -1.5;
    assert_false(player_look(&player, &water).hit); // through water, and the ground is too far
    player.y = 5;
    hit = player_look(&player, &water);
    assert_true(hit.hit && hit.at.y == 1);
}

static void nobody_places_a_block_into_himself(void **state)
{
    (void)state;
    struct player player = standing(0.5, 10, 0.5);
    assert_true(player_overlaps(&player, (struct block_coord){0, 10, 0}));
    assert_true(player_overlaps(&player, (struct block_coord){0, 11, 0}));
    assert_false(player_overlaps(&player, (struct block_coord){0, 9, 0}));
    assert_false(player_overlaps(&player, (struct block_coord){0, 12, 0}));
    assert_false(player_overlaps(&player, (struct block_coord){1, 10, 0}));
    player.x = 0.8;
    assert_true(player_overlaps(&player, (struct block_coord){1, 10, 0}));
}

static uint32_t random_state = 12345;
static uint32_t random_below(uint32_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % limit;
}

// Caves: a third of all blocks are stone, lakes below, changed by the seed in `user`.
static enum block caves(void *user, struct block_coord at)
{
    uint32_t hash = (uint32_t)at.x * 73856093u ^ (uint32_t)at.y * 19349663u ^
                    (uint32_t)at.z * 83492791u ^ *(const uint32_t *)user * 2654435761u;
    hash ^= hash >> 15;
    hash *= 0x2c1b3c6du;
    hash ^= hash >> 12;
    if (at.y < 0 || hash % 3 == 0)
        return at.y < 128 ? BLOCK_STONE : BLOCK_AIR;
    return at.y < 20 ? BLOCK_WATER : BLOCK_AIR;
}

static struct input_tick random_input(void)
{
    struct input_tick input = {.slot = -1};
    input.move_x = (float)random_below(3) - 1;
    input.move_z = (float)random_below(3) - 1;
    input.look_yaw = (float)random_below(200) / 100 - 1;
    input.look_pitch = (float)random_below(200) / 100 - 1;
    input.held = random_below(1u << ACTION_COUNT);
    input.pressed = random_below(50) == 0 ? 1u << ACTION_TOGGLE_FLY : 0;
    return input;
}

static void check_body(const struct player *player, const struct block_reader *reader)
{
    double position[3] = {player->x, player->y, player->z};
    assert_true(isfinite(player->x) && isfinite(player->y) && isfinite(player->z));
    if (!body_free(position, reader))
        fail_msg("inside a block at %.9f %.9f %.9f", player->x, player->y, player->z);
}

// Where a small step to the side is free, it can be taken: nobody sticks to a wall.
static void check_not_stuck(const struct player *player, const struct block_reader *reader)
{
    for (int i = 0; i < 6; i++) {
        enum body_axis axis = (enum body_axis)(i / 2);
        double distance = i % 2 == 0 ? 0.01 : -0.01;
        double position[3] = {player->x, player->y, player->z};
        double moved[3] = {player->x, player->y, player->z};
        moved[axis] += distance;
        bool free = body_free(moved, reader);
        bool stopped = body_move(position, axis, distance, reader);
        assert_int_equal(stopped, !free);
    }
}

// Ten simulated minutes, in 20 different caves.
static void ten_minutes_of_random_input_never_enter_a_block(void **state)
{
    (void)state;
    uint32_t seed = 0;
    struct block_reader reader = {caves, &seed};
    double farthest = 0;
    for (seed = 1; seed <= 20; seed++) {
        double position[3] = {0.5, 40, 0.5};
        assert_true(body_escape(position, &reader));
        struct player player = standing(position[0], position[1], position[2]);
        struct input_tick input = random_input();
        for (int tick = 0; tick < 30 * 60; tick++) {
            if (random_below(20) == 0)
                input = random_input();
            player_step(&player, &input, &reader, TICK);
            input.pressed = 0;
            check_body(&player, &reader);
            if (tick % 16 == 0)
                check_not_stuck(&player, &reader);
            farthest = fmax(farthest, hypot(player.x - position[0], player.z - position[2]));
        }
    }
    assert_true(farthest > 5); // the walk went somewhere
}

// The same far from the origin, where doubles are coarser, and at the edge of the world.
static void far_away_nothing_changes(void **state)
{
    (void)state;
    uint32_t seed = 77;
    struct block_reader reader = {caves, &seed};
    static const double places[] = {15000000, -15000000, BODY_EDGE - 3, -BODY_EDGE + 3};
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        double position[3] = {places[i] + 0.5, 130, places[i] + 0.5};
        struct player player = standing(position[0], position[1], position[2]);
        for (int tick = 0; tick < 3000; tick++) {
            struct input_tick input = random_input();
            player_step(&player, &input, &reader, TICK);
            check_body(&player, &reader);
            assert_true(fabs(player.x) <= BODY_EDGE && fabs(player.z) <= BODY_EDGE);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walks_runs_and_flies_at_the_promised_speed),
        cmocka_unit_test(jumps_one_and_a_quarter_blocks),
        cmocka_unit_test(a_step_stops_a_walker_and_a_jump_takes_it),
        cmocka_unit_test(slides_along_a_wall),
        cmocka_unit_test(falls_without_going_through_the_floor),
        cmocka_unit_test(swims_up_floats_and_climbs_ashore),
        cmocka_unit_test(a_placed_block_pushes_up_and_rock_all_round_holds),
        cmocka_unit_test(looks_at_the_nearest_face),
        cmocka_unit_test(nobody_places_a_block_into_himself),
        cmocka_unit_test(ten_minutes_of_random_input_never_enter_a_block),
        cmocka_unit_test(far_away_nothing_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
