// Labels: threads
//
// Saved worlds: what goes in comes out, what is not a world is left alone, nothing is lost for
// long.
#include "game/world/save.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "engine/log.h"

// Every test has a folder of its own, so that files left beside the world are noticed.
static char folder[64], path[96];
static char message[512];

static int make_folder(void **state)
{
    (void)state;
    ash_log_set_level(ASH_LOG_OFF);
    snprintf(folder, sizeof(folder), "/tmp/ash-save-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof(path), "%s/world.db", folder);
    message[0] = '\0';
    return 0;
}

static uint32_t each_file(bool delete_it)
{
    uint32_t count = 0;
    DIR *listing = opendir(folder);
    assert_non_null(listing);
    struct dirent *entry;
    while ((entry = readdir(listing)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        count++;
        if (delete_it && unlinkat(dirfd(listing), entry->d_name, 0) != 0)
            assert_int_equal(unlinkat(dirfd(listing), entry->d_name, AT_REMOVEDIR), 0);
    }
    closedir(listing);
    return count;
}

static int remove_folder(void **state)
{
    (void)state;
    (void)chmod(folder, 0700);
    each_file(true);
    return rmdir(folder);
}

struct bytes {
    uint8_t *data;
    size_t size;
};

static struct bytes read_file(const char *name)
{
    struct bytes bytes = {0};
    FILE *file = fopen(name, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    bytes.size = (size_t)ftell(file);
    rewind(file);
    bytes.data = malloc(bytes.size + 1);
    assert_non_null(bytes.data);
    assert_int_equal(fread(bytes.data, 1, bytes.size, file), bytes.size);
    fclose(file);
    return bytes;
}

static void write_file(const char *name, const void *data, size_t size)
{
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static struct save *open_world(uint32_t seed)
{
    struct save *save = save_open(path, &seed, message, sizeof(message));
    if (save == NULL)
        print_error("%s\n", message);
    assert_non_null(save);
    return save;
}

// The block that an edit left at a place, or -1.
static int edit_at(struct save *save, struct block_coord at)
{
    struct edit *edits;
    uint32_t count;
    int block = -1;
    assert_true(save_load_column(save, edit_column(at), &edits, &count));
    for (uint32_t i = 0; i < count; i++)
        if (edits[i].place == edit_place(at))
            block = edits[i].block;
    free(edits);
    return block;
}

// A world with `count` edits near the origin.
static void make_world(uint32_t count)
{
    struct save *save = open_world(7);
    for (uint32_t i = 0; i < count; i++)
        save_set_block(save, (struct block_coord){(int)i % 40, (int)i / 40 % 128, (int)i % 7},
                       BLOCK_PLANKS);
    assert_true(save_close(save));
}

static void a_world_keeps_its_seed_and_is_for_its_user_alone(void **state)
{
    (void)state;
    uint32_t seed = 4000000001u;
    struct save *save = save_open(path, &seed, message, sizeof(message));
    assert_non_null(save);
    assert_int_equal(seed, 4000000001u);
    assert_true(save_close(save));
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    seed = 5;
    save = save_open(path, &seed, message, sizeof(message));
    assert_non_null(save);
    assert_int_equal(seed, 4000000001u);
    assert_true(save_close(save));
    assert_int_equal(each_file(false), 1);
    assert_true(save_close(NULL));
}

static void edits_come_back(void **state)
{
    (void)state;
    static const struct block_coord places[] = {
        {0, 0, 0},   {31, 127, 31},   {32, 40, -1},
        {-1, 1, -1}, {-33, 64, 1000}, {2147483647, 5, -2147483647 - 1},
        {5, 6, 7},   {5, 38, 7},      {5, 70, 7},
    };
    enum { COUNT = sizeof(places) / sizeof(places[0]) };
    struct save *save = open_world(1);
    for (int i = 0; i < COUNT; i++) {
        save_set_block(save, places[i], BLOCK_STONE);
        assert_int_equal(edit_at(save, places[i]), BLOCK_STONE); // before it is written
    }
    assert_true(save_flush(save));
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(edit_at(save, places[i]), BLOCK_STONE);
    for (int i = 0; i < COUNT; i++) {
        save_set_block(save, places[i], BLOCK_GLASS);
        save_set_block(save, places[i], (enum block)(i + 1));
        assert_int_equal(edit_at(save, places[i]), i + 1); // newer than what the file has
    }
    assert_true(save_close(save));
    save = open_world(1);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(edit_at(save, places[i]), i + 1);
    assert_int_equal(edit_at(save, (struct block_coord){0, 1, 0}), -1);
    assert_false(save_failed(save));
    assert_true(save_close(save));
}

static void the_player_comes_back(void **state)
{
    (void)state;
    struct save *save = open_world(1);
    struct save_player read, player = {.x = -1e6,
                                       .y = 63.5,
                                       .z = 2.25,
                                       .yaw = 31.0f,
                                       .pitch = -1.5f,
                                       .hotbar_slot = 8,
                                       .flying = true,
                                       .time_of_day = 0.75};
    assert_false(save_load_player(save, &read));
    save_set_player(save, &player);
    assert_true(save_load_player(save, &read));
    assert_true(save_flush(save));
    player.x = 17;
    save_set_player(save, &player);
    assert_true(save_load_player(save, &read));
    assert_true(read.x == 17);
    assert_true(save_close(save));
    save = open_world(1);
    assert_true(save_load_player(save, &read));
    assert_true(read.x == player.x && read.y == player.y && read.z == player.z);
    assert_true(read.yaw == player.yaw && read.pitch == player.pitch);
    assert_true(read.hotbar_slot == 8 && read.flying && read.time_of_day == 0.75);
    assert_true(save_close(save));
}

static void many_edits_of_many_columns(void **state)
{
    (void)state;
    enum { COUNT = 50000 };
    struct save *save = open_world(1);
    srand(3);
    static uint8_t expected[64][8][64];
    for (int i = 0; i < COUNT; i++) {
        int x = rand() % 64, y = rand() % 8, z = rand() % 64;
        expected[x][y][z] = (uint8_t)(1 + rand() % (BLOCK_COUNT - 1));
        save_set_block(save, (struct block_coord){x * 9, y, z * 9}, (enum block)expected[x][y][z]);
    }
    assert_true(save_close(save));
    save = open_world(1);
    for (int x = 0; x < 64; x += 3)
        for (int y = 0; y < 8; y++)
            for (int z = 0; z < 64; z += 3)
                assert_int_equal(edit_at(save, (struct block_coord){x * 9, y, z * 9}),
                                 expected[x][y][z] != 0 ? expected[x][y][z] : -1);
    assert_true(save_close(save));
}

// ---- What is not a world of ours, and stays as it is ----

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

static void run_sql(const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    int result = sqlite3_exec(db, sql, NULL, NULL, NULL);
    if (result != SQLITE_OK)
        print_error("%s: %s\n", sql, sqlite3_errmsg(db));
    assert_int_equal(result, SQLITE_OK);
    sqlite3_close(db);
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

// Runs `check` in a child process, as a user without privileges; it returns whether all was right.
static bool in_child(bool (*check)(void), bool as_nobody)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (as_nobody && geteuid() == 0 && setuid(65534) != 0)
            _exit(3);
        _exit(check() ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool refuses_quietly(void)
{
    uint32_t seed = 1;
    struct save *save = save_open(path, &seed, message, sizeof(message));
    bool ok = save == NULL && message[0] != '\0';
    if (save != NULL)
        save_close(save);
    return ok;
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

static void numbers_that_make_no_sense_are_left_out(void **state)
{
    (void)state;
    make_world(1);
    run_sql("INSERT INTO edits VALUES(0, 0, -1, 1), (0, 0, 131072, 1), (0, 0, 5, 200),"
            "(0, 0, 6, -1), (0, 0, 9223372036854775807, 1), (0, 0, 7, 3)");
    run_sql("INSERT INTO player VALUES(1, 9e999, 0, 0, 0, 0, 0, 0, 0.5)");
    struct save *save = open_world(1);
    struct edit *edits;
    uint32_t count;
    assert_true(save_load_column(save, (struct column_coord){0, 0}, &edits, &count));
    assert_int_equal(count, 2);
    free(edits);
    struct save_player player;
    assert_false(save_load_player(save, &player));
    assert_true(save_close(save));
    static const char *const players[] = {
        "1e10, 0, 0, 0, 0, 0, 0, 0.5",  "0, -1e6, 0, 0, 0, 0, 0, 0.5", "0, 0, 0, 0, 2, 0, 0, 0.5",
        "0, 0, 0, 0, 0, 9, 0, 0.5",     "0, 0, 0, 0, 0, -1, 0, 0.5",   "0, 0, 0, 0, 0, 0, 0, 1.5",
        "0, 0, 0, 9e999, 0, 0, 0, 0.5",
    };
    for (size_t i = 0; i < sizeof(players) / sizeof(players[0]); i++) {
        char sql[160];
        snprintf(sql, sizeof(sql), "INSERT OR REPLACE INTO player VALUES(1, %s)", players[i]);
        run_sql(sql);
        save = open_world(1);
        assert_false(save_load_player(save, &player));
        assert_true(save_close(save));
    }
}

// Whatever bits flip, opening ends: with a world that can be read and written without a crash, or
// with a sentence and the file as it was.
static void flipped_bits_never_crash(void **state)
{
    (void)state;
    make_world(1500);
    struct bytes sound = read_file(path);
    uint8_t *broken = malloc(sound.size);
    assert_non_null(broken);
    srand(11);
    uint32_t refused = 0, opened = 0;
    for (int round = 0; round < 250; round++) {
        memcpy(broken, sound.data, sound.size);
        // Every other time in the first page, where it hurts most.
        for (int flip = 0; flip <= round % 4; flip++)
            broken[(size_t)rand() % (round % 2 == 0 ? 4096 : sound.size)] ^=
                (uint8_t)(1 << rand() % 8);
        write_file(path, broken, sound.size);
        uint32_t seed = 1;
        struct save *save = save_open(path, &seed, message, sizeof(message));
        if (save == NULL) {
            refused++;
            struct bytes after = read_file(path);
            assert_int_equal(after.size, sound.size);
            assert_memory_equal(after.data, broken, sound.size);
            free(after.data);
            continue;
        }
        opened++;
        struct edit *edits;
        uint32_t count;
        if (save_load_column(save, (struct column_coord){0, 0}, &edits, &count))
            free(edits);
        save_set_block(save, (struct block_coord){1, 1, 1}, BLOCK_LAMP);
        (void)save_flush(save);
        (void)save_close(save);
    }
    assert_int_equal(each_file(false), 1);
    assert_true(refused > 20);
    print_message("bits flipped: %u refused, %u opened\n", refused, opened);
    free(broken);
    free(sound.data);
}

// ---- kill -9 ----

// What the child has handed over, and when.
struct diary {
    atomic_uint count;
    struct timespec when[1 << 16];
};

static double seconds_between(struct timespec from, struct timespec to)
{
    return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) * 1e-9;
}

static struct block_coord nth_place(uint32_t n)
{
    return (struct block_coord){(int32_t)(n % 50) * 3 - 60, (int32_t)(n / 50 % 128),
                                (int32_t)(n / 6400) - 4};
}

static void build_until_killed(struct diary *diary)
{
    uint32_t seed = 1;
    struct save *save = save_open(path, &seed, message, sizeof(message));
    if (save == NULL)
        _exit(1);
    for (uint32_t n = 0; n < 1 << 16; n++) {
        save_set_block(save, nth_place(n), BLOCK_PLANKS);
        clock_gettime(CLOCK_MONOTONIC, &diary->when[n]);
        atomic_store(&diary->count, n + 1);
        usleep(500);
    }
    _exit(2);
}

// Returns how many seconds before its end the killed game's world stops.
static double kill_one(struct diary *diary, useconds_t after)
{
    atomic_store(&diary->count, 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        build_until_killed(diary);
    usleep(after);
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    uint32_t made = atomic_load(&diary->count);
    if (made == 0 && access(path, F_OK) != 0)
        return 0; // it had not even begun
    struct save *save = open_world(1);
    uint32_t kept = 0;
    while (kept < made && edit_at(save, nth_place(kept)) == BLOCK_PLANKS)
        kept++;
    assert_true(save_close(save));
    return kept == made ? 0 : seconds_between(diary->when[kept], end);
}

static void a_killed_game_loses_at_most_a_second(void **state)
{
    (void)state;
    const char *wanted = getenv("ASH_KILLS");
    int kills = wanted != NULL ? atoi(wanted) : 20;
    struct diary *diary =
        mmap(NULL, sizeof(*diary), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(diary != MAP_FAILED);
    srand(5);
    double worst = 0;
    for (int i = 0; i < kills; i++) {
        // Some die young, while the file is being made.
        double lost = kill_one(diary, (useconds_t)(i % 5 == 0 ? rand() % 10000 : rand() % 900000));
        if (lost > worst)
            worst = lost;
        assert_true(lost < 1.0);
        each_file(true);
    }
    print_message("%d kills survived, at most %.2f s lost\n", kills, worst);
    munmap(diary, sizeof(*diary));
}

// ---- A full disk ----

static bool limit_files(rlim_t size)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
           setrlimit(RLIMIT_FSIZE,
                     &(struct rlimit){.rlim_cur = size, .rlim_max = limit.rlim_max}) == 0;
}

// In a child: from some size on every write to a file fails, until the limit is lifted.
static bool survives_a_full_disk(void)
{
    signal(SIGXFSZ, SIG_IGN);
    uint32_t seed = 1;
    struct save *save = save_open(path, &seed, message, sizeof(message));
    if (save == NULL || !limit_files(20000))
        return false;
    bool failed = false;
    for (int i = 0; i < 40000 && !failed; i++) {
        save_set_block(save, (struct block_coord){i, 5, 1}, BLOCK_SAND);
        failed = i % 1000 == 999 && !save_flush(save);
    }
    bool ok = failed && save_failed(save);
    // The game goes on, and sees what it built.
    save_set_block(save, (struct block_coord){-1, 5, 1}, BLOCK_GLASS);
    ok = ok && edit_at(save, (struct block_coord){0, 5, 1}) == BLOCK_SAND &&
         edit_at(save, (struct block_coord){999, 5, 1}) == BLOCK_SAND &&
         edit_at(save, (struct block_coord){-1, 5, 1}) == BLOCK_GLASS;
    ok = ok && !save_flush(save) && save_failed(save);
    // Space again: everything is written.
    ok = ok && limit_files(RLIM_INFINITY) && save_flush(save) && !save_failed(save);
    return save_close(save) && ok;
}

static bool says_what_is_lost(void)
{
    signal(SIGXFSZ, SIG_IGN);
    uint32_t seed = 1;
    struct save *save = save_open(path, &seed, message, sizeof(message));
    if (save == NULL || !limit_files(20000))
        return false;
    for (int i = 0; i < 4000; i++)
        save_set_block(save, (struct block_coord){i, 6, 1}, BLOCK_SAND);
    return !save_close(save);
}

static bool cannot_be_made(void)
{
    signal(SIGXFSZ, SIG_IGN);
    return limit_files(4096) && refuses_quietly() && each_file(false) == 0;
}

static void a_full_disk_is_survived(void **state)
{
    (void)state;
    assert_true(in_child(cannot_be_made, false));
    assert_true(in_child(survives_a_full_disk, false));
    struct save *save = open_world(1);
    assert_int_equal(edit_at(save, (struct block_coord){0, 5, 1}), BLOCK_SAND);
    assert_int_equal(edit_at(save, (struct block_coord){-1, 5, 1}), BLOCK_GLASS);
    assert_true(save_close(save));
    assert_true(in_child(says_what_is_lost, false));
    save = open_world(1);
    assert_int_equal(edit_at(save, (struct block_coord){0, 5, 1}), BLOCK_SAND);
    assert_true(save_close(save));
}

// ---- Threads ----

struct reader {
    struct save *save;
    atomic_bool *stop;
    uint32_t wrong, loads;
};

// Edits at y = 0 .. 127 of a column are made from below: whatever a reader sees has no gap.
static void *read_columns(void *argument)
{
    struct reader *reader = argument;
    for (int32_t x = 0; !atomic_load(reader->stop); x = (x + 1) % 16) {
        struct edit *edits;
        uint32_t count;
        bool seen[WORLD_HEIGHT] = {false};
        if (!save_load_column(reader->save, (struct column_coord){x, 0}, &edits, &count)) {
            reader->wrong++;
            continue;
        }
        for (uint32_t i = 0; i < count; i++)
            seen[edits[i].place >> (2 * CHUNK_SHIFT)] = true;
        for (int y = 1; y < WORLD_HEIGHT; y++)
            reader->wrong += seen[y] && !seen[y - 1];
        reader->loads++;
        free(edits);
    }
    return NULL;
}

static void columns_are_read_by_threads_while_edits_come(void **state)
{
    (void)state;
    struct save *save = open_world(1);
    atomic_bool stop = false;
    struct reader readers[3];
    pthread_t threads[3];
    for (int i = 0; i < 3; i++) {
        readers[i] = (struct reader){.save = save, .stop = &stop};
        assert_int_equal(pthread_create(&threads[i], NULL, read_columns, &readers[i]), 0);
    }
    for (int y = 0; y < WORLD_HEIGHT; y++) {
        for (int x = 0; x < 16; x++)
            save_set_block(save, (struct block_coord){x * CHUNK_SIZE, y, 0}, BLOCK_LAMP);
        if (y % 8 == 0)
            assert_true(save_flush(save));
        usleep(5000);
    }
    atomic_store(&stop, true);
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(readers[i].wrong, 0);
        assert_true(readers[i].loads > 0);
    }
    assert_true(save_close(save));
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(a_world_keeps_its_seed_and_is_for_its_user_alone),
        WITH_FOLDER(edits_come_back),
        WITH_FOLDER(the_player_comes_back),
        WITH_FOLDER(many_edits_of_many_columns),
        WITH_FOLDER(files_that_are_no_worlds_are_refused),
        WITH_FOLDER(worlds_of_other_versions_are_refused),
        WITH_FOLDER(damaged_worlds_are_refused),
        WITH_FOLDER(a_strangers_journal_is_not_played_back),
        WITH_FOLDER(what_is_not_a_file_is_refused),
        WITH_FOLDER(worlds_without_permission_are_refused),
        WITH_FOLDER(a_world_is_open_in_one_game_at_a_time),
        WITH_FOLDER(numbers_that_make_no_sense_are_left_out),
        WITH_FOLDER(flipped_bits_never_crash),
        WITH_FOLDER(a_killed_game_loses_at_most_a_second),
        WITH_FOLDER(a_full_disk_is_survived),
        WITH_FOLDER(columns_are_read_by_threads_while_edits_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
