// A program run as a child, bounded in time, with what it said and how it ended.
#ifndef TESTS_FAULTS_CHILD_H
#define TESTS_FAULTS_CHILD_H

#include <stdbool.h>
#include <stddef.h>

enum { CHILD_WORDS = 48, CHILD_TEXT = 65536 };

struct child {
    int exit_code; // -1: it did not exit
    int signal;    // 0: none ended it
    bool timed_out;
    double seconds;
    char text[CHILD_TEXT]; // standard error
};

// Runs the words (the first is the program, the last NULL) for at most `seconds`. A sanitizer's
// finding makes the exit code 77.
void child_run(struct child *child, const char *const *words, double seconds);

// The same with a function, in a process forked from this one; it ends as the function says.
void child_call(struct child *child, int (*work)(void *user), void *user, double seconds);

// What is wrong with how it ended, whatever was done to it: a signal, a hang, a sanitizer's or the
// validation layer's word, an exit code that is neither 0 nor 1. NULL: nothing.
const char *child_complaint(const struct child *child);

// The first line that begins with this; "" if there is none. Valid until the next call.
const char *child_line(const struct child *child, const char *start);

// Whether a line that begins with `start` contains `word`.
bool child_says(const struct child *child, const char *start, const char *word);

#endif
