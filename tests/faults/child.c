#include "tests/faults/child.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SANITIZER_CODE = 77 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void redirect(int errors)
{
    int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, STDIN_FILENO);
    dup2(nothing, STDOUT_FILENO);
    dup2(errors, STDERR_FILENO);
}

static int execute(void *user)
{
    const char *const *words = user;
    // Names are looked up in every run, for what drivers leak: a quarter of the time. addr2line
    // knows them, too.
    setenv("ASAN_OPTIONS", "detect_leaks=1:exitcode=77:abort_on_error=0:symbolize=0", 1);
    setenv("LSAN_OPTIONS",
           "exitcode=77:print_suppressions=0:suppressions=" ASH_SOURCE_DIR
           "/tests/sanitizers/lsan.supp",
           1);
    setenv("UBSAN_OPTIONS", "exitcode=77:print_stacktrace=1", 1);
    // Mesa's layer that sorts devices does not look at the result of a call, and falls.
    setenv("NODEVICE_SELECT", "1", 1);
    char *arguments[CHILD_WORDS];
    size_t count = 0;
    for (; words[count] != NULL && count < CHILD_WORDS - 1; count++)
        arguments[count] = strdup(words[count]);
    arguments[count] = NULL;
    execv(words[0], arguments);
    return 127;
}

static void await(struct child *child, pid_t pid, double until)
{
    int status = 0;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (now() > until && !child->timed_out) {
            child->timed_out = true;
            kill(pid, SIGKILL);
        }
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
    child->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    child->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

void child_call(struct child *child, int (*work)(void *user), void *user, double seconds)
{
    char path[] = "/tmp/ash-child-XXXXXX";
    double began = now();
    int errors = mkstemp(path);
    *child = (struct child){.exit_code = -1};
    if (errors < 0)
        return;
    unlink(path);
    pid_t pid = fork();
    if (pid == 0) {
        redirect(errors);
        exit(work(user));
    }
    if (pid > 0)
        await(child, pid, began + seconds);
    ssize_t length = pread(errors, child->text, CHILD_TEXT - 1, 0);
    child->text[length > 0 ? length : 0] = '\0';
    close(errors);
    child->seconds = now() - began;
}

void child_run(struct child *child, const char *const *words, double seconds)
{
    child_call(child, execute, (void *)(uintptr_t)words, seconds);
}

const char *child_complaint(const struct child *child)
{
    if (child->timed_out)
        return "it hung";
    if (child->signal != 0)
        return "it was ended by a signal";
    if (child->exit_code == SANITIZER_CODE || strstr(child->text, "Sanitizer") != NULL ||
        strstr(child->text, "runtime error:") != NULL)
        return "a sanitizer found something";
    if (strstr(child->text, "validation:") != NULL)
        return "the validation layer found something";
    if (strstr(child->text, "lab: broken rule") != NULL)
        return "the laboratory found a broken rule";
    return child->exit_code != 0 && child->exit_code != 1 ? "the exit code is neither 0 nor 1"
                                                          : NULL;
}

bool child_says(const struct child *child, const char *start_of_line, const char *word)
{
    const char *at = child->text;
    while (at != NULL && *at != '\0') {
        const char *end = at + strcspn(at, "\n");
        const char *found = strstr(at, word);
        if (strncmp(at, start_of_line, strlen(start_of_line)) == 0 && found != NULL && found < end)
            return true;
        at = *end != '\0' ? end + 1 : NULL;
    }
    return false;
}

const char *child_line(const struct child *child, const char *start_of_line)
{
    static char line[1024];
    const char *at = child->text;
    while (at != NULL && strncmp(at, start_of_line, strlen(start_of_line)) != 0) {
        at = strchr(at, '\n');
        at = at != NULL ? at + 1 : NULL;
    }
    snprintf(line, sizeof(line), "%.*s", at != NULL ? (int)strcspn(at, "\n") : 0,
             at != NULL ? at : "");
    return line;
}
