// A saved world of a stranger's making: it is refused with a sentence and stays as it was, or it
// can be read and written, and only what makes sense comes out. Bounded in memory and time.
//
// The first byte, modulo 4, says what the rest is: 0 the file, 1 changes of a sound world (places
// of two bytes and a value each), 2 the same with the rest of the file cut off at the first place,
// 3 rows of a sound world's tables (kind, then numbers of eight bytes). 254: the log that a killed
// game left beside a world, some frames short (a byte) and changed (as 1), its sums made
// right.
#include "tests/fuzz/fuzz_folder.h"

#include <sqlite3.h>

#include "engine/log.h"
#include "game/world/save/save_file.h"

enum { PATCH_SIZE = 3, MOST_ROWS = 64, MOST_MEMORY = 32 << 20, KIND_LOG = 254 };

// Of SQLite's file format (sqlite.org/fileformat.html, "WAL File Format"): a header with two salts
// and two sums; frames of a header and a page, with the page's number, the size of the database
// where a transaction ends, the salts again, and the sums of all so far.
enum { LOG_HEADER = 32, LOG_SALTS = 16, LOG_SUMS = 24, SALTS_SIZE = 8 };
enum { FRAME_HEADER = 24, FRAME_SALTS = 8, FRAME_SUMS = 16, FRAME_SIZE = FRAME_HEADER + 4096 };

static char path[128], log_path[140];
static uint8_t *sound, *large; // worlds that are all right: one of few pages, one of more
static uint8_t *large_log;     // that was beside the large one before it was closed
static size_t sound_size, large_size, log_size;

static uint8_t *read_whole(const char *name, size_t *size)
{
    FILE *stream = fopen(name, "rb");
    struct stat status;
    FUZZ_CHECK(stream != NULL && fstat(fileno(stream), &status) == 0);
    *size = (size_t)status.st_size;
    uint8_t *bytes = malloc(*size);
    FUZZ_CHECK(bytes != NULL && fread(bytes, 1, *size, stream) == *size);
    fclose(stream);
    return bytes;
}

static void make_world(int edit_count, uint8_t **bytes, size_t *size)
{
    struct save_file file;
    uint32_t seed = 7;
    char message[256];
    struct edits edits = {0};
    struct save_player player = {.y = 64, .hotbar = {2, 3, 4, 5, 6, 7, 9, 10, 15}};
    for (int i = 0; i < edit_count; i++) {
        struct block_coord at = {i % 3 * 40, i % 128, i % 7};
        FUZZ_CHECK(edits_set(&edits, edit_column(at), edit_place(at), 3));
    }
    FUZZ_CHECK(save_file_open(&file, path, &seed, message, sizeof(message)));
    FUZZ_CHECK(save_file_write(&file, &edits, &player, message, sizeof(message)));
    free(large_log);
    large_log = read_whole(log_path, &log_size);
    save_file_close(&file);
    edits_finish(&edits);
    *bytes = read_whole(path, size);
    fuzz_folder_empty();
}

static void make_worlds(void)
{
    make_world(300, &sound, &sound_size);
    make_world(1500, &large, &large_size);
    FUZZ_CHECK(log_size > LOG_HEADER + 4 * FRAME_SIZE);
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

// What lies at `path`: `size` of `bytes`, or NULL where it was made with SQL. Whether it was
// opened.
static bool try_world(const uint8_t *bytes, size_t size)
{
    bool opened = false;
    struct save_file file;
    uint32_t seed = 99;
    char message[256] = "";
    sqlite3_memory_highwater(/*reset=*/1);
    if (!save_file_open(&file, path, &seed, message, sizeof(message))) {
        FUZZ_CHECK(message[0] != '\0' && seed == 99 && file.db == NULL);
        FUZZ_CHECK(bytes == NULL || fuzz_file_is(path, bytes, size));
    } else {
        opened = true;
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
    return opened;
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

static void put_big_endian(uint8_t *out, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void put_sums(uint8_t *out, const uint32_t sums[2])
{
    put_big_endian(out, sums[0]);
    put_big_endian(out + 4, sums[1]);
}

// Words are in the order of the machine that began the log: this one.
static void add_to_sums(const uint8_t *bytes, size_t size, uint32_t sums[2])
{
    for (size_t at = 0; at + 8 <= size; at += 8) {
        uint32_t words[2];
        memcpy(words, bytes + at, sizeof(words));
        sums[0] += words[0] + sums[1];
        sums[1] += words[1] + sums[0];
    }
}

// So that SQLite takes what is in it, and not only what is before the first change.
static void repair_log(uint8_t *log, size_t size)
{
    uint32_t sums[2] = {0, 0};
    add_to_sums(log, LOG_SUMS, sums);
    put_sums(log + LOG_SUMS, sums);
    for (size_t at = LOG_HEADER; at < size && size - at >= FRAME_SIZE; at += FRAME_SIZE) {
        uint8_t *frame = log + at;
        memcpy(frame + FRAME_SALTS, log + LOG_SALTS, SALTS_SIZE);
        add_to_sums(frame, FRAME_SALTS, sums);
        add_to_sums(frame + FRAME_HEADER, FRAME_SIZE - FRAME_HEADER, sums);
        put_sums(frame + FRAME_SUMS, sums);
    }
}

static void try_log(const uint8_t *bytes, size_t size)
{
    const size_t frames = (log_size - LOG_HEADER) / FRAME_SIZE;
    const size_t length = log_size - (size > 0 ? bytes[0] % frames * FRAME_SIZE : 0);
    uint8_t *log = malloc(length);
    FUZZ_CHECK(log != NULL);
    memcpy(log, large_log, length);
    for (size_t at = 1; at + PATCH_SIZE <= size; at += PATCH_SIZE)
        log[((size_t)bytes[at] << 8 | bytes[at + 1]) % length] = bytes[at + 2];
    repair_log(log, length);
    fuzz_write_file(path, large, large_size);
    fuzz_write_file(log_path, log, length);
    if (!try_world(large, large_size))
        FUZZ_CHECK(fuzz_file_is(log_path, log, length));
    free(log);
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
    snprintf(log_path, sizeof(log_path), "%s-wal", path);
    if (sound == NULL)
        make_worlds();
    if (size == 0)
        return 0;
    int kind = bytes[0] % 4;
    if (bytes[0] == KIND_LOG) {
        try_log(bytes + 1, size - 1);
    } else if (kind == 0) {
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
