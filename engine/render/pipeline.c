#include "engine/render/pipeline.h"

#include <volk.h>

#include <string.h>

#include "engine/assert.h"
#include "engine/log.h"
#include "engine/render/check.h"
#include "engine/render/pipelines.h"
#include "engine/render/timer.h"

// The stages of one pipeline while it is made.
struct stages {
    VkPipelineShaderStageCreateInfo infos[2];
    uint32_t count;
    VkSpecializationMapEntry constant;
    VkSpecializationInfo specialization;
};

static enum ash_result add_stage(struct stages *stages, const struct ash_context *context,
                                 const struct ash_shader *shader)
{
    VkShaderModule module;
    VkResult vk_result = context->vk->vkCreateShaderModule(
        context->device,
        &(VkShaderModuleCreateInfo){.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
                                    .codeSize = shader->size,
                                    .pCode = shader->words},
        NULL, &module);
    enum ash_result result =
        ash_render_made(context, vk_result, "vkCreateShaderModule", VK_OBJECT_TYPE_SHADER_MODULE,
                        &module, "%s", shader->name);
    if (result != ASH_OK)
        return result;
    stages->infos[stages->count++] = (VkPipelineShaderStageCreateInfo){
        .sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
        .stage = shader->stage,
        .module = module,
        .pName = "main",
        .pSpecializationInfo = &stages->specialization};
    return ASH_OK;
}

static void finish_stages(struct stages *stages, const struct ash_context *context)
{
    for (uint32_t i = 0; i < stages->count; i++)
        context->vk->vkDestroyShaderModule(context->device, stages->infos[i].module, NULL);
}

// NULL if there is none of that name and stage.
static const struct ash_shader *find_shader(const struct ash_pipelines *pipelines, const char *name,
                                            VkShaderStageFlagBits stage)
{
    for (uint32_t i = 0; i < pipelines->shader_count; i++) {
        const struct ash_shader *shader = &pipelines->shaders[i];
        if (shader->stage == stage && strcmp(shader->name, name) == 0)
            return shader;
    }
    return NULL;
}

enum ash_result ash_pipeline_find_shaders(const struct ash_pipelines *pipelines, const char *name,
                                          struct ash_pipeline_shaders *out)
{
    static const VkShaderStageFlagBits graphics[] = {VK_SHADER_STAGE_VERTEX_BIT,
                                                     VK_SHADER_STAGE_FRAGMENT_BIT};
    *out = (struct ash_pipeline_shaders){
        .list = {find_shader(pipelines, name, VK_SHADER_STAGE_COMPUTE_BIT)}, .count = 1};
    if (out->list[0] != NULL)
        return ASH_OK;
    out->count = 2;
    for (int i = 0; i < 2; i++) {
        out->list[i] = find_shader(pipelines, name, graphics[i]);
        if (out->list[i] == NULL) {
            ash_log(ASH_LOG_ERROR,
                    "There is no %s shader \"%s\": is shaders/%s.glsl in the build's list?",
                    i == 0 ? "vertex" : "fragment", name, name);
            return ASH_ERROR_UNSUPPORTED;
        }
    }
    return ASH_OK;
}

// A shader that binds more than its pipeline has places for would crash many a driver; one that is
// edited while the program runs may well do so.
static enum ash_result check_bindings(const struct ash_shader *shader, uint32_t binding_count)
{
    // SPIR-V: five words of header, then instructions, with their length in the upper half of the
    // first word. OpDecorate is 71: target, decoration (33: Binding, 34: DescriptorSet), value.
    enum { HEADER = 5, OP_DECORATE = 71, DECORATION_BINDING = 33, DECORATION_SET = 34 };
    const uint32_t *words = shader->words;
    size_t count = shader->size / sizeof(uint32_t), length;
    for (size_t i = HEADER; i < count; i += length) {
        length = words[i] >> 16;
        if (length == 0)
            break;
        if ((words[i] & 0xffff) != OP_DECORATE || length < 4 || count - i < 4)
            continue;
        const uint32_t decoration = words[i + 2], value = words[i + 3];
        if (decoration == DECORATION_BINDING && value >= binding_count)
            ash_log(ASH_LOG_ERROR,
                    "The shader \"%s\" uses binding %u, and its pipeline has %u: add it to the "
                    "pipeline's params, and build again.",
                    shader->name, (unsigned)value, (unsigned)binding_count);
        else if (decoration == DECORATION_SET && value > 0)
            ash_log(ASH_LOG_ERROR,
                    "The shader \"%s\" uses set %u, and pipelines have set 0 alone: leave \"set\" "
                    "out.",
                    shader->name, (unsigned)value);
        else
            continue;
        return ASH_ERROR_UNSUPPORTED;
    }
    return ASH_OK;
}

