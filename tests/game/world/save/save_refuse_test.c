// What is no world of ours is refused with a sentence, and stays byte for byte as it is.
#include "tests/game/world/save/save_folder.h"
#include "tests/support/count.h"

// Opening is refused with a sentence that has `words` in it, and nothing in the folder changes.
static void assert_refused(const char *words)
{
    struct bytes before = read_file(path);
    uint32_t files = each_file(false);
    uint32_t seed = 99;
    message[0] = '\0';
    struct save *save = save_open(path, &seed, message, sizeof(message));
    assert_null(save);
    assert_int_equal(seed, 99);
    if (strstr(message, words) == NULL)
        print_error("expected '%s' in: %s\n", words, message);
    assert_non_null(strstr(message, words));
    assert_int_equal(message[strlen(message) - 1], '.');
    struct bytes after = read_file(path);
    assert_int_equal(before.size, after.size);
    assert_memory_equal(before.data, after.data, before.size);
    assert_int_equal(each_file(false), files);
    free(before.data);
    free(after.data);
}

static void files_that_are_no_worlds_are_refused(void **state)
{
    (void)state;
    static const char prose[] = "Dear diary, today I dug a hole. It was a deep one, deeper than "
                                "the last, and at its bottom I found nothing but more stone.";
    write_file(path, "", 0);
    assert_refused("not a database");
    write_file(path, prose, 20);
    assert_refused("not a database");
    write_file(path, prose, sizeof(prose));
    assert_refused("not a database");
    assert_int_equal(unlink(path), 0);
    run_sql("CREATE TABLE bookmarks(url TEXT); INSERT INTO bookmarks VALUES('x')");
    assert_refused("another program's");
    run_sql("PRAGMA journal_mode = WAL; INSERT INTO bookmarks VALUES('y')");
    assert_refused("another program's");
}

static void worlds_of_other_versions_are_refused(void **state)
{
    (void)state;
    make_world(100);
    run_sql("PRAGMA user_version = 2");
    assert_refused("a newer Cinder");
    run_sql("PRAGMA user_version = 0");
    assert_refused("an older Cinder");
    run_sql("PRAGMA user_version = 1");
    assert_true(save_close(open_world(1)));
}

static void damaged_worlds_are_refused(void **state)
{
    (void)state;
    make_world(5000);
    struct bytes sound = read_file(path);
    assert_true(sound.size > 5 * 4096);
    // Cut short.
    write_file(path, sound.data, sound.size / 2);
    assert_refused("damaged");
    write_file(path, sound.data, sound.size - 1);
    assert_refused("damaged");
    write_file(path, sound.data, 100);
    assert_refused("damaged");
    // A page of rubbish.
    uint8_t *broken = malloc(sound.size);
    assert_non_null(broken);
    memcpy(broken, sound.data, sound.size);
    memset(broken + sound.size - 4096, 0xA5, 4096);
    write_file(path, broken, sound.size);
    assert_refused("damaged");
    // Not in the mode that worlds have.
    memcpy(broken, sound.data, sound.size);
    broken[18] = broken[19] = 1;
    write_file(path, broken, sound.size);
    assert_refused("damaged");
    // A stranger's additions and omissions.
    write_file(path, sound.data, sound.size);
    run_sql("CREATE TRIGGER t AFTER INSERT ON edits BEGIN DELETE FROM world; END");
    assert_refused("damaged");
    run_sql("DROP TRIGGER t; CREATE VIEW v AS SELECT 1");
    assert_refused("damaged");
    run_sql("DROP VIEW v; DELETE FROM world");
    assert_refused("damaged");
    run_sql("INSERT INTO world VALUES(1, -5)");
    assert_refused("damaged");
    run_sql("DROP TABLE player");
    assert_refused("damaged");
    // And the sound one is still one.
    write_file(path, sound.data, sound.size);
    struct save *save = open_world(1);
    assert_int_equal(edit_at(save, (struct block_coord){0, 0, 0}), BLOCK_PLANKS);
    assert_true(save_close(save));
    free(broken);
    free(sound.data);
}

