// Shaders that change while the game runs (--watch DIR).
//
//     a file is saved  ->  watch_update sees it  ->  a worker compiles  ->  watch_update: the next
//                                                                           frame draws with it
//
// What a shader includes is watched with it. A shader with an error, or one that does not fit the
// pipelines made from it, leaves the last good one where it is.
//
// Thread-safety: one thread; compiling is done by the workers of `jobs`.
#ifndef GAME_TOOLS_WATCH_H
#define GAME_TOOLS_WATCH_H

#include "game/base/jobs.h"

#include "engine/render/renderer.h"

struct watch; // opaque

struct watch_params {
    const char *folder;               // with NAME.glsl for the shaders named below
    struct jobs *jobs;                // borrowed, as all pointers here
    const struct ash_shader *shaders; // as they were built
    uint32_t shader_count;
};

// NULL where the game was built without a shader compiler, or none of the shaders is there
// (logged). The first update compiles all that are: what stands in the folder is what is drawn.
struct watch *watch_create(const struct watch_params *params);
// Waits for the worker; no renderer uses watch_shaders any more. NULL is allowed.
void watch_destroy(struct watch *watch);

// As many as in params, for ash_renderer_params.shaders: they change with each update.
const struct ash_shader *watch_shaders(const struct watch *watch);

// Once a frame: looks for changes and hands new shaders to the renderer. With `wait`, everything
// that has changed before is drawn by the next frame.
void watch_update(struct watch *watch, struct ash_renderer *renderer, bool wait);

// "sky.glsl:31: 'colour' : undeclared identifier" while a shader has an error; else NULL. Lives
// until the next update.
const char *watch_error(const struct watch *watch);

#endif
