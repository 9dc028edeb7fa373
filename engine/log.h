// One sink for all that is worth knowing.
//
// A line is one sentence for a person: what happened, to what, and what to do about it.
//
// Thread-safety: ash_log may be called from any thread; a sink is called by one thread at
// a time. Set the sink and level before other threads log.
#ifndef ASH_LOG_H
#define ASH_LOG_H

#include "engine/api.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// How much a line matters; OFF is above all of them.
enum ash_log_level { ASH_LOG_DEBUG, ASH_LOG_INFO, ASH_LOG_WARNING, ASH_LOG_ERROR, ASH_LOG_OFF };

// Where lines go. `message` has no newline at its end and lives until the sink returns.
struct ash_log_sink {
    void (*write)(void *user, enum ash_log_level level, const char *message);
    void *user; // borrowed; handed to write
};

// Replaces the sink; NULL brings the default back, which writes "ash: error: ..." to stderr.
ASH_API void ash_log_set_sink(const struct ash_log_sink *sink);

// Lines below this level are dropped before they are formatted. The default is WARNING.
ASH_API void ash_log_set_level(enum ash_log_level level);

// Whether a line of this level would reach the sink: for lines that are costly to prepare.
ASH_API int ash_log_enabled(enum ash_log_level level);

// Formats one line (cut at 1023 bytes) and hands it to the sink. What would steer a terminal, and
// may come from a stranger's file, is a question mark there; line ends and tabs stay.
ASH_API void ash_log(enum ash_log_level level, const char *format, ...) ASH_PRINTF(2, 3);

// "debug", "info", "warning", "error" or "off".
ASH_API const char *ash_log_level_name(enum ash_log_level level);

#ifdef __cplusplus
}
#endif

#endif
