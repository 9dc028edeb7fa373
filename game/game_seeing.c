#include "game/game.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "game/base/clock.h"
#include "game/base/trace.h"
#include "game/tools/memory_report.h"

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

static void end_phase(struct seeing *seeing, double now)
{
    if (seeing->phase != NULL)
        trace_span(TRACE_FRAME, seeing->phase, seeing->pass, seeing->phase_began, now);
    seeing->phase = NULL;
}

static void on_phase(void *user, uint64_t number, const char *phase, const char *pass,
                     const char *purpose)
{
    struct game *game = user;
    struct seeing *seeing = &game->seeing;
    double now = clock_seconds();
    end_phase(seeing, now);
    seeing->phase = phase;
    seeing->pass = pass;
    seeing->phase_began = now;
    if (strcmp(phase, "submit") == 0)
        seeing->submitted[number % 8] = now;
    explain_phase(&seeing->explain, number, phase, pass, purpose);
}

static void on_upload(void *user, const char *target, VkDeviceSize size, bool direct)
{
    struct game *game = user;
    game->seeing.uploaded_kib += (double)size / 1024;
    explain_upload(&game->seeing.explain, target, size, direct);
}

static void on_barrier(void *user, const VkDependencyInfo *barrier, const char *name,
                       const char *reason)
{
    struct game *game = user;
    explain_barrier(&game->seeing.explain, barrier, name, reason);
}

// The GPU's clock is another than ours: a frame begins on its track when it was submitted, or when
// the frame before has ended. What lies between its spans is exact.
static void on_gpu(void *user, uint64_t number, const char *phase, const char *pass, double from_ms,
                   double to_ms)
{
    struct seeing *seeing = &((struct game *)user)->seeing;
    double *frame = &seeing->submitted[number % 8];
    *frame = fmax(*frame, seeing->gpu_ended - from_ms / 1000);
    seeing->gpu_ended = *frame + to_ms / 1000;
    if (to_ms > from_ms)
        trace_span(TRACE_GPU, phase, pass, *frame + from_ms / 1000, seeing->gpu_ended);
}

void game_observe(struct game *game)
{
    const struct options *options = game->options;
    game->seeing.observer = (struct ash_observer){on_phase, on_upload, on_barrier, on_gpu, game};
    if (options->trace != NULL || options->explain_frame)
        ash_context_observe(game->context, &game->seeing.observer);
}

// Frames are explained until one uploads something, which tells more; else the last one counts.
enum ash_result game_draw(struct game *game, VkExtent2D extent)
{
    struct seeing *seeing = &game->seeing;
    bool explains = game->options->explain_frame && game->playing && !seeing->explained;
    double began = clock_seconds();
    if (explains)
        explain_begin(&seeing->explain);
    enum ash_result result = ash_renderer_draw(game->renderer, &game->scene, extent);
    double now = clock_seconds();
    end_phase(seeing, now);
    trace_value("uploaded KiB", began, seeing->uploaded_kib);
    seeing->uploaded_kib = 0;
    if (explains) {
        const char *text = explain_end(&seeing->explain);
        seeing->explained = result == ASH_OK && seeing->explain.uploads > 0;
        if (seeing->explained)
            fputs(text, stdout);
    }
    return result;
}

void game_trace_frame(const double marks[4])
{
    static const char *const names[3] = {"simulate", "stream the world", "fill the scene"};
    for (int i = 0; i < 3; i++)
        trace_span(TRACE_FRAME, names[i], NULL, marks[i], marks[i + 1]);
}

bool game_write_seen(struct game *game)
{
    if (game->options->explain_frame && !game->seeing.explained)
        fputs(explain_end(&game->seeing.explain), stdout);
    const char *path = game->options->memory_report;
    if (path == NULL)
        return true;
    if (!take(game, clock_seconds())) {
        ash_log(ASH_LOG_ERROR, "could not write %s: not enough memory; close other programs", path);
        return false;
    }
    return memory_report_write(&game->memory, game->context->properties.deviceName, path);
}