static enum ash_result init_stages(struct stages *stages, const struct ash_context *context,
                                   const struct ash_pipeline_shaders *shaders,
                                   const struct ash_pipeline_params *params)
{
    *stages = (struct stages){
        .constant = {.constantID = 0, .offset = 0, .size = sizeof(params->constant)},
        .specialization = {.mapEntryCount = 1,
                           .pMapEntries = &stages->constant,
                           .dataSize = sizeof(params->constant),
                           .pData = &params->constant}};
    enum ash_result result = ASH_OK;
    for (uint32_t i = 0; i < shaders->count && result == ASH_OK; i++) {
        result = check_bindings(shaders->list[i], params->binding_count);
        if (result == ASH_OK)
            result = add_stage(stages, context, shaders->list[i]);
    }
    return result;
}

static enum ash_result init_layout(struct ash_pipeline *pipeline, const struct ash_context *context)
{
    const struct ash_pipeline_params *params = &pipeline->params;
    VkDescriptorSetLayoutBinding bindings[ASH_MAX_BINDINGS];
    for (uint32_t i = 0; i < params->binding_count; i++) {
        bindings[i] = (VkDescriptorSetLayoutBinding){.binding = i,
                                                     .descriptorType = params->bindings[i],
                                                     .descriptorCount = 1,
                                                     .stageFlags = pipeline->stages};
    }
    VkDescriptorSetLayoutCreateInfo set_info = {
        .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
        .bindingCount = params->binding_count,
        .pBindings = bindings};
    VkResult vk_result = context->vk->vkCreateDescriptorSetLayout(context->device, &set_info, NULL,
                                                                  &pipeline->set_layout);
    enum ash_result result = ash_render_made(context, vk_result, "vkCreateDescriptorSetLayout",
                                             VK_OBJECT_TYPE_DESCRIPTOR_SET_LAYOUT,
                                             &pipeline->set_layout, "%s", params->shader);
    if (result != ASH_OK)
        return result;
    VkPushConstantRange range = {.stageFlags = pipeline->stages,
                                 .size = params->push_constant_size};
    VkPipelineLayoutCreateInfo layout_info = {
        .sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
        .setLayoutCount = 1,
        .pSetLayouts = &pipeline->set_layout,
        .pushConstantRangeCount = params->push_constant_size > 0 ? 1 : 0,
        .pPushConstantRanges = &range};
    vk_result =
        context->vk->vkCreatePipelineLayout(context->device, &layout_info, NULL, &pipeline->layout);
    return ash_render_made(context, vk_result, "vkCreatePipelineLayout",
                           VK_OBJECT_TYPE_PIPELINE_LAYOUT, &pipeline->layout, "%s", params->shader);
}

