#include "game/world/save/save_file.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <sqlite3.h>

#include "engine/log.h"
#include "game/world/save/save_schema.h"

enum {
    BUSY_MILLISECONDS = 250,        // a game that is just closing gets this long
    LARGEST_VALUE = 1 << 20,        // bytes of any one value in a file of ours, generously
    HORIZON = (1 << 30) + (1 << 29) // blocks from the origin that a player can stand
};

// Whether a file lies at `path` with `suffix` after it, and how large it is.
static bool beside(const char *path, const char *suffix, off_t *size)
{
    char name[4096];
    struct stat status;
    if ((size_t)snprintf(name, sizeof(name), "%s%s", path, suffix) >= sizeof(name) ||
        stat(name, &status) != 0)
        return false;
    *size = status.st_size;
    return true;
}

static void configure(sqlite3 *db)
{
    sqlite3_busy_timeout(db, BUSY_MILLISECONDS);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, LARGEST_VALUE);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    // A setting that fails for want of memory fails the next statement, too, which says so.
    (void)sqlite3_exec(db,
                       "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"
                       "PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = NORMAL;",
                       NULL, NULL, NULL);
}

// The first access takes the exclusive lock and opens the log.
static bool lock(sqlite3 *db, const char *path, char *message, size_t message_size)
{
    int result = sqlite3_exec(db, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
    if (result == SQLITE_OK)
        return true;
    if (result == SQLITE_BUSY || result == SQLITE_LOCKED)
        snprintf(message, message_size,
                 "The world %s is open in another game; close that one first, or choose another "
                 "with --world.",
                 path);
    else if (result == SQLITE_CORRUPT || result == SQLITE_NOTADB)
        snprintf(message, message_size,
                 "The world %s is damaged (%s); use a copy, or another with --world.", path,
                 sqlite3_errmsg(db));
    else
        snprintf(message, message_size,
                 "The world %s can't be opened (%s); see to its folder's permissions and space.",
                 path, sqlite3_errmsg(db));
    return false;
}

static bool prepare(struct save_file *file)
{
    const struct {
        sqlite3_stmt **statement;
        const char *sql;
    } statements[] = {
        {&file->load_edits, "SELECT x, z, place, block FROM edits"},
        {&file->put_edit, "INSERT OR REPLACE INTO edits(x, z, place, block) VALUES(?, ?, ?, ?)"},
        {&file->load_player, "SELECT x, y, z, yaw, pitch, slot, hotbar, flying,"
                             " time_of_day FROM player WHERE id = 1"},
        {&file->put_player, "INSERT OR REPLACE INTO player(id, x, y, z, yaw, pitch, slot, hotbar,"
                            " flying, time_of_day) VALUES(1, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
    };
    for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++)
        if (sqlite3_prepare_v3(file->db, statements[i].sql, -1, SQLITE_PREPARE_PERSISTENT,
                               statements[i].statement, NULL) != SQLITE_OK)
            return false;
    return true;
}

// Opens a file whose header is ours. A log that a killed game left is not written back into the
// file before all of it has been found sound.
static bool open_checked(struct save_file *file, const char *path, bool log_waits, uint32_t *seed,
                         char *message, size_t message_size)
{
    int result = save_open_database(path, SQLITE_OPEN_READWRITE, &file->db);
    if (result != SQLITE_OK || sqlite3_db_readonly(file->db, "main") != 0) {
        snprintf(message, message_size,
                 "The world %s can't be written; see to its permissions or choose another with "
                 "--world.",
                 path);
        return false;
    }
    sqlite3_db_config(file->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, (int)log_waits, NULL);
    const char *reason = NULL;
    configure(file->db);
    if (!lock(file->db, path, message, message_size))
        return false;
    if (!save_check_content(file->db, seed, &reason)) {
        snprintf(message, message_size,
                 "The world %s is damaged (%s); use a copy, or another with --world.", path,
                 reason);
        return false;
    }
    if (!prepare(file)) {
        snprintf(message, message_size, "The world %s can't be opened: %s.", path,
                 sqlite3_errmsg(file->db));
        return false;
    }
    sqlite3_db_config(file->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    return true;
}

bool save_file_open(struct save_file *file, const char *path, uint32_t *seed, char *message,
                    size_t message_size)
{
    *file = (struct save_file){0};
    struct stat status;
    off_t size = 0;
    if (stat(path, &status) != 0) {
        if (errno != ENOENT) {
            snprintf(message, message_size, "The world %s can't be read: %s.", path,
                     strerror(errno));
            return false;
        }
        if (!save_create(path, *seed, message, message_size))
            return false;
    } else if (!S_ISREG(status.st_mode)) {
        snprintf(message, message_size, "%s is not a file; choose another world with --world.",
                 path);
        return false;
    }
    // SQLite would play a rollback journal back into the file; ours never has one.
    if (beside(path, "-journal", &size)) {
        snprintf(message, message_size,
                 "Beside the world %s lies a file %s-journal, which is not Cinder's; move it away.",
                 path, path);
        return false;
    }
    bool log_waits = beside(path, "-wal", &size) && size > 0;
    if (log_waits && size > SAVE_LARGEST_FILE) {
        snprintf(message, message_size,
                 "Beside the world %s lies a log, %s-wal, larger than any of Cinder's; use a copy, "
                 "or choose another world with --world.",
                 path, path);
        return false;
    }
    if (save_check_header(path, log_waits, message, message_size) &&
        open_checked(file, path, log_waits, seed, message, message_size))
        return true;
    save_file_close(file);
    return false;
}

void save_file_close(struct save_file *file)
{
    sqlite3_finalize(file->load_edits);
    sqlite3_finalize(file->put_edit);
    sqlite3_finalize(file->load_player);
    sqlite3_finalize(file->put_player);
    sqlite3_close(file->db);
    *file = (struct save_file){0};
}

static bool fits(sqlite3_int64 value, sqlite3_int64 least, sqlite3_int64 most)
{
    return value >= least && value <= most;
}

// Adds the edit of a row. The key makes places unique. False where memory ran out.
static bool add_row(sqlite3_stmt *row, struct edits *edits, uint64_t *senseless)
{
    const sqlite3_int64 x = sqlite3_column_int64(row, 0), z = sqlite3_column_int64(row, 1);
    const sqlite3_int64 place = sqlite3_column_int64(row, 2), block = sqlite3_column_int64(row, 3);
    if (fits(x, INT32_MIN, INT32_MAX) && fits(z, INT32_MIN, INT32_MAX) &&
        fits(place, 0, COLUMN_BLOCKS - 1) && fits(block, 0, BLOCK_COUNT - 1))
        return edits_add(edits, (struct column_coord){(int32_t)x, (int32_t)z}, (uint32_t)place,
                         (uint8_t)block);
    ++*senseless;
    return true;
}

bool save_file_load_edits(struct save_file *file, struct edits *edits)
{
    uint64_t senseless = 0;
    int result;
    while ((result = sqlite3_step(file->load_edits)) == SQLITE_ROW) {
        if (!add_row(file->load_edits, edits, &senseless)) {
            result = SQLITE_NOMEM;
            break;
        }
    }
    sqlite3_reset(file->load_edits);
    if (senseless > 0)
        ash_log(ASH_LOG_WARNING,
                "The world's file has %llu edits that make no sense; they are left out.",
                (unsigned long long)senseless);
    if (result != SQLITE_DONE)
        ash_log(ASH_LOG_ERROR,
                "What was built can't be read from the world's file: %s; use a copy, or another "
                "world with --world.",
                sqlite3_errstr(result));
    return result == SQLITE_DONE;
}

bool save_player_makes_sense(const struct save_player *player)
{
    return fabs(player->x) < HORIZON && fabs(player->z) < HORIZON && fabs(player->y) < 1e5 &&
           isfinite(player->yaw) && fabsf(player->pitch) < 1.6f &&
           player->hotbar_slot < HOTBAR_SLOTS && block_hotbar_makes_sense(player->hotbar) &&
           player->time_of_day >= 0 && player->time_of_day <= 1;
}

bool save_file_load_player(struct save_file *file, struct save_player *player)
{
    sqlite3_stmt *row = file->load_player;
    int step = sqlite3_step(row);
    bool found = step == SQLITE_ROW;
    bool makes_sense = false;
    if (found) {
        sqlite3_int64 slot = sqlite3_column_int64(row, 5);
        struct save_player read = {
            .x = sqlite3_column_double(row, 0),
            .y = sqlite3_column_double(row, 1),
            .z = sqlite3_column_double(row, 2),
            .yaw = (float)sqlite3_column_double(row, 3),
            .pitch = (float)sqlite3_column_double(row, 4),
            .hotbar_slot = slot >= 0 && slot < HOTBAR_SLOTS ? (uint8_t)slot : UINT8_MAX,
            .flying = sqlite3_column_int64(row, 7) != 0,
            .time_of_day = sqlite3_column_double(row, 8),
        };
        const void *hotbar = sqlite3_column_blob(row, 6);
        bool whole = sqlite3_column_bytes(row, 6) == sizeof(read.hotbar) && hotbar != NULL;
        if (whole)
            memcpy(read.hotbar, hotbar, sizeof(read.hotbar));
        makes_sense = whole && save_player_makes_sense(&read);
        if (makes_sense)
            *player = read;
    }
    sqlite3_reset(row);
    if ((found && !makes_sense) || (!found && step != SQLITE_DONE))
        ash_log(ASH_LOG_WARNING,
                "Where the player was can't be read from the world's file (%s); starting anew.",
                found ? "numbers out of range" : sqlite3_errstr(step));
    return makes_sense;
}

static bool finish_put(sqlite3_stmt *statement)
{
    int step = sqlite3_step(statement);
    sqlite3_reset(statement);
    return step == SQLITE_DONE;
}

static bool put_column(struct save_file *file, const struct edits_column *column)
{
    sqlite3_bind_int(file->put_edit, 1, column->coord.x);
    sqlite3_bind_int(file->put_edit, 2, column->coord.z);
    for (uint32_t i = 0; i < column->count; i++) {
        sqlite3_bind_int64(file->put_edit, 3, column->list[i].place);
        sqlite3_bind_int(file->put_edit, 4, column->list[i].block);
        if (!finish_put(file->put_edit))
            return false;
    }
    return true;
}

static bool put_player(struct save_file *file, const struct save_player *player)
{
    sqlite3_stmt *row = file->put_player;
    sqlite3_bind_double(row, 1, player->x);
    sqlite3_bind_double(row, 2, player->y);
    sqlite3_bind_double(row, 3, player->z);
    sqlite3_bind_double(row, 4, (double)player->yaw);
    sqlite3_bind_double(row, 5, (double)player->pitch);
    sqlite3_bind_int(row, 6, player->hotbar_slot);
    sqlite3_bind_blob(row, 7, player->hotbar, sizeof(player->hotbar), SQLITE_TRANSIENT);
    sqlite3_bind_int(row, 8, (int)player->flying);
    sqlite3_bind_double(row, 9, player->time_of_day);
    return finish_put(row);
}

bool save_file_write(struct save_file *file, const struct edits *edits,
                     const struct save_player *player, char *message, size_t message_size)
{
    bool ok = sqlite3_exec(file->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK;
    for (uint32_t i = 0; i < edits->slot_count && ok; i++)
        if (edits->slots[i].used)
            ok = put_column(file, &edits->slots[i]);
    if (ok && player != NULL)
        ok = put_player(file, player);
    ok = ok && sqlite3_exec(file->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
    if (ok)
        return true;
    snprintf(message, message_size, "%s", sqlite3_errmsg(file->db));
    if (sqlite3_get_autocommit(file->db) == 0) // else SQLite has rolled back already
        (void)sqlite3_exec(file->db, "ROLLBACK", NULL, NULL, NULL);
    return false;
}
