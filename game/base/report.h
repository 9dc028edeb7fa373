// What Cinder says on standard error: `cinder: ` and one sentence for an error, `cinder: warning: `
// and so on for the rest.
//
// One failure is one line: the first error is the cause; what further callers add until
// report_next is told of as debug.
#ifndef GAME_BASE_REPORT_H
#define GAME_BASE_REPORT_H

#include "engine/log.h"

#include <stdbool.h>

// Installs the log's sink.
void report_begin(enum ash_log_level level);
// From here on an error is a new failure. Main thread.
void report_next(void);
// Whether an error has been written since the beginning.
bool report_any_error(void);

#endif
