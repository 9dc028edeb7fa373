#include "game/game.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "game/base/clock.h"
#include "game/base/report.h"

#include "engine/log.h"
#include "engine/memory/optional/report.h"

// Seconds between two savings of the player.
#define SAVE_PERIOD 4.0
// A frame a second is enough behind another window; input still wakes it.
#define PAUSED_WAIT 0.1
// Of a frame's time, and milliseconds: two such shares and all else stay under twice a frame.
#define WORLD_SHARE    0.2
#define LEAST_WORLD_MS 0.2
#define MOST_WORLD_MS  4.0
// Frames that fail one after the other before the game gives up.
enum { MOST_FAILURES = 120 };
// A device that is lost is made again so often, if not this many frames go well in between.
enum { MOST_REBUILDS = 3, GOOD_FRAMES = 600 };
// Draws that bring no chunk of the world closer to the screen before the game gives up.
enum { MOST_IDLE_DRAWS = 600 };
// As many columns as this radius has are enough to begin to play; more may come while one plays.
enum { FIRST_RADIUS = 10 };

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    (void)number;
    interrupted = 1;
}

// A lost device or surface is made again, unless that has just been done too often.
static bool recover(struct game *game, enum ash_result why)
{
    if (game->frame > game->rebuilt_at + GOOD_FRAMES)
        game->rebuilds = 0;
    game->rebuilt_at = game->frame;
    if (++game->rebuilds > MOST_REBUILDS) {
        report_next();
        ash_log(ASH_LOG_ERROR,
                "%s again, after everything was made anew %d times; check the driver",
                why == ASH_ERROR_DEVICE_LOST ? "the device was lost" : "the surface was lost",
                MOST_REBUILDS);
        return false;
    }
    double began = clock_seconds();
    if (!game_rebuild(game, why))
        return false;
    ash_log(ASH_LOG_WARNING,
            "the %s was lost in frame %u: what was on it was made again in %.0f ms",
            why == ASH_ERROR_DEVICE_LOST ? "device" : "surface", game->frame + 1,
            (clock_seconds() - began) * 1000);
    return true;
}

// On the fixed clock a frame that a pass was left out of is drawn again.
static bool is_whole(struct game *game)
{
    struct ash_renderer_stats stats;
    ash_renderer_stats(game->renderer, &stats);
    return !game->fixed_clock || stats.failures == 0 || ++game->frames_failed > MOST_FAILURES;
}

// Draws the scene as it is. False: no more frames can be drawn (logged); *drawn: this one was.
static bool draw(struct game *game, bool *drawn)
{
    enum ash_result result = game_draw(game, game_extent(game));
    *drawn = result == ASH_OK && is_whole(game);
    if (*drawn)
        game->frames_failed = 0;
    if (result == ASH_OK)
        return true;
    if (result == ASH_NOT_READY && game->window != NULL) {
        ash_window_wait(game->window, PAUSED_WAIT); // minimised
        return true;
    }
    if (result == ASH_ERROR_DEVICE_LOST || result == ASH_ERROR_SURFACE_LOST)
        return recover(game, result);
    game->resources.meshes.short_of_memory |= result == ASH_ERROR_OUT_OF_DEVICE_MEMORY;
    if (++game->frames_failed < MOST_FAILURES)
        return true;
    ash_log(ASH_LOG_ERROR, "could not draw frame %u: %s; start Cinder again", game->frame + 1,
            ash_result_name(result));
    return false;
}

// On the fixed clock: draws until everything within the radius has been uploaded.
static bool complete_world(struct game *game)
{
    uint32_t idle = 0;
    uint32_t waiting = UINT32_MAX;
    for (;;) {
        struct world_stats stats;
        if (!world_complete(game->world, (float)game->eye.x, (float)game->eye.z))
            return false;
        world_stats(game->world, &stats);
        if (stats.complete && stats.changes_waiting == 0)
            return true;
        idle = stats.changes_waiting < waiting ? 0 : idle + 1;
        waiting = stats.changes_waiting;
        if (idle > MOST_IDLE_DRAWS) {
            ash_log(ASH_LOG_ERROR, "%u meshes could not be uploaded; use a smaller --radius",
                    waiting);
            return false;
        }
        bool drawn;
        game_fit_view(game);
        game_chores(game);
        if (!draw(game, &drawn))
            return false;
    }
}

