// The file of a saved world: what SQLite is told, and nothing of threads.
//
// One connection in exclusive mode: no other game can open the file meanwhile, and the lock goes
// with the process, however that ends. The journal is a write-ahead log without syncs between
// checkpoints: a killed process loses nothing that was committed.
//
// Nothing that the file says is trusted: its header is checked before SQLite looks at the content,
// its schema has to be ours word for word, its pages have to be sound, its numbers in range.
//
// Thread-safety: none of its own; one thread at a time.
#ifndef GAME_WORLD_SAVE_SAVE_FILE_H
#define GAME_WORLD_SAVE_SAVE_FILE_H

#include "game/world/save/edits.h"
#include "game/world/save/save.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sqlite3;
struct sqlite3_stmt;

// All zero is closed.
struct save_file {
    struct sqlite3 *db; // owned, as are the statements
    struct sqlite3_stmt *load_edits, *put_edit, *load_player, *put_player;
};

// Opens or creates; see save_open. On failure *file is all zero.
bool save_file_open(struct save_file *file, const char *path, uint32_t *seed, char *message,
                    size_t message_size);
void save_file_close(struct save_file *file);

// As save_load_edits and save_load_player.
bool save_file_load_edits(struct save_file *file, struct edits *edits);
// Whether these numbers can be a player's: finite and in range.
bool save_player_makes_sense(const struct save_player *player);
bool save_file_load_player(struct save_file *file, struct save_player *player);
// Writes all of it or nothing. `player` may be NULL. On failure the reason is in `message`.
bool save_file_write(struct save_file *file, const struct edits *edits,
                     const struct save_player *player, char *message, size_t message_size);

#endif
