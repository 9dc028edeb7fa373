// Labels: threads
//
// Saved worlds: what goes in comes out.
#include "tests/game/world/save/save_folder.h"

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

// What SQLite has another meaning for, too.
static void a_name_is_only_a_name(void **state)
{
    (void)state;
    static const char *const names[] = {":memory:", "file:world.db?mode=memory", "file:other.db",
                                        "file::memory:?cache=shared"};
    enum { COUNT = sizeof(names) / sizeof(names[0]) };
    char before[4096];
    assert_non_null(getcwd(before, sizeof(before)));
    assert_int_equal(chdir(folder), 0);
    for (uint32_t i = 0; i < COUNT; i++) {
        snprintf(path, sizeof(path), "%s", names[i]);
        make_world(10 + i);
        struct save *save = open_world(1);
        assert_int_equal(edit_at(save, (struct block_coord){0, 0, 0}), BLOCK_PLANKS);
        assert_true(save_close(save));
        assert_int_equal(access(names[i], R_OK), 0);
        assert_int_equal(each_file(false), i + 1);
    }
    assert_int_equal(chdir(before), 0);
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
    for (int i = 0; i < COUNT; i++)
        save_set_block(save, places[i], BLOCK_STONE);
    assert_true(save_flush(save));
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(edit_at(save, places[i]), BLOCK_STONE);
    for (int i = 0; i < COUNT; i++) {
        save_set_block(save, places[i], BLOCK_GLASS);
        save_set_block(save, places[i], (enum block)(i + 1));
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
                                       .hotbar = {2, 3, 4, 5, 6, 7, 9, 10, 15},
                                       .flying = true,
                                       .time_of_day = 0.75};
    assert_false(save_load_player(save, &read));
    save_set_player(save, &player);
    assert_true(save_flush(save));
    assert_true(save_load_player(save, &read));
    assert_true(read.x == -1e6);
    player.x = 17;
    save_set_player(save, &player);
    assert_true(save_close(save));
    save = open_world(1);
    assert_true(save_load_player(save, &read));
    assert_true(read.x == player.x && read.y == player.y && read.z == player.z);
    assert_true(read.yaw == player.yaw && read.pitch == player.pitch);
    assert_memory_equal(read.hotbar, player.hotbar, HOTBAR_SLOTS);
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
    struct edits edits = {0};
    assert_true(save_load_edits(save, &edits));
    for (int x = 0; x < 64; x++)
        for (int y = 0; y < 8; y++)
            for (int z = 0; z < 64; z++)
                assert_int_equal(edit_in(&edits, (struct block_coord){x * 9, y, z * 9}),
                                 expected[x][y][z] != 0 ? expected[x][y][z] : -1);
    edits_finish(&edits);
    assert_true(save_close(save));
}

static void numbers_that_make_no_sense_are_left_out(void **state)
{
    (void)state;
    make_world(1);
    run_sql("INSERT INTO edits VALUES(0, 0, -1, 1), (0, 0, 131072, 1), (0, 0, 5, 200),"
            "(0, 0, 6, -1), (0, 0, 9223372036854775807, 1), (0, 0, 7, 3),"
            "(2147483648, 0, 0, 1), (0, -2147483649, 0, 1)");
    run_sql("INSERT INTO player VALUES(1, 9e999, 0, 0, 0, 0, 0, x'020202020202020202', 0, 0.5)");
    struct save *save = open_world(1);
    struct edits edits = {0};
    assert_true(save_load_edits(save, &edits));
    assert_int_equal(edits.edit_count, 2);
    edits_finish(&edits);
    struct save_player player;
    assert_false(save_load_player(save, &player));
    assert_true(save_close(save));
#define STONES "x'020202020202020202'"
    static const char *const players[] = {
        "1e10, 0, 0, 0, 0, 0, " STONES ", 0, 0.5",
        "0, -1e6, 0, 0, 0, 0, " STONES ", 0, 0.5",
        "0, 0, 0, 0, 2, 0, " STONES ", 0, 0.5",
        "0, 0, 0, 0, 0, 9, " STONES ", 0, 0.5",
        "0, 0, 0, 0, 0, -1, " STONES ", 0, 0.5",
        "0, 0, 0, 0, 0, 0, " STONES ", 0, 1.5",
        "0, 0, 0, 9e999, 0, 0, " STONES ", 0, 0.5",
        "0, 0, 0, 0, 0, 0, x'', 0, 0.5",
        "0, 0, 0, 0, 0, 0, x'0202020202020202', 0, 0.5", // a slot too few, air, no block
        "0, 0, 0, 0, 0, 0, x'020202020202020200', 0, 0.5",
        "0, 0, 0, 0, 0, 0, x'0202020202020202ff', 0, 0.5",
        "0, 0, 0, 0, 0, 0, " STONES ", 0, 0.5", // the last one does
    };
    const size_t count_of_players = sizeof(players) / sizeof(players[0]);
    for (size_t i = 0; i < count_of_players; i++) {
        char sql[160];
        snprintf(sql, sizeof(sql), "INSERT OR REPLACE INTO player VALUES(1, %s)", players[i]);
        run_sql(sql);
        save = open_world(1);
        assert_int_equal(save_load_player(save, &player), i + 1 == count_of_players);
        assert_true(save_close(save));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(a_world_keeps_its_seed_and_is_for_its_user_alone),
        WITH_FOLDER(a_name_is_only_a_name),
        WITH_FOLDER(edits_come_back),
        WITH_FOLDER(the_player_comes_back),
        WITH_FOLDER(many_edits_of_many_columns),
        WITH_FOLDER(numbers_that_make_no_sense_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