// What a frame gives to the world, twice: for its work, and for taking over what it has made. Until
// one plays the world comes first.
static double world_budget(const struct game *game)
{
    if (!game->playing || game->fixed_clock)
        return 0;
    return fmin(fmax(game->shown_ms * WORLD_SHARE, LEAST_WORLD_MS), MOST_WORLD_MS) / 1000;
}

// What is wanted of the world lies where the eye is, and first where it looks.
static void stream(struct game *game)
{
    world_set_budget(game->world, world_budget(game));
    world_set_heading(game->world, (float)cos(game->eye.yaw), (float)sin(game->eye.yaw));
    world_update(game->world, (float)game->eye.x, (float)game->eye.z);
}

// On the fixed clock every frame shows its whole world, whatever happens on the way.
static bool draw_complete(struct game *game)
{
    bool drawn = false;
    while (!drawn) {
        if (!complete_world(game) || !draw(game, &drawn))
            return false;
    }
    return true;
}

// Notes when the world is there for the first time; before, nothing moves.
static void watch_loading(struct game *game)
{
    struct world_stats stats;
    if (game->playing && game->world_complete_ms > 0)
        return;
    world_stats(game->world, &stats);
    if (game->world_complete_ms <= 0 && stats.complete)
        game->world_complete_ms = clock_seconds() * 1000;
    if (game->playing)
        return;
    uint64_t side = 2 * FIRST_RADIUS + 1;
    bool enough = stats.complete || (game->options->bench == NULL &&
                                     stats.chunks_complete >= side * side * COLUMN_CHUNKS);
    if (!enough) {
        game->frames_loading++;
        return;
    }
    game->playing = true;
    if (game->window != NULL && game->options->camera == CAMERA_PLAYER) {
        game_set_paused(game, game->paused);
        game_say(game, "F1 shows the keys");
    }
}

static float milliseconds(double from, double to)
{
    return (float)((to - from) * 1000);
}

// Keeps what the frame cost, and shows it.
static void account(struct game *game, const double marks[4], double ended)
{
    struct scene_hud *hud = &game->scene.hud;
    struct ash_renderer_stats stats;
    ash_renderer_stats(game->renderer, &stats);
    struct bench_frame frame = {.ms = milliseconds(game->frame_ended, ended)};
    frame.parts[BENCH_SIMULATION] = milliseconds(marks[0], marks[1]);
    frame.parts[BENCH_STREAMING] = milliseconds(marks[1], marks[2]);
    frame.parts[BENCH_SCENE] = milliseconds(marks[2], marks[3]);
    for (uint32_t i = 0; i < stats.pass_count; i++)
        frame.parts[BENCH_PASSES] += (float)stats.passes[i].cpu_ms;
    frame.parts[BENCH_WAIT] = (float)stats.wait_ms;
    frame.parts[BENCH_DRIVER] =
        milliseconds(marks[3], ended) - frame.parts[BENCH_PASSES] - frame.parts[BENCH_WAIT];
    frame.uploaded = stats.upload.bytes_uploaded != game->stats.upload.bytes_uploaded;
    if (game->options->bench != NULL) { // it stops every arena for a moment
        struct ash_allocator_stats memory;
        ash_allocator_stats(game->allocator, &memory);
        frame.reserved = memory.total.reserved_bytes;
        frame.live = memory.total.live_bytes;
        const struct bench_thread thread = bench_thread_now();
        frame.thread = bench_thread_between(&game->thread, &thread);
        game->thread = thread;
        if (ended * 1000 < game->first_frame_ms + 1000)
            game->calls_at_first = (struct driver_calls){
                memory.allocate_memory_calls, memory.map_memory_calls, stats.pipelines.created};
    }
    bench_add(&game->bench, &frame);
    game->frame++;
    hud->frame_index = (hud->frame_index + 1) % FRAME_GRAPH_LENGTH;
    hud->frame_ms[hud->frame_index] = game->fixed_clock ? TICK_SECONDS * 1000 : (double)frame.ms;
    game->shown_ms += ((double)frame.ms - game->shown_ms) * (game->shown_ms > 0 ? 0.05 : 1);
}

