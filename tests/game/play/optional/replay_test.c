// Labels: valgrind
//
// Recordings: what is written is read again and plays the same; anything else is refused.
#include "game/play/optional/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    TICKS = 2000,
    HEADER = sizeof(struct replay_header),
    TICK = sizeof(struct input_tick),
    FILE_SIZE = HEADER + TICKS * TICK,
    SIDE = 32
};

static uint8_t file[FILE_SIZE];
static uint32_t random_state;

static uint32_t random_below(uint32_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % limit;
}

// A little world that can be dug and built in, 32 blocks in each direction, then it repeats.
struct world {
    uint8_t blocks[SIDE][SIDE][SIDE];
};
static uint8_t *block_at(struct world *world, struct block_coord at)
{
    return &world->blocks[at.y & (SIDE - 1)][at.z & (SIDE - 1)][at.x & (SIDE - 1)];
}
static enum block get(void *user, struct block_coord at)
{
    return at.y < 0 ? BLOCK_STONE : at.y >= SIDE ? BLOCK_AIR : (enum block) * block_at(user, at);
}
static bool set(void *user, struct block_coord at, enum block block)
{
    if (at.y < 0 || at.y >= SIDE)
        return false;
    *block_at(user, at) = (uint8_t)block;
    return true;
}
static struct world *make_world(void)
{
    struct world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    memset(world->blocks[0], BLOCK_STONE, (size_t)8 * SIDE * SIDE);
    return world;
}

static struct input_tick random_tick(void)
{
    struct input_tick tick = {.slot = (int32_t)random_below(HOTBAR_SLOTS + 1) - 1};
    tick.move_x = (float)random_below(1000) / 500 - 1;
    tick.move_z = (float)random_below(1000) / 500 - 1;
    tick.look_yaw = (float)random_below(1000) / 5000 - 0.1f;
    tick.look_pitch = (float)random_below(1000) / 5000 - 0.1f;
    tick.held = random_below(1u << ACTION_COUNT);
    tick.pressed = random_below(1u << ACTION_COUNT) & tick.held;
    return tick;
}

// Plays random input, records it, and returns the last state's hash.
static uint64_t record(uint32_t seed)
{
    random_state = seed;
    struct world *world = make_world();
    struct block_reader reader = {get, world};
    struct block_writer writer = {set, world};
    struct simulation simulation;
    simulation_init(&simulation, 4711, (struct block_coord){3, 8, 5}, 0.5, 0.3);
    const struct replay_header header = replay_header(&simulation);
    memcpy(file, &header, sizeof(header));
    for (int i = 0; i < TICKS; i++) {
        struct input_tick tick = random_tick();
        memcpy(file + HEADER + i * TICK, &tick, TICK);
        simulation_step(&simulation, &tick, &reader, &writer);
    }
    free(world);
    return simulation_hash(&simulation);
}

static void a_recording_plays_to_the_same_state(void **state)
{
    (void)state;
    uint64_t expected = record(99);
    struct replay replay;
    char message[128];
    assert_true(replay_parse(file, sizeof(file), &replay, message, sizeof(message)));
    assert_int_equal(replay.tick_count, TICKS);
    assert_int_equal(replay.start.seed, 4711);
    struct world *world = make_world();
    struct block_reader reader = {get, world};
    struct block_writer writer = {set, world};
    for (uint64_t i = 0; i < replay.tick_count; i++) {
        struct input_tick tick = replay_tick(&replay, i);
        simulation_step(&replay.start, &tick, &reader, &writer);
    }
    free(world);
    assert_true(simulation_hash(&replay.start) == expected);
    assert_true(record(100) != expected);
}

static void every_part_of_the_state_counts_in_the_hash(void **state)
{
    (void)state;
    struct simulation start;
    simulation_init(&start, 1, (struct block_coord){0, 50, 0}, 0, 0.25);
    uint64_t hash = simulation_hash(&start);
    struct simulation other = start;
    other.player.x += 1e-12;
    assert_true(simulation_hash(&other) != hash);
    other = start;
    other.edit_hash ^= 1;
    assert_true(simulation_hash(&other) != hash);
    other = start;
    other.interact.hotbar[8] = BLOCK_ORE;
    assert_true(simulation_hash(&other) != hash);
    other = start;
    other.tick++;
    assert_true(simulation_hash(&other) != hash);
    other = start;
    other.seed++;
    assert_true(simulation_hash(&other) != hash);
    other = start;
    other.player.flying = true;
    assert_true(simulation_hash(&other) != hash);
}

