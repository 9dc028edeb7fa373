// Chunks chosen by the GPU: what is drawn, and from which side, is found by a few compute
// dispatches (shaders/cull.glsl), and drawn by one call of Vulkan that reads how many draws there
// are. The CPU tells what has changed, and does nothing that grows with what is there.
//
//     terrain_records  ->  records, grid    on the device, as the meshes are
//     camera           ->  sums, lists, draws    anew in every frame
//
// The lists hold the same quads in the same order as the CPU's draws (terrain_cull.h), and the same
// shaders draw them: the pictures are equal.
//
// Thread-safety: the thread that draws.
#ifndef GAME_PASSES_TERRAIN_GPU_H
#define GAME_PASSES_TERRAIN_GPU_H

#include "game/passes/terrain_meshes.h"
#include "game/scene/scene.h"

enum { TERRAIN_STEPS = 4 };

// All zero is "not in use".
struct terrain_gpu {
    struct ash_pipeline steps[TERRAIN_STEPS];
    struct ash_buffer records, grid, sums, places, list;
    struct ash_buffer draws[ASH_MAX_FRAMES_IN_FLIGHT]; // by the frame's slot; the CPU reads totals
    uint32_t side;                  // of the grid that was told; 0: nothing was told
    uint64_t number;                // of the frame that was recorded last
    struct terrain_change *changes; // room for some; owned
    bool chosen;                    // in this frame
};

// Whether the device can; `why` says what it lacks, in a few words.
bool terrain_gpu_suits(const struct ash_context *context, const char **why);
// Errors: those of pipelines; terrain_gpu_finish cleans up.
enum ash_result terrain_gpu_init(struct terrain_gpu *gpu, const struct ash_pass_env *env);
// The GPU is idle. All zero is allowed.
void terrain_gpu_finish(struct terrain_gpu *gpu, const struct ash_pass_env *env);

// In prepare: tells what is new, and chooses. gpu->chosen is false where that could not be done in
// this frame (too much is new, memory ran out): the CPU has to.
void terrain_gpu_choose(struct terrain_gpu *gpu, const struct ash_pass_env *env,
                        struct terrain_meshes *meshes, const struct scene_camera *camera,
                        struct ash_frame *frame);
// In draw, where it has chosen: draws what it listed of a range from TERRAIN_LOW_GLASS on, or (0)
// of all before it. The last two of `bindings` are set here.
void terrain_gpu_draw(const struct terrain_gpu *gpu, uint32_t range,
                      const struct terrain_meshes *meshes, struct ash_frame *frame,
                      const struct ash_pipeline *pipeline, struct ash_binding *bindings,
                      uint32_t binding_count);

#endif
