#include "game/base/report.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static atomic_bool told; // an error, since report_next
static atomic_bool told_any;

// Every message of the validation layer counts, also when several come at once.
static bool is_validation(const char *message)
{
    return strncmp(message, "validation:", 11) == 0;
}

static void write_line(void *user, enum ash_log_level level, const char *message)
{
    (void)user;
    // A sentence of the engine may end in a full stop, ours do not: one manner outside.
    int length = (int)strlen(message);
    if (length > 0 && message[length - 1] == '.')
        length--;
    if (level != ASH_LOG_ERROR) {
        fprintf(stderr, "cinder: %s: %.*s\n", ash_log_level_name(level), length, message);
        return;
    }
    bool again = atomic_exchange(&told, true);
    atomic_store(&told_any, true);
    if (!again || is_validation(message))
        fprintf(stderr, "cinder: %.*s\n", length, message);
    else if (ash_log_enabled(ASH_LOG_DEBUG))
        fprintf(stderr, "cinder: debug: then: %.*s\n", length, message);
}

void report_begin(enum ash_log_level level)
{
    static const struct ash_log_sink sink = {write_line, NULL};
    ash_log_set_sink(&sink);
    ash_log_set_level(level);
}

void report_next(void)
{
    atomic_store(&told, false);
}

bool report_any_error(void)
{
    return atomic_load(&told_any);
}
