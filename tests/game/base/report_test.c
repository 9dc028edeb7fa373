// What is said on standard error, and when; the clock and the progress bar beside it.
#include "game/base/report.h"

#include "game/base/clock.h"
#include "game/tools/progress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char said[4096];

// Runs something with a descriptor redirected, and keeps what was written there in `said`.
static void catch (int descriptor, FILE *stream, void (*run)(void))
{
    char path[256];
    snprintf(path, sizeof(path), "%s/report-test-%ld", ASH_BINARY_DIR, (long)getpid());
    fflush(stream);
    int kept = dup(descriptor);
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_true(kept >= 0 && file >= 0);
    dup2(file, descriptor);
    run();
    fflush(stream);
    dup2(kept, descriptor);
    ssize_t length = pread(file, said, sizeof(said) - 1, 0);
    said[length > 0 ? length : 0] = '\0';
    close(kept);
    close(file);
    unlink(path);
}

static void two_errors(void)
{
    report_begin(ASH_LOG_WARNING);
    ash_log(ASH_LOG_ERROR, "no %s.", "disk");
    ash_log(ASH_LOG_ERROR, "so nothing else");
    ash_log(ASH_LOG_WARNING, "careful");
    ash_log(ASH_LOG_INFO, "by the way");
    report_next();
    ash_log(ASH_LOG_ERROR, "no memory");
}
static void one_failure_is_one_line(void **state)
{
    (void)state;
    assert_false(report_any_error());
    catch (STDERR_FILENO, stderr, two_errors);
    assert_string_equal(said, "cinder: no disk\n"
                              "cinder: warning: careful\n"
                              "cinder: no memory\n");
    assert_true(report_any_error());
}

static void validation(void)
{
    report_begin(ASH_LOG_ERROR);
    report_next();
    ash_log(ASH_LOG_ERROR, "validation: first");
    ash_log(ASH_LOG_ERROR, "validation: second");
    ash_log(ASH_LOG_WARNING, "not this");
}
static void every_validation_message_is_said(void **state)
{
    (void)state;
    catch (STDERR_FILENO, stderr, validation);
    assert_string_equal(said, "cinder: validation: first\ncinder: validation: second\n");
}

static void everything(void)
{
    report_begin(ASH_LOG_DEBUG);
    report_next();
    ash_log(ASH_LOG_ERROR, "one");
    ash_log(ASH_LOG_ERROR, "two");
}
static void with_debug_all_is_said(void **state)
{
    (void)state;
    catch (STDERR_FILENO, stderr, everything);
    assert_string_equal(said, "cinder: one\ncinder: debug: then: two\n");
    ash_log_set_sink(NULL);
}

static void progress(void)
{
    struct progress progress;
    progress_begin(&progress, "Drawing");
    for (uint32_t i = 0; i <= 1000; i++)
        progress_set(&progress, i, 1000);
    progress_set(&progress, 0, 0);
    progress_end(&progress);
}
static void without_a_terminal_progress_is_a_few_lines(void **state)
{
    (void)state;
    int kept = dup(STDERR_FILENO);
    int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDERR_FILENO);
    catch (STDOUT_FILENO, stdout, progress);
    dup2(kept, STDERR_FILENO);
    close(kept);
    close(nowhere);
    assert_string_equal(said, "Drawing: 25 %\nDrawing: 50 %\nDrawing: 75 %\nDrawing: 100 %\n");
}

static void the_clock_counts_from_the_processes_start(void **state)
{
    (void)state;
    clock_start();
    double first = clock_seconds();
    assert_true(first >= 0 && first < 60);
    usleep(20000);
    double second = clock_seconds();
    assert_true(second - first >= 0.019 && second - first < 30);
    clock_start(); // asked again, the start has not moved by more than it is known to
    assert_true(clock_seconds() - second > -0.011 && clock_seconds() - second < 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_failure_is_one_line),
        cmocka_unit_test(every_validation_message_is_said),
        cmocka_unit_test(with_debug_all_is_said),
        cmocka_unit_test(without_a_terminal_progress_is_a_few_lines),
        cmocka_unit_test(the_clock_counts_from_the_processes_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
