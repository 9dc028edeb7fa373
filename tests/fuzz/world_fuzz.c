// A saved world of a stranger's making: it is refused with a sentence and stays as it was, or it
// can be read and written, and only what makes sense comes out. Bounded in memory and time.
//
// The first byte, modulo 4, says what the rest is: 0 the file, 1 changes of a sound world (places
// of two bytes and a value each), 2 the same with the rest of the file cut off at the first place,
// 3 rows of a sound world's tables (kind, then numbers of eight bytes).
#include "tests/fuzz/fuzz_folder.h"

#include <sqlite3.h>

#include "engine/log.h"
#include "game/world/save/save_file.h"

enum { PATCH_SIZE = 3, MOST_ROWS = 64, MOST_MEMORY = 32 << 20 };

static char path[128];
static uint8_t *sound; // a world that is all right
static size_t sound_size;

static void make_sound_world(void)
{
    struct save_file file;
    uint32_t seed = 7;
    char message[256];
    struct edits edits = {0};
    struct save_player player = {.y = 64, .hotbar = {2, 3, 4, 5, 6, 7, 9, 10, 15}};
    for (int i = 0; i < 300; i++) {
        struct block_coord at = {i % 3 * 40, i % 128, i % 7};
        FUZZ_CHECK(edits_set(&edits, edit_column(at), edit_place(at), 3));
    }
    FUZZ_CHECK(save_file_open(&file, path, &seed, message, sizeof(message)));
    FUZZ_CHECK(save_file_write(&file, &edits, &player, message, sizeof(message)));
    save_file_close(&file);
    edits_finish(&edits);
    FILE *stream = fopen(path, "rb");
    struct stat status;
    FUZZ_CHECK(stream != NULL && fstat(fileno(stream), &status) == 0);
    sound_size = (size_t)status.st_size;
    sound = malloc(sound_size);
    FUZZ_CHECK(sound != NULL && fread(sound, 1, sound_size, stream) == sound_size);
    fclose(stream);
}

static void check_content(struct save_file *file)
{
    struct edits edits = {0};
    (void)save_file_load_edits(file, &edits);
    for (uint32_t slot = 0; slot < edits.slot_count; slot++) {
        const struct edits_column *column = &edits.slots[slot];
        for (uint32_t i = 0; i < column->count; i++)
            FUZZ_CHECK(column->list[i].place < COLUMN_BLOCKS &&
                       column->list[i].block < BLOCK_COUNT);
    }
    edits_finish(&edits);
    struct save_player player;
    if (save_file_load_player(file, &player))
        FUZZ_CHECK(save_player_makes_sense(&player));
}

// Magic, version 1 at byte 60, and "CIND" at byte 68.
static bool has_our_header(const uint8_t *bytes, size_t size)
{
    return size >= 100 && memcmp(bytes, "SQLite format 3", 16) == 0 &&
           memcmp(bytes + 60, "\0\0\0\1", 4) == 0 && memcmp(bytes + 68, "CIND", 4) == 0;
}

// What lies at `path`: `size` of `bytes`, or NULL where it was made with SQL.
static void try_world(const uint8_t *bytes, size_t size)
{
    struct save_file file;
    uint32_t seed = 99;
    char message[256] = "";
    sqlite3_memory_highwater(/*reset=*/1);
    if (!save_file_open(&file, path, &seed, message, sizeof(message))) {
        FUZZ_CHECK(message[0] != '\0' && seed == 99 && file.db == NULL);
        FUZZ_CHECK(bytes == NULL || fuzz_file_is(path, bytes, size));
    } else {
        FUZZ_CHECK(bytes == NULL || has_our_header(bytes, size));
        struct edits edits = {0};
        FUZZ_CHECK(edits_set(&edits, (struct column_coord){1, 0}, 5, 1));
        check_content(&file);
        (void)save_file_write(&file, &edits, NULL, message, sizeof(message));
        check_content(&file);
        save_file_close(&file);
        edits_finish(&edits);
    }
    FUZZ_CHECK(sqlite3_memory_highwater(0) < MOST_MEMORY && sqlite3_memory_used() == 0);
}