// A million columns with one edit each: a small file, and much memory.
static void worlds_too_large_to_hold_are_refused(void **state)
{
    (void)state;
    make_world(10);
    run_sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1 << 20)"
            " INSERT INTO edits SELECT i, 5, 0, 1 FROM n");
    assert_refused("more changes than");
    run_sql("DELETE FROM edits WHERE z = 5 AND x > 1000");
    assert_true(save_close(open_world(1)));
}

static uint64_t kilobytes_at_most(void)
{
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return (uint64_t)usage.ru_maxrss;
}

// A few kilobytes on the disk that say they are two terabytes: for the bits of all pages SQLite
// would take 512 MiB.
static void worlds_that_say_they_are_endless_are_refused(void **state)
{
    (void)state;
    static const uint8_t pages[4] = {0xFF, 0xFF, 0xFF, 0xFE};
    make_world(10);
    run_sql("PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM;"
            "PRAGMA journal_mode = WAL");
    int file = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(file >= 0 && pwrite(file, pages, sizeof(pages), 28) == sizeof(pages));
    if (ftruncate(file, 0xFFFFFFFEL * 512) == 0) { // there are file systems that say no
        uint64_t before = kilobytes_at_most();
        uint32_t seed = 99;
        assert_null(save_open(path, &seed, message, sizeof(message)));
        assert_non_null(strstr(message, "more pages than"));
        assert_true(kilobytes_at_most() < before + (64 << 10));
    }
    assert_int_equal(close(file), 0);
    assert_int_equal(each_file(false), 1);
}

static void a_log_larger_than_any_is_refused(void **state)
{
    (void)state;
    make_world(10);
    char log[128];
    snprintf(log, sizeof(log), "%s-wal", path);
    write_file(log, "", 0);
    assert_int_equal(truncate(log, 2L << 30), 0);
    assert_refused("larger than any");
    assert_int_equal(unlink(log), 0);
    assert_true(save_close(open_world(1)));
}

static void a_strangers_journal_is_not_played_back(void **state)
{
    (void)state;
    make_world(10);
    char journal[128];
    snprintf(journal, sizeof(journal), "%s-journal", path);
    write_file(journal, "whatever", 8);
    assert_refused("-journal");
}

static void what_is_not_a_file_is_refused(void **state)
{
    (void)state;
    uint32_t seed = 1;
    assert_int_equal(mkdir(path, 0700), 0);
    assert_null(save_open(path, &seed, message, sizeof(message)));
    assert_non_null(strstr(message, "not a file"));
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_null(save_open(path, &seed, message, sizeof(message)));
    assert_non_null(strstr(message, "not a file"));
    assert_null(save_open("/nowhere/at/all/world.db", &seed, message, sizeof(message)));
    assert_non_null(strstr(message, "No such file"));
    assert_null(save_open("/proc/world.db", &seed, message, sizeof(message)));
    assert_int_equal(each_file(false), 1);
}

static void worlds_without_permission_are_refused(void **state)
{
    (void)state;
    make_world(10);
    struct bytes before = read_file(path);
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(chmod(path, 0), 0);
    assert_true(in_child(refuses_quietly, true)); // unreadable
    assert_int_equal(chmod(path, 0444), 0);
    assert_true(in_child(refuses_quietly, true)); // unwritable
    if (geteuid() == 0)
        assert_int_equal(chown(path, 65534, 65534), 0);
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(chmod(folder, 0555), 0);
    assert_true(in_child(refuses_quietly, true)); // in a folder that takes no log file
    assert_int_equal(chmod(folder, 0700), 0);
    struct bytes after = read_file(path);
    assert_int_equal(before.size, after.size);
    assert_memory_equal(before.data, after.data, before.size);
    assert_int_equal(each_file(false), 1);
    free(before.data);
    free(after.data);
}

static bool says_that_it_is_open(void)
{
    return refuses_quietly() && strstr(message, "another game") != NULL;
}

