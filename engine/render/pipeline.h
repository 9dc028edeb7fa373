// Pipelines from shaders by name: "terrain" names the stages of shaders/terrain.glsl.
//
// A pipeline here has one descriptor set and one range of push constants; that is enough for
// every pass shipped, and a pass that needs more calls Vulkan itself.
//
// Thread-safety: one thread at a time.
#ifndef ASH_RENDER_PIPELINE_H
#define ASH_RENDER_PIPELINE_H

#include "engine/api.h"
#include "engine/context/context.h"
#include "engine/memory/retire.h"
#include "engine/result.h"

#ifdef __cplusplus
extern "C" {
#endif

// SPIR-V of one stage; the build makes a table of them from shaders/*.glsl.
struct ash_shader {
    const char *name;            // file name without ".glsl"
    VkShaderStageFlagBits stage; // VERTEX, FRAGMENT or COMPUTE
    const uint32_t *words;
    size_t size; // bytes
};

struct ash_pipelines; // opaque: shaders, cache, samplers

struct ash_pipelines_params {
    const struct ash_shader *shaders; // borrowed; it may change, see ash_pipelines_reload
    uint32_t shader_count;
    const void *cache; // what ash_pipelines_cache_data returned in an earlier run; NULL: none
    size_t cache_size; // (the caller has checked that it is for this device and driver)
    VkFormat color_format, depth_format; // of the targets of pipelines that name none
};
// Errors: OUT_OF_*_MEMORY, VULKAN; *out is then NULL.
ASH_API ASH_NODISCARD enum ash_result ash_pipelines_create(
    struct ash_context *context, const struct ash_pipelines_params *params,
    struct ash_pipelines **out);
// Pipelines made from it are destroyed before. NULL is allowed.
ASH_API void ash_pipelines_destroy(struct ash_pipelines *pipelines);

// Copies what the driver has compiled, for ash_pipelines_params.cache of a later run. `data` may
// be NULL: *size is then the size needed; else at most *size bytes are written, and *size says how
// many. Errors: NOT_READY: *size was too small; OUT_OF_*_MEMORY.
ASH_API ASH_NODISCARD enum ash_result ash_pipelines_cache_data(
    const struct ash_pipelines *pipelines, void *data, size_t *size);

// Calls work(work_user, i) for each i below `count`, on any threads, and returns when all are done.
typedef void ash_spread(void *user, void (*work)(void *work_user, uint32_t index), void *work_user,
                        uint32_t count);

// Pipelines that are made from now on are compiled by ash_pipelines_compile, not by themselves.
ASH_API void ash_pipelines_defer(struct ash_pipelines *pipelines);
// Compiles what was deferred; later ones compile themselves. `spread` may be NULL: one by one.
// Errors: those of ash_pipeline_init; the pipelines that failed can't be bound.
ASH_API ASH_NODISCARD enum ash_result ash_pipelines_compile(struct ash_pipelines *pipelines,
                                                            ash_spread *spread, void *user);

struct ash_pipelines_stats {
    uint32_t created; // VkPipelines, since these were
    uint32_t cached;  // of them those that the driver found in the cache, if it says so
    double ms;        // that it took in all
};
// What has been made so far, and what it took.
ASH_API void ash_pipelines_stats(const struct ash_pipelines *pipelines,
                                 struct ash_pipelines_stats *out);

enum ash_sampler {
    ASH_SAMPLER_NEAREST,        // clamped
    ASH_SAMPLER_LINEAR,         // clamped
    ASH_SAMPLER_NEAREST_REPEAT, // nearest when magnified, mip levels blended
    ASH_SAMPLER_LINEAR_REPEAT,
    ASH_SAMPLER_COUNT
};

// One resource for one binding of a pipeline's set 0: a buffer range, or an image with a sampler
// (or, for storage images, without).
struct ash_binding {
    VkDescriptorBufferInfo buffer;
    VkDescriptorImageInfo image;
};
// Of an image that shaders sample, in SHADER_READ_ONLY_OPTIMAL.
ASH_API struct ash_binding ash_pipelines_sampled(const struct ash_pipelines *pipelines,
                                                 enum ash_sampler sampler, VkImageView view);

// How what is drawn joins what is there; PREMULTIPLIED: its colour holds its alpha already; BEFORE:
// by the alpha of what is there: so much of that is seen through what is drawn, whose own then
// stands there.
enum ash_blend {
    ASH_BLEND_NONE,
    ASH_BLEND_ALPHA,
    ASH_BLEND_PREMULTIPLIED,
    ASH_BLEND_ADD,
    ASH_BLEND_BEFORE
};
enum ash_depth {
    ASH_DEPTH_OFF,  // neither tested nor written
    ASH_DEPTH_TEST, // tested
    ASH_DEPTH_TEST_WRITE
};

enum { ASH_MAX_BINDINGS = 8, ASH_MAX_VERTEX_ATTRIBUTES = 8 };

// All zero but the shader is a full-screen triangle's pipeline: no vertex input, no culling, no
// depth, no blending. Depth is reversed: 1 near, 0 far, GREATER_OR_EQUAL.
struct ash_pipeline_params {
    const char *shader; // its COMPUTE stage if it has one, else VERTEX and FRAGMENT; borrowed
    VkPrimitiveTopology topology; // 0 is POINT_LIST in Vulkan; here 0 means TRIANGLE_LIST
    VkCullModeFlags cull;         // front faces are counter-clockwise on the screen
    enum ash_blend blend;
    enum ash_depth depth;
    VkFormat color_format, depth_format; // of the targets; both UNDEFINED: the renderer's own
    uint32_t push_constant_size;
    // Of set 0, binding 0, 1, ...: UNIFORM_BUFFER, STORAGE_BUFFER, COMBINED_IMAGE_SAMPLER,
    // SAMPLED_IMAGE or STORAGE_IMAGE.
    VkDescriptorType bindings[ASH_MAX_BINDINGS];
    uint32_t binding_count;
    uint32_t vertex_stride; // 0: no vertex input (vertices are pulled)
    VkVertexInputAttributeDescription attributes[ASH_MAX_VERTEX_ATTRIBUTES];
    uint32_t attribute_count;
    uint32_t constant; // specialization constant 0, for variants of one shader
};

// All zero is "no pipeline". Not moved between init and finish.
struct ash_pipeline {
    VkPipeline pipeline;
    VkPipelineLayout layout;
    VkDescriptorSetLayout set_layout;
    VkPipelineBindPoint bind_point;
    VkShaderStageFlags stages;
    struct ash_pipeline_params params;
    // private
    VkPipeline reloaded;                  // while ash_pipelines_reload works
    struct ash_pipeline *next, *previous; // of all that were made from the same ash_pipelines
};

// On failure *pipeline is all zero. Errors: UNSUPPORTED (no shader of that name, or one that binds
// more), OUT_OF_*_MEMORY, VULKAN. Valid usage: the counts are within the limits above.
ASH_API ASH_NODISCARD enum ash_result ash_pipeline_init(struct ash_pipeline *pipeline,
                                                        struct ash_pipelines *pipelines,
                                                        const struct ash_pipeline_params *params);
// The GPU is done with it. A zeroed pipeline is allowed.
ASH_API void ash_pipeline_finish(struct ash_pipeline *pipeline, struct ash_pipelines *pipelines);

// Makes every pipeline of this shader anew, from the words that its table holds now. What they
// were is destroyed once the GPU has done submission `value`, the last that may use it.
// Errors: UNSUPPORTED (it binds what the pipeline has no place for), OUT_OF_*_MEMORY, VULKAN: all
// pipelines are as they were.
ASH_API ASH_NODISCARD enum ash_result ash_pipelines_reload(struct ash_pipelines *pipelines,
                                                           const char *shader,
                                                           struct ash_retire *retire,
                                                           uint64_t value);

#ifdef __cplusplus
}
#endif

#endif
