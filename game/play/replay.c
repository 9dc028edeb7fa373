#include "game/play/replay.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const uint8_t magic[8] = {'C', 'I', 'N', 'D', 'E', 'R', 0, REPLAY_VERSION};

_Static_assert(REPLAY_HEADER_SIZE == 8 + 4 + 6 * 8 + 1 + HOTBAR_SLOTS, "as replay.h says");

static uint8_t *put_u32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        *at++ = (uint8_t)(value >> 8 * i);
    return at;
}

static const uint8_t *get_u32(const uint8_t *at, uint32_t *value)
{
    *value = 0;
    for (int i = 0; i < 4; i++)
        *value |= (uint32_t)*at++ << 8 * i;
    return at;
}

static uint8_t *put_float(uint8_t *at, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return put_u32(at, bits);
}

static const uint8_t *get_float(const uint8_t *at, float *value)
{
    uint32_t bits;
    at = get_u32(at, &bits);
    memcpy(value, &bits, sizeof(bits));
    return at;
}

static uint8_t *put_double(uint8_t *at, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return put_u32(put_u32(at, (uint32_t)bits), (uint32_t)(bits >> 32));
}

static const uint8_t *get_double(const uint8_t *at, double *value)
{
    uint32_t low;
    uint32_t high;
    at = get_u32(get_u32(at, &low), &high);
    uint64_t bits = (uint64_t)high << 32 | low;
    memcpy(value, &bits, sizeof(bits));
    return at;
}

void replay_write_header(const struct simulation *start, uint8_t out[REPLAY_HEADER_SIZE])
{
    memcpy(out, magic, sizeof(magic));
    uint8_t *at = put_u32(out + sizeof(magic), start->seed);
    at = put_double(at, start->player.x);
    at = put_double(at, start->player.y);
    at = put_double(at, start->player.z);
    at = put_double(at, start->player.yaw);
    at = put_double(at, start->player.pitch);
    at = put_double(at, start->time_of_day);
    *at++ = start->interact.slot;
    memcpy(at, start->interact.hotbar, HOTBAR_SLOTS);
}

void replay_write_tick(const struct input_tick *tick, uint8_t out[REPLAY_TICK_SIZE])
{
    uint8_t *at = put_float(out, tick->move_x);
    at = put_float(at, tick->move_z);
    at = put_float(at, tick->look_yaw);
    at = put_float(at, tick->look_pitch);
    at = put_u32(at, tick->held);
    at = put_u32(at, tick->pressed);
    *at = (uint8_t)tick->slot;
}

struct input_tick replay_tick(const struct replay *replay, uint64_t index)
{
    const uint8_t *at = replay->ticks + index * REPLAY_TICK_SIZE;
    struct input_tick tick;
    memset(&tick, 0, sizeof(tick));
    at = get_float(at, &tick.move_x);
    at = get_float(at, &tick.move_z);
    at = get_float(at, &tick.look_yaw);
    at = get_float(at, &tick.look_pitch);
    at = get_u32(at, &tick.held);
    at = get_u32(at, &tick.pressed);
    tick.slot = (int8_t)*at;
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

static bool parse_start(const uint8_t *at, struct simulation *start)
{
    uint32_t seed;
    at = get_u32(at, &seed);
    simulation_init(start, seed, (struct block_coord){0, 0, 0}, 0, 0);
    struct player *player = &start->player;
    at = get_double(at, &player->x);
    at = get_double(at, &player->y);
    at = get_double(at, &player->z);
    at = get_double(at, &player->yaw);
    at = get_double(at, &player->pitch);
    at = get_double(at, &start->time_of_day);
    start->interact.slot = *at++;
    memcpy(start->interact.hotbar, at, HOTBAR_SLOTS);
    return block_hotbar_makes_sense(start->interact.hotbar) && within(player->x, BODY_EDGE) &&
           within(player->z, BODY_EDGE) && within(player->y, 100000) && within(player->yaw, 4) &&
           within(player->pitch, 2) && start->time_of_day >= 0 && start->time_of_day <= 1 &&
           start->interact.slot < HOTBAR_SLOTS;
}

bool replay_parse(const uint8_t *bytes, size_t size, struct replay *out, char *message,
                  size_t message_size)
{
    if (size < REPLAY_HEADER_SIZE || memcmp(bytes, magic, sizeof(magic) - 1) != 0) {
        snprintf(message, message_size, "it is not a recording of Cinder");
        return false;
    }
    if (bytes[sizeof(magic) - 1] != REPLAY_VERSION) {
        snprintf(message, message_size, "it has version %u, and this Cinder plays version %d",
                 (unsigned)bytes[sizeof(magic) - 1], REPLAY_VERSION);
        return false;
    }
    struct replay replay = {.ticks = bytes + REPLAY_HEADER_SIZE,
                            .tick_count = (size - REPLAY_HEADER_SIZE) / REPLAY_TICK_SIZE};
    if (!parse_start(bytes + sizeof(magic), &replay.start)) {
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
