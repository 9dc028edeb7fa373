// Files are for the user alone, and replaced at once or not at all.
#include "game/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/catch.h"
#include "tests/support/test.h"

enum { LARGE = 1 << 16 };

static char folder[256], path[512];
static char large[2][LARGE]; // two contents

static int make_folder(void **state)
{
    (void)state;
    memset(large[0], 'a', LARGE);
    memset(large[1], 'b', LARGE);
    umask(0); // modes are ours, not the user's settings'
    snprintf(folder, sizeof(folder), "%s/file-test-XXXXXX", ASH_BINARY_DIR);
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof(path), "%s/file", folder);
    catch_log_begin();
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    catch_log_end();
    unlink(path);
    return rmdir(folder); // nothing is left beside
}

static mode_t mode_of(const char *name)
{
    struct stat status;
    assert_int_equal(stat(name, &status), 0);
    return status.st_mode & 07777;
}

static void assert_content(const char *expected, size_t length)
{
    uint8_t *data = NULL;
    size_t size = 0;
    assert_true(file_read(path, LARGE, &data, &size));
    assert_int_equal(size, length);
    assert_memory_equal(data, expected, length);
    free(data);
}

static void files_are_for_the_user_alone(void **state)
{
    (void)state;
    assert_true(file_replace(path, "1", 1));
    assert_int_equal(mode_of(path), 0600);
    assert_int_equal(chmod(path, 0666), 0);
    assert_true(file_replace(path, "2", 1));
    assert_int_equal(mode_of(path), 0600);
    assert_int_equal(unlink(path), 0);
    FILE *file = file_begin(path, "begins", 6);
    assert_non_null(file);
    assert_int_equal(mode_of(path), 0600);
    assert_content("begins", 6); // whole from the first moment
    assert_int_equal(fputs(", goes on", file), 1);
    assert_true(file_end(file, path));
    assert_content("begins, goes on", 15);
    assert_true(file_end(NULL, path));
}

// What others know under another name stays as it is.
static void a_link_is_replaced_not_followed(void **state)
{
    (void)state;
    char other[600];
    snprintf(other, sizeof(other), "%s/other", folder);
    assert_true(file_replace(other, "other", 5));
    assert_int_equal(symlink(other, path), 0);
    assert_true(file_replace(path, "mine", 4));
    assert_content("mine", 4);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(link(other, path), 0);
    assert_true(file_replace(path, "mine", 4));
    uint8_t *data = NULL;
    size_t size = 0;
    assert_true(file_read(other, 100, &data, &size));
    assert_memory_equal(data, "other", 5);
    free(data);
    assert_int_equal(unlink(other), 0);
}

// A device stays one: it is written to.
static void what_is_no_file_is_written_to(void **state)
{
    (void)state;
    struct stat status;
    assert_true(file_replace("/dev/null", "gone", 4));
    assert_false(file_replace("/dev/full", "1", 1));
    assert_true(catch_log_has("could not write /dev/full: No space left"));
    assert_int_equal(stat("/dev/full", &status), 0);
    assert_true(S_ISCHR(status.st_mode));
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_false(file_replace(path, "1", 1)); // nobody reads: it does not wait
    assert_int_equal(stat(path, &status), 0);
    assert_true(S_ISFIFO(status.st_mode));
    assert_null(file_begin("/dev/full", "1", 1));
    assert_int_equal(catch_log_count(ASH_LOG_ERROR), 3);
}

// Answers what comes through the pipe, a byte for each.
static pid_t count_in_child(const char *pipe)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        char byte;
        int count = 0, descriptor = open(pipe, O_RDONLY);
        while (read(descriptor, &byte, 1) == 1)
            count++;
        _exit(count);
    }
    return child;
}

