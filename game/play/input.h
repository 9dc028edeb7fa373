// What the player wants, this tick: the same whether it came from keys, mouse, gamepad, a recorded
// file or a test. Pure.
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
    ACTION_COUNT
};

// One tick's wishes; everything that a replay has to keep.
struct input_tick {
    float move_x, move_z;       // -1 to 1: right, forward
    float look_yaw, look_pitch; // radians to turn
    uint32_t held;              // bit n: enum action n is down
    uint32_t pressed;           // bit n: it went down in this tick
    int8_t slot;                // hotbar slot chosen by number, -1: none
};

struct input_options {
    float mouse_sensitivity; // radians per pixel
    float gamepad_speed;     // radians per second at full deflection
    bool invert_y;
};

// Collects events between ticks. All zero to begin with.
struct input {
    uint32_t held, pressed;
    float cursor_x, cursor_y;
    bool cursor_known;
    float turn_yaw, turn_pitch;
    bool keys[4]; // forward, back, left, right
    int8_t slot;
    struct ash_gamepad pad, last_pad;
    bool captured; // the mouse is ours
    bool close;    // the window wants to close
    float scroll;
};

void input_event(struct input *input, const struct input_options *options,
                 const struct ash_window_event *event);
void input_gamepad(struct input *input, const struct ash_gamepad *pad);
// Everything collected since the last call, as one tick of `seconds`.
struct input_tick input_take(struct input *input, const struct input_options *options,
                             float seconds);

#endif
