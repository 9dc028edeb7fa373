#include "engine/render/pipeline.h"

#include <volk.h>

#include "engine/assert.h"
#include "engine/context/debug.h"
#include "engine/log.h"
#include "engine/render/check.h"
#include "engine/render/pipelines.h"

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
    if (vk_result != VK_SUCCESS)
        return ash_render_check(vk_result, "vkCreateShaderModule", shader->name);
    ash_debug_name(context, VK_OBJECT_TYPE_SHADER_MODULE, (uint64_t)module, "%s", shader->name);
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

static enum ash_result init_stages(struct stages *stages, const struct ash_pipelines *pipelines,
                                   const struct ash_pipeline_params *params)
{
    static const VkShaderStageFlagBits graphics[] = {VK_SHADER_STAGE_VERTEX_BIT,
                                                     VK_SHADER_STAGE_FRAGMENT_BIT};
    *stages = (struct stages){
        .constant = {.constantID = 0, .offset = 0, .size = sizeof(params->constant)},
        .specialization = {.mapEntryCount = 1,
                           .pMapEntries = &stages->constant,
                           .dataSize = sizeof(params->constant),
                           .pData = &params->constant}};
    const struct ash_shader *compute =
        ash_pipelines_shader(pipelines, params->shader, VK_SHADER_STAGE_COMPUTE_BIT);
    if (compute != NULL)
        return add_stage(stages, pipelines->context, compute);
    for (int i = 0; i < 2; i++) {
        const struct ash_shader *shader =
            ash_pipelines_shader(pipelines, params->shader, graphics[i]);
        if (shader == NULL) {
            ash_log(ASH_LOG_ERROR,
                    "There is no %s shader \"%s\": is shaders/%s.glsl in the build's list?",
                    i == 0 ? "vertex" : "fragment", params->shader, params->shader);
            return ASH_ERROR_UNSUPPORTED;
        }
        enum ash_result result = add_stage(stages, pipelines->context, shader);
        if (result != ASH_OK)
            return result;
    }
    return ASH_OK;
}

static enum ash_result init_layout(struct ash_pipeline *pipeline, const struct ash_context *context,
                                   const struct ash_pipeline_params *params)
{
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
    if (vk_result != VK_SUCCESS) {
        pipeline->set_layout = VK_NULL_HANDLE;
        return ash_render_check(vk_result, "vkCreateDescriptorSetLayout", params->shader);
    }
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
    if (vk_result != VK_SUCCESS)
        pipeline->layout = VK_NULL_HANDLE;
    return ash_render_check(vk_result, "vkCreatePipelineLayout", params->shader);
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
    };
    return (VkPipelineColorBlendAttachmentState){
        .blendEnable = blend != ASH_BLEND_NONE,
        .srcColorBlendFactor = factors[blend].source,
        .dstColorBlendFactor = factors[blend].destination,
        .srcAlphaBlendFactor = VK_BLEND_FACTOR_ONE,
        .dstAlphaBlendFactor = factors[blend].destination,
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

static VkResult create_graphics(struct ash_pipeline *pipeline,
                                const struct ash_pipelines *pipelines,
                                const struct ash_pipeline_params *params,
                                const struct stages *stages)
{
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
                                                  &pipeline->pipeline);
}

static VkResult create_compute(struct ash_pipeline *pipeline, const struct ash_pipelines *pipelines,
                               const struct stages *stages)
{
    VkComputePipelineCreateInfo info = {.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
                                        .stage = stages->infos[0],
                                        .layout = pipeline->layout};
    const struct ash_context *context = pipelines->context;
    return context->vk->vkCreateComputePipelines(context->device, pipelines->cache, 1, &info, NULL,
                                                 &pipeline->pipeline);
}

static enum ash_result create_pipeline(struct ash_pipeline *pipeline,
                                       const struct ash_pipelines *pipelines,
                                       const struct ash_pipeline_params *params,
                                       const struct stages *stages)
{
    bool compute = pipeline->bind_point == VK_PIPELINE_BIND_POINT_COMPUTE;
    VkResult vk_result = compute ? create_compute(pipeline, pipelines, stages)
                                 : create_graphics(pipeline, pipelines, params, stages);
    if (vk_result != VK_SUCCESS) {
        pipeline->pipeline = VK_NULL_HANDLE;
        const char *call = compute ? "vkCreateComputePipelines" : "vkCreateGraphicsPipelines";
        return ash_render_check(vk_result, call, params->shader);
    }
    const struct ash_context *context = pipelines->context;
    ash_debug_name(context, VK_OBJECT_TYPE_PIPELINE, (uint64_t)pipeline->pipeline, "%s",
                   params->shader);
    ash_debug_name(context, VK_OBJECT_TYPE_PIPELINE_LAYOUT, (uint64_t)pipeline->layout, "%s",
                   params->shader);
    ash_debug_name(context, VK_OBJECT_TYPE_DESCRIPTOR_SET_LAYOUT, (uint64_t)pipeline->set_layout,
                   "%s", params->shader);
    return ASH_OK;
}

enum ash_result ash_pipeline_init(struct ash_pipeline *pipeline, struct ash_pipelines *pipelines,
                                  const struct ash_pipeline_params *params)
{
    ASH_ASSERT(params->shader != NULL);
    ASH_ASSERT(params->binding_count <= ASH_MAX_BINDINGS);
    ASH_ASSERT(params->attribute_count <= ASH_MAX_VERTEX_ATTRIBUTES);
    *pipeline = (struct ash_pipeline){.binding_count = params->binding_count};
    for (uint32_t i = 0; i < params->binding_count; i++)
        pipeline->bindings[i] = params->bindings[i];
    struct stages stages;
    enum ash_result result = init_stages(&stages, pipelines, params);
    for (uint32_t i = 0; i < stages.count; i++)
        pipeline->stages |= stages.infos[i].stage;
    pipeline->bind_point = pipeline->stages == VK_SHADER_STAGE_COMPUTE_BIT
                               ? VK_PIPELINE_BIND_POINT_COMPUTE
                               : VK_PIPELINE_BIND_POINT_GRAPHICS;
    if (result == ASH_OK)
        result = init_layout(pipeline, pipelines->context, params);
    if (result == ASH_OK)
        result = create_pipeline(pipeline, pipelines, params, &stages);
    finish_stages(&stages, pipelines->context);
    if (result != ASH_OK)
        ash_pipeline_finish(pipeline, pipelines);
    return result;
}

void ash_pipeline_finish(struct ash_pipeline *pipeline, struct ash_pipelines *pipelines)
{
    const struct ash_context *context = pipelines->context;
    context->vk->vkDestroyPipeline(context->device, pipeline->pipeline, NULL);
    context->vk->vkDestroyPipelineLayout(context->device, pipeline->layout, NULL);
    context->vk->vkDestroyDescriptorSetLayout(context->device, pipeline->set_layout, NULL);
    *pipeline = (struct ash_pipeline){0};
}