static void a_world_is_open_in_one_game_at_a_time(void **state)
{
    (void)state;
    struct save *save = open_world(1);
    save_set_block(save, (struct block_coord){1, 2, 3}, BLOCK_ORE);
    assert_true(save_flush(save));
    assert_true(in_child(says_that_it_is_open, false));
    assert_true(says_that_it_is_open()); // in the same process, too
    save_set_block(save, (struct block_coord){1, 2, 4}, BLOCK_ORE);
    assert_true(save_close(save));
    save = open_world(1);
    assert_int_equal(edit_at(save, (struct block_coord){1, 2, 3}), BLOCK_ORE);
    assert_int_equal(edit_at(save, (struct block_coord){1, 2, 4}), BLOCK_ORE);
    assert_true(save_close(save));
}

// Opening what is in the file ends: with a sentence and the file as it was, or with a world that
// can be read and written without a crash. Returns whether it was refused.
static bool is_refused(const uint8_t *bytes, size_t size)
{
    uint32_t seed = 99;
    write_file(path, bytes, size);
    struct save *save = save_open(path, &seed, message, sizeof(message));
    if (save == NULL) {
        struct bytes after = read_file(path);
        assert_int_equal(after.size, size);
        assert_memory_equal(after.data, bytes, size);
        assert_int_equal(message[strlen(message) - 1], '.');
        assert_int_equal(seed, 99);
        free(after.data);
        return true;
    }
    struct edits edits = {0};
    (void)save_load_edits(save, &edits);
    edits_finish(&edits);
    save_set_block(save, (struct block_coord){1, 1, 1}, BLOCK_LAMP);
    (void)save_flush(save);
    (void)save_close(save);
    return false;
}

// Every bit of the header, one of many other bytes, and several at once.
static void flipped_bits_never_crash(void **state)
{
    (void)state;
    make_world(1500);
    struct bytes sound = read_file(path);
    uint32_t refused = 0, opened = 0;
    for (size_t bit = 0; bit < sound.size * 8; bit += bit < 800 ? 1 : 8 * 97 + 1) {
        sound.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        bool was = is_refused(sound.data, sound.size);
        refused += was;
        opened += !was;
        sound.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        // Magic, page size, versions of the format: what SQLite would take for something else.
        if (bit < 20 * 8 && !was)
            fail_msg("bit %zu", bit);
    }
    uint8_t *broken = malloc(sound.size);
    assert_non_null(broken);
    srand(11);
    for (int round = 0; round < 250; round++) {
        memcpy(broken, sound.data, sound.size);
        // Every other time in the first page, where it hurts most.
        for (int flip = 0; flip <= round % 4; flip++)
            broken[(size_t)rand() % (round % 2 == 0 ? 4096 : sound.size)] ^=
                (uint8_t)(1 << rand() % 8);
        bool was = is_refused(broken, sound.size);
        refused += was;
        opened += !was;
    }
    assert_int_equal(each_file(false), 1);
    assert_true(refused > 20);
    print_message("bits flipped: %u refused, %u opened\n", refused, opened);
    test_count("damaged worlds tried", refused + opened);
    free(broken);
    free(sound.data);
}

// At every end of a page, and at many other places.
static void a_world_cut_short_is_refused(void **state)
{
    (void)state;
    make_world(1500);
    struct bytes sound = read_file(path);
    uint32_t cuts = 0;
    for (size_t size = 0; size < sound.size; size += 131) {
        if (!is_refused(sound.data, size))
            fail_msg("%zu of %zu bytes", size, sound.size);
        cuts++;
    }
    for (size_t size = 4096; size < sound.size; size += 4096, cuts++)
        assert_true(is_refused(sound.data, size));
    test_count("damaged worlds tried", cuts);
    free(sound.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(files_that_are_no_worlds_are_refused),
        WITH_FOLDER(worlds_of_other_versions_are_refused),
        WITH_FOLDER(damaged_worlds_are_refused),
        WITH_FOLDER(worlds_too_large_to_hold_are_refused),
        WITH_FOLDER(worlds_that_say_they_are_endless_are_refused),
        WITH_FOLDER(a_log_larger_than_any_is_refused),
        WITH_FOLDER(a_strangers_journal_is_not_played_back),
        WITH_FOLDER(what_is_not_a_file_is_refused),
        WITH_FOLDER(worlds_without_permission_are_refused),
        WITH_FOLDER(a_world_is_open_in_one_game_at_a_time),
        WITH_FOLDER(flipped_bits_never_crash),
        WITH_FOLDER(a_world_cut_short_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
