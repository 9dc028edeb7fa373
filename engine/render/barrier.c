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
#define COMPUTE_STAGE  VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT
#define COPY_STAGE     VK_PIPELINE_STAGE_2_COPY_BIT
#define SAMPLED_READ   VK_ACCESS_2_SHADER_SAMPLED_READ_BIT
#define DRAW_STAGES                                                                                \
    (VK_PIPELINE_STAGE_2_DRAW_INDIRECT_BIT | VK_PIPELINE_STAGE_2_VERTEX_INPUT_BIT |                \
     VK_PIPELINE_STAGE_2_VERTEX_SHADER_BIT | VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT)
#define DRAW_READ                                                                                  \
    (VK_ACCESS_2_INDIRECT_COMMAND_READ_BIT | VK_ACCESS_2_VERTEX_ATTRIBUTE_READ_BIT |               \
     VK_ACCESS_2_INDEX_READ_BIT | VK_ACCESS_2_UNIFORM_READ_BIT | VK_ACCESS_2_SHADER_READ_BIT)

#define UNDEFINED   VK_IMAGE_LAYOUT_UNDEFINED
#define COLOR       VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL
#define DEPTH       VK_IMAGE_LAYOUT_DEPTH_ATTACHMENT_OPTIMAL
#define DEPTH_SHOWN VK_IMAGE_LAYOUT_DEPTH_READ_ONLY_OPTIMAL
#define COPY_SOURCE VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL
#define COPY_TARGET VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL
#define SAMPLED     VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL
#define PRESENT     VK_IMAGE_LAYOUT_PRESENT_SRC_KHR

