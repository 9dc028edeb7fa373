#include "engine/render/frame.h"

#include <volk.h>

#include "engine/assert.h"
#include "engine/render/descriptors.h"
#include "engine/render/uniform.h"

enum ash_result ash_frame_uniform(struct ash_frame *frame, const void *data, VkDeviceSize size,
                                  VkDescriptorBufferInfo *out)
{
    ASH_ASSERT(size > 0);
    enum ash_result result = ash_uniform_ring_write(frame->uniforms, data, size, out);
    frame->stats.failures += result != ASH_OK;
    return result;
}

static void write_set(const struct ash_frame *frame, VkDescriptorSet set,
                      const struct ash_pipeline *pipeline, const struct ash_binding *bindings)
{
    VkWriteDescriptorSet writes[ASH_MAX_BINDINGS];
    for (uint32_t i = 0; i < pipeline->params.binding_count; i++) {
        // Vulkan reads the one of the two that the type asks for.
        writes[i] = (VkWriteDescriptorSet){.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
                                           .dstSet = set,
                                           .dstBinding = i,
                                           .descriptorCount = 1,
                                           .descriptorType = pipeline->params.bindings[i],
                                           .pBufferInfo = &bindings[i].buffer,
                                           .pImageInfo = &bindings[i].image};
    }
    frame->vk->vkUpdateDescriptorSets(frame->context->device, pipeline->params.binding_count,
                                      writes, 0, NULL);
}

static void cover_target(const struct ash_frame *frame)
{
    VkViewport viewport = {.width = (float)frame->extent.width,
                           .height = (float)frame->extent.height,
                           .maxDepth = 1.0f};
    VkRect2D scissor = {.extent = frame->extent};
    frame->vk->vkCmdSetViewport(frame->commands, 0, 1, &viewport);
    frame->vk->vkCmdSetScissor(frame->commands, 0, 1, &scissor);
}

enum ash_result ash_frame_bind(struct ash_frame *frame, const struct ash_pipeline *pipeline,
                               const struct ash_binding *bindings, uint32_t binding_count)
{
    ASH_ASSERT(pipeline->pipeline != VK_NULL_HANDLE);
    ASH_ASSERT(binding_count == pipeline->params.binding_count);
    if (binding_count > 0) {
        VkDescriptorSet set;
        enum ash_result result =
            ash_descriptors_alloc(frame->descriptors, frame->context, pipeline->set_layout, &set);
        if (result != ASH_OK) {
            frame->stats.failures++;
            return result;
        }
        write_set(frame, set, pipeline, bindings);
        frame->vk->vkCmdBindDescriptorSets(frame->commands, pipeline->bind_point, pipeline->layout,
                                           0, 1, &set, 0, NULL);
    }
    frame->vk->vkCmdBindPipeline(frame->commands, pipeline->bind_point, pipeline->pipeline);
    if (pipeline->bind_point == VK_PIPELINE_BIND_POINT_GRAPHICS)
        cover_target(frame);
    return ASH_OK;
}

void ash_frame_push(struct ash_frame *frame, const struct ash_pipeline *pipeline, const void *data,
                    uint32_t size)
{
    frame->vk->vkCmdPushConstants(frame->commands, pipeline->layout, pipeline->stages, 0, size,
                                  data);
}
