// Files of recordings: what is written is read again, and failures are told.
#include "game/tools/recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "engine/log.h"

static char path[256];
static char last_error[1024];

static void keep_error(void *user, enum ash_log_level level, const char *message)
{
    (void)user;
    if (level == ASH_LOG_ERROR)
        snprintf(last_error, sizeof(last_error), "%s", message);
}

static int set_up(void **state)
{
    (void)state;
    static const struct ash_log_sink sink = {keep_error, NULL};
    ash_log_set_sink(&sink);
    last_error[0] = '\0';
    snprintf(path, sizeof(path), "%s/recording-test-%ld", ASH_BINARY_DIR, (long)getpid());
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ash_log_set_sink(NULL);
    unlink(path);
    return 0;
}

static struct simulation start_state(void)
{
    struct simulation start;
    simulation_init(&start, 12, (struct block_coord){1, 40, -7}, 0.25, 0.5);
    return start;
}

static void what_is_recorded_is_played(void **state)
{
    (void)state;
    struct simulation start = start_state();
    struct recording recording = {0};
    assert_true(recording_create(&recording, path, &start));
    for (uint32_t i = 0; i < 100; i++) {
        struct input_tick tick = {.held = i, .slot = -1};
        recording_add(&recording, &tick);
    }
    assert_true(recording_finish(&recording));
    assert_true(recording_load(&recording, path));
    assert_int_equal(recording.replay.tick_count, 100);
    assert_true(recording.replay.start.player.z == -6.5);
    struct input_tick tick;
    for (uint32_t i = 0; i < 100; i++) {
        assert_true(recording_take(&recording, &tick));
        assert_int_equal(tick.held, i);
        assert_int_equal(tick.slot, -1);
    }
    assert_false(recording_take(&recording, &tick));
    assert_true(recording_finish(&recording));
}

static void nothing_is_recorded_unless_asked_for(void **state)
{
    (void)state;
    struct recording recording = {0};
    struct input_tick tick = {0};
    recording_add(&recording, &tick);
    assert_false(recording_take(&recording, &tick));
    assert_true(recording_finish(&recording));
    assert_string_equal(last_error, "");
}

static void a_full_disk_is_told_of(void **state)
{
    (void)state;
    struct simulation start = start_state();
    struct recording recording = {0};
    assert_false(recording_create(&recording, "/dev/full", &start));
    assert_non_null(strstr(last_error, "could not write /dev/full"));
    assert_null(recording.file);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit, before;
    assert_true(recording_create(&recording, path, &start));
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = (struct rlimit){.rlim_cur = 1000, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    struct input_tick tick = {.slot = -1};
    for (int i = 0; i < 1000; i++)
        recording_add(&recording, &tick);
    assert_false(recording_finish(&recording));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_non_null(strstr(last_error, path));
}

static void files_that_are_none_are_refused(void **state)
{
    (void)state;
    struct recording recording = {0};
    assert_false(recording_load(&recording, "/nonexistent"));
    assert_non_null(strstr(last_error, "/nonexistent"));
    assert_false(recording_load(&recording, "/proc/self/exe/"));
    assert_false(recording_create(&recording, "/nonexistent/file", &(struct simulation){0}));
    assert_null(recording.file);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 500; i++)
        fputs("no recording ", file);
    fclose(file);
    assert_false(recording_load(&recording, path));
    assert_non_null(strstr(last_error, "not a recording"));
    assert_null(recording.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_recorded_is_played, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_recorded_unless_asked_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_disk_is_told_of, set_up, tear_down),
        cmocka_unit_test_setup_teardown(files_that_are_none_are_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
