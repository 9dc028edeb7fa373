#include "game/world/save/save_schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

int save_open_database(const char *path, int flags, sqlite3 **db)
{
    *db = NULL;
    char *name = sqlite3_mprintf("%s%s", path[0] == '/' ? "" : "./", path);
    int result = SQLITE_NOMEM;
    if (name != NULL)
        result = sqlite3_open_v2(name, db, flags | SQLITE_OPEN_NOMUTEX, NULL);
    sqlite3_free(name);
    return result;
}

// ---- Making a file ----

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
    bool ok = save_open_database(path, SQLITE_OPEN_READWRITE, &db) == SQLITE_OK && fill(db, seed);
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

// ---- Looking at one ----

// Of SQLite's file format (sqlite.org/fileformat.html, "The Database Header").
enum {
    HEADER_SIZE = 100,
    HEADER_PAGE_SIZE = 16,     // two bytes; 1 stands for 65536
    HEADER_WRITE_VERSION = 18, // 2: write-ahead log
    HEADER_READ_VERSION = 19,
    HEADER_USER_VERSION = 60,
    HEADER_APPLICATION_ID = 68,
};
static const char header_magic[16] = "SQLite format 3";

static uint32_t big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static int read_header(const char *path, uint8_t header[HEADER_SIZE], sqlite3_int64 *size)
{
    sqlite3 *db = NULL;
    sqlite3_file *file = NULL;
    int result = save_open_database(path, SQLITE_OPEN_READONLY, &db);
    if (result == SQLITE_OK)
        result = sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (result == SQLITE_OK)
        result = file->pMethods->xFileSize(file, size);
    if (result == SQLITE_OK)
        result = file->pMethods->xRead(file, header, HEADER_SIZE, 0);
    sqlite3_close(db);
    return result;
}

// What the header says that no world of ours does, or NULL. A file that ends within a page was cut
// short, unless the log waits from which the page will be written again.
static const char *header_damage(const uint8_t *header, sqlite3_int64 size, bool log_waits)
{
    uint32_t page_size = (uint32_t)header[HEADER_PAGE_SIZE] << 8 | header[HEADER_PAGE_SIZE + 1];
    if (page_size == 1)
        page_size = 65536;
    if (header[HEADER_WRITE_VERSION] != 2 || header[HEADER_READ_VERSION] != 2 || page_size < 512)
        return "its header";
    return size % page_size != 0 && !log_waits ? "cut short" : NULL;
}

bool save_check_header(const char *path, bool log_waits, char *message, size_t message_size)
{
    uint8_t header[HEADER_SIZE] = {0};
    sqlite3_int64 size = 0;
    int result = read_header(path, header, &size);
    if (result != SQLITE_OK && result != SQLITE_IOERR_SHORT_READ) {
        snprintf(message, message_size,
                 "The world %s can't be read (%s); see to its permissions or choose another with "
                 "--world.",
                 path, sqlite3_errstr(result));
        return false;
    }
    uint32_t version = big_endian(header + HEADER_USER_VERSION);
    if (result == SQLITE_IOERR_SHORT_READ ||
        memcmp(header, header_magic, sizeof(header_magic)) != 0)
        snprintf(message, message_size,
                 "%s is no world: it is not a database at all. Choose another with --world.", path);
    else if (big_endian(header + HEADER_APPLICATION_ID) != SAVE_APPLICATION_ID)
        snprintf(message, message_size,
                 "%s is another program's database, not a world. Choose another with --world.",
                 path);
    else if (version != SAVE_VERSION)
        snprintf(message, message_size,
                 "The world %s was made by %s Cinder (its version is %u, ours %u); open it with "
                 "that one, or choose another with --world.",
                 path, version > SAVE_VERSION ? "a newer" : "an older", version,
                 (uint32_t)SAVE_VERSION);
    else if (header_damage(header, size, log_waits) != NULL)
        snprintf(message, message_size,
                 "The world %s is damaged (%s); use a copy, or another with --world.", path,
                 header_damage(header, size, log_waits));
    else
        return true;
    return false;
}

// Calls `row` for each row of a query that has one text column, while it returns true.
static bool each_text(sqlite3 *db, const char *sql, bool (*row)(void *user, const char *text),
                      void *user)
{
    sqlite3_stmt *statement = NULL;
    bool ok = sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK;
    int step = SQLITE_DONE;
    while (ok && (step = sqlite3_step(statement)) == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(statement, 0);
        ok = row(user, text != NULL ? text : "");
    }
    sqlite3_finalize(statement);
    return ok && step == SQLITE_DONE;
}

// The schema is SQL text, which could hold triggers and views of a stranger's making.
static bool table_is_ours(void *user, const char *sql)
{
    uint32_t *index = user;
    return *index < SAVE_TABLE_COUNT && strcmp(sql, save_tables[(*index)++]) == 0;
}

static bool says_ok(void *user, const char *line)
{
    uint32_t *lines = user;
    ++*lines;
    return strcmp(line, "ok") == 0;
}

static bool read_seed(sqlite3 *db, uint32_t *seed)
{
    sqlite3_stmt *statement = NULL;
    bool ok = sqlite3_prepare_v2(db, "SELECT seed FROM world WHERE id = 1", -1, &statement, NULL) ==
                  SQLITE_OK &&
              sqlite3_step(statement) == SQLITE_ROW;
    sqlite3_int64 value = ok ? sqlite3_column_int64(statement, 0) : -1;
    sqlite3_finalize(statement);
    if (value < 0 || value > UINT32_MAX)
        return false;
    *seed = (uint32_t)value;
    return true;
}

// As header and log say it, before anything is done for each page.
static bool pages_fit(void *user, const char *bytes)
{
    (void)user;
    return strtoull(bytes, NULL, 10) <= SAVE_LARGEST_FILE;
}
static const char pages[] =
    "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";

// Far more than anybody builds; what a stranger's file has is held in less than 400 MiB.
static const char edits_fit[] = "SELECT CASE WHEN (SELECT count(*) FROM edits) <= 1 << 24"
                                " AND (SELECT count(*) FROM (SELECT DISTINCT x, z FROM edits)) <= "
                                "1 << 20 THEN 'ok' ELSE '' END";

bool save_check_content(sqlite3 *db, uint32_t *seed, const char **reason)
{
    uint32_t tables = 0, lines = 0;
    if (!each_text(db, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid",
                   table_is_ours, &tables) ||
        tables != SAVE_TABLE_COUNT)
        *reason = "its tables";
    else if (!each_text(db, pages, pages_fit, NULL))
        *reason = "more pages than there is room for";
    else if (!each_text(db, "PRAGMA quick_check(1)", says_ok, &lines) || lines != 1)
        *reason = "its pages";
    else if (!each_text(db, edits_fit, says_ok, &lines))
        *reason = "more changes than there is room for";
    else if (!read_seed(db, seed))
        *reason = "its seed";
    else
        return true;
    return false;
}
