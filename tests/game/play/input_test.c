// Labels: valgrind
//
// From keys, mouse and gamepad to one tick's wishes.
#include "game/play/input.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

static const struct input_options options = {.mouse_sensitivity = 0.01f, .gamepad_speed = 2};

static struct input_tick take(struct input *input)
{
    return input_take(input, &options, 1.0f / 60);
}

static void key(struct input *input, int code, bool pressed)
{
    input_event(input, &(struct ash_window_event){
                           .type = ASH_WINDOW_KEY, .code = code, .pressed = pressed});
}

static void button(struct input *input, int code, bool pressed)
{
    input_event(input, &(struct ash_window_event){
                           .type = ASH_WINDOW_MOUSE_BUTTON, .code = code, .pressed = pressed});
}

static void cursor(struct input *input, double x, double y)
{
    input_event(input, &(struct ash_window_event){.type = ASH_WINDOW_CURSOR, .x = x, .y = y});
}

static void nothing_is_wished_at_first(void **state)
{
    (void)state;
    struct input input = {0};
    struct input_tick tick = take(&input);
    assert_true(tick.move_x == 0.0f && tick.move_z == 0.0f);
    assert_true(tick.look_yaw == 0.0f && tick.look_pitch == 0.0f);
    assert_int_equal(tick.held | tick.pressed, 0);
    assert_int_equal(tick.slot, -1);
}

static void a_key_is_pressed_once_and_held_until_released(void **state)
{
    (void)state;
    struct input input = {0};
    key(&input, ASH_KEY_SPACE, true);
    struct input_tick tick = take(&input);
    assert_true(input_pressed(&tick, ACTION_JUMP) && input_held(&tick, ACTION_JUMP));
    tick = take(&input);
    assert_false(input_pressed(&tick, ACTION_JUMP));
    assert_true(input_held(&tick, ACTION_JUMP));
    key(&input, ASH_KEY_SPACE, false);
    tick = take(&input);
    assert_false(input_held(&tick, ACTION_JUMP));
}

static void a_key_pressed_and_released_between_ticks_counts(void **state)
{
    (void)state;
    struct input input = {0};
    key(&input, ASH_KEY_ESCAPE, true);
    key(&input, ASH_KEY_ESCAPE, false);
    struct input_tick tick = take(&input);
    assert_true(input_pressed(&tick, ACTION_PAUSE));
    assert_false(input_held(&tick, ACTION_PAUSE));
}

static void repeats_of_the_keyboard_are_no_presses(void **state)
{
    (void)state;
    struct input input = {0};
    key(&input, 'F', true);
    take(&input);
    input_event(&input, &(struct ash_window_event){
                            .type = ASH_WINDOW_KEY, .code = 'F', .pressed = true, .repeat = true});
    struct input_tick tick = take(&input);
    assert_false(input_pressed(&tick, ACTION_TOGGLE_FLY));
}

static void letters_and_arrows_move(void **state)
{
    (void)state;
    static const int keys[2][4] = {{'W', 'S', 'A', 'D'},
                                   {ASH_KEY_UP, ASH_KEY_DOWN, ASH_KEY_LEFT, ASH_KEY_RIGHT}};
    for (int set = 0; set < 2; set++) {
        struct input input = {0};
        key(&input, keys[set][0], true);
        assert_true(take(&input).move_z == 1.0f);
        key(&input, keys[set][1], true);
        assert_true(take(&input).move_z == 0.0f);
        key(&input, keys[set][0], false);
        assert_true(take(&input).move_z == -1.0f);
        key(&input, keys[set][2], true);
        struct input_tick tick = take(&input);
        assert_true(tick.move_x < 0 && fabsf(hypotf(tick.move_x, tick.move_z) - 1) < 1e-6f);
        key(&input, keys[set][1], false);
        key(&input, keys[set][2], false);
        key(&input, keys[set][3], true);
        assert_true(take(&input).move_x == 1.0f);
    }
}

