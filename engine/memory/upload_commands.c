#include "engine/memory/upload_commands.h"

#include <stdlib.h>

#include <volk.h>

#include "engine/bits.h"
#include "engine/context/observe.h"

// Regions in one copy command, and images in one barrier: what lies on the stack meanwhile.
enum { BATCH = 64 };

// Who may have used the destinations before and may use them afterwards.
#define USER_STAGES                                                                                \
    (VK_PIPELINE_STAGE_2_DRAW_INDIRECT_BIT | VK_PIPELINE_STAGE_2_VERTEX_INPUT_BIT |                \
     VK_PIPELINE_STAGE_2_VERTEX_SHADER_BIT | VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT |             \
     VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT)
#define USER_WRITES (VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT | VK_ACCESS_2_TRANSFER_WRITE_BIT)
#define USER_READS                                                                                 \
    (VK_ACCESS_2_INDIRECT_COMMAND_READ_BIT | VK_ACCESS_2_INDEX_READ_BIT |                          \
     VK_ACCESS_2_VERTEX_ATTRIBUTE_READ_BIT | VK_ACCESS_2_UNIFORM_READ_BIT |                        \
     VK_ACCESS_2_SHADER_SAMPLED_READ_BIT | VK_ACCESS_2_SHADER_STORAGE_READ_BIT |                   \
     VK_ACCESS_2_TRANSFER_READ_BIT)

// A point in the commands: who has to be done there, who waits for it, and why.
struct turn {
    VkPipelineStageFlags2 done_stages;
    VkAccessFlags2 done_access;
    VkPipelineStageFlags2 next_stages;
    VkAccessFlags2 next_access;
    VkImageLayout old_layout, new_layout; // of images
    const char *reason;
};
static const struct turn before_buffers = {
    .done_stages = USER_STAGES,
    .done_access = USER_WRITES,
    .next_stages = VK_PIPELINE_STAGE_2_COPY_BIT,
    .next_access = VK_ACCESS_2_TRANSFER_WRITE_BIT,
    .reason = "frames before must be done with the buffers that the copies write",
};
static const struct turn between_buffers = {
    .done_stages = VK_PIPELINE_STAGE_2_COPY_BIT,
    .done_access = VK_ACCESS_2_TRANSFER_WRITE_BIT,
    .next_stages = VK_PIPELINE_STAGE_2_COPY_BIT,
    .next_access = VK_ACCESS_2_TRANSFER_WRITE_BIT,
    .reason = "the next copy writes some of the same bytes, and must win",
};
static const struct turn after_buffers = {
    .done_stages = VK_PIPELINE_STAGE_2_COPY_BIT,
    .done_access = VK_ACCESS_2_TRANSFER_WRITE_BIT,
    .next_stages = USER_STAGES,
    .next_access = USER_READS | USER_WRITES,
    .reason = "what is drawn from here on reads what the copies wrote",
};
// What was there is of no use: whole levels are written.
static const struct turn before_images = {
    .done_stages = USER_STAGES,
    .done_access = USER_WRITES,
    .next_stages = VK_PIPELINE_STAGE_2_COPY_BIT,
    .next_access = VK_ACCESS_2_TRANSFER_WRITE_BIT,
    .old_layout = VK_IMAGE_LAYOUT_UNDEFINED,
    .new_layout = VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
    .reason = "the images must be idle, and laid out for the copies that fill them",
};
static const struct turn after_images = {
    .done_stages = VK_PIPELINE_STAGE_2_COPY_BIT,
    .done_access = VK_ACCESS_2_TRANSFER_WRITE_BIT,
    .next_stages = USER_STAGES,
    .next_access = VK_ACCESS_2_SHADER_SAMPLED_READ_BIT,
    .old_layout = VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
    .new_layout = VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL,
    .reason = "shaders sample what the copies wrote",
};

// ---- order

static int compare(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_order(const void *left, const void *right)
{
    const struct ash_upload_piece *a = left, *b = right;
    return compare(a->order, b->order);
}

// Images before buffers; then by destination; then by place in it; then as they were taken.
static int compare_copies(const void *left, const void *right)
{
    const struct ash_upload_piece *a = left, *b = right;
    int order = compare((uint64_t)a->buffer, (uint64_t)b->buffer);
    if (order == 0)
        order = compare((uint64_t)a->image, (uint64_t)b->image);
    if (order == 0)
        order = compare(a->layer, b->layer);
    if (order == 0)
        order = compare(a->level, b->level);
    if (order == 0)
        order = compare(a->destination, b->destination);
    return order != 0 ? order : compare(a->order, b->order);
}

void ash_upload_batch_sort(struct ash_upload_batch *batch)
{
    struct ash_upload_piece *copies = batch->copies;
    uint32_t sorted = 1;
    // Most come sorted: whoever fills a buffer does it from its start.
    while (sorted < batch->count && compare_copies(&copies[sorted - 1], &copies[sorted]) < 0)
        sorted++;
    if (sorted < batch->count)
        qsort(copies, batch->count, sizeof(copies[0]), compare_copies);
    batch->images = 0;
    while (batch->images < batch->count && copies[batch->images].image)
        batch->images++;
}

// ---- buffers

struct recorder {
    const struct ash_context *context;
    VkCommandBuffer commands;
    VkBuffer source;
};

static void wait_at(const struct recorder *recorder, const struct turn *turn)
{
    VkMemoryBarrier2 barrier = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER_2,
                                .srcStageMask = turn->done_stages,
                                .srcAccessMask = turn->done_access,
                                .dstStageMask = turn->next_stages,
                                .dstAccessMask = turn->next_access};
    VkDependencyInfo info = {.sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO,
                             .memoryBarrierCount = 1,
                             .pMemoryBarriers = &barrier};
    ash_record_barrier(recorder->context, recorder->commands, &info, "UPLOAD", turn->reason);
}

