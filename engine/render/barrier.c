#include "engine/render/barrier.h"

#include "engine/assert.h"
#include "engine/context/observe.h"

#define COLOR_STAGE VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT
#define COLOR_READ  VK_ACCESS_2_COLOR_ATTACHMENT_READ_BIT
#define COLOR_WRITE VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT
#define DEPTH_STAGE                                                                                \
    (VK_PIPELINE_STAGE_2_EARLY_FRAGMENT_TESTS_BIT | VK_PIPELINE_STAGE_2_LATE_FRAGMENT_TESTS_BIT)
#define DEPTH_READ     VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_READ_BIT
#define DEPTH_WRITE    VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_WRITE_BIT
#define FRAGMENT_STAGE VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT
#define SAMPLED_READ   VK_ACCESS_2_SHADER_SAMPLED_READ_BIT
#define DRAW_STAGES                                                                                \
    (VK_PIPELINE_STAGE_2_DRAW_INDIRECT_BIT | VK_PIPELINE_STAGE_2_VERTEX_INPUT_BIT |                \
     VK_PIPELINE_STAGE_2_VERTEX_SHADER_BIT | VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT)
#define DRAW_READ                                                                                  \
    (VK_ACCESS_2_INDIRECT_COMMAND_READ_BIT | VK_ACCESS_2_VERTEX_ATTRIBUTE_READ_BIT |               \
     VK_ACCESS_2_INDEX_READ_BIT | VK_ACCESS_2_UNIFORM_READ_BIT | VK_ACCESS_2_SHADER_READ_BIT)

// Who waits or is waited for, and for what: stages, accesses. What was only read needs none.
#define NOBODY        VK_PIPELINE_STAGE_2_NONE, VK_ACCESS_2_NONE
#define COLOR_WRITTEN COLOR_STAGE, COLOR_WRITE
#define COLOR_BLENDED COLOR_STAGE, COLOR_READ | COLOR_WRITE
#define DEPTH_WRITTEN DEPTH_STAGE, DEPTH_WRITE
#define DEPTH_TESTED  DEPTH_STAGE, DEPTH_READ | DEPTH_WRITE
#define SAMPLED       FRAGMENT_STAGE, SAMPLED_READ
#define COPY_READ     VK_PIPELINE_STAGE_2_COPY_BIT, VK_ACCESS_2_TRANSFER_READ_BIT
#define COPY_WRITTEN  VK_PIPELINE_STAGE_2_COPY_BIT, VK_ACCESS_2_TRANSFER_WRITE_BIT
#define COPY_HAS_READ VK_PIPELINE_STAGE_2_COPY_BIT, VK_ACCESS_2_NONE
#define COMPUTED      VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT, VK_ACCESS_2_SHADER_WRITE_BIT
#define COMPUTE_USED                                                                               \
    VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT,                                                        \
        VK_ACCESS_2_SHADER_READ_BIT | VK_ACCESS_2_SHADER_WRITE_BIT
#define CPU_READ VK_PIPELINE_STAGE_2_HOST_BIT, VK_ACCESS_2_HOST_READ_BIT

#define UNDEFINED      VK_IMAGE_LAYOUT_UNDEFINED
#define AS_COLOR       VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL
#define AS_DEPTH       VK_IMAGE_LAYOUT_DEPTH_ATTACHMENT_OPTIMAL
#define AS_DEPTH_READ  VK_IMAGE_LAYOUT_DEPTH_READ_ONLY_OPTIMAL
#define AS_COPY_SOURCE VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL
#define AS_COPY_TARGET VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL
#define AS_SAMPLED     VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL
#define AS_PRESENTED   VK_IMAGE_LAYOUT_PRESENT_SRC_KHR
#define OF_MEMORY      UNDEFINED, UNDEFINED

