#include "engine/render/rendering.h"

#include <volk.h>

#include "engine/assert.h"
#include "engine/render/barrier.h"
#include "engine/render/pass.h"

static enum ash_result init_scene_color(struct ash_rendering *rendering,
                                        struct ash_allocator *allocator,
                                        const struct ash_rendering_params *params)
{
    if ((params->reads & ASH_PASS_READS_COLOR) == 0)
        return ASH_OK;
    return ash_image_init(&rendering->scene_color, allocator,
                          &(struct ash_image_params){.extent = params->extent,
                                                     .format = params->color_format,
                                                     .usage = VK_IMAGE_USAGE_TRANSFER_DST_BIT |
                                                              VK_IMAGE_USAGE_SAMPLED_BIT,
                                                     .label = "copy of the scene's colour"});
}

enum ash_result ash_rendering_init(struct ash_rendering *rendering, struct ash_allocator *allocator,
                                   const struct ash_rendering_params *params)
{
    *rendering =
        (struct ash_rendering){.pauses = params->alone || params->reads != ASH_PASS_READS_NOTHING,
                               .covered = params->covered};
    VkImageUsageFlags sampled =
        (params->reads & ASH_PASS_READS_DEPTH) != 0 ? VK_IMAGE_USAGE_SAMPLED_BIT : 0;
    enum ash_result result = ash_image_init(
        &rendering->depth, allocator,
        &(struct ash_image_params){.extent = params->extent,
                                   .format = ASH_DEPTH_FORMAT,
                                   .usage = VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT | sampled,
                                   .aspect = VK_IMAGE_ASPECT_DEPTH_BIT,
                                   .label = "depth"});
    if (result == ASH_OK)
        result = init_scene_color(rendering, allocator, params);
    if (result != ASH_OK) {
        ash_rendering_finish(rendering);
        return result;
    }
    rendering->read_color =
        ash_pipelines_sampled(params->pipelines, ASH_SAMPLER_LINEAR, rendering->scene_color.view);
    rendering->read_depth =
        ash_pipelines_sampled(params->pipelines, ASH_SAMPLER_NEAREST, rendering->depth.view);
    rendering->read_depth.image.imageLayout = VK_IMAGE_LAYOUT_DEPTH_READ_ONLY_OPTIMAL;
    return ASH_OK;
}

void ash_rendering_finish(struct ash_rendering *rendering)
{
    ash_image_finish(&rendering->depth);
    ash_image_finish(&rendering->scene_color);
    *rendering = (struct ash_rendering){0};
}

static void color_barrier(const struct ash_rendering *rendering, const struct ash_frame *frame,
                          enum ash_barrier barrier)
{
    ash_barrier_image(frame->context, frame->commands, barrier, rendering->color,
                      VK_IMAGE_ASPECT_COLOR_BIT);
}

static void depth_barrier(const struct ash_rendering *rendering, const struct ash_frame *frame,
                          enum ash_barrier barrier)
{
    ash_barrier_image(frame->context, frame->commands, barrier, rendering->depth.image,
                      VK_IMAGE_ASPECT_DEPTH_BIT);
}

void ash_rendering_begin(struct ash_rendering *rendering, struct ash_frame *frame,
                         const struct ash_acquired_image *image)
{
    rendering->color = image->image;
    rendering->color_view = image->view;
    rendering->open = false;
    rendering->cleared = false;
    rendering->depth_readable = false;
    color_barrier(rendering, frame, ASH_BARRIER_COLOR_BEGIN);
    depth_barrier(rendering, frame, ASH_BARRIER_DEPTH_BEGIN);
}

static VkRenderingAttachmentInfo depth_attachment(const struct ash_rendering *rendering)
{
    VkRenderingAttachmentInfo depth = {
        .sType = VK_STRUCTURE_TYPE_RENDERING_ATTACHMENT_INFO,
        .imageView = rendering->depth.view,
        .imageLayout = VK_IMAGE_LAYOUT_DEPTH_ATTACHMENT_OPTIMAL,
        .loadOp = rendering->cleared ? VK_ATTACHMENT_LOAD_OP_LOAD : VK_ATTACHMENT_LOAD_OP_CLEAR,
        .storeOp =
            rendering->pauses ? VK_ATTACHMENT_STORE_OP_STORE : VK_ATTACHMENT_STORE_OP_DONT_CARE,
        .clearValue.depthStencil.depth = 0.0f}; // far: depth is reversed
    if (rendering->depth_readable) {
        depth.imageLayout = VK_IMAGE_LAYOUT_DEPTH_READ_ONLY_OPTIMAL;
        depth.storeOp = VK_ATTACHMENT_STORE_OP_NONE; // any other would count as a write
    }
    return depth;
}