static void two_keys_for_one_wish_are_kept_apart(void **state)
{
    (void)state;
    struct input input = {0};
    key(&input, 'W', true);
    key(&input, ASH_KEY_UP, true);
    key(&input, 'W', false);
    assert_true(take(&input).move_z == 1.0f);
    key(&input, ASH_KEY_UP, false);
    assert_true(take(&input).move_z == 0.0f);
}

static void every_key_has_its_action(void **state)
{
    (void)state;
    static const int keys[][2] = {
        {ASH_KEY_LEFT_CONTROL, ACTION_SINK},
        {ASH_KEY_LEFT_SHIFT, ACTION_RUN},
        {'F', ACTION_TOGGLE_FLY},
        {'E', ACTION_NEXT_SLOT},
        {'Q', ACTION_PREVIOUS_SLOT}, // and quits, where the game is paused
        {ASH_KEY_F1, ACTION_HELP},
        {ASH_KEY_F1 + 1, ACTION_SCREENSHOT},
        {ASH_KEY_F1 + 2, ACTION_PERFORMANCE},
        {ASH_KEY_F1 + 3, ACTION_MEMORY},
        {ASH_KEY_F1 + 10, ACTION_FULLSCREEN},
    };
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        struct input input = {0};
        key(&input, keys[i][0], true);
        uint32_t also = keys[i][0] == 'Q' ? 1u << ACTION_QUIT : 0;
        assert_int_equal(take(&input).pressed, 1u << keys[i][1] | also);
    }
}

static void the_mouse_turns_only_while_it_is_ours(void **state)
{
    (void)state;
    struct input input = {0};
    cursor(&input, 100, 100);
    cursor(&input, 200, 100);
    assert_true(take(&input).look_yaw == 0);
    input.captured = true;
    cursor(&input, 300, 300); // the first position is no movement
    assert_true(take(&input).look_yaw == 0);
    cursor(&input, 310, 295);
    struct input_tick tick = take(&input);
    assert_true(fabsf(tick.look_yaw - 0.1f) < 1e-6f);
    assert_true(fabsf(tick.look_pitch - 0.05f) < 1e-6f);
    assert_true(take(&input).look_yaw == 0);
    cursor(&input, 310, 305);
    struct input_options inverted = options;
    inverted.invert_y = true;
    assert_true(input_take(&input, &inverted, 1.0f / 60).look_pitch > 0);
    cursor(&input, 1e30, -1e30);
    tick = take(&input);
    assert_true(fabsf(tick.look_yaw) < 3.2f && fabsf(tick.look_pitch) < 3.2f);
    cursor(&input, (double)NAN, 0);
    assert_true(isfinite(take(&input).look_yaw));
}

static void the_click_that_takes_the_mouse_digs_nothing(void **state)
{
    (void)state;
    struct input input = {0};
    button(&input, 0, true);
    assert_true(input.clicked);
    struct input_tick tick = take(&input);
    assert_int_equal(tick.held | tick.pressed, 0);
    input.captured = true;
    button(&input, 0, false);
    button(&input, 0, true);
    button(&input, 1, true);
    button(&input, 2, true);
    button(&input, 7, true);
    tick = take(&input);
    assert_int_equal(tick.held, 1u << ACTION_DIG | 1u << ACTION_PLACE | 1u << ACTION_PICK);
    assert_int_equal(tick.pressed, tick.held);
}

static void numbers_and_wheel_choose_slots(void **state)
{
    (void)state;
    struct input input = {0};
    key(&input, '1', true);
    assert_int_equal(take(&input).slot, 0);
    assert_int_equal(take(&input).slot, -1);
    key(&input, '9', true);
    assert_int_equal(take(&input).slot, 8);
    input_event(&input, &(struct ash_window_event){.type = ASH_WINDOW_SCROLL, .y = -2});
    assert_int_equal(take(&input).pressed, 1u << ACTION_NEXT_SLOT);
    assert_int_equal(take(&input).pressed, 1u << ACTION_NEXT_SLOT);
    assert_int_equal(take(&input).pressed, 0);
    input_event(&input, &(struct ash_window_event){.type = ASH_WINDOW_SCROLL, .y = 0.5});
    assert_int_equal(take(&input).pressed, 0);
    input_event(&input, &(struct ash_window_event){.type = ASH_WINDOW_SCROLL, .y = 0.5});
    assert_int_equal(take(&input).pressed, 1u << ACTION_PREVIOUS_SLOT);
}

