#include "engine/render/pipelines.h"

#include <volk.h>

#include <stdlib.h>
#include <string.h>

#include "engine/assert.h"
#include "engine/log.h"
#include "engine/render/check.h"
#include "engine/render/timer.h"

// Pipelines that the passes of a game make at its start.
enum { MOST_DEFERRED = 64 };

static enum ash_result create_cache(struct ash_pipelines *pipelines,
                                    const struct ash_pipelines_params *params)
{
    const struct ash_context *context = pipelines->context;
    VkResult vk_result = context->vk->vkCreatePipelineCache(
        context->device,
        &(VkPipelineCacheCreateInfo){.sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO,
                                     .initialDataSize =
                                         params->cache != NULL ? params->cache_size : 0,
                                     .pInitialData = params->cache},
        NULL, &pipelines->cache);
    return ash_render_made(context, vk_result, "vkCreatePipelineCache",
                           VK_OBJECT_TYPE_PIPELINE_CACHE, &pipelines->cache, "pipeline cache");
}

static enum ash_result create_sampler(struct ash_pipelines *pipelines, enum ash_sampler sampler)
{
    static const struct {
        const char *name;
        VkFilter filter;
        VkSamplerMipmapMode mips;
        VkSamplerAddressMode address;
    } kinds[ASH_SAMPLER_COUNT] = {
        [ASH_SAMPLER_NEAREST] = {"nearest", VK_FILTER_NEAREST, VK_SAMPLER_MIPMAP_MODE_NEAREST,
                                 VK_SAMPLER_ADDRESS_MODE_CLAMP_TO_EDGE},
        [ASH_SAMPLER_LINEAR] = {"linear", VK_FILTER_LINEAR, VK_SAMPLER_MIPMAP_MODE_LINEAR,
                                VK_SAMPLER_ADDRESS_MODE_CLAMP_TO_EDGE},
        [ASH_SAMPLER_NEAREST_REPEAT] = {"nearest, repeated", VK_FILTER_NEAREST,
                                        VK_SAMPLER_MIPMAP_MODE_LINEAR,
                                        VK_SAMPLER_ADDRESS_MODE_REPEAT},
        [ASH_SAMPLER_LINEAR_REPEAT] = {"linear, repeated", VK_FILTER_LINEAR,
                                       VK_SAMPLER_MIPMAP_MODE_LINEAR,
                                       VK_SAMPLER_ADDRESS_MODE_REPEAT},
    };
    const struct ash_context *context = pipelines->context;
    VkFilter minified =
        sampler == ASH_SAMPLER_NEAREST_REPEAT ? VK_FILTER_LINEAR : kinds[sampler].filter;
    VkSamplerCreateInfo info = {.sType = VK_STRUCTURE_TYPE_SAMPLER_CREATE_INFO,
                                .magFilter = kinds[sampler].filter,
                                .minFilter = minified,
                                .mipmapMode = kinds[sampler].mips,
                                .addressModeU = kinds[sampler].address,
                                .addressModeV = kinds[sampler].address,
                                .addressModeW = kinds[sampler].address,
                                .maxLod = VK_LOD_CLAMP_NONE};
    VkSampler *out = &pipelines->samplers[sampler];
    VkResult vk_result = context->vk->vkCreateSampler(context->device, &info, NULL, out);
    return ash_render_made(context, vk_result, "vkCreateSampler", VK_OBJECT_TYPE_SAMPLER, out,
                           "sampler %s", kinds[sampler].name);
}

enum ash_result ash_pipelines_create(struct ash_context *context,
                                     const struct ash_pipelines_params *params,
                                     struct ash_pipelines **out)
{
    *out = NULL;
    struct ash_pipelines *pipelines = calloc(1, sizeof(*pipelines));
    if (pipelines == NULL)
        return ash_render_no_memory("the table of pipelines");
    pipelines->context = context;
    pipelines->shaders = params->shaders;
    pipelines->shader_count = params->shader_count;
    pipelines->color_format = params->color_format;
    pipelines->depth_format = params->depth_format;
    enum ash_result result = create_cache(pipelines, params);
    for (int i = 0; i < ASH_SAMPLER_COUNT && result == ASH_OK; i++)
        result = create_sampler(pipelines, (enum ash_sampler)i);
    if (result != ASH_OK) {
        ash_pipelines_destroy(pipelines);
        return result;
    }
    *out = pipelines;
    return ASH_OK;
}