// Into one buffer, in one command.
static void copy_at_once(const struct recorder *recorder, const struct ash_upload_piece *copies,
                         uint32_t count)
{
    VkBufferCopy regions[BATCH];
    for (uint32_t i = 0; i < count; i++)
        regions[i] = (VkBufferCopy){.srcOffset = copies[i].offset,
                                    .dstOffset = copies[i].destination,
                                    .size = copies[i].size};
    recorder->context->vk->vkCmdCopyBuffer(recorder->commands, recorder->source, copies[0].buffer,
                                           count, regions);
}

// Copies that write the same bytes: one by one in the order of taking, each after the last.
static void copy_in_order(const struct recorder *recorder, struct ash_upload_piece *copies,
                          uint32_t count)
{
    qsort(copies, count, sizeof(copies[0]), compare_order);
    copy_at_once(recorder, copies, 1);
    for (uint32_t i = 1; i < count; i++) {
        wait_at(recorder, &between_buffers);
        copy_at_once(recorder, &copies[i], 1);
    }
}

// Whether two of these copies, into one buffer and in order of place, write the same byte.
static bool have_overlap(const struct ash_upload_piece *copies, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        if (copies[i].destination < copies[i - 1].destination + copies[i - 1].size)
            return true;
    }
    return false;
}

static void copy_to_buffer(const struct recorder *recorder, struct ash_upload_piece *copies,
                           uint32_t count)
{
    if (have_overlap(copies, count)) {
        copy_in_order(recorder, copies, count);
        return;
    }
    for (uint32_t i = 0; i < count; i += BATCH)
        copy_at_once(recorder, &copies[i], (uint32_t)ash_min_u64(count - i, BATCH));
}

static void copy_to_buffers(const struct recorder *recorder, struct ash_upload_piece *copies,
                            uint32_t count)
{
    for (uint32_t first = 0, next; first < count; first = next) {
        next = first + 1;
        while (next < count && copies[next].buffer == copies[first].buffer)
            next++;
        copy_to_buffer(recorder, &copies[first], next - first);
    }
}

void ash_upload_copy_to_buffers(const struct ash_context *context, VkCommandBuffer commands,
                                const struct ash_upload_batch *batch)
{
    const struct recorder recorder = {context, commands, batch->source};
    copy_to_buffers(&recorder, batch->copies + batch->images, batch->count - batch->images);
}

// ---- images

static void wait_at_levels(const struct recorder *recorder, const struct ash_upload_piece *copies,
                           uint32_t count, const struct turn *turn)
{
    VkImageMemoryBarrier2 barriers[BATCH];
    VkDependencyInfo info = {.sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO,
                             .imageMemoryBarrierCount = count,
                             .pImageMemoryBarriers = barriers};
    for (uint32_t i = 0; i < count; i++)
        barriers[i] =
            (VkImageMemoryBarrier2){.sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER_2,
                                    .srcStageMask = turn->done_stages,
                                    .srcAccessMask = turn->done_access,
                                    .dstStageMask = turn->next_stages,
                                    .dstAccessMask = turn->next_access,
                                    .oldLayout = turn->old_layout,
                                    .newLayout = turn->new_layout,
                                    .srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
                                    .dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
                                    .image = copies[i].image,
                                    .subresourceRange = {.aspectMask = copies[i].aspect,
                                                         .baseMipLevel = copies[i].level,
                                                         .levelCount = 1,
                                                         .baseArrayLayer = copies[i].layer,
                                                         .layerCount = 1}};
    ash_record_barrier(recorder->context, recorder->commands, &info, "UPLOAD_IMAGES", turn->reason);
}

// At most BATCH levels of images, none of them twice.
static void copy_to_levels(const struct recorder *recorder, const struct ash_upload_piece *copies,
                           uint32_t count)
{
    wait_at_levels(recorder, copies, count, &before_images);
    for (uint32_t i = 0; i < count; i++) {
        VkBufferImageCopy region = {.bufferOffset = copies[i].offset,
                                    .imageSubresource = {.aspectMask = copies[i].aspect,
                                                         .mipLevel = copies[i].level,
                                                         .baseArrayLayer = copies[i].layer,
                                                         .layerCount = 1},
                                    .imageExtent = {copies[i].width, copies[i].height, 1}};
        recorder->context->vk->vkCmdCopyBufferToImage(
            recorder->commands, recorder->source, copies[i].image,
            VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &region);
    }
    wait_at_levels(recorder, copies, count, &after_images);
}

static bool same_level(const struct ash_upload_piece *a, const struct ash_upload_piece *b)
{
    return a->image == b->image && a->level == b->level && a->layer == b->layer;
}

static void copy_to_images(const struct recorder *recorder, struct ash_upload_piece *copies,
                           uint32_t count)
{
    // A level that is written twice: only the last counts, since each writes all of it.
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (i + 1 == count || !same_level(&copies[i], &copies[i + 1]))
            copies[kept++] = copies[i];
    }
    for (uint32_t i = 0; i < kept; i += BATCH)
        copy_to_levels(recorder, &copies[i], (uint32_t)ash_min_u64(kept - i, BATCH));
}

void ash_upload_record_batch(const struct ash_context *context, VkCommandBuffer commands,
                             const struct ash_upload_batch *batch)
{
    const struct recorder recorder = {context, commands, batch->source};
    if (batch->count > batch->images) {
        wait_at(&recorder, &before_buffers);
        copy_to_buffers(&recorder, batch->copies + batch->images, batch->count - batch->images);
        wait_at(&recorder, &after_buffers);
    }
    copy_to_images(&recorder, batch->copies, batch->images);
}
