#include "game/game.h"

#include "game/world/terrain/terrain.h"

// A new world begins in the morning, with the sun on the islands.
#define MORNING 0.36
// Of the mouse, radians a pixel; of the stick, radians a second.
#define MOUSE_SPEED 0.0022f
#define STICK_SPEED 3.0f
#define DEGREE      (3.14159265358979323846 / 180)

static int32_t terrain_at(void *user, int32_t x, int32_t z)
{
    const struct game *game = user;
    return terrain_height(game->simulation.seed, x, z);
}

static enum block land_block(void *user, struct block_coord at)
{
    const struct game *game = user;
    // What is not there yet stands in nobody's way.
    return world_loaded(game->world, at) ? world_get(game->world, at) : BLOCK_AIR;
}

// Stands where the land says and looks up at the volcano.
static void start_new(struct game *game)
{
    uint32_t seed = game->simulation.seed;
    struct block_coord spawn = terrain_spawn(seed), peak = terrain_landmark(seed);
    struct pose look = {.x = spawn.x, .y = spawn.y, .z = spawn.z};
    pose_look_at(&look, peak.x, spawn.y + (peak.y - spawn.y) / 3.0, peak.z);
    simulation_init(&game->simulation, seed, spawn, look.yaw, MORNING);
    game->simulation.player.pitch = look.pitch;
}

bool game_start(struct game *game)
{
    const struct options *options = game->options;
    if (game->recording.bytes != NULL) {
        game->simulation = game->recording.replay.start;
    } else {
        start_new(game);
        struct save_player saved;
        if (game->save != NULL && save_load_player(game->save, &saved))
            simulation_go_on(&game->simulation, &saved);
        if (options->time_of_day >= 0)
            game->simulation.time_of_day = (double)options->time_of_day;
    }
    game->input_options = (struct input_options){
        .mouse_sensitivity = MOUSE_SPEED * options->sensitivity,
        .gamepad_speed = STICK_SPEED * options->sensitivity,
        .invert_y = options->invert_y,
    };
    return options->record == NULL ||
           recording_create(&game->recording, options->record, &game->simulation);
}

void game_start_camera(struct game *game)
{
    static const enum rails_kind kinds[] = {
        [CAMERA_TOUR] = RAILS_TOUR, [CAMERA_FLY] = RAILS_FLY, [CAMERA_GROUND] = RAILS_GROUND};
    const struct options *options = game->options;
    if (options->camera == CAMERA_PLAYER) {
        game->now = pose_of_player(&game->simulation.player);
    } else if (options->camera == CAMERA_VIEW) {
        const float *view = options->view;
        game->now = (struct pose){(double)view[0], (double)view[1], (double)view[2],
                                  (double)view[3] * DEGREE, (double)view[4] * DEGREE};
    } else {
        const struct rails_params params = {
            .kind = kinds[options->camera],
            .ground = {terrain_at, game},
            .blocks = {land_block, game},
            .spawn = terrain_spawn(game->simulation.seed),
            .peak = terrain_landmark(game->simulation.seed),
            .view_distance = (double)options->radius * CHUNK_SIZE,
            .speed = (double)options->speed,
        };
        rails_init(&game->rails, &params);
        game->now = game->rails.pose;
    }
    game->before = game->now;
    game->eye = game->now;
}
