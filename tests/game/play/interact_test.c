// Labels: valgrind
//
// Digging, placing, picking and the hotbar, in a small world of the test's own.
#include "game/play/interact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#define TICK (1.0 / 60)

enum { SIDE = 16 };
static uint8_t world[SIDE][SIDE][SIDE]; // [y][z][x]
static int changes;
static bool refuse;

static bool inside(struct block_coord at)
{
    return at.x >= 0 && at.y >= 0 && at.z >= 0 && at.x < SIDE && at.y < SIDE && at.z < SIDE;
}
static enum block get(void *user, struct block_coord at)
{
    (void)user;
    return inside(at) ? (enum block)world[at.y][at.z][at.x] : BLOCK_AIR;
}
static bool set(void *user, struct block_coord at, enum block block)
{
    (void)user;
    if (refuse || !inside(at))
        return false;
    world[at.y][at.z][at.x] = (uint8_t)block;
    changes++;
    return true;
}
static const struct block_reader reader = {get, NULL};
static const struct block_writer writer = {set, NULL};

// Stands at x 4.5 on a floor of grass at y 4 and looks east at a pillar of stone at x 7.
static int set_up(void **state)
{
    (void)state;
    memset(world, 0, sizeof(world));
    memset(world[4], BLOCK_GRASS, sizeof(world[4]));
    for (int y = 5; y < 10; y++)
        world[y][4][7] = BLOCK_STONE;
    changes = 0;
    refuse = false;
    return 0;
}
static const struct player player = {.x = 4.5, .y = 5, .z = 4.5};

static void step(struct interact *interact, uint32_t held, uint32_t pressed)
{
    struct input_tick input = {.held = held, .pressed = pressed, .slot = -1};
    interact_step(interact, &player, &input, &reader, &writer, TICK);
}

static void digging_takes_its_time_and_shows_it(void **state)
{
    (void)state;
    struct interact interact;
    interact_init(&interact);
    int ticks = 0;
    float last = 0;
    while (world[6][4][7] == BLOCK_STONE && ticks < 1000) {
        step(&interact, 1u << ACTION_DIG, 0);
        assert_true(interact.dig_progress >= 0 && interact.dig_progress <= 1);
        assert_true(interact.dig_progress > last || world[6][4][7] == BLOCK_AIR);
        last = interact.dig_progress;
        ticks++;
    }
    int expected = (int)(interact_dig_seconds(BLOCK_STONE) * 60);
    assert_in_range(ticks, expected - 1, expected + 2);
    assert_int_equal(changes, 1);
}

static void letting_go_starts_anew(void **state)
{
    (void)state;
    struct interact interact;
    interact_init(&interact);
    for (int i = 0; i < 10; i++)
        step(&interact, 1u << ACTION_DIG, 0);
    assert_true(interact.dig_progress > 0);
    step(&interact, 0, 0);
    assert_true(interact.dig_progress == 0);
}

static void looking_elsewhere_starts_anew(void **state)
{
    (void)state;
    struct interact interact;
    interact_init(&interact);
    for (int i = 0; i < 10; i++)
        step(&interact, 1u << ACTION_DIG, 0);
    float before = interact.dig_progress;
    struct player down = player;
    down.pitch = -1.5;
    struct input_tick input = {.held = 1u << ACTION_DIG, .slot = -1};
    interact_step(&interact, &down, &input, &reader, &writer, TICK);
    assert_true(interact.dig_progress < before);
}

static void what_can_not_be_changed_stays(void **state)
{
    (void)state;
    struct interact interact;
    interact_init(&interact);
    refuse = true;
    for (int i = 0; i < 200; i++)
        step(&interact, 1u << ACTION_DIG, 0);
    assert_int_equal(world[6][4][7], BLOCK_STONE);
}

static void places_in_front_of_the_face_and_again_while_held(void **state)
{
    (void)state;
    struct interact interact;
    interact_init(&interact);
    step(&interact, 1u << ACTION_PLACE, 1u << ACTION_PLACE);
    assert_int_equal(world[6][4][6], interact.hotbar[0]);
    assert_int_equal(changes, 1);
    step(&interact, 1u << ACTION_PLACE, 0);
    assert_int_equal(changes, 1);
    for (int i = 0; i < 30; i++)
        step(&interact, 1u << ACTION_PLACE, 0);
    assert_int_equal(changes, 2); // the next would stand where the player does
    assert_int_equal(world[6][4][5], interact.hotbar[0]);
    assert_int_equal(world[6][4][4], BLOCK_AIR);
}

static void water_gives_way_to_a_block(void **state)
{
    (void)state;
    struct interact interact;
    interact_init(&interact);
    world[6][4][6] = BLOCK_WATER;
    step(&interact, 1u << ACTION_PLACE, 1u << ACTION_PLACE);
    assert_int_equal(world[6][4][6], interact.hotbar[0]);
}

static void picks_a_kind(void **state)
{
    (void)state;
    struct interact interact;
    interact_init(&interact);
    step(&interact, 0, 1u << ACTION_PICK); // stone stands in the hotbar
    assert_int_equal(interact.hotbar[interact.slot], BLOCK_STONE);
    uint8_t slot = interact.slot;
    world[6][4][7] = BLOCK_ORE; // ore does not
    step(&interact, 0, 1u << ACTION_PICK);
    assert_int_equal(interact.slot, slot);
    assert_int_equal(interact.hotbar[slot], BLOCK_ORE);
}

static void chooses_slots_round_and_by_number(void **state)
{
    (void)state;
    struct interact interact;
    interact_init(&interact);
    step(&interact, 0, 1u << ACTION_PREVIOUS_SLOT);
    assert_int_equal(interact.slot, HOTBAR_SLOTS - 1);
    step(&interact, 0, 1u << ACTION_NEXT_SLOT);
    assert_int_equal(interact.slot, 0);
    struct input_tick input = {.slot = 4};
    interact_step(&interact, &player, &input, &reader, &writer, TICK);
    assert_int_equal(interact.slot, 4);
}

static void every_kind_that_can_be_placed_can_be_dug(void **state)
{
    (void)state;
    for (int block = 0; block < BLOCK_COUNT; block++) {
        if (block_types[block].placeable)
            assert_true(interact_dig_seconds((enum block)block) > 0);
        else
            assert_true(interact_dig_seconds((enum block)block) == 0);
    }
    struct interact interact;
    interact_init(&interact);
    for (int i = 0; i < HOTBAR_SLOTS; i++)
        assert_true(block_types[interact.hotbar[i]].placeable);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(digging_takes_its_time_and_shows_it, set_up),
        cmocka_unit_test_setup(letting_go_starts_anew, set_up),
        cmocka_unit_test_setup(looking_elsewhere_starts_anew, set_up),
        cmocka_unit_test_setup(what_can_not_be_changed_stays, set_up),
        cmocka_unit_test_setup(places_in_front_of_the_face_and_again_while_held, set_up),
        cmocka_unit_test_setup(water_gives_way_to_a_block, set_up),
        cmocka_unit_test_setup(picks_a_kind, set_up),
        cmocka_unit_test_setup(chooses_slots_round_and_by_number, set_up),
        cmocka_unit_test_setup(every_kind_that_can_be_placed_can_be_dug, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