// Name, reason, what came before, what comes after, layouts.
#define BARRIER(name, reason, ...) [ASH_BARRIER_##name] = {#name, reason, __VA_ARGS__}
static const struct ash_barrier_info infos[ASH_BARRIER_COUNT] = {
    // The colour stage chains with the wait for the acquired image; the copy stage with a reader
    // of the frame before (ash_renderer_read_pixels) where the image is the same one again.
    BARRIER(COLOR_BEGIN,
            "the frame before, and whoever showed or copied the image, must be done with it",
            COLOR_STAGE | VK_PIPELINE_STAGE_2_COPY_BIT, COLOR_WRITE, COLOR_BLENDED, UNDEFINED,
            AS_COLOR),
    BARRIER(COLOR_CONTINUE, "the next rendering loads and blends with what this one drew",
            COLOR_WRITTEN, COLOR_BLENDED, AS_COLOR, AS_COLOR),
    BARRIER(COLOR_TO_COPY, "a copy reads what was drawn", COLOR_WRITTEN, COPY_READ, AS_COLOR,
            AS_COPY_SOURCE),
    BARRIER(COPY_TO_COLOR, "drawing goes on after the copy was taken", COPY_HAS_READ, COLOR_BLENDED,
            AS_COPY_SOURCE, AS_COLOR),
    // What is shown is made visible by the semaphore that presenting waits for.
    BARRIER(COLOR_TO_PRESENT, "what was drawn is shown", COLOR_WRITTEN, NOBODY, AS_COLOR,
            AS_PRESENTED),
    BARRIER(COPY_TO_PRESENT, "it is shown after the copy was taken", COPY_HAS_READ, NOBODY,
            AS_COPY_SOURCE, AS_PRESENTED),
    // One depth image serves all frames in flight: its last user may be a test or a shader of
    // the frame before.
    BARRIER(DEPTH_BEGIN, "the frame before must be done testing and sampling depth",
            DEPTH_STAGE | FRAGMENT_STAGE, DEPTH_WRITE, DEPTH_TESTED, UNDEFINED, AS_DEPTH),
    BARRIER(DEPTH_CONTINUE, "the next rendering tests against what this one wrote", DEPTH_WRITTEN,
            DEPTH_TESTED, AS_DEPTH, AS_DEPTH),
    BARRIER(DEPTH_TO_READ, "a pass samples depth while it is tested", DEPTH_WRITTEN,
            DEPTH_STAGE | FRAGMENT_STAGE, DEPTH_READ | SAMPLED_READ, AS_DEPTH, AS_DEPTH_READ),
    BARRIER(READ_TO_DEPTH, "depth is written again after a pass has sampled it",
            DEPTH_STAGE | FRAGMENT_STAGE, VK_ACCESS_2_NONE, DEPTH_TESTED, AS_DEPTH_READ, AS_DEPTH),
    BARRIER(COPY_BEGIN, "shaders must be done sampling the copy before", FRAGMENT_STAGE,
            VK_ACCESS_2_NONE, COPY_WRITTEN, UNDEFINED, AS_COPY_TARGET),
    BARRIER(COPY_TO_SAMPLED, "shaders sample the copy", COPY_WRITTEN, SAMPLED, AS_COPY_TARGET,
            AS_SAMPLED),
    BARRIER(TARGET_BEGIN, "the frame before must be done drawing to and sampling it",
            COLOR_STAGE | FRAGMENT_STAGE, COLOR_WRITE, COLOR_BLENDED, UNDEFINED, AS_COLOR),
    BARRIER(TARGET_TO_SAMPLED, "shaders sample what was drawn", COLOR_WRITTEN, SAMPLED, AS_COLOR,
            AS_SAMPLED),
    BARRIER(COMPUTE_TO_DRAW, "draws read what compute wrote", COMPUTED, DRAW_STAGES, DRAW_READ,
            OF_MEMORY),
    BARRIER(COMPUTE_TO_COMPUTE, "the next dispatch uses what this one wrote", COMPUTED,
            COMPUTE_USED, OF_MEMORY),
    BARRIER(DRAW_TO_COMPUTE, "draws of the frame before must have read it", DRAW_STAGES,
            VK_ACCESS_2_NONE, COMPUTE_USED, OF_MEMORY),
    BARRIER(COMPUTE_TO_HOST, "the CPU reads what compute wrote", COMPUTED, CPU_READ, OF_MEMORY),
    BARRIER(COPY_TO_COPY, "the next copy writes where this one wrote", COPY_WRITTEN, COPY_WRITTEN,
            OF_MEMORY),
    BARRIER(COPY_TO_HOST, "the CPU reads what was copied", COPY_WRITTEN, CPU_READ, OF_MEMORY),
    BARRIER(NOTE, "the next step is noted when all before it is done",
            VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT, VK_ACCESS_2_TRANSFER_WRITE_BIT,
            VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT | VK_PIPELINE_STAGE_2_HOST_BIT,
            VK_ACCESS_2_TRANSFER_WRITE_BIT | VK_ACCESS_2_HOST_READ_BIT, OF_MEMORY),
};

const struct ash_barrier_info *ash_barrier_info(enum ash_barrier barrier)
{
    ASH_ASSERT((unsigned)barrier < ASH_BARRIER_COUNT);
    return &infos[barrier];
}

void ash_barrier_image(const struct ash_context *context, VkCommandBuffer commands,
                       enum ash_barrier barrier, VkImage image, VkImageAspectFlags aspect)
{
    const struct ash_barrier_info *info = ash_barrier_info(barrier);
    ASH_ASSERT_MESSAGE(info->new_layout != UNDEFINED, "this barrier is one of memory");
    VkImageMemoryBarrier2 image_barrier = {
        .sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER_2,
        .srcStageMask = info->source_stages,
        .srcAccessMask = info->source_access,
        .dstStageMask = info->destination_stages,
        .dstAccessMask = info->destination_access,
        .oldLayout = info->old_layout,
        .newLayout = info->new_layout,
        .srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
        .dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
        .image = image,
        .subresourceRange = {.aspectMask = aspect,
                             .levelCount = VK_REMAINING_MIP_LEVELS,
                             .layerCount = VK_REMAINING_ARRAY_LAYERS},
    };
    ash_record_barrier(context, commands,
                       &(VkDependencyInfo){.sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO,
                                           .imageMemoryBarrierCount = 1,
                                           .pImageMemoryBarriers = &image_barrier},
                       info->name, info->reason);
}

void ash_barrier_memory(const struct ash_context *context, VkCommandBuffer commands,
                        enum ash_barrier barrier)
{
    const struct ash_barrier_info *info = ash_barrier_info(barrier);
    ASH_ASSERT_MESSAGE(info->new_layout == UNDEFINED, "this barrier is one of images");
    VkMemoryBarrier2 memory_barrier = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER_2,
        .srcStageMask = info->source_stages,
        .srcAccessMask = info->source_access,
        .dstStageMask = info->destination_stages,
        .dstAccessMask = info->destination_access,
    };
    ash_record_barrier(context, commands,
                       &(VkDependencyInfo){.sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO,
                                           .memoryBarrierCount = 1,
                                           .pMemoryBarriers = &memory_barrier},
                       info->name, info->reason);
}