static VkPipelineColorBlendAttachmentState blend_state(enum ash_blend blend)
{
    static const struct {
        VkBlendFactor source, destination;
    } factors[] = {
        [ASH_BLEND_NONE] = {VK_BLEND_FACTOR_ONE, VK_BLEND_FACTOR_ZERO},
        [ASH_BLEND_ALPHA] = {VK_BLEND_FACTOR_SRC_ALPHA, VK_BLEND_FACTOR_ONE_MINUS_SRC_ALPHA},
        [ASH_BLEND_PREMULTIPLIED] = {VK_BLEND_FACTOR_ONE, VK_BLEND_FACTOR_ONE_MINUS_SRC_ALPHA},
        [ASH_BLEND_ADD] = {VK_BLEND_FACTOR_ONE, VK_BLEND_FACTOR_ONE},
        [ASH_BLEND_BEFORE] = {VK_BLEND_FACTOR_ONE_MINUS_DST_ALPHA, VK_BLEND_FACTOR_DST_ALPHA},
    };
    bool replaces = blend == ASH_BLEND_BEFORE;
    return (VkPipelineColorBlendAttachmentState){
        .blendEnable = blend != ASH_BLEND_NONE,
        .srcColorBlendFactor = factors[blend].source,
        .dstColorBlendFactor = factors[blend].destination,
        .srcAlphaBlendFactor = VK_BLEND_FACTOR_ONE,
        .dstAlphaBlendFactor = replaces ? VK_BLEND_FACTOR_ZERO : factors[blend].destination,
        .colorWriteMask = VK_COLOR_COMPONENT_R_BIT | VK_COLOR_COMPONENT_G_BIT |
                          VK_COLOR_COMPONENT_B_BIT | VK_COLOR_COMPONENT_A_BIT};
}

static VkPipelineDepthStencilStateCreateInfo depth_state(enum ash_depth depth)
{
    return (VkPipelineDepthStencilStateCreateInfo){
        .sType = VK_STRUCTURE_TYPE_PIPELINE_DEPTH_STENCIL_STATE_CREATE_INFO,
        .depthTestEnable = depth != ASH_DEPTH_OFF,
        .depthWriteEnable = depth == ASH_DEPTH_TEST_WRITE,
        .depthCompareOp = VK_COMPARE_OP_GREATER_OR_EQUAL};
}

static VkPipelineVertexInputStateCreateInfo vertex_input(
    const struct ash_pipeline_params *params, const VkVertexInputBindingDescription *binding)
{
    return (VkPipelineVertexInputStateCreateInfo){
        .sType = VK_STRUCTURE_TYPE_PIPELINE_VERTEX_INPUT_STATE_CREATE_INFO,
        .vertexBindingDescriptionCount = params->vertex_stride > 0 ? 1 : 0,
        .pVertexBindingDescriptions = binding,
        .vertexAttributeDescriptionCount = params->attribute_count,
        .pVertexAttributeDescriptions = params->attributes};
}

static VkPipelineRasterizationStateCreateInfo raster_state(VkCullModeFlags cull)
{
    return (VkPipelineRasterizationStateCreateInfo){
        .sType = VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_STATE_CREATE_INFO,
        .cullMode = cull,
        .frontFace = VK_FRONT_FACE_COUNTER_CLOCKWISE,
        .lineWidth = 1.0f};
}

static VkPipelineRenderingCreateInfo rendering_info(const struct ash_pipeline_params *params)
{
    return (VkPipelineRenderingCreateInfo){
        .sType = VK_STRUCTURE_TYPE_PIPELINE_RENDERING_CREATE_INFO,
        .colorAttachmentCount = params->color_format != VK_FORMAT_UNDEFINED ? 1 : 0,
        .pColorAttachmentFormats = &params->color_format,
        .depthAttachmentFormat = params->depth_format};
}

// The tables that every graphics pipeline here shares.
static const VkPipelineViewportStateCreateInfo one_viewport = {
    .sType = VK_STRUCTURE_TYPE_PIPELINE_VIEWPORT_STATE_CREATE_INFO,
    .viewportCount = 1,
    .scissorCount = 1};
static const VkPipelineMultisampleStateCreateInfo one_sample = {
    .sType = VK_STRUCTURE_TYPE_PIPELINE_MULTISAMPLE_STATE_CREATE_INFO,
    .rasterizationSamples = VK_SAMPLE_COUNT_1_BIT};