void ash_pipelines_destroy(struct ash_pipelines *pipelines)
{
    if (pipelines == NULL)
        return;
    const struct ash_context *context = pipelines->context;
    for (int i = 0; i < ASH_SAMPLER_COUNT; i++)
        context->vk->vkDestroySampler(context->device, pipelines->samplers[i], NULL);
    context->vk->vkDestroyPipelineCache(context->device, pipelines->cache, NULL);
    free(pipelines);
}

enum ash_result ash_pipelines_cache_data(const struct ash_pipelines *pipelines, void *data,
                                         size_t *size)
{
    const struct ash_context *context = pipelines->context;
    VkResult vk_result =
        context->vk->vkGetPipelineCacheData(context->device, pipelines->cache, size, data);
    if (vk_result == VK_INCOMPLETE)
        return ASH_NOT_READY;
    return ash_render_check(vk_result, "vkGetPipelineCacheData", "the pipelines");
}

struct ash_binding ash_pipelines_sampled(const struct ash_pipelines *pipelines,
                                         enum ash_sampler sampler, VkImageView view)
{
    return (struct ash_binding){
        .image = {pipelines->samplers[sampler], view, VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL}};
}

void ash_pipelines_stats(const struct ash_pipelines *pipelines, struct ash_pipelines_stats *out)
{
    *out = pipelines->stats;
}

void ash_pipelines_defer(struct ash_pipelines *pipelines)
{
    pipelines->deferred = true;
}

struct compiling {
    struct ash_pipelines *pipelines;
    struct ash_pipeline *waiting[MOST_DEFERRED];
    enum ash_result results[MOST_DEFERRED];
    uint32_t count;
};

static void compile(void *user, uint32_t index)
{
    struct compiling *all = user;
    struct ash_pipeline *pipeline = all->waiting[index];
    struct ash_pipeline_shaders shaders;
    all->results[index] =
        ash_pipeline_find_shaders(all->pipelines, pipeline->params.shader, &shaders);
    if (all->results[index] == ASH_OK)
        all->results[index] =
            ash_pipeline_compile(pipeline, all->pipelines, &shaders, &pipeline->pipeline);
}

enum ash_result ash_pipelines_compile(struct ash_pipelines *pipelines, ash_spread *spread,
                                      void *user)
{
    enum ash_result result = ASH_OK;
    struct compiling all = {.pipelines = pipelines};
    const double began = ash_timer_now_ms();
    pipelines->deferred = false;
    for (struct ash_pipeline *at = pipelines->pipelines; at != NULL; at = at->next) {
        ASH_ASSERT(all.count < MOST_DEFERRED);
        if (at->pipeline == VK_NULL_HANDLE)
            all.waiting[all.count++] = at;
    }
    if (spread != NULL)
        spread(user, compile, &all, all.count);
    for (uint32_t i = 0; i < all.count; i++) {
        if (spread == NULL)
            compile(&all, i);
        if (result == ASH_OK)
            result = all.results[i];
    }
    pipelines->stats.ms += ash_timer_now_ms() - began;
    return result;
}

enum ash_result ash_pipelines_reload(struct ash_pipelines *pipelines, const char *shader,
                                     struct ash_retire *retire, uint64_t value)
{
    const struct ash_context *context = pipelines->context;
    struct ash_pipeline_shaders shaders;
    enum ash_result result = ash_pipeline_find_shaders(pipelines, shader, &shaders);
    struct ash_pipeline *pipeline;
    for (pipeline = pipelines->pipelines; pipeline != NULL; pipeline = pipeline->next)
        if (result == ASH_OK && strcmp(pipeline->params.shader, shader) == 0)
            result = ash_pipeline_compile(pipeline, pipelines, &shaders, &pipeline->reloaded);
    for (pipeline = pipelines->pipelines; pipeline != NULL; pipeline = pipeline->next) {
        if (result == ASH_OK && pipeline->reloaded != VK_NULL_HANDLE) {
            ash_retire_pipeline(retire, pipeline->pipeline, value);
            pipeline->pipeline = pipeline->reloaded;
        } else {
            context->vk->vkDestroyPipeline(context->device, pipeline->reloaded, NULL);
        }
        pipeline->reloaded = VK_NULL_HANDLE;
    }
    return result;
}
