// What each thread and the GPU did and when, in Chrome's trace format (--trace FILE.json): opened
// by ui.perfetto.dev and by chrome://tracing.
//
// One track for the frame's phases, one for the GPU, one for the world's writer, one for each
// worker. The newest TRACE_SPANS spans are kept, older ones make way: memory is bounded however
// long the game runs. Off until trace_begin, and then it costs one comparison a span.
//
// Units: seconds of game/base/clock.h. Thread-safety: any thread, but for begin, write and end.
#ifndef GAME_BASE_TRACE_H
#define GAME_BASE_TRACE_H

#include <stdbool.h>
#include <stdint.h>

enum { TRACE_SPANS = 1 << 18 };                             // 10 MiB; some minutes
enum { TRACE_FRAME, TRACE_GPU, TRACE_SAVE, TRACE_WORKERS }; // worker n is TRACE_WORKERS + n

// False: no memory for it (logged).
bool trace_begin(void);
bool trace_on(void);
// `name` and `of` (NULL: nothing) are borrowed until trace_end; "draw" of "sky" is shown as "draw
// sky".
void trace_span(uint32_t track, const char *name, const char *of, double from, double to);
// A value that changes: drawn as a curve of its own.
void trace_value(const char *name, double at, double value);
// No other thread traces any more. False: it could not be written (logged).
bool trace_write(const char *path);
void trace_end(void);

#endif
