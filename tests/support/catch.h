// Catches what the engine says, so that tests can look at it: lines of the log, and broken rules.
#ifndef TESTS_SUPPORT_CATCH_H
#define TESTS_SUPPORT_CATCH_H

#include "tests/support/test.h"

#include "engine/log.h"

// From here on lines of the log are kept instead of written; beginning again forgets them.
void catch_log_begin(void);
// The log goes to standard error again.
void catch_log_end(void);
// Whether a line that was kept contains the text.
bool catch_log_has(const char *text);
// How many lines of this level were kept.
unsigned catch_log_count(enum ash_log_level level);
// How many lines that contain the text were kept.
unsigned catch_log_count_text(const char *text);

// Fails the test unless `statement` breaks a rule whose sentence contains `text`. What the
// statement had allocated when it stopped is lost.
#define assert_breaks_rule(text, statement)                                                        \
    do {                                                                                           \
        catch_rule_begin();                                                                        \
        if (setjmp(catch_rule_landing) == 0) {                                                     \
            statement;                                                                             \
            catch_rule_missing(text);                                                              \
        }                                                                                          \
        catch_rule_end(text);                                                                      \
    } while (0)

extern jmp_buf catch_rule_landing;
void catch_rule_begin(void);
void catch_rule_missing(const char *text);
void catch_rule_end(const char *text);

#endif
