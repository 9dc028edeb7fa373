#include "game/play/input.h"

#include <math.h>

// A stick at rest is never quite at 0.
#define DEAD_ZONE 0.15f
// A trigger counts as pressed from here.
#define TRIGGER_POINT 0.4f
// No tick turns further than this, whatever the mouse says: half a turn, radians.
#define MAX_TURN 3.14159265f

enum { MOVE_NONE, MOVE_FORWARD, MOVE_BACK, MOVE_LEFT, MOVE_RIGHT, NO_ACTION = -1 };

static const struct {
    int key;
    int action; // enum action, or NO_ACTION
    int move;
} key_bindings[] = {
    {'W', NO_ACTION, MOVE_FORWARD},
    {'S', NO_ACTION, MOVE_BACK},
    {'A', NO_ACTION, MOVE_LEFT},
    {'D', NO_ACTION, MOVE_RIGHT},
    {ASH_KEY_UP, NO_ACTION, MOVE_FORWARD},
    {ASH_KEY_DOWN, NO_ACTION, MOVE_BACK},
    {ASH_KEY_LEFT, NO_ACTION, MOVE_LEFT},
    {ASH_KEY_RIGHT, NO_ACTION, MOVE_RIGHT},
    {ASH_KEY_SPACE, ACTION_JUMP, MOVE_NONE},
    {ASH_KEY_LEFT_CONTROL, ACTION_SINK, MOVE_NONE},
    {'C', ACTION_SINK, MOVE_NONE},
    {ASH_KEY_LEFT_SHIFT, ACTION_RUN, MOVE_NONE},
    {'F', ACTION_TOGGLE_FLY, MOVE_NONE},
    {ASH_KEY_TAB, ACTION_TOGGLE_FLY, MOVE_NONE},
    {'E', ACTION_NEXT_SLOT, MOVE_NONE},
    {'Q', ACTION_PREVIOUS_SLOT, MOVE_NONE},
    {'Q', ACTION_QUIT, MOVE_NONE},
    {ASH_KEY_ESCAPE, ACTION_PAUSE, MOVE_NONE},
    {ASH_KEY_F1, ACTION_HELP, MOVE_NONE},
    {ASH_KEY_F1 + 1, ACTION_SCREENSHOT, MOVE_NONE},
    {ASH_KEY_F1 + 2, ACTION_PERFORMANCE, MOVE_NONE},
    {ASH_KEY_F1 + 3, ACTION_MEMORY, MOVE_NONE},
    {ASH_KEY_F1 + 10, ACTION_FULLSCREEN, MOVE_NONE},
};
enum { KEY_BINDINGS = sizeof(key_bindings) / sizeof(key_bindings[0]) };
_Static_assert(KEY_BINDINGS <= 32, "struct input has a bit for each binding");

// By mouse button: left, right, middle.
static const enum action mouse_actions[] = {ACTION_DIG, ACTION_PLACE, ACTION_PICK};
enum { MOUSE_BUTTONS = sizeof(mouse_actions) / sizeof(mouse_actions[0]) };

// By GLFW's number of the button: A, B, X, Y, shoulders, Back, Start, Guide, sticks, cross up,
// right, down, left.
static const int pad_actions[] = {
    ACTION_JUMP,       ACTION_SINK,          ACTION_PICK,
    ACTION_TOGGLE_FLY, ACTION_PREVIOUS_SLOT, ACTION_NEXT_SLOT,
    ACTION_HELP,       ACTION_PAUSE,         NO_ACTION,
    ACTION_RUN,        ACTION_QUIT,          ACTION_PERFORMANCE,
    ACTION_FULLSCREEN, ACTION_MEMORY,        ACTION_SCREENSHOT,
};
enum { PAD_BUTTONS = sizeof(pad_actions) / sizeof(pad_actions[0]) };

static void key_event(struct input *input, const struct ash_window_event *event)
{
    if (event->repeat)
        return;
    if (event->pressed && event->code >= '1' && event->code <= '9')
        input->slot = (uint8_t)(event->code - '0');
    for (uint32_t i = 0; i < KEY_BINDINGS; i++) {
        if (key_bindings[i].key != event->code)
            continue;
        if (event->pressed && key_bindings[i].action != NO_ACTION)
            input->pressed |= 1u << key_bindings[i].action;
        if (event->pressed)
            input->keys |= 1u << i;
        else
            input->keys &= ~(1u << i);
    }
}

static void button_event(struct input *input, const struct ash_window_event *event)
{
    if (event->code < 0 || event->code >= MOUSE_BUTTONS)
        return;
    uint32_t bit = 1u << event->code;
    if (!event->pressed) {
        input->buttons &= ~bit;
    } else if (input->captured) {
        input->buttons |= bit;
        input->pressed |= 1u << mouse_actions[event->code];
    } else {
        input->clicked = true; // the click that takes the mouse digs nothing
    }
}

static void cursor_event(struct input *input, const struct ash_window_event *event)
{
    float x = (float)event->x;
    float y = (float)event->y;
    if (!isfinite(x) || !isfinite(y))
        return;
    if (input->captured && input->cursor_known) {
        input->turn_x += x - input->cursor_x;
        input->turn_y += y - input->cursor_y;
    }
    input->cursor_x = x;
    input->cursor_y = y;
    // The first position after taking the mouse is where it happens to be, not a movement.
    input->cursor_known = input->captured;
}

