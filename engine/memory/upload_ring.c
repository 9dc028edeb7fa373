#include "engine/memory/upload_ring.h"

#include <string.h>

#include "engine/bits.h"
#include "engine/memory/host.h"

// One piece for each so many bytes: smaller uploads than this in great numbers meet a full ring.
static const VkDeviceSize bytes_per_piece = 4096;
enum { LEAST_PIECES = 256 };

enum ash_result ash_upload_ring_init(struct ash_upload_ring *ring, VkDeviceSize size,
                                     VkDeviceSize alignment)
{
    memset(ring, 0, sizeof(*ring));
    uint64_t wanted = ash_max_u64(size / bytes_per_piece, LEAST_PIECES), capacity = 1;
    if (wanted > UINT32_MAX / 2)
        return ASH_ERROR_OUT_OF_HOST_MEMORY;
    while (capacity < wanted)
        capacity *= 2;
    struct ash_upload_piece *pieces = ash_host_alloc((size_t)capacity * sizeof(*pieces));
    if (!pieces)
        return ASH_ERROR_OUT_OF_HOST_MEMORY;
    *ring = (struct ash_upload_ring){
        .size = size, .alignment = alignment, .pieces = pieces, .capacity = (uint32_t)capacity};
    return ASH_OK;
}

void ash_upload_ring_finish(struct ash_upload_ring *ring)
{
    ash_host_free(ring->pieces);
    memset(ring, 0, sizeof(*ring));
}

struct ash_upload_piece *ash_upload_ring_piece(const struct ash_upload_ring *ring, uint32_t index)
{
    return &ring->pieces[(ring->first + index) & (ring->capacity - 1)];
}

struct ash_upload_piece *ash_upload_ring_take(struct ash_upload_ring *ring, VkDeviceSize size)
{
    VkDeviceSize head = ring->used == 0 ? 0 : ring->head; // an empty ring starts over
    VkDeviceSize whole = ash_align_up(size, ring->alignment);
    if (ring->count == ring->capacity || whole > ring->size)
        return NULL;
    // What would not fit before the end goes to the beginning; the end is skipped.
    bool wraps = whole > ring->size - head;
    VkDeviceSize skipped = wraps ? ring->size - head : 0;
    VkDeviceSize unused = ring->size - ring->used;
    if (skipped > unused || whole > unused - skipped)
        return NULL;
    struct ash_upload_piece *piece = ash_upload_ring_piece(ring, ring->count);
    *piece = (struct ash_upload_piece){.state = ASH_PIECE_OPEN,
                                       .offset = wraps ? 0 : head,
                                       .size = size,
                                       .taken = skipped + whole,
                                       .order = ring->taken++};
    ring->count++;
    ring->used += piece->taken;
    ring->head = piece->offset + whole;
    return piece;
}

void ash_upload_ring_reclaim(struct ash_upload_ring *ring, uint64_t completed)
{
    while (ring->count > 0) {
        const struct ash_upload_piece *piece = ash_upload_ring_piece(ring, 0);
        bool done = piece->state == ASH_PIECE_DROPPED ||
                    (piece->state == ASH_PIECE_RECORDED && piece->value <= completed);
        if (!done)
            break;
        ring->used -= piece->taken;
        ring->first = (ring->first + 1) & (ring->capacity - 1);
        ring->count--;
    }
}
