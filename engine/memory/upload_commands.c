#include "engine/memory/upload_commands.h"

#include <stdlib.h>

#include <volk.h>

#include "engine/assert.h"
#include "engine/bits.h"
#include "engine/context/observe.h"

// Regions in one copy command, and images in one barrier: what lies on the stack meanwhile.
enum { BATCH = 64 };

// Who may have used the destinations before and may use them afterwards.
static const VkPipelineStageFlags2 user_stages =
    VK_PIPELINE_STAGE_2_DRAW_INDIRECT_BIT | VK_PIPELINE_STAGE_2_VERTEX_INPUT_BIT |
    VK_PIPELINE_STAGE_2_VERTEX_SHADER_BIT | VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT |
    VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT;
static const VkAccessFlags2 user_writes =
    VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT | VK_ACCESS_2_TRANSFER_WRITE_BIT;
static const VkAccessFlags2 user_accesses =
    VK_ACCESS_2_INDIRECT_COMMAND_READ_BIT | VK_ACCESS_2_INDEX_READ_BIT |
    VK_ACCESS_2_VERTEX_ATTRIBUTE_READ_BIT | VK_ACCESS_2_UNIFORM_READ_BIT |
    VK_ACCESS_2_SHADER_SAMPLED_READ_BIT | VK_ACCESS_2_SHADER_STORAGE_READ_BIT |
    VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT | VK_ACCESS_2_TRANSFER_READ_BIT |
    VK_ACCESS_2_TRANSFER_WRITE_BIT;

struct recorder {
    const struct ash_context *context;
    VkCommandBuffer commands;
    VkBuffer source;
    struct ash_released_list *released; // NULL: the commands run where the destinations are used
    uint32_t regions;
};

static void memory_barrier(const struct recorder *recorder, VkPipelineStageFlags2 source_stages,
                           VkAccessFlags2 source_access, VkPipelineStageFlags2 stages,
                           VkAccessFlags2 access, const char *reason)
{
    VkMemoryBarrier2 barrier = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER_2,
                                .srcStageMask = source_stages,
                                .srcAccessMask = source_access,
                                .dstStageMask = stages,
                                .dstAccessMask = access};
    VkDependencyInfo info = {.sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO,
                             .memoryBarrierCount = 1,
                             .pMemoryBarriers = &barrier};
    ash_record_barrier(recorder->context, recorder->commands, &info, "UPLOAD", reason);
}

static int compare_handles(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

// Buffers before images; then by destination; then by place in it; then as they were taken.
static int compare_pieces(const void *left, const void *right)
{
    const struct ash_upload_piece *a = left, *b = right;
    int order = compare_handles((uint64_t)a->image, (uint64_t)b->image);
    if (order == 0)
        order = compare_handles((uint64_t)a->buffer, (uint64_t)b->buffer);
    if (order == 0)
        order = compare_handles(a->layer, b->layer);
    if (order == 0)
        order = compare_handles(a->level, b->level);
    if (order == 0)
        order = compare_handles(a->destination, b->destination);
    return order != 0 ? order : compare_handles(a->order, b->order);
}

static int compare_order(const void *left, const void *right)
{
    const struct ash_upload_piece *a = left, *b = right;
    return compare_handles(a->order, b->order);
}

static VkBufferCopy region_of(const struct ash_upload_piece *piece)
{
    return (VkBufferCopy){
        .srcOffset = piece->offset, .dstOffset = piece->destination, .size = piece->size};
}

// Whether two of these pieces, of one buffer and in order of place, write the same byte.
static bool have_overlap(struct ash_upload_piece *pieces, uint32_t count)
{
    VkDeviceSize end = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (pieces[i].destination < end)
            return true;
        end = pieces[i].destination + pieces[i].size;
    }
    return false;
}

// Copies that write the same bytes: one by one in the order of taking, each after the last.
static void copy_in_order(struct recorder *recorder, struct ash_upload_piece *pieces,
                          uint32_t count)
{
    qsort(pieces, count, sizeof(pieces[0]), compare_order);
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0)
            memory_barrier(recorder, VK_PIPELINE_STAGE_2_COPY_BIT, VK_ACCESS_2_TRANSFER_WRITE_BIT,
                           VK_PIPELINE_STAGE_2_COPY_BIT, VK_ACCESS_2_TRANSFER_WRITE_BIT,
                           "the next copy writes some of the same bytes, and must win");
        VkBufferCopy region = region_of(&pieces[i]);
        recorder->context->vk->vkCmdCopyBuffer(recorder->commands, recorder->source,
                                               pieces[i].buffer, 1, &region);
    }
    recorder->regions += count;
}