// Releases of keys that happen while another window has the focus are never heard of.
static void release_all(struct input *input)
{
    input->keys = 0;
    input->buttons = 0;
    input->cursor_known = false;
    input->focus_lost = true;
}

void input_event(struct input *input, const struct ash_window_event *event)
{
    switch (event->type) {
    case ASH_WINDOW_KEY:
        key_event(input, event);
        break;
    case ASH_WINDOW_MOUSE_BUTTON:
        button_event(input, event);
        break;
    case ASH_WINDOW_CURSOR:
        cursor_event(input, event);
        break;
    case ASH_WINDOW_SCROLL:
        input->scroll += (float)event->y;
        break;
    case ASH_WINDOW_FOCUS:
        if (!event->pressed)
            release_all(input);
        break;
    case ASH_WINDOW_CLOSE:
        input->close = true;
        break;
    case ASH_WINDOW_RESIZE:
        break;
    }
}

// The actions that a gamepad holds down.
static uint32_t pad_held(const struct ash_gamepad *pad)
{
    if (!pad->present)
        return 0;
    uint32_t held = 0;
    for (uint32_t i = 0; i < PAD_BUTTONS; i++) {
        if ((pad->buttons >> i & 1) != 0 && pad_actions[i] != NO_ACTION)
            held |= 1u << pad_actions[i];
    }
    if (pad->right_trigger > TRIGGER_POINT)
        held |= 1u << ACTION_DIG;
    if (pad->left_trigger > TRIGGER_POINT)
        held |= 1u << ACTION_PLACE;
    return held;
}

void input_gamepad(struct input *input, const struct ash_gamepad *pad)
{
    input->pressed |= pad_held(pad) & ~pad_held(&input->pad);
    input->pad = *pad;
}

static float dead_zone(float value)
{
    float size = fabsf(value);
    if (!(size > DEAD_ZONE))
        return 0;
    return copysignf(fminf((size - DEAD_ZONE) / (1 - DEAD_ZONE), 1), value);
}

static void take_moves(const struct input *input, struct input_tick *tick)
{
    bool moves[MOVE_RIGHT + 1] = {false};
    for (uint32_t i = 0; i < KEY_BINDINGS; i++)
        moves[key_bindings[i].move] |= (input->keys >> i & 1) != 0;
    float x = (moves[MOVE_RIGHT] ? 1.0f : 0.0f) - (moves[MOVE_LEFT] ? 1.0f : 0.0f);
    float z = (moves[MOVE_FORWARD] ? 1.0f : 0.0f) - (moves[MOVE_BACK] ? 1.0f : 0.0f);
    if (input->pad.present) {
        x += dead_zone(input->pad.left_x);
        z -= dead_zone(input->pad.left_y);
    }
    float length = sqrtf(x * x + z * z);
    tick->move_x = length > 1 ? x / length : x; // diagonally is not faster
    tick->move_z = length > 1 ? z / length : z;
}

static void take_look(const struct input *input, const struct input_options *options, float seconds,
                      struct input_tick *tick)
{
    float yaw = input->turn_x * options->mouse_sensitivity;
    float pitch = 0.0f - input->turn_y * options->mouse_sensitivity;
    if (input->pad.present) {
        // Squared: fine near the middle, fast at the rim.
        float x = dead_zone(input->pad.right_x);
        float y = dead_zone(input->pad.right_y);
        yaw += x * fabsf(x) * options->gamepad_speed * seconds;
        pitch -= y * fabsf(y) * options->gamepad_speed * seconds;
    }
    tick->look_yaw = fmaxf(-MAX_TURN, fminf(MAX_TURN, yaw));
    tick->look_pitch = fmaxf(-MAX_TURN, fminf(MAX_TURN, options->invert_y ? -pitch : pitch));
}

struct input_tick input_take(struct input *input, const struct input_options *options,
                             float seconds)
{
    struct input_tick tick = {.held = pad_held(&input->pad), .slot = input->slot - 1};
    for (uint32_t i = 0; i < KEY_BINDINGS; i++) {
        if ((input->keys >> i & 1) != 0 && key_bindings[i].action != NO_ACTION)
            tick.held |= 1u << key_bindings[i].action;
    }
    for (uint32_t i = 0; i < MOUSE_BUTTONS; i++) {
        if ((input->buttons >> i & 1) != 0)
            tick.held |= 1u << mouse_actions[i];
    }
    // One step a tick: a fast wheel goes through the slots, not past them.
    if (input->scroll >= 1 || input->scroll <= -1) {
        bool back = input->scroll > 0;
        input->pressed |= 1u << (back ? ACTION_PREVIOUS_SLOT : ACTION_NEXT_SLOT);
        input->scroll += back ? -1.0f : 1.0f;
        input->scroll = fmaxf(-9, fminf(9, input->scroll));
    }
    tick.pressed = input->pressed;
    take_moves(input, &tick);
    take_look(input, options, seconds, &tick);
    input->pressed = 0;
    input->turn_x = 0;
    input->turn_y = 0;
    input->slot = 0;
    return tick;
}
