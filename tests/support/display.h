// A display of one's own for window tests: an Xvfb server, a window manager where asked for, and
// keys and a mouse through xdotool.
#ifndef TESTS_SUPPORT_DISPLAY_H
#define TESTS_SUPPORT_DISPLAY_H

#include <stdbool.h>
#include <sys/types.h>

struct display {
    pid_t server, manager; // 0: not running
    char name[16];         // ":99"
};

// Starts the server (1280 x 1024) and sets DISPLAY. False, with a line on standard error, where it
// does not start within 10 s or is not installed.
bool display_start(struct display *display);
// Starts openbox: only with a manager can a window be minimised or closed politely.
bool display_start_manager(struct display *display);
// Ends both, and unsets DISPLAY.
void display_stop(struct display *display);

// Fixtures of a group of tests: one display for all of them, and no Wayland beside it.
extern struct display group_display;
int display_setup(void **state);
int display_teardown(void **state);

// Runs xdotool with these words, separated by spaces; false if it fails or takes over 10 s.
bool display_do(const char *words);

#endif