static void copy_regions(struct recorder *recorder, VkBuffer to, const VkBufferCopy *regions,
                         uint32_t count)
{
    recorder->context->vk->vkCmdCopyBuffer(recorder->commands, recorder->source, to, count,
                                           regions);
    recorder->regions += count;
}

// Copies into one buffer, in as few commands as possible.
static void copy_to_buffer(struct recorder *recorder, struct ash_upload_piece *pieces,
                           uint32_t count)
{
    if (have_overlap(pieces, count)) {
        copy_in_order(recorder, pieces, count);
        return;
    }
    VkBufferCopy regions[BATCH];
    uint32_t used = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (used == BATCH) {
            copy_regions(recorder, pieces[0].buffer, regions, used);
            used = 0;
        }
        regions[used++] = region_of(&pieces[i]);
    }
    copy_regions(recorder, pieces[0].buffer, regions, used);
}

// Stretches that touch change hands as one.
static void add_buffer(struct ash_released_list *released, const struct ash_upload_piece *piece)
{
    ASH_ASSERT(released->items);
    struct ash_released *last = released->count > 0 ? &released->items[released->count - 1] : NULL;
    if (last && last->buffer == piece->buffer && piece->destination <= last->offset + last->size) {
        VkDeviceSize end = ash_max_u64(last->offset + last->size, piece->destination + piece->size);
        last->size = end - last->offset;
        return;
    }
    released->items[released->count++] = (struct ash_released){
        .buffer = piece->buffer, .offset = piece->destination, .size = piece->size};
}

static void copy_to_buffers(struct recorder *recorder, struct ash_upload_piece *pieces,
                            uint32_t count)
{
    struct ash_released_list *released = recorder->released;
    if (count == 0)
        return;
    if (!released)
        memory_barrier(recorder, user_stages, user_writes, VK_PIPELINE_STAGE_2_COPY_BIT,
                       VK_ACCESS_2_TRANSFER_WRITE_BIT,
                       "frames before must be done with the buffers that the copies write");
    // Copying may change the order within a buffer.
    for (uint32_t i = 0; released && i < count; i++)
        add_buffer(released, &pieces[i]);
    for (uint32_t first = 0, next; first < count; first = next) {
        next = first + 1;
        while (next < count && pieces[next].buffer == pieces[first].buffer)
            next++;
        copy_to_buffer(recorder, pieces + first, next - first);
    }
    if (!released)
        memory_barrier(recorder, VK_PIPELINE_STAGE_2_COPY_BIT, VK_ACCESS_2_TRANSFER_WRITE_BIT,
                       user_stages, user_accesses,
                       "what is drawn from here on reads what the copies wrote");
}

static VkImageSubresourceRange range_of(const struct ash_upload_piece *piece)
{
    return (VkImageSubresourceRange){.aspectMask = piece->aspect,
                                     .baseMipLevel = piece->level,
                                     .levelCount = 1,
                                     .baseArrayLayer = piece->layer,
                                     .layerCount = 1};
}

// What was there is of no use: a whole level is written.
static VkImageMemoryBarrier2 barrier_before(const struct ash_upload_piece *piece)
{
    return (VkImageMemoryBarrier2){.sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER_2,
                                   .srcStageMask = user_stages,
                                   .srcAccessMask = user_writes,
                                   .dstStageMask = VK_PIPELINE_STAGE_2_COPY_BIT,
                                   .dstAccessMask = VK_ACCESS_2_TRANSFER_WRITE_BIT,
                                   .oldLayout = VK_IMAGE_LAYOUT_UNDEFINED,
                                   .newLayout = VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
                                   .srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
                                   .dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
                                   .image = piece->image,
                                   .subresourceRange = range_of(piece)};
}

