// The commands of an upload: copies out of the ring, and the barriers around them.
#ifndef ASH_MEMORY_UPLOAD_COMMANDS_H
#define ASH_MEMORY_UPLOAD_COMMANDS_H

#include "engine/context/context.h"
#include "engine/memory/upload_ring.h"

// Copies that are recorded together. Where two write the same bytes, the one that was taken last
// wins.
struct ash_upload_batch {
    VkBuffer source;
    struct ash_upload_piece *copies; // borrowed; their order changes
    uint32_t count;
    uint32_t images; // once they are sorted: so many of them go into images, and come first
};

// Sorts the copies by where they go.
void ash_upload_batch_sort(struct ash_upload_batch *batch);

// Records all copies on the queue that uses what they write, with the barriers around them.
void ash_upload_record_batch(const struct ash_context *context, VkCommandBuffer commands,
                             const struct ash_upload_batch *batch);

// Records those into buffers alone, without barriers around them, for another queue.
void ash_upload_copy_to_buffers(const struct ash_context *context, VkCommandBuffer commands,
                                const struct ash_upload_batch *batch);

#endif
