// What the player's hand does: digs with progress, places, picks, chooses from the hotbar. Pure:
// changes blocks through a function.
#ifndef GAME_PLAY_INTERACT_H
#define GAME_PLAY_INTERACT_H

#include "game/play/input.h"
#include "game/play/player.h"
#include "game/world/block/block.h"

#include <stdbool.h>
#include <stdint.h>

struct block_writer {
    // False: the block can't be changed there.
    bool (*set)(void *user, struct block_coord at, enum block block);
    void *user;
};

struct interact {
    uint8_t hotbar[HOTBAR_SLOTS]; // enum block
    uint8_t slot;
    struct block_hit target; // what the player looks at
    float dig_progress;      // 0 to 1, of target
    // private
    double wait; // seconds until a button that stays down acts again
};

void interact_init(struct interact *interact); // fills the hotbar
void interact_step(struct interact *interact, const struct player *player,
                   const struct input_tick *input, const struct block_reader *reader,
                   const struct block_writer *writer, double seconds);

// How long digging takes; 0: it can't be dug.
double interact_dig_seconds(enum block block);

#endif
