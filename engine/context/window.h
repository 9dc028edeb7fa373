// A window, its events, and the gamepads. The only file that knows GLFW; nothing here is needed
// to render without a display.
//
// Units: sizes are framebuffer pixels; cursor positions too, from the upper left corner.
// Thread-safety: all calls come from the program's first thread.
#ifndef ASH_CONTEXT_WINDOW_H
#define ASH_CONTEXT_WINDOW_H

#include "engine/api.h"
#include "engine/context/context.h"
#include "engine/result.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ash_window; // opaque

struct ash_window_params {
    const char *title;
    uint32_t width, height; // 0: 1280 x 720
    bool fullscreen;
};

enum ash_window_event_type {
    ASH_WINDOW_KEY,
    ASH_WINDOW_MOUSE_BUTTON,
    ASH_WINDOW_CURSOR, // position; in capture mode, unbounded
    ASH_WINDOW_SCROLL,
    ASH_WINDOW_FOCUS,
    ASH_WINDOW_CLOSE,
    ASH_WINDOW_RESIZE // minimised and restored, too: ask ash_window_extent
};

// Keys have GLFW's numbers, which are ASCII for letters and digits; those in use have names.
enum ash_key {
    ASH_KEY_SPACE = 32,
    ASH_KEY_ESCAPE = 256,
    ASH_KEY_ENTER = 257,
    ASH_KEY_TAB = 258,
    ASH_KEY_RIGHT = 262,
    ASH_KEY_LEFT = 263,
    ASH_KEY_DOWN = 264,
    ASH_KEY_UP = 265,
    ASH_KEY_F1 = 290, // F2 is one more, and so on
    ASH_KEY_LEFT_SHIFT = 340,
    ASH_KEY_LEFT_CONTROL = 341,
    ASH_KEY_LEFT_ALT = 342
};

struct ash_window_event {
    enum ash_window_event_type type;
    int code;     // key, or mouse button (0 left, 1 right, 2 middle)
    bool pressed; // KEY, MOUSE_BUTTON, FOCUS
    bool repeat;  // KEY
    double x, y;  // CURSOR, SCROLL
};

// The first gamepad with a known mapping. Axes are -1 to 1, right and down positive; triggers 0
// to 1.
struct ash_gamepad {
    bool present;
    float left_x, left_y, right_x, right_y;
    float left_trigger, right_trigger;
    uint32_t buttons; // bit n is GLFW_GAMEPAD_BUTTON n
};

// Errors: NO_DISPLAY (there is none, or it lets nobody in), UNSUPPORTED (it refuses this window, as
// one too large for it), OUT_OF_HOST_MEMORY. On failure
// *out is NULL, nothing is left, and the log says what to do.
//
// Valid usage: width and height are at most 16384.
ASH_API ASH_NODISCARD enum ash_result ash_window_create(const struct ash_window_params *params,
                                                        struct ash_window **out);
// Destroys the window; its surface must be gone (ash_context_destroy). NULL is allowed.
ASH_API void ash_window_destroy(struct ash_window *window);

// For ash_context_params.surface; lives as long as the window.
ASH_API const struct ash_surface_source *ash_window_surface_source(struct ash_window *window);

// Collects what happened since the last call. The array lives until the next call.
ASH_API const struct ash_window_event *ash_window_poll(struct ash_window *window, uint32_t *count);
// Waits until something happens, at most `seconds` (0 and below: not at all); then poll.
ASH_API void ash_window_wait(struct ash_window *window, double seconds);

// What the gamepad's sticks and buttons are at now; all zero where there is none.
ASH_API void ash_window_gamepad(struct ash_window *window, struct ash_gamepad *out);
ASH_API VkExtent2D ash_window_extent(const struct ash_window *window); // 0 x 0 while minimised
// How much larger than usual text should be, as the desktop is set: 1, 1.5, 2.
ASH_API float ash_window_content_scale(const struct ash_window *window);
// Captured, the mouse is invisible, stays in the window and moves without bounds.
ASH_API void ash_window_capture_mouse(struct ash_window *window, bool captured);
// On the monitor that the window is on, at its resolution; back to where the window was. If that
// monitor is unplugged, the window is one again, as ash_window_poll finds.
ASH_API void ash_window_set_fullscreen(struct ash_window *window, bool fullscreen);
ASH_API bool ash_window_is_fullscreen(const struct ash_window *window);
// Whether the user has asked for it; the window stays until it is destroyed.
ASH_API bool ash_window_should_close(const struct ash_window *window);
// Copied.
ASH_API void ash_window_set_title(struct ash_window *window, const char *title);

#ifdef __cplusplus
}
#endif

#endif
