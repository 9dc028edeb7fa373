// What the player wants, this tick: the same whether it came from keys, mouse, gamepad, a recorded
// file or a test. Pure.
//
//     what            keys and mouse        gamepad
//     move            W A S D, arrows       left stick
//     look            mouse                 right stick
//     dig, place      left, right button    right, left trigger
//     pick            middle button         X
//     jump, rise      Space                 A
//     sink            Ctrl or C             B
//     run             Shift                 left stick pressed
//     fly or walk     F or Tab              Y
//     hotbar          1 to 9, Q and E,      shoulder buttons
//                     wheel
//     pause           Esc                   Start
//     quit, paused    Q                     right stick pressed
//     help            F1                    Back
//     screenshot      F2                    cross left
//     performance     F3                    cross up
//     memory          F4                    cross down
//     full screen     F11                   cross right
#ifndef GAME_PLAY_INPUT_H
#define GAME_PLAY_INPUT_H

#include "engine/context/window.h"

#include <stdbool.h>
#include <stdint.h>

enum action {
    ACTION_DIG,
    ACTION_PLACE,
    ACTION_PICK,
    ACTION_JUMP, // held: swim up, fly up
    ACTION_SINK, // held: swim down, fly down
    ACTION_RUN,
    ACTION_TOGGLE_FLY,
    ACTION_NEXT_SLOT,
    ACTION_PREVIOUS_SLOT,
    ACTION_PAUSE, // Esc: also lets the mouse go
    ACTION_HELP,
    ACTION_SCREENSHOT,
    ACTION_PERFORMANCE,
    ACTION_MEMORY,
    ACTION_FULLSCREEN,
    ACTION_QUIT, // while paused
    ACTION_COUNT
};

// One tick's wishes; everything that a replay has to keep.
struct input_tick {
    float move_x, move_z;       // -1 to 1: right, forward; never longer than 1 together
    float look_yaw, look_pitch; // radians to turn
    uint32_t held;              // bit n: enum action n is down
    uint32_t pressed;           // bit n: it went down in this tick
    int32_t slot;               // hotbar slot chosen by number, from 0; -1: none
};

struct input_options {
    float mouse_sensitivity; // radians per pixel
    float gamepad_speed;     // radians per second at full deflection
    bool invert_y;
};

// Collects events between ticks. All zero to begin with.
struct input {
    bool captured;   // the mouse is ours: it turns the head, and its buttons dig and place
    bool close;      // the window wants to close
    bool focus_lost; // the window lost the focus; whoever acts on it clears it
    bool clicked;    // the mouse was clicked while it was not ours; cleared by whoever acts on it
    // private
    uint32_t keys;    // bit n: key binding n is down
    uint32_t buttons; // bit n: mouse button n is down
    uint32_t pressed; // actions that went down since the last tick
    float cursor_x, cursor_y;
    bool cursor_known;
    float turn_x, turn_y; // pixels that the mouse went since the last tick
    uint8_t slot;         // chosen by number, from 1; 0: none
    float scroll;         // steps not yet taken
    struct ash_gamepad pad;
};

void input_event(struct input *input, const struct ash_window_event *event);
void input_gamepad(struct input *input, const struct ash_gamepad *pad);
// Everything collected since the last call, as one tick of `seconds`.
struct input_tick input_take(struct input *input, const struct input_options *options,
                             float seconds);

static inline bool input_held(const struct input_tick *tick, enum action action)
{
    return (tick->held >> action & 1) != 0;
}
static inline bool input_pressed(const struct input_tick *tick, enum action action)
{
    return (tick->pressed >> action & 1) != 0;
}

#endif
