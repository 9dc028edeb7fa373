// The game: one struct that owns everything, in the order in which it is made.
//
//     main.c           makes it, runs it, unmakes it
//     game_loop.c      the frame, from top to bottom
//     game_control.c   events, ticks and what the function keys do
//     game_finish.c    what is written after the last frame
//     game_create.c    makes and unmakes all that it owns
//     game_start.c     where a game begins: saved, recorded, or new
//     game_view.c      how far one sees: as far as the device's memory reaches
//     game_chores.c    work that no frame waits for: more device memory, screenshots
//     game_scene.c     what the passes are told
//     game_seeing.c    the memory map, reports and traces: what the game shows of its inside
//
// Each calls only those below it.
//
// Thread-safety: the program's first thread.
#ifndef GAME_GAME_H
#define GAME_GAME_H

#include "game/base/jobs.h"
#include "game/base/options.h"
#include "game/passes/resources.h"
#include "game/play/input.h"
#include "game/play/optional/rails.h"
#include "game/play/pose.h"
#include "game/play/simulation.h"
#include "game/scene/scene.h"
#include "game/tools/bench.h"
#include "game/tools/explain.h"
#include "game/tools/memory_snapshot.h"
#include "game/tools/memory_trace.h"
#include "game/tools/progress.h"
#include "game/tools/recording.h"
#include "game/tools/watch.h"
#include "game/world/save/save.h"
#include "game/world/world.h"

#include "engine/context/context.h"
#include "engine/context/observe.h"
#include "engine/context/window.h"
#include "engine/memory/allocator.h"
#include "engine/render/renderer.h"

#include <stdbool.h>
#include <stdint.h>

enum { GAME_MAX_PASSES = 16 };

// How far one sees now, in columns.
struct game_view {
    uint32_t radius, draws, patience; // draws since it changed, and until a larger one is tried
    bool grew;                        // the last change was to a larger one
};

// Calls of the driver that take long, on any thread.
struct driver_calls {
    uint64_t allocate_memory, map_memory, create_pipeline;
};

struct game_chore; // a job of game_chores.c

// Who looks on while frames are made: for --trace and --explain-frame.
struct seeing {
    struct ash_observer observer;
    const char *phase, *pass; // under way; NULL: none
    double phase_began;       // clock_seconds
    double submitted[8];      // when frame n was, at n % 8
    double gpu_ended;         // the last span on the GPU's track
    double uploaded_kib;      // in this frame
    struct explain explain;   // owned
    bool explained;
};

struct game {
    const struct options *options; // borrowed
    bool fixed_clock; // headless without --bench: 1/60 s a frame, and each waits for its world

    // Owned, made in this order; game_destroy goes the other way.
    struct recording recording;
    struct bench bench;
    struct bench_thread thread; // when the last frame was measured
    struct jobs *jobs;
    struct save *save; // NULL: nothing is kept
    bool unsaved;      // though the user would have it: the log has said why
    struct world *world;
    struct ash_window *window; // NULL: headless
    struct ash_context *context;
    struct ash_allocator *allocator;
    struct memory_trace memory_trace; // until the device is lost
    struct pass_resources resources;  // the passes fill and empty it
    struct watch *watch;              // of shaders; NULL without --watch
    uint64_t pipelines_checksum;      // of the pipeline cache that was read
    struct ash_renderer *renderer;

    // What is played.
    struct simulation simulation;
    struct input input;
    struct input_options input_options;
    struct rails rails;      // moves the camera where the player does not
    struct pose before, now; // the camera's, at the last two ticks
    struct pose eye;         // between them, as the frame shows it
    double owed_seconds;     // passed, and not yet simulated
    bool playing;            // the world is there; until then nothing moves
    bool paused;
    bool ended; // no frame comes after this one

    // What is seen of the inside: game_seeing.c.
    struct memory_snapshot memory; // owned; of the memory map, while it is up
    bool pointing;                 // the mouse is free to point at the map while one plays
    struct seeing seeing;

    // What is shown and measured.
    struct scene scene;
    struct ash_renderer_stats stats;
    struct ash_pass_time pass_times[GAME_MAX_PASSES]; // stats.passes points here
    uint32_t frame;                                   // shown and counted, so far
    struct game_view view;
    uint32_t frames_loading;
    uint32_t frames_failed; // in a row
    uint32_t rebuilds;      // of the device, while frames did not go well for long in between
    uint32_t rebuilt_at;    // frame
    double frame_began, frame_ended;          // clock_seconds
    double shown_ms;                          // frame time as the status line shows it
    double first_frame_ms, world_complete_ms; // 0: not yet
    double renderer_ms;                       // that making it took
    struct driver_calls calls_at_first;       // in the first second of frames
    double message_until;                     // clock_seconds
    double save_at;                           // clock_seconds of the next saving of the player
    struct progress progress;

    struct job_results chores;
    bool growing;        // a chore makes the allocator grow
    uint32_t grow_pause; // frames until it is tried again, after it was in vain
    bool screenshot_wanted;
};

// NULL where something could not be had: the log has said what.
struct game *game_create(const struct options *options);
// False: something could not be written at the end (logged). NULL is allowed.
bool game_destroy(struct game *game);
// After the device or the surface was lost: what was on it is made again from what the game knows.
// False: that failed, too (logged).
bool game_rebuild(struct game *game, enum ash_result why);
// Until the last frame. False: it failed (logged).
bool game_run(struct game *game);

// Between the files named above.

// Where the driver's compiled pipelines are kept. False: nowhere.
bool game_pipelines_path(const struct game *game, char *path, size_t size);

// What a game begins with: seed, player, time of day.
bool game_start(struct game *game);
void game_start_camera(struct game *game);

// Events, ticks of `seconds` of time, and what keys ask for besides playing.
void game_control(struct game *game, double seconds);
void game_set_paused(struct game *game, bool paused);

// Of what is drawn.
static inline VkExtent2D game_extent(const struct game *game)
{
    return game->window != NULL ? ash_window_extent(game->window)
                                : (VkExtent2D){game->options->width, game->options->height};
}

void game_begin_view(struct game *game);
// Before each draw: makes the view fit the memory of the device.
void game_fit_view(struct game *game);

void game_fill_scene(struct game *game);
// What the memory map shows, in the scene. The camera is filled in.
void game_fill_memory(struct game *game);
// Looks on at what a new context does, if anybody wants to know.
void game_observe(struct game *game);
// ash_renderer_draw, looked on at.
enum ash_result game_draw(struct game *game, VkExtent2D extent);
// What a frame of the game did besides drawing, between four times.
void game_trace_frame(const double marks[4]);
// Writes the reports that were asked for, at the end. False: one could not be written (logged).
bool game_write_seen(struct game *game);
// A line in the middle of the screen for some seconds.
void game_say(struct game *game, const char *format, ...) ASH_PRINTF(2, 3);

void game_chores(struct game *game);
void game_finish_chores(struct game *game); // waits for them

// The last picture, the figures, and what is told of them. False: it failed (logged).
bool game_finish(struct game *game);
void game_print_picture_hash(struct game *game); // if --hash wants it now; headless alone
void game_save_player(struct game *game);

#endif