static const struct ash_barrier_info infos[ASH_BARRIER_COUNT] = {
    // The colour stage chains with the wait for the acquired image; the copy stage with a reader
    // of the frame before (ash_renderer_read_pixels) where the image is the same one again.
    [ASH_BARRIER_COLOR_BEGIN] = {"COLOR_BEGIN",
                                 "the frame before, and whoever showed or copied the image, must "
                                 "be done with it",
                                 COLOR_STAGE | COPY_STAGE, COLOR_WRITE, COLOR_STAGE,
                                 COLOR_READ | COLOR_WRITE, UNDEFINED, COLOR},
    [ASH_BARRIER_COLOR_CONTINUE] = {"COLOR_CONTINUE",
                                    "the next rendering loads and blends with what this one drew",
                                    COLOR_STAGE, COLOR_WRITE, COLOR_STAGE, COLOR_READ | COLOR_WRITE,
                                    COLOR, COLOR},
    [ASH_BARRIER_COLOR_TO_COPY] = {"COLOR_TO_COPY", "a copy reads what was drawn", COLOR_STAGE,
                                   COLOR_WRITE, COPY_STAGE, VK_ACCESS_2_TRANSFER_READ_BIT, COLOR,
                                   COPY_SOURCE},
    [ASH_BARRIER_COPY_TO_COLOR] = {"COPY_TO_COLOR", "drawing goes on after the copy was taken",
                                   COPY_STAGE, VK_ACCESS_2_NONE, COLOR_STAGE,
                                   COLOR_READ | COLOR_WRITE, COPY_SOURCE, COLOR},
    // What is shown is made visible by the semaphore that presenting waits for.
    [ASH_BARRIER_COLOR_TO_PRESENT] = {"COLOR_TO_PRESENT", "what was drawn is shown", COLOR_STAGE,
                                      COLOR_WRITE, VK_PIPELINE_STAGE_2_NONE, VK_ACCESS_2_NONE,
                                      COLOR, PRESENT},
    [ASH_BARRIER_COPY_TO_PRESENT] = {"COPY_TO_PRESENT", "it is shown after the copy was taken",
                                     COPY_STAGE, VK_ACCESS_2_NONE, VK_PIPELINE_STAGE_2_NONE,
                                     VK_ACCESS_2_NONE, COPY_SOURCE, PRESENT},
    // One depth image serves all frames in flight: its last user may be a test or a shader of
    // the frame before.
    [ASH_BARRIER_DEPTH_BEGIN] = {"DEPTH_BEGIN",
                                 "the frame before must be done testing and sampling depth",
                                 DEPTH_STAGE | FRAGMENT_STAGE, DEPTH_WRITE, DEPTH_STAGE,
                                 DEPTH_READ | DEPTH_WRITE, UNDEFINED, DEPTH},
    [ASH_BARRIER_DEPTH_CONTINUE] = {"DEPTH_CONTINUE",
                                    "the next rendering tests against what this one wrote",
                                    DEPTH_STAGE, DEPTH_WRITE, DEPTH_STAGE, DEPTH_READ | DEPTH_WRITE,
                                    DEPTH, DEPTH},
    [ASH_BARRIER_DEPTH_TO_READ] = {"DEPTH_TO_READ", "a pass samples depth while it is tested",
                                   DEPTH_STAGE, DEPTH_WRITE, DEPTH_STAGE | FRAGMENT_STAGE,
                                   DEPTH_READ | SAMPLED_READ, DEPTH, DEPTH_SHOWN},
    [ASH_BARRIER_READ_TO_DEPTH] = {"READ_TO_DEPTH",
                                   "depth is written again after a pass has sampled it",
                                   DEPTH_STAGE | FRAGMENT_STAGE, VK_ACCESS_2_NONE, DEPTH_STAGE,
                                   DEPTH_READ | DEPTH_WRITE, DEPTH_SHOWN, DEPTH},
    [ASH_BARRIER_COPY_BEGIN] = {"COPY_BEGIN", "shaders must be done sampling the copy before",
                                FRAGMENT_STAGE, VK_ACCESS_2_NONE, COPY_STAGE,
                                VK_ACCESS_2_TRANSFER_WRITE_BIT, UNDEFINED, COPY_TARGET},
    [ASH_BARRIER_COPY_TO_SAMPLED] = {"COPY_TO_SAMPLED", "shaders sample the copy", COPY_STAGE,
                                     VK_ACCESS_2_TRANSFER_WRITE_BIT, FRAGMENT_STAGE, SAMPLED_READ,
                                     COPY_TARGET, SAMPLED},
    [ASH_BARRIER_TARGET_BEGIN] = {"TARGET_BEGIN",
                                  "the frame before must be done drawing to and sampling it",
                                  COLOR_STAGE | FRAGMENT_STAGE, COLOR_WRITE, COLOR_STAGE,
                                  COLOR_READ | COLOR_WRITE, UNDEFINED, COLOR},
    [ASH_BARRIER_TARGET_TO_SAMPLED] = {"TARGET_TO_SAMPLED", "shaders sample what was drawn",
                                       COLOR_STAGE, COLOR_WRITE, FRAGMENT_STAGE, SAMPLED_READ,
                                       COLOR, SAMPLED},
    [ASH_BARRIER_COMPUTE_TO_DRAW] = {"COMPUTE_TO_DRAW", "draws read what compute wrote",
                                     COMPUTE_STAGE, VK_ACCESS_2_SHADER_WRITE_BIT, DRAW_STAGES,
                                     DRAW_READ, UNDEFINED, UNDEFINED},
    [ASH_BARRIER_COMPUTE_TO_COMPUTE] = {"COMPUTE_TO_COMPUTE",
                                        "the next dispatch uses what this one wrote", COMPUTE_STAGE,
                                        VK_ACCESS_2_SHADER_WRITE_BIT, COMPUTE_STAGE,
                                        VK_ACCESS_2_SHADER_READ_BIT | VK_ACCESS_2_SHADER_WRITE_BIT,
                                        UNDEFINED, UNDEFINED},
    [ASH_BARRIER_DRAW_TO_COMPUTE] = {"DRAW_TO_COMPUTE",
                                     "draws of the frame before must have read it", DRAW_STAGES,
                                     VK_ACCESS_2_NONE, COMPUTE_STAGE,
                                     VK_ACCESS_2_SHADER_READ_BIT | VK_ACCESS_2_SHADER_WRITE_BIT,
                                     UNDEFINED, UNDEFINED},
    [ASH_BARRIER_COMPUTE_TO_HOST] = {"COMPUTE_TO_HOST", "the CPU reads what compute wrote",
                                     COMPUTE_STAGE, VK_ACCESS_2_SHADER_WRITE_BIT,
                                     VK_PIPELINE_STAGE_2_HOST_BIT, VK_ACCESS_2_HOST_READ_BIT,
                                     UNDEFINED, UNDEFINED},
    [ASH_BARRIER_COPY_TO_COPY] = {"COPY_TO_COPY", "the next copy writes where this one wrote",
                                  COPY_STAGE, VK_ACCESS_2_TRANSFER_WRITE_BIT, COPY_STAGE,
                                  VK_ACCESS_2_TRANSFER_WRITE_BIT, UNDEFINED, UNDEFINED},
    [ASH_BARRIER_COPY_TO_HOST] = {"COPY_TO_HOST", "the CPU reads what was copied", COPY_STAGE,
                                  VK_ACCESS_2_TRANSFER_WRITE_BIT, VK_PIPELINE_STAGE_2_HOST_BIT,
                                  VK_ACCESS_2_HOST_READ_BIT, UNDEFINED, UNDEFINED},
    [ASH_BARRIER_NOTE] = {"NOTE", "the next step is noted when all before it is done",
                          VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT, VK_ACCESS_2_TRANSFER_WRITE_BIT,
                          VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT | VK_PIPELINE_STAGE_2_HOST_BIT,
                          VK_ACCESS_2_TRANSFER_WRITE_BIT | VK_ACCESS_2_HOST_READ_BIT, UNDEFINED,
                          UNDEFINED},
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
