#include "engine/render/frame.h"

#include <volk.h>

#include "engine/assert.h"
#include "engine/render/barrier.h"
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
    VkExtent2D extent = frame->drawn_extent.width > 0 ? frame->drawn_extent : frame->extent;
    VkViewport viewport = {
        .width = (float)extent.width, .height = (float)extent.height, .maxDepth = 1.0f};
    VkRect2D scissor = {.extent = extent};
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

void ash_frame_begin_target(struct ash_frame *frame, const struct ash_image *image,
                            VkClearColorValue clear)
{
    ASH_ASSERT(frame->drawn_extent.width == 0); // targets do not nest, nor with the main one
    ash_barrier_image(frame->context, frame->commands, ASH_BARRIER_TARGET_BEGIN, image->image,
                      VK_IMAGE_ASPECT_COLOR_BIT);
    VkRenderingAttachmentInfo color = {.sType = VK_STRUCTURE_TYPE_RENDERING_ATTACHMENT_INFO,
                                       .imageView = image->view,
                                       .imageLayout = VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL,
                                       .loadOp = VK_ATTACHMENT_LOAD_OP_CLEAR,
                                       .storeOp = VK_ATTACHMENT_STORE_OP_STORE,
                                       .clearValue.color = clear};
    frame->vk->vkCmdBeginRendering(frame->commands,
                                   &(VkRenderingInfo){.sType = VK_STRUCTURE_TYPE_RENDERING_INFO,
                                                      .renderArea.extent = image->extent,
                                                      .layerCount = 1,
                                                      .colorAttachmentCount = 1,
                                                      .pColorAttachments = &color});
    frame->drawn_extent = image->extent;
}

void ash_frame_end_target(struct ash_frame *frame, const struct ash_image *image)
{
    frame->vk->vkCmdEndRendering(frame->commands);
    ash_barrier_image(frame->context, frame->commands, ASH_BARRIER_TARGET_TO_SAMPLED, image->image,
                      VK_IMAGE_ASPECT_COLOR_BIT);
    frame->drawn_extent = (VkExtent2D){0, 0};
}
