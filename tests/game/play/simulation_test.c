// Labels: valgrind
//
// Whole ticks in worlds that are dug and built in meanwhile: nobody gets into a block, through a
// wall, or stuck.
#include "game/play/simulation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

// A world that repeats after SIDE blocks along x and z.
enum { SIDE = 32, HEIGHT = 64, SEEDS = 60, TICKS = 30 * 60 };
static uint8_t blocks[HEIGHT][SIDE][SIDE];
static uint32_t random_state;

static uint32_t random_below(uint32_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % limit;
}

static uint8_t *block_at(struct block_coord at)
{
    return &blocks[at.y][at.z & (SIDE - 1)][at.x & (SIDE - 1)];
}

static enum block get(void *user, struct block_coord at)
{
    (void)user;
    return at.y < 0 ? BLOCK_STONE : at.y >= HEIGHT ? BLOCK_AIR : (enum block) * block_at(at);
}

static uint32_t placed, dug;

static bool set(void *user, struct block_coord at, enum block block)
{
    (void)user;
    if (at.y < 0 || at.y >= HEIGHT)
        return false;
    *block_at(at) = (uint8_t)block;
    placed += block != BLOCK_AIR;
    dug += block == BLOCK_AIR;
    return true;
}

static const struct block_reader reader = {get, NULL};
static const struct block_writer writer = {set, NULL};

// Hills with holes, and a lake.
static void make_world(uint32_t seed)
{
    random_state = seed * 2654435761u | 1;
    for (int y = 0; y < HEIGHT; y++)
        for (int z = 0; z < SIDE; z++)
            for (int x = 0; x < SIDE; x++) {
                bool ground = y < 12 + (int)(seed % 9) * (x > SIDE / 2) && random_below(5) != 0;
                blocks[y][z][x] = ground ? BLOCK_DIRT : y < 14 ? BLOCK_WATER : BLOCK_AIR;
            }
}

static struct input_tick random_input(void)
{
    struct input_tick input = {.slot = (int32_t)random_below(HOTBAR_SLOTS + 1) - 1};
    input.move_x = (float)random_below(3) - 1;
    input.move_z = (float)random_below(3) - 1;
    input.look_yaw = (float)random_below(200) / 100 - 1;
    input.look_pitch = (float)random_below(200) / 100 - 1.2f;
    input.held = random_below(1u << ACTION_COUNT);
    // Half of them only dig, a quarter only build: whoever does both does little.
    input.held &= random_below(2) == 0 ? ~(1u << ACTION_PLACE) : ~0u;
    input.held &= random_below(2) == 0 ? ~(1u << ACTION_DIG) : ~0u;
    input.pressed = random_below(1u << ACTION_COUNT) & input.held;
    if (random_below(8) != 0) // in the sky there is nothing to do
        input.pressed &= ~(1u << ACTION_TOGGLE_FLY);
    return input;
}

static void check_free(const struct player *player, const char *when)
{
    double position[3] = {player->x, player->y, player->z};
    if (!body_free(position, &reader))
        fail_msg("inside a block at %.9f %.9f %.9f %s", player->x, player->y, player->z, when);
}

static void nobody_digs_or_builds_himself_into_a_block(void **state)
{
    (void)state;
    placed = dug = 0;
    for (uint32_t seed = 1; seed <= SEEDS; seed++) {
        make_world(seed);
        struct simulation simulation;
        simulation_init(&simulation, seed, (struct block_coord){4, HEIGHT, 4}, 0, 0.5);
        struct input_tick input = random_input();
        for (int tick = 0; tick < TICKS; tick++) {
            if (random_below(30) == 0)
                input = random_input();
            simulation_step(&simulation, &input, &reader, &writer);
            input.pressed = 0;
            input.look_yaw = input.look_pitch = 0;
            if (simulation.player.y > HEIGHT)
                input.held &= ~(1u << ACTION_JUMP);
            check_free(&simulation.player, "after a tick");
        }
    }
    print_message("%u blocks placed, %u dug\n", placed, dug);
    assert_true(placed > 300 && dug > 100);
}

// Whatever grows round somebody (a column that was loaded anew, an edit of a replay), he is out of
// it in one tick, and can go on.
static void who_is_walled_in_gets_out(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= SEEDS; seed++) {
        make_world(seed);
        struct simulation simulation;
        simulation_init(&simulation, seed, (struct block_coord){9, 10, 9}, 0, 0.5);
        memset(blocks, BLOCK_STONE, sizeof(blocks[0]) * (20 + random_below(30)));
        simulation_step(&simulation, &(struct input_tick){.slot = -1}, &reader, &writer);
        check_free(&simulation.player, "after an escape");
        double before = simulation.player.x;
        for (int tick = 0; tick < 60; tick++)
            simulation_step(&simulation, &(struct input_tick){.move_z = 1, .slot = -1}, &reader,
                            &writer);
        assert_true(simulation.player.x > before + 1);
    }
}

// A wall one block thick, hit at up to a thousand times the speed of flight.
static void no_speed_passes_a_wall(void **state)
{
    (void)state;
    memset(blocks, BLOCK_AIR, sizeof(blocks));
    for (int i = 0; i < SIDE; i++)
        for (int y = 0; y < HEIGHT; y++)
            blocks[y][i][16] = blocks[y][16][i] = BLOCK_GLASS;
    memset(blocks[40], BLOCK_GLASS, sizeof(blocks[40]));
    memset(blocks[0], BLOCK_GLASS, sizeof(blocks[0]));
    random_state = 5;
    for (int i = 0; i < 20000; i++) {
        double position[3] = {20, 20, 20}; // of the room between walls at 17 and 48
        for (int step = 0; step < 8; step++) {
            enum body_axis axis = (enum body_axis)random_below(3);
            double reach = pow(10, (double)random_below(400) / 100 - 1);
            body_move(position, axis, random_below(2) == 0 ? reach : -reach, &reader);
            assert_true(body_free(position, &reader));
        }
        assert_true(position[0] > 17 && position[0] < 48 && position[2] > 17 && position[2] < 48);
        assert_true(position[1] >= 1 && position[1] < 40);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_digs_or_builds_himself_into_a_block),
        cmocka_unit_test(who_is_walled_in_gets_out),
        cmocka_unit_test(no_speed_passes_a_wall),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
