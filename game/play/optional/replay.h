// A recording: how a game began, and the input of every tick since. Pure: bytes in memory; whoever
// has the file reads and writes it.
//
//     struct replay_header, then a struct input_tick for each tick, as they lie in memory
//
// The world of a recording is as the seed made it: no edits of an earlier game.
#ifndef GAME_PLAY_OPTIONAL_REPLAY_H
#define GAME_PLAY_OPTIONAL_REPLAY_H

#include "game/play/input.h"
#include "game/play/simulation.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REPLAY_VERSION = 2 };

// Without gaps; numbers are little-endian, as on every machine that Cinder runs on.
struct replay_header {
    char magic[8]; // "CINDER", 0, version
    double x, y, z, yaw, pitch, time_of_day;
    uint32_t seed;
    uint8_t slot, hotbar[HOTBAR_SLOTS], unused[2];
};
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "recordings are the same everywhere");
_Static_assert(sizeof(struct replay_header) == 8 + 6 * 8 + 4 + 1 + HOTBAR_SLOTS + 2, "no gaps");
_Static_assert(sizeof(struct input_tick) == 4 * sizeof(float) + 3 * 4, "no gaps");

struct replay_header replay_header(const struct simulation *start);

// A recording that was read; the bytes are borrowed.
struct replay {
    const uint8_t *ticks;
    uint64_t tick_count;
    struct simulation start;
};

// Checks everything, so that what comes out can be played. A file that was cut off in the middle
// of a tick (the game was killed) is played up to there. False: `message` says what is wrong.
bool replay_parse(const uint8_t *bytes, size_t size, struct replay *out, char *message,
                  size_t message_size);
// Valid usage: index < tick_count.
struct input_tick replay_tick(const struct replay *replay, uint64_t index);

#endif