static void try_damaged(const uint8_t *bytes, size_t size, bool cut)
{
    uint8_t *file = malloc(sound_size);
    FUZZ_CHECK(file != NULL);
    memcpy(file, sound, sound_size);
    size_t length = sound_size;
    for (size_t at = 0; at + PATCH_SIZE <= size; at += PATCH_SIZE) {
        size_t place = ((size_t)bytes[at] << 8 | bytes[at + 1]) % sound_size;
        if (at == 0 && cut)
            length = place;
        else
            file[place] = bytes[at + 2];
    }
    fuzz_write_file(path, file, length);
    try_world(file, length);
    free(file);
}

static void bind(sqlite3_stmt *row, int index, struct fuzz_bytes *from)
{
    uint32_t kind = fuzz_take(from), length = kind / 4 % 12;
    uint8_t bytes[12];
    uint64_t bits = 0;
    double real;
    if (kind % 4 == 0) { // most likely to make sense
        sqlite3_bind_int(row, index, (int)fuzz_below(from, 32));
        return;
    }
    for (uint32_t i = 0; i < sizeof(bytes) && i < (kind % 4 == 3 ? length : 8); i++)
        bits = bits << 8 | (bytes[i] = (uint8_t)fuzz_take(from));
    memcpy(&real, &bits, sizeof(real));
    if (kind % 4 == 1)
        sqlite3_bind_int64(row, index, (sqlite3_int64)bits);
    else if (kind % 4 == 2)
        sqlite3_bind_double(row, index, real);
    else if (length < 11)
        sqlite3_bind_blob(row, index, bytes, (int)length, SQLITE_TRANSIENT);
    else
        sqlite3_bind_zeroblob(row, index, (int)fuzz_below(from, 1 << 19));
}

// A row that a table's own rules refuse is left out.
static void put_rows(sqlite3 *db, struct fuzz_bytes *from)
{
    static const char *const rows[] = {
        "INSERT OR REPLACE INTO edits VALUES(?, ?, ?, ?)",
        "INSERT OR REPLACE INTO player VALUES(1, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "INSERT OR REPLACE INTO world VALUES(1, ?)",
    };
    for (int i = 0; i < MOST_ROWS && from->size > 0; i++) {
        sqlite3_stmt *row = NULL;
        FUZZ_CHECK(sqlite3_prepare_v2(db, rows[fuzz_below(from, 3)], -1, &row, NULL) == SQLITE_OK);
        for (int column = 1; column <= sqlite3_bind_parameter_count(row); column++)
            bind(row, column, from);
        (void)sqlite3_step(row);
        sqlite3_finalize(row);
    }
}

static void try_rows(const uint8_t *bytes, size_t size)
{
    struct fuzz_bytes from = {bytes, size};
    sqlite3 *db = NULL;
    fuzz_write_file(path, sound, sound_size);
    FUZZ_CHECK(sqlite3_open(path, &db) == SQLITE_OK);
    FUZZ_CHECK(sqlite3_exec(db, "BEGIN", NULL, NULL, NULL) == SQLITE_OK);
    put_rows(db, &from);
    FUZZ_CHECK(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK);
    FUZZ_CHECK(sqlite3_close(db) == SQLITE_OK);
    try_world(NULL, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    ash_log_set_level(ASH_LOG_OFF);
    snprintf(path, sizeof(path), "%s/world.db", fuzz_folder());
    if (sound == NULL)
        make_sound_world();
    if (size == 0)
        return 0;
    int kind = bytes[0] % 4;
    if (kind == 0) {
        fuzz_write_file(path, bytes + 1, size - 1);
        try_world(bytes + 1, size - 1);
    } else if (kind < 3) {
        try_damaged(bytes + 1, size - 1, kind == 2);
    } else {
        try_rows(bytes + 1, size - 1);
    }
    fuzz_folder_empty();
    return 0;
}
