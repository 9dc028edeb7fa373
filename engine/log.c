#include "engine/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static void write_to_stderr(void *user, enum ash_log_level level, const char *message)
{
    (void)user;
    fprintf(stderr, "ash: %s: %s\n", ash_log_level_name(level), message);
}

static const struct ash_log_sink default_sink = {write_to_stderr, NULL};
static struct ash_log_sink current_sink = {write_to_stderr, NULL};
static enum ash_log_level current_level = ASH_LOG_WARNING;
static pthread_mutex_t sink_lock = PTHREAD_MUTEX_INITIALIZER;

void ash_log_set_sink(const struct ash_log_sink *sink)
{
    current_sink = sink != NULL ? *sink : default_sink;
}

void ash_log_set_level(enum ash_log_level level)
{
    current_level = level;
}

int ash_log_enabled(enum ash_log_level level)
{
    return level >= current_level && level < ASH_LOG_OFF;
}

void ash_log(enum ash_log_level level, const char *format, ...)
{
    if (!ash_log_enabled(level))
        return;
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    for (unsigned char *at = (unsigned char *)line; *at != '\0'; at++) {
        bool control = (*at < ' ' && *at != '\n' && *at != '\t') || *at == 127;
        bool of_two_bytes = *at == 0xC2 && at[1] >= 0x80 && at[1] < 0xA0; // U+0080 to U+009F
        if (control || of_two_bytes)
            *at = '?';
        if (of_two_bytes)
            at[1] = '?';
    }
    pthread_mutex_lock(&sink_lock);
    current_sink.write(current_sink.user, level, line);
    pthread_mutex_unlock(&sink_lock);
}

const char *ash_log_level_name(enum ash_log_level level)
{
    static const char *const names[] = {"debug", "info", "warning", "error", "off"};
    return level >= ASH_LOG_DEBUG && level <= ASH_LOG_OFF ? names[level] : "unknown";
}
