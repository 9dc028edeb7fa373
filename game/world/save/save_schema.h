// What a saved world looks like inside. Private to save_file.c.
#ifndef GAME_WORLD_SAVE_SAVE_SCHEMA_H
#define GAME_WORLD_SAVE_SAVE_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sqlite3;

enum {
    SAVE_APPLICATION_ID = 0x43494E44, // "CIND", in the header of every world
    SAVE_VERSION = 1                  // of the schema; a file of another one is left alone
};

// Bytes of a world's file, or of the log beside it: several times what the most edits take that are
// accepted. Few bytes on the disk can say that a file is endless, and SQLite has a bit for each
// page of it.
enum { SAVE_LARGEST_FILE = 1 << 30 };

// In the order in which they are made; the file has exactly these.
#define SAVE_TABLE_COUNT 3
extern const char *const save_tables[SAVE_TABLE_COUNT];

// Opens a database. SQLite would take ":memory:" for no file, and "file:..." for an address with
// settings in it: here a name is a name. The result is SQLite's; the caller closes *db in any case.
int save_open_database(const char *path, int flags, struct sqlite3 **db);

// Makes a complete new world under a temporary name and moves it to `path`, unless something has
// appeared there meanwhile. False: `message` says why, and nothing is left behind.
bool save_create(const char *path, uint32_t seed, char *message, size_t message_size);

// Looks at the file's first bytes, through SQLite's own file layer (so that no lock of this process
// is disturbed) but before SQLite looks at it. `log_waits`: a killed game left a log beside it.
// False: `message` says what the file is instead.
bool save_check_header(const char *path, bool log_waits, char *message, size_t message_size);

// Whether tables, pages and seed of an open database are sound.
bool save_check_content(struct sqlite3 *db, uint32_t *seed, const char **reason);

#endif