static bool note_first_frame(struct game *game)
{
    if (game->first_frame_ms > 0)
        return true;
    // Submitted is not drawn: the first frame counts when the GPU has done it.
    if (game->options->bench != NULL && ash_renderer_wait_idle(game->renderer) != ASH_OK)
        return false;
    game->first_frame_ms = clock_seconds() * 1000;
    ash_log(ASH_LOG_INFO,
            "first frame after %.0f ms: of it instance %.0f, device %.0f, renderer %.0f ms",
            game->first_frame_ms, game->context->instance_ms, game->context->device_ms,
            game->renderer_ms);
    return true;
}

static void save(struct game *game, double now)
{
    game_save_player(game);
    game->save_at = now + SAVE_PERIOD;
    if (game->save != NULL && save_failed(game->save))
        game_say(game, "The world can't be saved now: is the disk full?");
    else if (game->unsaved && game->scene.hud.message[0] == '\0')
        game_say(game, "This world is not saved: the terminal says why");
}

// One frame, from top to bottom. False: it failed (logged).
static bool run_frame(struct game *game)
{
    double began = clock_seconds();
    double seconds = game->fixed_clock ? TICK_SECONDS : began - game->frame_began;
    game->frame_began = began;
    report_next();

    double marks[4] = {began};
    game_control(game, seconds);
    marks[1] = clock_seconds();
    if (game->ended || interrupted)
        return true;
    game_fit_view(game);
    stream(game);
    marks[2] = clock_seconds();
    game_chores(game);
    if (game->watch != NULL)
        watch_update(game->watch, game->renderer, /*wait=*/game->fixed_clock);
    game_fill_scene(game);
    marks[3] = clock_seconds();
    game_trace_frame(marks);
    bool drawn = true;
    if (game->fixed_clock ? !draw_complete(game) : !draw(game, &drawn))
        return false;
    if (drawn && !note_first_frame(game))
        return false;
    game_print_picture_hash(game);
    double ended = clock_seconds();
    if (drawn && game->playing)
        account(game, marks, ended);
    game->frame_ended = ended;
    watch_loading(game);
    if (ended >= game->save_at)
        save(game, ended);
    if (game->paused && game->window != NULL) {
        ash_window_wait(game->window, PAUSED_WAIT);
        game->frame_ended = clock_seconds();
    }
    return true;
}

// The world as it is at the start, before the first tick.
static bool begin(struct game *game)
{
    struct sigaction action;
    memset(&action, 0, sizeof(action));
    action.sa_handler = on_signal;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    game->frame_began = game->frame_ended = clock_seconds();
    game->save_at = clock_seconds() + SAVE_PERIOD;
    if (game->context->software && game->options->gpu == NULL)
        printf("There is no GPU: %s draws, on the CPU.\n", game->context->properties.deviceName);
    fflush(stdout);
    if (!game->fixed_clock)
        return true;
    game_fill_scene(game);
    if (!complete_world(game))
        return false;
    game->playing = true;
    return true;
}

bool game_run(struct game *game)
{
    const struct options *options = game->options;
    uint64_t frames = options->frames;
    if (frames == 0 && options->headless)
        frames = game->recording.replay.tick_count;
    if (!begin(game))
        return false;
    bool shows = options->headless && options->hash_every == 0;
    progress_begin(&game->progress, "Drawing");
    while (!game->ended && !interrupted && (frames == 0 || game->frame < frames)) {
        if (shows)
            progress_set(&game->progress, game->frame, frames);
        if (!run_frame(game)) {
            progress_end(&game->progress);
            return false;
        }
    }
    progress_end(&game->progress);
    if (interrupted && options->headless) {
        ash_log(ASH_LOG_ERROR, "interrupted after %u frames; nothing was written", game->frame);
        return false;
    }
    return game_finish(game);
}
