#include "game/game.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

// A frame that took longer than this is simulated as if it had taken this long: the world waits
// for a slow machine instead of jumping.
#define LONGEST_STEP 0.25

static enum block read_block(void *user, struct block_coord at)
{
    const struct game *game = user;
    return world_get(game->world, at);
}

static bool write_block(void *user, struct block_coord at, enum block block)
{
    struct game *game = user;
    return world_set(game->world, at, block);
}

// Until the columns that the player could touch within a tick are there, no tick comes: what he
// does then does not depend on how fast they came.
static bool surroundings_are_there(const struct game *game)
{
    if (game->options->camera != CAMERA_PLAYER)
        return true;
    const struct player *player = &game->simulation.player;
    for (int corner = 0; corner < 4; corner++) {
        struct block_coord at = {(int32_t)floor(player->x) + (corner % 2 == 0 ? -8 : 8), 0,
                                 (int32_t)floor(player->z) + (corner / 2 == 0 ? -8 : 8)};
        if (!world_loaded(game->world, at))
            return false;
    }
    return true;
}

static void toggle_panels(struct game *game, const struct input_tick *tick)
{
    struct scene_hud *hud = &game->scene.hud;
    hud->help ^= input_pressed(tick, ACTION_HELP);
    hud->performance ^= input_pressed(tick, ACTION_PERFORMANCE);
    hud->memory ^= input_pressed(tick, ACTION_MEMORY);
}

void game_set_paused(struct game *game, bool paused)
{
    game->paused = paused;
    bool captured = !paused && !game->pointing && game->options->camera == CAMERA_PLAYER &&
                    game->recording.bytes == NULL;
    game->input.captured = captured;
    if (game->window != NULL)
        ash_window_capture_mouse(game->window, captured);
}

// What the user, not the player, asks for.
static void obey_user(struct game *game, const struct input_tick *tick)
{
    if (input_pressed(tick, ACTION_PAUSE))
        game_set_paused(game, !game->paused);
    game->ended |= game->paused && input_pressed(tick, ACTION_QUIT);
    if (input_pressed(tick, ACTION_SCREENSHOT))
        game->screenshot_wanted = true;
    if (input_pressed(tick, ACTION_FULLSCREEN) && game->window != NULL)
        ash_window_set_fullscreen(game->window, !ash_window_is_fullscreen(game->window));
    toggle_panels(game, tick);
    // The memory map is there to point at; the game goes on meanwhile.
    if (input_pressed(tick, ACTION_MEMORY)) {
        game->pointing = game->scene.hud.memory;
        game_set_paused(game, game->paused);
    }
}

static void poll_events(struct game *game)
{
    if (game->window == NULL)
        return;
    uint32_t count = 0;
    const struct ash_window_event *events = ash_window_poll(game->window, &count);
    for (uint32_t i = 0; i < count; i++)
        input_event(&game->input, &events[i]);
    struct ash_gamepad pad;
    ash_window_gamepad(game->window, &pad);
    input_gamepad(&game->input, &pad);
    if (game->input.clicked)
        game->pointing = false;
    if (game->input.focus_lost)
        game_set_paused(game, true);
    else if (game->input.clicked)
        game_set_paused(game, false);
    game->input.focus_lost = false;
    game->input.clicked = false;
    game->ended |= game->input.close || ash_window_should_close(game->window);
}

static void print_hash(const struct game *game)
{
    uint32_t every = game->options->hash_every;
    if (every != 0 && game->simulation.tick % every == 0)
        printf("tick %" PRIu64 " hash %016" PRIx64 "\n", game->simulation.tick,
               simulation_hash(&game->simulation));
}

// The camera's place after a tick; on rails the player stays where he is.
static void move_camera(struct game *game)
{
    game->before = game->now;
    if (game->options->camera == CAMERA_PLAYER) {
        game->now = pose_of_player(&game->simulation.player);
    } else if (game->options->camera != CAMERA_VIEW) {
        rails_step(&game->rails, TICK_SECONDS);
        game->now = game->rails.pose;
    }
}

// False: a replay has come to its end.
static bool tick(struct game *game, const struct input_tick *wished)
{
    struct input_tick played;
    const struct input_tick *input = wished;
    if (game->recording.bytes != NULL) {
        if (!recording_take(&game->recording, &played))
            return false;
        toggle_panels(game, &played);
        input = &played;
    }
    recording_add(&game->recording, input);
    if (game->options->camera == CAMERA_PLAYER) {
        struct block_reader reader = {read_block, game};
        struct block_writer writer = {write_block, game};
        simulation_step(&game->simulation, input, &reader, &writer);
    } else {
        simulation_pass(&game->simulation);
    }
    move_camera(game);
    print_hash(game);
    return true;
}

// Ticks that are due; a hair less than one is one: 1/60 added up in doubles must not skip any.
static uint32_t take_ticks(struct game *game, double seconds)
{
    bool moving = game->playing && !game->paused && surroundings_are_there(game);
    game->owed_seconds = moving ? game->owed_seconds + fmin(seconds, LONGEST_STEP) : 0;
    uint32_t ticks = (uint32_t)(game->owed_seconds / TICK_SECONDS + 1e-6);
    game->owed_seconds = fmax(0, game->owed_seconds - ticks * TICK_SECONDS);
    return ticks;
}

void game_control(struct game *game, double seconds)
{
    poll_events(game);
    uint32_t ticks = take_ticks(game, seconds);
    // Between two ticks, wishes wait for the next one; where none is to come they are the user's.
    if (ticks > 0 || game->paused || !game->playing) {
        struct input_tick input =
            input_take(&game->input, &game->input_options, (float)(ticks * TICK_SECONDS));
        obey_user(game, &input);
        for (uint32_t i = 0; i < ticks && !game->ended; i++) {
            game->ended = !tick(game, &input);
            // Further ticks of this frame go on with what is held; presses and turns are done.
            input.pressed = 0;
            input.look_yaw = input.look_pitch = 0;
            input.slot = -1;
        }
    }
    double part = game->fixed_clock ? 1 : game->owed_seconds / TICK_SECONDS;
    game->eye = pose_mix(&game->before, &game->now, part);
}
