#include "game/game.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "game/base/clock.h"
#include "game/base/trace.h"

#define PI 3.14159265358979323846
// Seconds that a message stays.
#define MESSAGE_SECONDS 4.0
// The surface of water is this far below its block's upper face.
#define WATER_GAP 0.12

static bool under_water(const struct game *game)
{
    const struct pose *eye = &game->eye;
    struct block_coord at = {(int32_t)floor(eye->x), (int32_t)floor(eye->y),
                             (int32_t)floor(eye->z)};
    if (!world_loaded(game->world, at) || world_get(game->world, at) != BLOCK_WATER)
        return false;
    struct block_coord above = {at.x, at.y + 1, at.z};
    return world_get(game->world, above) == BLOCK_WATER || eye->y - at.y < 1 - WATER_GAP;
}

static void fill_camera(struct game *game)
{
    struct scene_camera *camera = &game->scene.camera;
    VkExtent2D extent = game_extent(game);
    float aspect = extent.height > 0 ? (float)extent.width / (float)extent.height : 1;
    camera->x = game->eye.x;
    camera->y = game->eye.y;
    camera->z = game->eye.z;
    camera->yaw = game->eye.yaw;
    camera->pitch = game->eye.pitch;
    camera->field_of_view = (float)((double)game->options->field_of_view * PI / 180);
    camera->under_water = under_water(game);
    scene_set_camera(camera, aspect);
}

static void fill_light(struct game *game)
{
    const struct simulation *simulation = &game->simulation;
    struct scene_light *light = &game->scene.light;
    scene_set_light(light, (float)simulation->time_of_day, (float)(game->view.radius * CHUNK_SIZE),
                    game->scene.camera.under_water);
    double seconds = (double)simulation->tick * TICK_SECONDS + game->owed_seconds;
    light->animation_seconds = (float)fmod(seconds, 3600); // floats grow coarse
}

// On the fixed clock every time is the clock's, so that a picture does not depend on the machine.
static void fill_stats(struct game *game)
{
    ash_renderer_measure_gpu(game->renderer, game->scene.hud.performance || trace_on());
    ash_renderer_stats(game->renderer, &game->stats);
    if (game->stats.pass_count > GAME_MAX_PASSES)
        game->stats.pass_count = GAME_MAX_PASSES;
    memcpy(game->pass_times, game->stats.passes,
           game->stats.pass_count * sizeof(game->pass_times[0]));
    game->stats.passes = game->pass_times;
    if (game->fixed_clock) {
        game->stats.gpu_ms = game->stats.wait_ms = 0;
        for (uint32_t i = 0; i < game->stats.pass_count; i++)
            game->pass_times[i].cpu_ms = game->pass_times[i].gpu_ms = 0;
    }
    game->scene.stats = &game->stats;
}

static void fill_status(struct game *game)
{
    struct scene_hud *hud = &game->scene.hud;
    double ms = game->fixed_clock ? TICK_SECONDS * 1000 : game->shown_ms;
    int hours = (int)(game->simulation.time_of_day * 24);
    int minutes = (int)(game->simulation.time_of_day * 24 * 60) % 60;
    snprintf(hud->status, sizeof(hud->status),
             "%.1f ms  %.0f fps   x %.0f  y %.0f  z %.0f   %02d:%02d", ms, ms > 0 ? 1000 / ms : 0,
             floor(game->eye.x), floor(game->eye.y), floor(game->eye.z), hours, minutes);
}

static void fill_hud(struct game *game)
{
    const struct interact *interact = &game->simulation.interact;
    struct scene_hud *hud = &game->scene.hud;
    hud->visible = true;
    hud->paused = game->paused;
    memcpy(hud->hotbar, interact->hotbar, sizeof(hud->hotbar));
    hud->hotbar_slot = interact->slot;
    hud->target = game->options->camera == CAMERA_PLAYER ? interact->target : (struct block_hit){0};
    hud->dig_progress = interact->dig_progress;
    hud->scale = game->window != NULL ? ash_window_content_scale(game->window) : 1;
    hud->loading = 1;
    if (!game->playing) {
        struct world_stats world;
        world_stats(game->world, &world);
        hud->loading = fminf((float)world.chunks_complete / (float)world.chunks_wanted, 0.999f);
    }
    if (hud->message[0] != '\0' && clock_seconds() > game->message_until)
        hud->message[0] = '\0';
    hud->why_cpu = game->resources.why_cpu;
    hud->shader_error = game->watch != NULL ? watch_error(game->watch) : NULL;
    fill_status(game);
    game_fill_memory(game);
}

void game_fill_scene(struct game *game)
{
    game->scene.world = game->world;
    fill_camera(game);
    fill_light(game);
    fill_stats(game);
    fill_hud(game);
}

void game_say(struct game *game, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(game->scene.hud.message, sizeof(game->scene.hud.message), format, arguments);
    va_end(arguments);
    game->message_until = clock_seconds() + MESSAGE_SECONDS;
}
