// Everything that a tick changes: player, hand, time of day. Fixed steps of 1/60 s: the same start
// and the same inputs give the same state, bit for bit, on the same machine. Pure.
#ifndef GAME_PLAY_SIMULATION_H
#define GAME_PLAY_SIMULATION_H

#include "game/play/interact.h"
#include "game/play/player.h"
#include "game/world/save/save.h"

#include <stddef.h>
#include <stdint.h>

#define TICK_SECONDS (1.0 / 60)
#define DAY_SECONDS  1200.0

struct simulation {
    uint32_t seed;
    struct player player;
    struct interact interact;
    double time_of_day; // 0 to 1, 0 is midnight
    uint64_t tick;      // done so far
    uint64_t edit_hash; // of all blocks changed, in their order
};

void simulation_init(struct simulation *simulation, uint32_t seed, struct block_coord spawn,
                     double yaw, double time_of_day);

// What a saved world keeps of it, and how a new one goes on from that.
struct save_player simulation_keep(const struct simulation *simulation);
void simulation_go_on(struct simulation *simulation, const struct save_player *kept);

// One tick. Valid usage: the columns around the player are there.
void simulation_step(struct simulation *simulation, const struct input_tick *input,
                     const struct block_reader *reader, const struct block_writer *writer);

// A tick in which nobody plays: time passes, and nothing else.
void simulation_pass(struct simulation *simulation);

// FNV-1a, 64 bits, of bytes; goes on from `hash`, at first FNV_BASIS
// (http://www.isthe.com/chongo/tech/comp/fnv/).
#define FNV_BASIS UINT64_C(0xcbf29ce484222325)
uint64_t simulation_hash_bytes(uint64_t hash, const void *data, size_t size);
// Of the whole state, edits included: equal states have equal hashes.
uint64_t simulation_hash(const struct simulation *simulation);

#endif
