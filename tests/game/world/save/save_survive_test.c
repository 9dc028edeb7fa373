// A game that is killed, a disk that is full: nothing is lost for long.
//
// Labels: kills
#include "tests/game/world/save/save_folder.h"
#include "tests/support/count.h"

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

// Several games at once, each killed at a moment of its own: most of a kill is waiting for it.
enum { VICTIMS = 8, LIVES = 5, LONGEST_LIFE = 1900000 }; // microseconds: some could lose too much
struct victim {
    char world[112];
    struct diary *diary;
    pid_t child; // 0: killed
    useconds_t moment;
    struct timespec end;
};

// Goes on where the game before was killed; some also end now and then as a game does.
static void build_until_killed(const struct victim *victim)
{
    struct diary *diary = victim->diary;
    struct save *save = NULL;
    const bool restarts = victim->moment % 3 == 0;
    for (uint32_t n = atomic_load(&diary->count); n < 1 << 16; n++) {
        uint32_t seed = 1;
        bool again = restarts && n % 512 == 511;
        if (again && !save_close(save))
            _exit(3);
        if (again || save == NULL)
            save = save_open(victim->world, &seed, message, sizeof(message));
        if (save == NULL)
            _exit(1);
        save_set_block(save, nth_place(n), BLOCK_PLANKS);
        clock_gettime(CLOCK_MONOTONIC, &diary->when[n]);
        atomic_store(&diary->count, n + 1);
        usleep(500);
    }
    _exit(2);
}

static void start(struct victim *victim, bool young)
{
    victim->moment = (useconds_t)(young ? rand() % 10000 : rand() % LONGEST_LIFE);
    victim->child = fork();
    assert_true(victim->child >= 0);
    if (victim->child == 0)
        build_until_killed(victim);
}

static void kill_all(struct victim victims[VICTIMS])
{
    useconds_t passed = 0;
    for (int killed = 0; killed < VICTIMS; killed++) {
        struct victim *next = NULL;
        for (int i = 0; i < VICTIMS; i++)
            if (victims[i].child != 0 && (next == NULL || victims[i].moment < next->moment))
                next = &victims[i];
        usleep(next->moment - passed);
        passed = next->moment;
        clock_gettime(CLOCK_MONOTONIC, &next->end);
        assert_int_equal(kill(next->child, SIGKILL), 0);
        int status = 0;
        assert_int_equal(waitpid(next->child, &status, 0), next->child);
        assert_true(WIFSIGNALED(status)); // nothing else had ended it
        next->child = 0;
    }
}

// Returns how many seconds before its end the killed game's world stops.
static double check_world(struct victim *victim)
{
    uint32_t made = atomic_load(&victim->diary->count), kept = 0, seed = 1;
    if (made == 0 && access(victim->world, F_OK) != 0)
        return 0; // it had not even begun
    struct save *save = save_open(victim->world, &seed, message, sizeof(message));
    if (save == NULL)
        print_error("%s\n", message);
    assert_non_null(save);
    struct edits edits = {0};
    assert_true(save_load_edits(save, &edits));
    while (kept < made && edit_in(&edits, nth_place(kept)) == BLOCK_PLANKS)
        kept++;
    edits_finish(&edits);
    assert_true(save_close(save));
    atomic_store(&victim->diary->count, kept); // the next game builds it again
    return kept == made ? 0 : seconds_between(victim->diary->when[kept], victim->end);
}

// Each world lives several times, so that games also die while they put the last one's log in
// order.
static void a_killed_game_loses_at_most_a_second(void **state)
{
    (void)state;
    const char *wanted = getenv("ASH_KILLS");
    int rounds = ((wanted != NULL ? atoi(wanted) : 20) + VICTIMS - 1) / VICTIMS;
    struct diary *diaries = mmap(NULL, VICTIMS * sizeof(*diaries), PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(diaries != MAP_FAILED);
    struct victim victims[VICTIMS];
    for (int i = 0; i < VICTIMS; i++) {
        victims[i] = (struct victim){.diary = &diaries[i]};
        snprintf(victims[i].world, sizeof(victims[i].world), "%s/world-%d.db", folder, i);
    }
    srand(5);
    double worst = 0;
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < VICTIMS; i++)
            start(&victims[i], (round + i) % 5 == 0);
        kill_all(victims);
        for (int i = 0; i < VICTIMS; i++) {
            double lost = check_world(&victims[i]);
            worst = lost > worst ? lost : worst;
            assert_true(lost < 1.0);
        }
        if (round % LIVES != LIVES - 1)
            continue;
        each_file(true);
        for (int i = 0; i < VICTIMS; i++)
            atomic_store(&diaries[i].count, 0);
    }
    each_file(true);
    print_message("at most %.2f s lost\n", worst);
    test_count("kills survived", (uint64_t)rounds * VICTIMS);
    munmap(diaries, VICTIMS * sizeof(*diaries));
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
