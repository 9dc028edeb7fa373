#include "engine/render/pipelines.h"

#include <volk.h>

#include <stdlib.h>
#include <string.h>

#include "engine/log.h"
#include "engine/render/check.h"

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
    if (pipelines == NULL) {
        ash_log(ASH_LOG_ERROR, "No main memory for the table of pipelines: free some.");
        return ASH_ERROR_OUT_OF_HOST_MEMORY;
    }
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

const struct ash_shader *ash_pipelines_shader(const struct ash_pipelines *pipelines,
                                              const char *name, VkShaderStageFlagBits stage)
{
    for (uint32_t i = 0; i < pipelines->shader_count; i++) {
        const struct ash_shader *shader = &pipelines->shaders[i];
        if (shader->stage == stage && strcmp(shader->name, name) == 0)
            return shader;
    }
    return NULL;
}

void ash_pipelines_stats(const struct ash_pipelines *pipelines, struct ash_pipelines_stats *out)
{
    *out = pipelines->stats;
}
