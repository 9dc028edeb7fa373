// The commands of an upload: copies out of the ring, and the barriers around them.
#ifndef ASH_MEMORY_UPLOAD_COMMANDS_H
#define ASH_MEMORY_UPLOAD_COMMANDS_H

#include "engine/context/context.h"
#include "engine/memory/upload_ring.h"

// Records the copies of all pieces from `source`. Where two write
// the same bytes, the one that was taken last wins. The array is sorted anew. Answers the number of
// regions that are copied.
uint32_t ash_upload_commands(const struct ash_context *context, VkCommandBuffer commands,
                             VkBuffer source, struct ash_upload_piece **pieces, uint32_t count);

#endif
