#include "game/world/save_schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

const char *const save_tables[SAVE_TABLE_COUNT] = {
    ("CREATE TABLE world(id INTEGER PRIMARY KEY CHECK(id = 1), seed INTEGER NOT NULL) STRICT"),
    ("CREATE TABLE player(id INTEGER PRIMARY KEY CHECK(id = 1), x REAL NOT NULL, y REAL NOT NULL,"
     " z REAL NOT NULL, yaw REAL NOT NULL, pitch REAL NOT NULL, slot INTEGER NOT NULL,"
     " hotbar BLOB NOT NULL, flying INTEGER NOT NULL, time_of_day REAL NOT NULL) STRICT"),
    // One lookup finds all of a column: they lie beside each other in the order of this key.
    ("CREATE TABLE edits(x INTEGER NOT NULL, z INTEGER NOT NULL, place INTEGER NOT NULL,"
     " block INTEGER NOT NULL, PRIMARY KEY(x, z, place)) STRICT, WITHOUT ROWID"),
};

static bool run(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static bool run_with_number(sqlite3 *db, const char *format, uint32_t number)
{
    char sql[128];
    snprintf(sql, sizeof(sql), format, number);
    return run(db, sql);
}

// The temporary name is nobody else's, so SQLite's default journal serves; the last step makes the
// file one with a write-ahead log, which its header keeps.
static bool fill(sqlite3 *db, uint32_t seed)
{
    bool ok = run_with_number(db, "PRAGMA application_id = %u", SAVE_APPLICATION_ID) &&
              run_with_number(db, "PRAGMA user_version = %u", SAVE_VERSION) && run(db, "BEGIN");
    for (uint32_t i = 0; i < SAVE_TABLE_COUNT && ok; i++)
        ok = run(db, save_tables[i]);
    return ok && run_with_number(db, "INSERT INTO world(id, seed) VALUES(1, %u)", seed) &&
           run(db, "COMMIT") && run(db, "PRAGMA journal_mode = WAL");
}

static bool fill_file(const char *path, uint32_t seed, char *message, size_t message_size)
{
    sqlite3 *db = NULL;
    bool ok = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) ==
                  SQLITE_OK &&
              fill(db, seed);
    if (!ok)
        snprintf(message, message_size,
                 "The world could not be written: %s (%s). Free some space or choose another place "
                 "with --world.",
                 path, db != NULL ? sqlite3_errmsg(db) : "no memory");
    return sqlite3_close(db) == SQLITE_OK && ok;
}

// Renames without replacing what may have appeared under the new name, where the file system can.
static bool publish(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return true;
    return (errno == EINVAL || errno == ENOSYS) && rename(from, to) == 0;
}

bool save_create(const char *path, uint32_t seed, char *message, size_t message_size)
{
    size_t size = strlen(path) + sizeof(".XXXXXX");
    char *temporary = malloc(size);
    if (temporary == NULL) {
        snprintf(message, message_size, "No memory to make the world %s.", path);
        return false;
    }
    snprintf(temporary, size, "%s.XXXXXX", path);
    bool ok = false;
    int file = mkstemp(temporary); // for the user alone: mode 0600
    if (file < 0) {
        snprintf(message, message_size,
                 "The world %s could not be made: %s. Choose another place with --world.", path,
                 strerror(errno));
        goto done;
    }
    close(file);
    ok = fill_file(temporary, seed, message, message_size);
    if (ok && !publish(temporary, path)) {
        snprintf(message, message_size, "The world %s could not be made: %s.", path,
                 strerror(errno));
        ok = false;
    }
    if (!ok)
        (void)unlink(temporary);
done:
    free(temporary);
    return ok;
}