static void open_rendering(struct ash_rendering *rendering, const struct ash_frame *frame)
{
    VkRenderingAttachmentInfo color = {.sType = VK_STRUCTURE_TYPE_RENDERING_ATTACHMENT_INFO,
                                       .imageView = rendering->color_view,
                                       .imageLayout = VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL,
                                       .loadOp = rendering->cleared ? VK_ATTACHMENT_LOAD_OP_LOAD
                                                 : rendering->covered
                                                     ? VK_ATTACHMENT_LOAD_OP_DONT_CARE
                                                     : VK_ATTACHMENT_LOAD_OP_CLEAR,
                                       .storeOp = VK_ATTACHMENT_STORE_OP_STORE,
                                       .clearValue.color.float32 = {0.0f, 0.0f, 0.0f, 1.0f}};
    VkRenderingAttachmentInfo depth = depth_attachment(rendering);
    frame->vk->vkCmdBeginRendering(frame->commands,
                                   &(VkRenderingInfo){.sType = VK_STRUCTURE_TYPE_RENDERING_INFO,
                                                      .renderArea.extent = frame->extent,
                                                      .layerCount = 1,
                                                      .colorAttachmentCount = 1,
                                                      .pColorAttachments = &color,
                                                      .pDepthAttachment = &depth});
    rendering->open = true;
    rendering->cleared = true;
}

static void close_rendering(struct ash_rendering *rendering, const struct ash_frame *frame)
{
    if (!rendering->open)
        return;
    frame->vk->vkCmdEndRendering(frame->commands);
    rendering->open = false;
}

// Copies what was drawn so far, and leaves the target ready to be drawn to.
static void copy_color(struct ash_rendering *rendering, const struct ash_frame *frame)
{
    const struct ash_image *copy = &rendering->scene_color;
    VkImageSubresourceLayers layers = {.aspectMask = VK_IMAGE_ASPECT_COLOR_BIT, .layerCount = 1};
    VkImageCopy2 region = {.sType = VK_STRUCTURE_TYPE_IMAGE_COPY_2,
                           .srcSubresource = layers,
                           .dstSubresource = layers,
                           .extent = {frame->extent.width, frame->extent.height, 1}};
    color_barrier(rendering, frame, ASH_BARRIER_COLOR_TO_COPY);
    ash_barrier_image(frame->context, frame->commands, ASH_BARRIER_COPY_BEGIN, copy->image,
                      VK_IMAGE_ASPECT_COLOR_BIT);
    frame->vk->vkCmdCopyImage2(
        frame->commands, &(VkCopyImageInfo2){.sType = VK_STRUCTURE_TYPE_COPY_IMAGE_INFO_2,
                                             .srcImage = rendering->color,
                                             .srcImageLayout = VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL,
                                             .dstImage = copy->image,
                                             .dstImageLayout = VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
                                             .regionCount = 1,
                                             .pRegions = &region});
    ash_barrier_image(frame->context, frame->commands, ASH_BARRIER_COPY_TO_SAMPLED, copy->image,
                      VK_IMAGE_ASPECT_COLOR_BIT);
    color_barrier(rendering, frame, ASH_BARRIER_COPY_TO_COLOR);
}

static void turn_depth(struct ash_rendering *rendering, const struct ash_frame *frame,
                       bool readable)
{
    if (readable && !rendering->depth_readable)
        depth_barrier(rendering, frame, ASH_BARRIER_DEPTH_TO_READ);
    else if (!readable && rendering->depth_readable)
        depth_barrier(rendering, frame, ASH_BARRIER_READ_TO_DEPTH);
    else if (!readable)
        depth_barrier(rendering, frame, ASH_BARRIER_DEPTH_CONTINUE);
    rendering->depth_readable = readable;
}

static bool reads_anew(const struct ash_rendering *rendering, uint32_t reads)
{
    return (reads & ASH_PASS_READS_COLOR) != 0 ||
           ((reads & ASH_PASS_READS_DEPTH) != 0) != rendering->depth_readable;
}

bool ash_rendering_pause(struct ash_rendering *rendering, const struct ash_frame *frame,
                         uint32_t reads, bool alone)
{
    if (alone || reads_anew(rendering, reads))
        close_rendering(rendering, frame);
    return !rendering->open;
}

void ash_rendering_continue(struct ash_rendering *rendering, struct ash_frame *frame,
                            uint32_t reads)
{
    bool reads_color = (reads & ASH_PASS_READS_COLOR) != 0;
    bool reads_depth = (reads & ASH_PASS_READS_DEPTH) != 0;
    frame->scene_color = reads_color ? rendering->read_color : (struct ash_binding){0};
    frame->scene_depth = reads_depth ? rendering->read_depth : (struct ash_binding){0};
    if (!rendering->cleared) // what is read must have been cleared, where nothing drew before
        open_rendering(rendering, frame);
    if (rendering->open && !reads_anew(rendering, reads))
        return;
    close_rendering(rendering, frame);
    if (reads_color)
        copy_color(rendering, frame);
    else
        color_barrier(rendering, frame, ASH_BARRIER_COLOR_CONTINUE);
    turn_depth(rendering, frame, reads_depth);
    open_rendering(rendering, frame);
}

void ash_rendering_end(struct ash_rendering *rendering, struct ash_frame *frame)
{
    ASH_ASSERT(!rendering->cleared || rendering->open);
    if (!rendering->cleared)
        open_rendering(rendering, frame);
    close_rendering(rendering, frame);
}
