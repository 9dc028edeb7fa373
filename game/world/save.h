// A saved world: one SQLite file with the seed, the edits, the player and the time of day.
//
// Writing happens on a thread of its own; the main thread only hands edits over.
//
// Thread-safety: the main thread.
#ifndef GAME_WORLD_SAVE_H
#define GAME_WORLD_SAVE_H

#include "game/world/block.h"
#include "game/world/chunk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct save; // opaque

struct save_player {
    double x, y, z;   // feet
    float yaw, pitch; // radians
    uint8_t hotbar_slot;
    bool flying;
    double time_of_day; // 0 to 1, 0 is midnight
};

// Opens the world, or makes a new one with this seed; *seed is the file's afterwards. NULL: the
// reason is in `message`, a sentence, and a file that was there is as it was (another program's
// file, another version, damaged).
struct save *save_open(const char *path, uint32_t *seed, char *message, size_t message_size);
// Writes what is left and closes; NULL is allowed.
void save_close(struct save *save);

// The edits of a column, in any order; the caller frees the array. False: an error (logged).
struct save_edit {
    struct block_coord at;
    uint8_t block;
};
bool save_load_column(struct save *save, struct column_coord column, struct save_edit **edits,
                      uint32_t *count);
void save_set_block(struct save *save, struct block_coord at, enum block block);
bool save_load_player(struct save *save, struct save_player *player); // false: none yet
void save_set_player(struct save *save, const struct save_player *player);
// True once writing has failed; what is edited from then on is lost at the end. Logged once.
bool save_failed(const struct save *save);

#endif