static void losing_the_focus_releases_everything(void **state)
{
    (void)state;
    struct input input = {.captured = true};
    key(&input, 'W', true);
    button(&input, 0, true);
    take(&input);
    input_event(&input, &(struct ash_window_event){.type = ASH_WINDOW_FOCUS, .pressed = false});
    assert_true(input.focus_lost);
    struct input_tick tick = take(&input);
    assert_true(tick.move_z == 0 && tick.held == 0);
    input_event(&input, &(struct ash_window_event){.type = ASH_WINDOW_CLOSE});
    assert_true(input.close);
}

static void a_gamepad_reaches_every_action(void **state)
{
    (void)state;
    uint32_t reached = 0;
    for (uint32_t bit = 0; bit < 15; bit++) {
        struct input input = {0};
        input_gamepad(&input, &(struct ash_gamepad){.present = true, .buttons = 1u << bit});
        reached |= take(&input).pressed;
    }
    struct input input = {0};
    input_gamepad(&input,
                  &(struct ash_gamepad){.present = true, .left_trigger = 1, .right_trigger = 1});
    reached |= take(&input).pressed;
    assert_int_equal(reached, (1u << ACTION_COUNT) - 1);
}

static void sticks_move_and_turn(void **state)
{
    (void)state;
    struct input input = {0};
    input_gamepad(&input, &(struct ash_gamepad){.present = true, .left_x = 0.1f, .right_y = 0.1f});
    struct input_tick tick = take(&input);
    assert_true(tick.move_x == 0 && tick.look_pitch == 0);
    input_gamepad(
        &input, &(struct ash_gamepad){.present = true, .left_y = -1, .right_x = 1, .right_y = -1});
    tick = take(&input);
    assert_true(tick.move_z == 1.0f);
    assert_true(fabsf(tick.look_yaw - 2.0f / 60) < 1e-6f);
    assert_true(fabsf(tick.look_pitch - 2.0f / 60) < 1e-6f);
    key(&input, 'W', true);
    assert_true(take(&input).move_z == 1.0f); // both together are not faster
}

static void a_button_of_the_gamepad_is_pressed_once(void **state)
{
    (void)state;
    struct input input = {0};
    struct ash_gamepad pad = {.present = true, .buttons = 1};
    input_gamepad(&input, &pad);
    assert_int_equal(take(&input).pressed, 1u << ACTION_JUMP);
    input_gamepad(&input, &pad);
    struct input_tick tick = take(&input);
    assert_int_equal(tick.pressed, 0);
    assert_int_equal(tick.held, 1u << ACTION_JUMP);
    input_gamepad(&input, &(struct ash_gamepad){.present = false, .buttons = 1});
    assert_int_equal(take(&input).held, 0); // unplugged while pressed
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_wished_at_first),
        cmocka_unit_test(a_key_is_pressed_once_and_held_until_released),
        cmocka_unit_test(a_key_pressed_and_released_between_ticks_counts),
        cmocka_unit_test(repeats_of_the_keyboard_are_no_presses),
        cmocka_unit_test(letters_and_arrows_move),
        cmocka_unit_test(two_keys_for_one_wish_are_kept_apart),
        cmocka_unit_test(every_key_has_its_action),
        cmocka_unit_test(the_mouse_turns_only_while_it_is_ours),
        cmocka_unit_test(the_click_that_takes_the_mouse_digs_nothing),
        cmocka_unit_test(numbers_and_wheel_choose_slots),
        cmocka_unit_test(losing_the_focus_releases_everything),
        cmocka_unit_test(a_gamepad_reaches_every_action),
        cmocka_unit_test(sticks_move_and_turn),
        cmocka_unit_test(a_button_of_the_gamepad_is_pressed_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