static void bytes_are_as_documented(void **state)
{
    (void)state;
    record(5);
    assert_memory_equal(file, "CINDER\0\2", 8);
    assert_memory_equal(file + 8, "\0\0\0\0\0\0\x0c\x40", 8); // x: 3.5
    assert_memory_equal(file + 56, "\x67\x12\0\0", 4);        // the seed
    struct input_tick tick = {.move_x = 1, .held = 0x01020304, .slot = -1};
    uint8_t bytes[TICK];
    memcpy(bytes, &tick, TICK);
    assert_memory_equal(bytes, "\0\0\x80\x3f", 4);
    assert_memory_equal(bytes + 16, "\4\3\2\1", 4);
    assert_memory_equal(bytes + 24, "\xff\xff\xff\xff", 4);
}

static void refused(size_t size, const char *said)
{
    struct replay replay;
    memset(&replay, 0x5a, sizeof(replay));
    struct replay before = replay;
    char message[128] = "";
    assert_false(replay_parse(file, size, &replay, message, sizeof(message)));
    if (strstr(message, said) == NULL)
        fail_msg("'%s' does not say '%s'", message, said);
    assert_memory_equal(&replay, &before, sizeof(replay));
}

static void strange_files_are_refused(void **state)
{
    (void)state;
    record(5);
    refused(0, "not a recording");
    refused(HEADER - 1, "not a recording");
    file[0] = 'X';
    refused(sizeof(file), "not a recording");
    record(5);
    file[7] = 1;
    refused(sizeof(file), "version 1");
    record(5);
    memset(file + 8, 0xff, 8); // x is a NaN
    refused(sizeof(file), "its start");
    record(5);
    file[HEADER - 3] = BLOCK_WATER; // in the hotbar
    refused(sizeof(file), "its start");
    record(5);
    file[60] = HOTBAR_SLOTS; // the slot
    refused(sizeof(file), "its start");
    record(5);
    memset(file + HEADER + 3 * TICK, 0xff, 4);
    refused(sizeof(file), "tick 3");
    record(5);
    file[HEADER + 24] = 100; // slot
    refused(sizeof(file), "tick 0");
    record(5);
    file[HEADER + 19] = 0x80; // an action that does not exist
    refused(sizeof(file), "tick 0");
}

static void a_file_cut_short_plays_as_far_as_it_goes(void **state)
{
    (void)state;
    record(5);
    struct replay replay;
    char message[128];
    for (size_t size = HEADER; size < HEADER + 60; size++) {
        uint8_t *copy = malloc(size); // so that reading past the end is seen
        assert_non_null(copy);
        memcpy(copy, file, size);
        assert_true(replay_parse(copy, size, &replay, message, sizeof(message)));
        assert_int_equal(replay.tick_count, (size - HEADER) / TICK);
        free(copy);
    }
}

// Whatever is in a file: it is refused, or it plays without leaving the rails.
static void random_bytes_do_no_harm(void **state)
{
    (void)state;
    struct world *world = make_world();
    struct block_reader reader = {get, world};
    struct block_writer writer = {set, world};
    static uint8_t whole[FILE_SIZE];
    record(7);
    memcpy(whole, file, sizeof(file));
    for (uint32_t round = 1; round <= 2000; round++) {
        memcpy(file, whole, sizeof(file));
        random_state = round;
        for (uint32_t i = random_below(4) + 1; i > 0; i--)
            file[random_below(round % 2 == 0 ? HEADER : 200)] = (uint8_t)random_below(256);
        struct replay replay;
        char message[128];
        if (!replay_parse(file, 1000, &replay, message, sizeof(message)))
            continue;
        for (uint64_t i = 0; i < replay.tick_count; i++) {
            struct input_tick tick = replay_tick(&replay, i);
            simulation_step(&replay.start, &tick, &reader, &writer);
        }
        assert_true(isfinite(replay.start.player.x) && isfinite(replay.start.player.y));
    }
    free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recording_plays_to_the_same_state),
        cmocka_unit_test(every_part_of_the_state_counts_in_the_hash),
        cmocka_unit_test(bytes_are_as_documented),
        cmocka_unit_test(strange_files_are_refused),
        cmocka_unit_test(a_file_cut_short_plays_as_far_as_it_goes),
        cmocka_unit_test(random_bytes_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
