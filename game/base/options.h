// The command line. Pure: fills a struct or says what is wrong.
#ifndef GAME_BASE_OPTIONS_H
#define GAME_BASE_OPTIONS_H

#include "engine/log.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum camera_mode { CAMERA_PLAYER, CAMERA_TOUR, CAMERA_FLY, CAMERA_GROUND, CAMERA_VIEW };

enum panel { PANEL_HELP, PANEL_PERFORMANCE, PANEL_MEMORY };

struct options {
    bool headless, validate, list_gpus, help, version;
    bool vsync, fullscreen, invert_y;
    bool explain_frame;
    uint32_t panels; // open at first: one bit of enum panel each
    uint32_t frames; // 0: until the end
    uint32_t width, height;
    uint32_t seed;
    bool seed_given;
    uint32_t radius;
    enum camera_mode camera;
    float view[5];     // of CAMERA_VIEW: x, y, z, yaw, pitch; degrees
    const char *world; // NULL: default place in a window, none headless
    const char *out;   // PNG of the last frame
    const char *bench; // JSON, as the next two
    const char *memory_report, *trace;
    const char *gpu;
    const char *watch; // folder of shaders; NULL: those that were built in
    const char *record, *replay;
    const char *trace_memory;
    const char *fault, *pretend; // of the laboratory's layer (game/tools/lab.h); NULL: none
    const char *fault_alloc, *fault_file; // game/tools/faults/host_faults.h; NULL: none
    bool fault_count;
    uint32_t hash_every; // ticks; 0: off
    float sensitivity;   // 1 is the default
    float speed;         // of --fly and --ground, blocks a second; 0: theirs
    float field_of_view; // degrees, vertical
    float time_of_day;   // start; below 0: as saved, or morning
    uint32_t draw;       // enum terrain_path
    enum ash_log_level log_level;
};

// What argv says, over the defaults: a window, radius 10, 1280 x 720; headless, 120 frames of the
// tour. Strings are borrowed from argv.
//
// False: `message` says which option is wrong and what it takes.
bool options_parse(int argc, char *const *argv, struct options *out, char *message,
                   size_t message_size);
// What --help prints: made from the same table that options_parse reads. For the first thread.
const char *options_help(void);

#endif
