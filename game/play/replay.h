// A recording: how a game began, and the input of every tick since. Pure: bytes in memory; whoever
// has the file reads and writes it.
//
//     magic "CINDER", 0, version          8 bytes; all numbers little-endian
//     seed                                4
//     x y z, yaw, pitch, time of day      6 doubles
//     slot, hotbar                        1 + 9
//     then for each tick                  25: move x z, look yaw pitch, held, pressed, slot
//
// The world of a recording is as the seed made it: no edits of an earlier game.
#ifndef GAME_PLAY_REPLAY_H
#define GAME_PLAY_REPLAY_H

#include "game/play/input.h"
#include "game/play/simulation.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    REPLAY_VERSION = 1,
    REPLAY_HEADER_SIZE = 70,
    REPLAY_TICK_SIZE = 25,
};

void replay_write_header(const struct simulation *start, uint8_t out[REPLAY_HEADER_SIZE]);
void replay_write_tick(const struct input_tick *tick, uint8_t out[REPLAY_TICK_SIZE]);

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