// Its reader goes when it is closed: what goes on must not open it anew. A link to one is one.
static void a_pipe_is_opened_once(void **state)
{
    (void)state;
    char pipe[600];
    int status = 0;
    FILE *file = NULL;
    snprintf(pipe, sizeof(pipe), "%s/pipe", folder);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    assert_int_equal(symlink(pipe, path), 0);
    alarm(20);
    pid_t child = count_in_child(pipe);
    for (int tries = 0; file == NULL && tries < 5000; tries++) { // until there is a reader
        usleep(1000);
        file = file_begin(path, "begins", 6);
    }
    assert_non_null(file);
    assert_int_equal(fputs(", goes on", file), 1);
    assert_true(file_end(file, path));
    assert_int_equal(waitpid(child, &status, 0), child);
    alarm(0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 15);
    assert_int_equal(unlink(pipe), 0);
}

static void limit_files(rlim_t size)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = size;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void a_full_disk_leaves_the_old_file(void **state)
{
    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    assert_true(file_replace(path, "old", 3));
    FILE *file = file_begin(path, "old", 3);
    assert_non_null(file);
    limit_files(1000);
    assert_false(file_replace(path, large[0], LARGE));
    assert_true(catch_log_has("could not write"));
    assert_content("old", 3);
    (void)fwrite(large[0], LARGE, 1, file);
    assert_false(file_end(file, path));
    limit_files(RLIM_INFINITY);
    assert_int_equal(catch_log_count(ASH_LOG_ERROR), 2);
}

// Whenever it is killed: the file is one of the two, whole.
static void a_killed_process_leaves_a_whole_file(void **state)
{
    (void)state;
    srand(3);
    assert_true(file_replace(path, large[0], LARGE));
    for (int round = 0; round < 40; round++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            for (int i = 1;; i++)
                (void)file_replace(path, large[i % 2], LARGE);
        }
        usleep((useconds_t)(rand() % 5000));
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, NULL, 0), child);
        uint8_t *data = NULL;
        size_t size = 0;
        assert_true(file_read(path, LARGE, &data, &size));
        assert_int_equal(size, LARGE);
        assert_memory_equal(data, large[data[0] - 'a'], LARGE);
        free(data);
        char beside[600];
        snprintf(beside, sizeof(beside), "%s.%ld.new", path, (long)child);
        unlink(beside);
    }
}

static bool reads_private(void)
{
    uint8_t *data = NULL;
    size_t size = 0;
    bool done = file_read_private(path, 100, &data, &size);
    assert_true(done == (data != NULL));
    free(data);
    return done;
}

static void what_others_can_reach_is_not_read_as_private(void **state)
{
    (void)state;
    assert_true(file_replace(path, "mine", 4));
    assert_true(reads_private());
    for (mode_t mode = 0; mode < 0100; mode++) {
        assert_int_equal(chmod(path, 0600 | mode), 0);
        assert_int_equal(reads_private(), (mode & 022) == 0);
        assert_int_equal(chmod(path, 0600), 0);
        assert_int_equal(chmod(folder, 0700 | mode), 0);
        assert_int_equal(reads_private(), (mode & 022) == 0);
        assert_int_equal(chmod(folder, 0700), 0);
    }
    if (geteuid() == 0) { // only root can give a file away
        assert_int_equal(chown(path, 1, 1), 0);
        assert_false(reads_private());
        assert_int_equal(chown(path, 0, 0), 0);
        assert_int_equal(chown(folder, 1, 1), 0);
        assert_false(reads_private());
        assert_int_equal(chown(folder, 0, 0), 0);
    }
    assert_true(reads_private());
    uint8_t *data = NULL;
    size_t size = 0;
    assert_false(file_read_private("no-folder", 100, &data, &size));
    assert_false(file_read_private("/nonexistent/file", 100, &data, &size));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    assert_false(reads_private());
}

int main(void)
{
#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(files_are_for_the_user_alone),
        WITH_FOLDER(a_link_is_replaced_not_followed),
        WITH_FOLDER(what_is_no_file_is_written_to),
        WITH_FOLDER(a_pipe_is_opened_once),
        WITH_FOLDER(a_full_disk_leaves_the_old_file),
        WITH_FOLDER(a_killed_process_leaves_a_whole_file),
        WITH_FOLDER(what_others_can_reach_is_not_read_as_private),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
