// The order of an upload ring, apart from Vulkan: which bytes of the ring are whose, and when they
// come back. Pieces are taken at the head and given back at the tail, in the same order.
//
// Units: bytes. Thread-safety: one thread at a time.
#ifndef ASH_MEMORY_UPLOAD_RING_H
#define ASH_MEMORY_UPLOAD_RING_H

#include "engine/result.h"

#include <vulkan/vulkan_core.h>

#include <stdbool.h>
#include <stdint.h>

enum ash_piece_state {
    ASH_PIECE_OPEN,     // a view is being filled
    ASH_PIECE_NOTED,    // filled; its copy waits for ash_upload_record
    ASH_PIECE_RECORDED, // the GPU reads it until `value`
    ASH_PIECE_DROPPED   // nobody will read it
};

// A piece of the ring and where its bytes go: one line of the cache.
struct ash_upload_piece {
    uint64_t value;
    uint64_t order;           // of taking, since the ring was made
    VkBuffer buffer;          // destination: this,
    VkDeviceSize destination; // from here; or
    VkImage image;            // this level of this layer
    uint32_t offset, size;    // in the ring, as asked for
    uint32_t layer;
    uint32_t width, height; // of the level
    uint8_t level, aspect;  // aspect: VkImageAspectFlags
    uint8_t state;          // enum ash_piece_state
};
_Static_assert(sizeof(struct ash_upload_piece) == 64, "a line of the cache");

// Either may be VK_NULL_HANDLE.
static inline bool ash_upload_piece_goes_to(const struct ash_upload_piece *piece, VkBuffer buffer,
                                            VkImage image)
{
    return (buffer && piece->buffer == buffer) || (image && piece->image == image);
}

struct ash_upload_ring {
    uint32_t size, alignment;
    uint32_t head;                   // where the next piece begins, if there is room
    struct ash_upload_piece *pieces; // owned; a ring as well
    uint32_t capacity;               // a power of two
    uint32_t first, count;
    uint64_t taken;    // pieces so far
    uint64_t recorded; // so many of the first of them are RECORDED, DROPPED or gone
};

// Errors: OUT_OF_HOST_MEMORY, also for 4 GiB and more; *ring is all zero.
ASH_NODISCARD enum ash_result ash_upload_ring_init(struct ash_upload_ring *ring, VkDeviceSize size,
                                                   VkDeviceSize alignment);
void ash_upload_ring_finish(struct ash_upload_ring *ring);

// Takes the next `size` bytes, in one stretch: a zeroed piece, OPEN, with offset and size. NULL if
// the ring is full; nothing has changed.
struct ash_upload_piece *ash_upload_ring_take(struct ash_upload_ring *ring, VkDeviceSize size);

// What is NOTED becomes RECORDED with `value`; and back, since that value will not come.
void ash_upload_ring_record(struct ash_upload_ring *ring, uint64_t value);
void ash_upload_ring_abandon(struct ash_upload_ring *ring, uint64_t value);

// Gives back, from the tail on, what is DROPPED or RECORDED with a value up to `completed`.
void ash_upload_ring_reclaim(struct ash_upload_ring *ring, uint64_t completed);

// Bytes in use, with what was skipped for alignment and at the end.
VkDeviceSize ash_upload_ring_used(const struct ash_upload_ring *ring);

// The pieces in the order of taking, from 0 to count - 1.
static inline struct ash_upload_piece *ash_upload_ring_piece(const struct ash_upload_ring *ring,
                                                             uint32_t index)
{
    return &ring->pieces[(ring->first + index) & (ring->capacity - 1)];
}

#endif
