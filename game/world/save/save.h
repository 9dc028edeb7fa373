// A saved world: one SQLite file with the seed, the edits, the player and the time of day.
//
//     save_set_block  ->  edits that wait  ->  the writer thread, every half second, in one
//     transaction  ->  the file, which is read when the world is opened, and not again.
//
// The process may be killed at any moment: the file then opens again, and misses at most the last
// second. While it is open no other game can open it.
//
// Where writing fails (a full disk) the game goes on: edits stay in memory, the writer tries again
// every few seconds and at the end, and save_failed says so meanwhile.
//
// Thread-safety: the main thread. Nothing but save_open, save_close, save_flush and the loads waits
// for the disk.
#ifndef GAME_WORLD_SAVE_SAVE_H
#define GAME_WORLD_SAVE_SAVE_H

#include "game/world/block/block.h"
#include "game/world/block/chunk.h"
#include "game/world/save/edits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct save; // opaque

struct save_player {
    double x, y, z;                            // feet
    float yaw, pitch;                          // radians
    uint8_t hotbar_slot, hotbar[HOTBAR_SLOTS]; // the chosen one; enum block
    bool flying;
    double time_of_day; // 0 to 1, 0 is midnight
};

// Opens the world, or makes a new one with this seed; *seed is the file's afterwards. NULL: the
// reason is in `message`, a sentence, and a file that was there is byte for byte as it was (another
// program's file, another version, damaged, open in another game, not readable or writable).
// A file is made for the user alone, and appears under its name only when it is complete.
struct save *save_open(const char *path, uint32_t *seed, char *message, size_t message_size);
// Writes what is left and closes; NULL is allowed. False: that failed (logged), and what
// save_failed spoke of is lost.
bool save_close(struct save *save);

// What the file has. Numbers that make no sense are left out, with a line in the log. Valid usage:
// nothing waits to be written.

// Adds all edits. False: the file could not be read, or memory ran out (logged).
bool save_load_edits(struct save *save, struct edits *edits);
// False: none yet, or none that makes sense (logged).
bool save_load_player(struct save *save, struct save_player *player);

// Valid usage: at.y is inside the world; block < BLOCK_COUNT.
void save_set_block(struct save *save, struct block_coord at, enum block block);
void save_set_player(struct save *save, const struct save_player *player);

// True while something that was handed over could not be written. Logged once when it begins and
// once when it ends.
bool save_failed(const struct save *save);
// Waits until everything handed over has been written; false where that failed.
bool save_flush(struct save *save);

#endif
