// What the game tells its passes about this frame. Passes read it (struct ash_frame.scene) and
// know nothing of the game besides.
#ifndef GAME_SCENE_SCENE_H
#define GAME_SCENE_SCENE_H

#include "game/play/player.h"
#include "game/world/block/block.h"
#include "game/world/block/chunk.h"

#include "engine/render/renderer.h"

#include <cglm/types.h>

#include <stdbool.h>
#include <stdint.h>

struct memory_snapshot;
struct world;

// Everything is drawn relative to the camera, so that far from the origin nothing jitters: a
// position in the world is (position - origin) in shaders, with origin the camera's.
struct scene_camera {
    double x, y, z;
    double yaw, pitch;
    float field_of_view;  // vertical, radians
    mat4 view_projection; // of positions relative to the camera; reversed depth, y down
    mat4 inverse_view_projection;
    vec4 frustum[6]; // planes, inward, relative to the camera
    bool under_water;
};

struct scene_light {
    float time_of_day;                                      // 0 to 1; 0.5 is noon
    vec3 sun_direction;                                     // to the sun
    vec3 sun_color, ambient_color, sky_zenith, sky_horizon; // linear
    float fog_start, fog_end;                               // blocks
    float animation_seconds;                                // for waves and lava
};

enum { FRAME_GRAPH_LENGTH = 240, HUD_TEXT_LENGTH = 160 };

struct scene_hud {
    bool visible, help, performance, memory, paused;
    uint8_t hotbar[HOTBAR_SLOTS]; // enum block
    uint32_t hotbar_slot;
    struct block_hit target;             // the block that would be dug
    float dig_progress;                  // 0 to 1
    double frame_ms[FRAME_GRAPH_LENGTH]; // a ring
    uint32_t frame_index;                // of the newest
    char status[HUD_TEXT_LENGTH];        // upper left: frame time, place
    char message[HUD_TEXT_LENGTH]; // in the middle, below: "World saved" and the like; empty: none
    const char *shader_error;      // file, line and what is wrong; NULL: none
    const char *why_cpu;           // chooses what is drawn; NULL: the GPU does
    float loading;                 // 0 to 1 while the world comes; 1: no progress bar
    float scale;                   // content scale of the window
    // While the memory map is up: the pointer, if the mouse is free, in pixels of the target; and
    // the chunk that the camera looks at.
    bool points, looks;
    float pointer_x, pointer_y;
    struct chunk_coord looked;
};

struct scene {
    struct scene_camera camera;
    struct scene_light light;
    struct scene_hud hud;
    struct world *world;                    // the terrain pass takes its changes
    const struct ash_renderer_stats *stats; // of the frames before; NULL at first
    const struct memory_snapshot *memory;   // for the memory map; NULL: not taken
};

// Fills light from the time of day and the view distance; fills camera's matrices from its pose.
void scene_set_light(struct scene_light *light, float time_of_day, float view_distance,
                     bool under_water);
void scene_set_camera(struct scene_camera *camera, float aspect);

#endif
