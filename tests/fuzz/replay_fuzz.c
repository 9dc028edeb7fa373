// A recording that a stranger made: what is accepted can be written again byte for byte, and
// played.
#include "tests/fuzz/fuzz.h"

#include <math.h>
#include <string.h>

#include "game/play/optional/replay.h"

enum { PLAYED_TICKS = 64 };

// Ground at half the height, with a hole now and then.
static enum block read_block(void *user, struct block_coord at)
{
    (void)user;
    bool hole = ((at.x ^ at.z) & 7) == 0;
    return at.y < WORLD_HEIGHT / 2 && !hole ? BLOCK_STONE : BLOCK_AIR;
}

static bool write_block(void *user, struct block_coord at, enum block block)
{
    (void)user;
    FUZZ_CHECK(block < BLOCK_COUNT);
    return at.y >= 0 && at.y < WORLD_HEIGHT;
}

static void check_start(const struct simulation *start)
{
    const struct player *player = &start->player;
    FUZZ_CHECK(fabs(player->x) <= BODY_EDGE && fabs(player->z) <= BODY_EDGE);
    FUZZ_CHECK(fabs(player->y) <= 100000 && fabs(player->yaw) <= 4 && fabs(player->pitch) <= 2);
    FUZZ_CHECK(start->time_of_day >= 0 && start->time_of_day <= 1);
    FUZZ_CHECK(start->interact.slot < HOTBAR_SLOTS);
    for (int i = 0; i < HOTBAR_SLOTS; i++)
        FUZZ_CHECK(start->interact.hotbar[i] < BLOCK_COUNT);
}

static void check_tick(const struct input_tick *tick)
{
    FUZZ_CHECK(fabsf(tick->move_x) <= 1 && fabsf(tick->move_z) <= 1);
    FUZZ_CHECK(fabsf(tick->look_yaw) <= 4 && fabsf(tick->look_pitch) <= 4);
    FUZZ_CHECK(((tick->held | tick->pressed) >> ACTION_COUNT) == 0);
    FUZZ_CHECK(tick->slot >= -1 && tick->slot < HOTBAR_SLOTS);
}

static void play(const struct replay *replay)
{
    struct simulation simulation = replay->start;
    const struct block_reader reader = {read_block, NULL};
    const struct block_writer writer = {write_block, NULL};
    for (uint64_t i = 0; i < replay->tick_count && i < PLAYED_TICKS; i++) {
        struct input_tick tick = replay_tick(replay, i);
        simulation_step(&simulation, &tick, &reader, &writer);
        FUZZ_CHECK(isfinite(simulation.player.x) && isfinite(simulation.player.y) &&
                   isfinite(simulation.player.z));
        FUZZ_CHECK(simulation.interact.slot < HOTBAR_SLOTS);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct replay replay;
    char message[160] = "";
    if (!replay_parse(bytes, size, &replay, message, sizeof(message))) {
        FUZZ_CHECK(message[0] != '\0');
        return 0;
    }
    const struct replay_header header = replay_header(&replay.start);
    FUZZ_CHECK(replay.tick_count == (size - sizeof(header)) / sizeof(struct input_tick));
    FUZZ_CHECK(memcmp(&header, bytes, offsetof(struct replay_header, unused)) == 0);
    check_start(&replay.start);
    for (uint64_t i = 0; i < replay.tick_count; i++) {
        struct input_tick tick = replay_tick(&replay, i);
        check_tick(&tick);
        FUZZ_CHECK(memcmp(&tick, replay.ticks + i * sizeof(tick), sizeof(tick)) == 0);
    }
    play(&replay);
    return 0;
}
