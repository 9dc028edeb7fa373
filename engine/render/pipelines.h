// What pipelines are made from: shaders by name, the driver's cache, samplers. Private to
// engine/render; the public side is engine/render/pipeline.h.
#ifndef ASH_RENDER_PIPELINES_H
#define ASH_RENDER_PIPELINES_H

#include "engine/render/pipeline.h"

struct ash_pipelines {
    struct ash_context *context;      // borrowed
    const struct ash_shader *shaders; // borrowed
    uint32_t shader_count;
    VkFormat color_format, depth_format; // of pipelines that name none
    VkPipelineCache cache;
    VkSampler samplers[ASH_SAMPLER_COUNT];
    struct ash_pipeline *pipelines; // all that were made and not finished
    struct ash_pipelines_stats stats;
    bool deferred; // pipelines wait for ash_pipelines_compile
};

// The stages of one pipeline: one of compute, or two of graphics.
struct ash_pipeline_shaders {
    const struct ash_shader *list[2]; // borrowed
    uint32_t count;
};

// Errors: UNSUPPORTED: there are none of that name; logged.
ASH_NODISCARD enum ash_result ash_pipeline_find_shaders(const struct ash_pipelines *pipelines,
                                                        const char *name,
                                                        struct ash_pipeline_shaders *out);
// Makes the VkPipeline of one whose layouts are there. Errors: as ash_pipeline_init; *out is
// VK_NULL_HANDLE. Thread-safety: any thread, for pipelines of their own.
ASH_NODISCARD enum ash_result ash_pipeline_compile(const struct ash_pipeline *pipeline,
                                                   struct ash_pipelines *pipelines,
                                                   const struct ash_pipeline_shaders *shaders,
                                                   VkPipeline *out);

#endif
