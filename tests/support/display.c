#include "tests/support/display.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 10000
#define MAX_WORDS   512

// Starts a program that ends with this one; its output is dropped.
static pid_t start(char *const *words)
{
    pid_t child = fork();
    if (child != 0)
        return child;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    int nowhere = open("/dev/null", O_RDWR);
    (void)dup2(nowhere, STDOUT_FILENO);
    (void)dup2(nowhere, STDERR_FILENO);
    // What sanitizers preload or report is for the test alone.
    (void)unsetenv("LD_PRELOAD");
    execvp(words[0], words);
    _exit(127);
}

static void end(pid_t *child)
{
    if (*child <= 0)
        return;
    kill(*child, SIGTERM);
    (void)waitpid(*child, NULL, 0);
    *child = 0;
}

static void nap(void)
{
    const struct timespec ten_ms = {.tv_nsec = 10 * 1000 * 1000};
    nanosleep(&ten_ms, NULL);
}

// The server writes its number and a newline when it is ready.
static bool read_number(int end_of_pipe, char *number, size_t size)
{
    size_t used = 0;
    struct pollfd readable = {.fd = end_of_pipe, .events = POLLIN};
    while (used < size - 1 && poll(&readable, 1, PATIENCE_MS) == 1) {
        ssize_t count = read(end_of_pipe, number + used, 1);
        if (count < 0 && errno == EINTR)
            continue;
        if (count != 1)
            return false;
        if (number[used] == '\n') {
            number[used] = '\0';
            return used > 0;
        }
        used++;
    }
    return false;
}

bool display_start(struct display *display)
{
    int ends[2];
    char descriptor[16], number[12];
    *display = (struct display){0};
    if (pipe(ends) != 0)
        return false;
    (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    snprintf(descriptor, sizeof(descriptor), "%d", ends[1]);
    char *words[] = {"Xvfb",         "-displayfd", descriptor, "-screen",  "0",
                     "1280x1024x24", "-nolisten",  "tcp",      "-noreset", NULL};
    display->server = start(words);
    close(ends[1]);
    bool ready = display->server > 0 && read_number(ends[0], number, sizeof(number));
    close(ends[0]);
    if (!ready) {
        fprintf(stderr, "Xvfb does not start; install it (Debian: apt install xvfb)\n");
        end(&display->server);
        return false;
    }
    snprintf(display->name, sizeof(display->name), ":%s", number);
    return setenv("DISPLAY", display->name, 1) == 0;
}

bool display_start_manager(struct display *display)
{
    char *words[] = {"openbox", "--sm-disable", NULL};
    display->manager = start(words);
    // It answers for the display's windows once it is up.
    for (int i = 0; i < PATIENCE_MS / 10; i++) {
        if (waitpid(display->manager, NULL, WNOHANG) != 0)
            break;
        if (display_do("get_desktop"))
            return true;
        nap();
    }
    fprintf(stderr, "openbox does not start; install it (Debian: apt install openbox)\n");
    return false;
}

void display_stop(struct display *display)
{
    end(&display->manager);
    end(&display->server);
    (void)unsetenv("DISPLAY");
}

bool display_do(const char *words)
{
    char *list[MAX_WORDS] = {"xdotool"};
    size_t count = 1;
    int status = 0;
    char *copy = strdup(words);
    if (copy == NULL)
        return false;
    char *rest = copy;
    for (char *word; count < MAX_WORDS - 1 && (word = strtok_r(rest, " ", &rest)) != NULL;)
        list[count++] = word;
    pid_t child = start(list);
    free(copy);
    if (child <= 0)
        return false;
    for (int i = 0; i < PATIENCE_MS / 10; i++) {
        if (waitpid(child, &status, WNOHANG) == child)
            return WIFEXITED(status) && WEXITSTATUS(status) == 0;
        nap();
    }
    end(&child);
    return false;
}

struct display group_display;

int display_setup(void **state)
{
    (void)state;
    (void)unsetenv("WAYLAND_DISPLAY");
    return display_start(&group_display) ? 0 : -1;
}

int display_teardown(void **state)
{
    (void)state;
    display_stop(&group_display);
    return 0;
}