static const VkDynamicState dynamic_states[] = {VK_DYNAMIC_STATE_VIEWPORT,
                                                VK_DYNAMIC_STATE_SCISSOR};
static const VkPipelineDynamicStateCreateInfo dynamic_state = {
    .sType = VK_STRUCTURE_TYPE_PIPELINE_DYNAMIC_STATE_CREATE_INFO,
    .dynamicStateCount = sizeof(dynamic_states) / sizeof(dynamic_states[0]),
    .pDynamicStates = dynamic_states};

static VkResult create_graphics(const struct ash_pipeline *pipeline,
                                const struct ash_pipelines *pipelines, const struct stages *stages,
                                const void *feedback, VkPipeline *out)
{
    const struct ash_pipeline_params *params = &pipeline->params;
    VkVertexInputBindingDescription binding = {.stride = params->vertex_stride};
    VkPipelineVertexInputStateCreateInfo input = vertex_input(params, &binding);
    VkPipelineInputAssemblyStateCreateInfo assembly = {
        .sType = VK_STRUCTURE_TYPE_PIPELINE_INPUT_ASSEMBLY_STATE_CREATE_INFO,
        .topology = params->topology != VK_PRIMITIVE_TOPOLOGY_POINT_LIST
                        ? params->topology
                        : VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST};
    VkPipelineRasterizationStateCreateInfo raster = raster_state(params->cull);
    VkPipelineDepthStencilStateCreateInfo depth = depth_state(params->depth);
    VkPipelineColorBlendAttachmentState attachment = blend_state(params->blend);
    VkPipelineRenderingCreateInfo rendering = rendering_info(params);
    VkPipelineColorBlendStateCreateInfo blend = {
        .sType = VK_STRUCTURE_TYPE_PIPELINE_COLOR_BLEND_STATE_CREATE_INFO,
        .attachmentCount = rendering.colorAttachmentCount,
        .pAttachments = &attachment};
    rendering.pNext = feedback;
    VkGraphicsPipelineCreateInfo info = {.sType = VK_STRUCTURE_TYPE_GRAPHICS_PIPELINE_CREATE_INFO,
                                         .pNext = &rendering,
                                         .stageCount = stages->count,
                                         .pStages = stages->infos,
                                         .pVertexInputState = &input,
                                         .pInputAssemblyState = &assembly,
                                         .pViewportState = &one_viewport,
                                         .pRasterizationState = &raster,
                                         .pMultisampleState = &one_sample,
                                         .pDepthStencilState = &depth,
                                         .pColorBlendState = &blend,
                                         .pDynamicState = &dynamic_state,
                                         .layout = pipeline->layout};
    const struct ash_context *context = pipelines->context;
    return context->vk->vkCreateGraphicsPipelines(context->device, pipelines->cache, 1, &info, NULL,
                                                  out);
}

static VkResult create_compute(const struct ash_pipeline *pipeline,
                               const struct ash_pipelines *pipelines, const struct stages *stages,
                               const void *feedback, VkPipeline *out)
{
    VkComputePipelineCreateInfo info = {.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
                                        .pNext = feedback,
                                        .stage = stages->infos[0],
                                        .layout = pipeline->layout};
    const struct ash_context *context = pipelines->context;
    return context->vk->vkCreateComputePipelines(context->device, pipelines->cache, 1, &info, NULL,
                                                 out);
}

