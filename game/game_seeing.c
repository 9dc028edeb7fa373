#include "game/game.h"

#include <math.h>

#include "game/clock.h"
#include "game/seeing/memory_report.h"

#include "engine/log.h"

// Seconds between two looks at the memory: a few a second are live to the eye.
#define MEMORY_PERIOD 0.25
// How far the camera looks for land, blocks, in steps that miss no block by much.
#define LOOK_REACH 320.0
#define LOOK_STEP  0.5

// The chunk of the first block on the camera's line of sight.
static bool find_looked_at(const struct game *game, struct chunk_coord *out)
{
    const struct pose *eye = &game->eye;
    double step[3] = {LOOK_STEP * cos(eye->yaw) * cos(eye->pitch), LOOK_STEP * sin(eye->pitch),
                      LOOK_STEP * sin(eye->yaw) * cos(eye->pitch)};
    double at[3] = {eye->x, eye->y, eye->z};
    for (double reached = 0; reached < LOOK_REACH; reached += LOOK_STEP) {
        struct block_coord block = {(int32_t)floor(at[0]), (int32_t)floor(at[1]),
                                    (int32_t)floor(at[2])};
        if (block.y < 0 || !world_loaded(game->world, block))
            return false;
        if (world_get(game->world, block) != BLOCK_AIR) {
            *out = (struct chunk_coord){block.x >> CHUNK_SHIFT, block.y >> CHUNK_SHIFT,
                                        block.z >> CHUNK_SHIFT};
            return true;
        }
        for (int axis = 0; axis < 3; axis++)
            at[axis] += step[axis];
    }
    return false;
}

static bool take(struct game *game, double now)
{
    return memory_snapshot_take(&game->memory, game->allocator, ash_renderer_retire(game->renderer),
                                now);
}

void game_fill_memory(struct game *game)
{
    struct scene_hud *hud = &game->scene.hud;
    game->scene.memory = NULL;
    if (!hud->memory) {
        memory_snapshot_finish(&game->memory);
        return;
    }
    double now = game->fixed_clock ? game->frame * TICK_SECONDS : clock_seconds();
    if (game->fixed_clock || game->memory.taken <= 0 || now - game->memory.taken >= MEMORY_PERIOD)
        // Without host memory the map shows what was before.
        (void)take(game, now + 1e-6);
    if (game->memory.taken > 0)
        game->scene.memory = &game->memory;
    hud->points = game->window != NULL && !game->input.captured;
    hud->pointer_x = game->input.cursor_x;
    hud->pointer_y = game->input.cursor_y;
    hud->looks = find_looked_at(game, &hud->looked);
}

bool game_write_seen(struct game *game)
{
    const char *path = game->options->memory_report;
    if (path == NULL)
        return true;
    if (!take(game, clock_seconds())) {
        ash_log(ASH_LOG_ERROR, "could not write %s: not enough memory; close other programs", path);
        return false;
    }
    return memory_report_write(&game->memory, game->context->properties.deviceName, path);
}
