// The commands of an upload: copies out of the ring, and the barriers around them.
//
// On the graphics queue: one memory barrier before the copies and one after them. On a queue that
// only copies, what was written changes hands afterwards (engine/memory/upload_transfer.h).
#ifndef ASH_MEMORY_UPLOAD_COMMANDS_H
#define ASH_MEMORY_UPLOAD_COMMANDS_H

#include "engine/context/context.h"
#include "engine/memory/upload_ring.h"

// Bytes of a buffer, or a level of an image, that were written on one queue for use on another.
struct ash_released {
    VkBuffer buffer;
    VkDeviceSize offset, size; // or
    VkImage image;             // in TRANSFER_DST_OPTIMAL
    VkImageSubresourceRange range;
};
struct ash_released_list {
    struct ash_released *items; // room for as many as there are pieces
    uint32_t count;
};

struct ash_upload_batch {
    VkBuffer source;
    struct ash_upload_piece *copies; // sorted anew by ash_upload_commands
    uint32_t count;
};

// Records the copies of a batch. Where two write the same bytes, the one that was taken last wins.
// With `released` (NULL: these commands run on the queue that uses the destinations) there is no
// barrier around the copies, and what they wrote is added to it. Answers the number of regions that
// are copied.
uint32_t ash_upload_commands(const struct ash_context *context, VkCommandBuffer commands,
                             const struct ash_upload_batch *batch,
                             struct ash_released_list *released);

#endif
