#include "game/play/optional/replay.h"

#include <stdio.h>
#include <string.h>

static const char magic[8] = {'C', 'I', 'N', 'D', 'E', 'R', 0, REPLAY_VERSION};

struct replay_header replay_header(const struct simulation *start)
{
    const struct player *player = &start->player;
    struct replay_header header = {
        .x = player->x,
        .y = player->y,
        .z = player->z,
        .yaw = player->yaw,
        .pitch = player->pitch,
        .time_of_day = start->time_of_day,
        .seed = start->seed,
        .slot = start->interact.slot,
    };
    memcpy(header.magic, magic, sizeof(magic));
    memcpy(header.hotbar, start->interact.hotbar, HOTBAR_SLOTS);
    return header;
}

struct input_tick replay_tick(const struct replay *replay, uint64_t index)
{
    struct input_tick tick; // the bytes may lie anywhere
    memcpy(&tick, replay->ticks + index * sizeof(tick), sizeof(tick));
    return tick;
}

// False for NaN as well.
static bool within(double value, double limit)
{
    return value >= -limit && value <= limit;
}

// What input_take can make; a file could hold anything.
static bool tick_is_valid(const struct input_tick *tick)
{
    uint32_t actions = (1u << ACTION_COUNT) - 1;
    return within((double)tick->move_x, 1) && within((double)tick->move_z, 1) &&
           within((double)tick->look_yaw, 4) && within((double)tick->look_pitch, 4) &&
           (tick->held & ~actions) == 0 && (tick->pressed & ~actions) == 0 && tick->slot >= -1 &&
           tick->slot < HOTBAR_SLOTS;
}

static bool take_start(const struct replay_header *header, struct simulation *start)
{
    simulation_init(start, header->seed, (struct block_coord){0, 0, 0}, header->yaw,
                    header->time_of_day);
    struct player *player = &start->player;
    player->x = header->x;
    player->y = header->y;
    player->z = header->z;
    player->pitch = header->pitch;
    start->interact.slot = header->slot;
    memcpy(start->interact.hotbar, header->hotbar, HOTBAR_SLOTS);
    return block_hotbar_makes_sense(start->interact.hotbar) && within(player->x, BODY_EDGE) &&
           within(player->z, BODY_EDGE) && within(player->y, 100000) && within(player->yaw, 4) &&
           within(player->pitch, 2) && start->time_of_day >= 0 && start->time_of_day <= 1 &&
           start->interact.slot < HOTBAR_SLOTS;
}

bool replay_parse(const uint8_t *bytes, size_t size, struct replay *out, char *message,
                  size_t message_size)
{
    struct replay_header header = {0};
    if (size >= sizeof(header))
        memcpy(&header, bytes, sizeof(header));
    if (memcmp(header.magic, magic, sizeof(magic) - 1) != 0) {
        snprintf(message, message_size, "it is not a recording of Cinder");
        return false;
    }
    if (header.magic[7] != REPLAY_VERSION) {
        snprintf(message, message_size, "it has version %d, and this Cinder plays version %d",
                 header.magic[7], REPLAY_VERSION);
        return false;
    }
    struct replay replay = {.ticks = bytes + sizeof(header),
                            .tick_count = (size - sizeof(header)) / sizeof(struct input_tick)};
    if (!take_start(&header, &replay.start)) {
        snprintf(message, message_size, "it is damaged: its start makes no sense");
        return false;
    }
    for (uint64_t i = 0; i < replay.tick_count; i++) {
        struct input_tick tick = replay_tick(&replay, i);
        if (!tick_is_valid(&tick)) {
            snprintf(message, message_size, "it is damaged: tick %llu makes no sense",
                     (unsigned long long)i);
            return false;
        }
    }
    *out = replay;
    return true;
}