enum ash_result ash_pipeline_compile(const struct ash_pipeline *pipeline,
                                     struct ash_pipelines *pipelines,
                                     const struct ash_pipeline_shaders *shaders, VkPipeline *out)
{
    bool compute = pipeline->bind_point == VK_PIPELINE_BIND_POINT_COMPUTE;
    struct stages stages;
    VkPipelineCreationFeedback found = {0};
    const VkPipelineCreationFeedbackCreateInfo feedback = {
        .sType = VK_STRUCTURE_TYPE_PIPELINE_CREATION_FEEDBACK_CREATE_INFO,
        .pPipelineCreationFeedback = &found};
    *out = VK_NULL_HANDLE;
    enum ash_result result = init_stages(&stages, pipelines->context, shaders, &pipeline->params);
    if (result == ASH_OK) {
        VkResult vk_result = compute
                                 ? create_compute(pipeline, pipelines, &stages, &feedback, out)
                                 : create_graphics(pipeline, pipelines, &stages, &feedback, out);
        result = ash_render_made(pipelines->context, vk_result,
                                 compute ? "vkCreateComputePipelines" : "vkCreateGraphicsPipelines",
                                 VK_OBJECT_TYPE_PIPELINE, out, "%s", pipeline->params.shader);
    }
    finish_stages(&stages, pipelines->context);
    const bool cached =
        found.flags & VK_PIPELINE_CREATION_FEEDBACK_APPLICATION_PIPELINE_CACHE_HIT_BIT;
    __atomic_fetch_add(&pipelines->stats.created, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&pipelines->stats.cached, cached, __ATOMIC_RELAXED);
    return result;
}

static void enlist(struct ash_pipeline *pipeline, struct ash_pipelines *pipelines)
{
    pipeline->next = pipelines->pipelines;
    if (pipeline->next != NULL)
        pipeline->next->previous = pipeline;
    pipelines->pipelines = pipeline;
}

static void delist(struct ash_pipeline *pipeline, struct ash_pipelines *pipelines)
{
    if (pipeline->next != NULL)
        pipeline->next->previous = pipeline->previous;
    if (pipeline->previous != NULL)
        pipeline->previous->next = pipeline->next;
    else if (pipelines->pipelines == pipeline)
        pipelines->pipelines = pipeline->next;
}

enum ash_result ash_pipeline_init(struct ash_pipeline *pipeline, struct ash_pipelines *pipelines,
                                  const struct ash_pipeline_params *params)
{
    ASH_ASSERT(params->shader != NULL);
    ASH_ASSERT(params->binding_count <= ASH_MAX_BINDINGS);
    ASH_ASSERT(params->attribute_count <= ASH_MAX_VERTEX_ATTRIBUTES);
    *pipeline = (struct ash_pipeline){0};
    struct ash_pipeline_shaders shaders;
    enum ash_result result = ash_pipeline_find_shaders(pipelines, params->shader, &shaders);
    if (result != ASH_OK)
        return result;
    pipeline->params = *params;
    if (params->color_format == VK_FORMAT_UNDEFINED &&
        params->depth_format == VK_FORMAT_UNDEFINED) {
        pipeline->params.color_format = pipelines->color_format;
        pipeline->params.depth_format = pipelines->depth_format;
    }
    for (uint32_t i = 0; i < shaders.count; i++)
        pipeline->stages |= shaders.list[i]->stage;
    pipeline->bind_point = pipeline->stages == VK_SHADER_STAGE_COMPUTE_BIT
                               ? VK_PIPELINE_BIND_POINT_COMPUTE
                               : VK_PIPELINE_BIND_POINT_GRAPHICS;
    result = init_layout(pipeline, pipelines->context);
    const double began = ash_timer_now_ms();
    if (result == ASH_OK && !pipelines->deferred)
        result = ash_pipeline_compile(pipeline, pipelines, &shaders, &pipeline->pipeline);
    pipelines->stats.ms += ash_timer_now_ms() - began;
    if (result == ASH_OK)
        enlist(pipeline, pipelines);
    else
        ash_pipeline_finish(pipeline, pipelines);
    return result;
}

void ash_pipeline_finish(struct ash_pipeline *pipeline, struct ash_pipelines *pipelines)
{
    const struct ash_context *context = pipelines->context;
    delist(pipeline, pipelines);
    context->vk->vkDestroyPipeline(context->device, pipeline->pipeline, NULL);
    context->vk->vkDestroyPipelineLayout(context->device, pipeline->layout, NULL);
    context->vk->vkDestroyDescriptorSetLayout(context->device, pipeline->set_layout, NULL);
    *pipeline = (struct ash_pipeline){0};
}
