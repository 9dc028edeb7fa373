// A game that is killed, a disk that is full: nothing is lost for long.
#include "tests/game/world/save/save_folder.h"

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
    struct edits edits = {0};
    assert_true(save_load_edits(save, &edits));
    while (kept < made && edit_in(&edits, nth_place(kept)) == BLOCK_PLANKS)
        kept++;
    edits_finish(&edits);
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
    // The game goes on.
    save_set_block(save, (struct block_coord){-1, 5, 1}, BLOCK_GLASS);
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
    assert_int_equal(edit_at(save, (struct block_coord){999, 5, 1}), BLOCK_SAND);
    assert_int_equal(edit_at(save, (struct block_coord){-1, 5, 1}), BLOCK_GLASS);
    assert_true(save_close(save));
    assert_true(in_child(says_what_is_lost, false));
    save = open_world(1);
    assert_int_equal(edit_at(save, (struct block_coord){0, 5, 1}), BLOCK_SAND);
    assert_true(save_close(save));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(a_killed_game_loses_at_most_a_second),
        WITH_FOLDER(a_full_disk_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