static VkImageMemoryBarrier2 barrier_after(const struct ash_upload_piece *piece)
{
    VkImageMemoryBarrier2 barrier = barrier_before(piece);
    barrier.srcStageMask = VK_PIPELINE_STAGE_2_COPY_BIT;
    barrier.srcAccessMask = VK_ACCESS_2_TRANSFER_WRITE_BIT;
    barrier.dstStageMask = user_stages;
    barrier.dstAccessMask = VK_ACCESS_2_SHADER_SAMPLED_READ_BIT;
    barrier.oldLayout = VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL;
    barrier.newLayout = VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL;
    return barrier;
}

static void copy_to_level(struct recorder *recorder, const struct ash_upload_piece *piece)
{
    VkBufferImageCopy region = {.bufferOffset = piece->offset,
                                .imageSubresource = {.aspectMask = piece->aspect,
                                                     .mipLevel = piece->level,
                                                     .baseArrayLayer = piece->layer,
                                                     .layerCount = 1},
                                .imageExtent = {piece->width, piece->height, 1}};
    recorder->context->vk->vkCmdCopyBufferToImage(recorder->commands, recorder->source,
                                                  piece->image,
                                                  VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &region);
}

// At most BATCH levels of images, none of them twice.
static void copy_to_levels(struct recorder *recorder, struct ash_upload_piece *pieces,
                           uint32_t count)
{
    VkImageMemoryBarrier2 barriers[BATCH];
    VkDependencyInfo info = {.sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO,
                             .imageMemoryBarrierCount = count,
                             .pImageMemoryBarriers = barriers};
    struct ash_released_list *released = recorder->released;
    for (uint32_t i = 0; i < count; i++) {
        barriers[i] = barrier_before(&pieces[i]);
        if (released) { // nobody on this queue has used it, nor knows of stages that draw
            barriers[i].srcStageMask = VK_PIPELINE_STAGE_2_NONE;
            barriers[i].srcAccessMask = VK_ACCESS_2_NONE;
        }
    }
    ash_record_barrier(recorder->context, recorder->commands, &info, "UPLOAD_IMAGES",
                       "the images must be idle, and laid out for the copies that fill them");
    for (uint32_t i = 0; i < count; i++) {
        copy_to_level(recorder, &pieces[i]);
        barriers[i] = barrier_after(&pieces[i]);
        if (released)
            released->items[released->count++] =
                (struct ash_released){.image = pieces[i].image, .range = range_of(&pieces[i])};
    }
    if (!released)
        ash_record_barrier(recorder->context, recorder->commands, &info, "UPLOAD_IMAGES",
                           "shaders sample what the copies wrote");
    recorder->regions += count;
}

static bool same_level(const struct ash_upload_piece *a, const struct ash_upload_piece *b)
{
    return a->image == b->image && a->level == b->level && a->layer == b->layer;
}

static void copy_to_images(struct recorder *recorder, struct ash_upload_piece *pieces,
                           uint32_t count)
{
    // A level that is written twice: only the last counts, since each writes all of it.
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (i + 1 == count || !same_level(&pieces[i], &pieces[i + 1]))
            pieces[kept++] = pieces[i];
    }
    for (uint32_t first = 0; first < kept; first += BATCH)
        copy_to_levels(recorder, pieces + first, kept - first < BATCH ? kept - first : BATCH);
}

// Most come sorted: whoever fills a buffer does it from its start.
static void sort_pieces(struct ash_upload_piece *pieces, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        const struct ash_upload_piece *last = &pieces[i - 1], *next = &pieces[i];
        if (last->buffer && last->buffer == next->buffer && last->destination < next->destination)
            continue;
        if (compare_pieces(last, next) > 0) {
            qsort(pieces, count, sizeof(pieces[0]), compare_pieces);
            return;
        }
    }
}

uint32_t ash_upload_commands(const struct ash_context *context, VkCommandBuffer commands,
                             const struct ash_upload_batch *batch,
                             struct ash_released_list *released)
{
    struct recorder recorder = {
        .context = context, .commands = commands, .source = batch->source, .released = released};
    sort_pieces(batch->copies, batch->count);
    uint32_t buffers = 0;
    while (buffers < batch->count && batch->copies[buffers].buffer)
        buffers++;
    copy_to_buffers(&recorder, batch->copies, buffers);
    copy_to_images(&recorder, batch->copies + buffers, batch->count - buffers);
    return recorder.regions;
}
