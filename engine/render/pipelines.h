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

// NULL if there is none of that name and stage.
const struct ash_shader *ash_pipelines_shader(const struct ash_pipelines *pipelines,
                                              const char *name, VkShaderStageFlagBits stage);

#endif
