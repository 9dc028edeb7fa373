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
    if (size > UINT32_MAX)
        return ASH_ERROR_OUT_OF_HOST_MEMORY;
    while (capacity < wanted)
        capacity *= 2;
    struct ash_upload_piece *pieces = ash_host_alloc((size_t)capacity * sizeof(*pieces));
    if (!pieces)
        return ASH_ERROR_OUT_OF_HOST_MEMORY;
    *ring = (struct ash_upload_ring){.size = (uint32_t)size,
                                     .alignment = (uint32_t)alignment,
                                     .pieces = pieces,
                                     .capacity = (uint32_t)capacity};
    return ASH_OK;
}

void ash_upload_ring_finish(struct ash_upload_ring *ring)
{
    ash_host_free(ring->pieces);
    memset(ring, 0, sizeof(*ring));
}

struct ash_upload_piece *ash_upload_ring_take(struct ash_upload_ring *ring, VkDeviceSize size)
{
    if (ring->count == ring->capacity || size > ring->size)
        return NULL;
    const uint32_t whole = (uint32_t)ash_align_up(size, ring->alignment);
    const uint32_t tail = ring->count > 0 ? ash_upload_ring_piece(ring, 0)->offset : 0;
    uint32_t head = ring->count > 0 ? ring->head : 0; // an empty ring starts over
    const bool wrapped = ring->count > 0 && head <= tail;
    if (whole > (wrapped ? tail : ring->size) - head) {
        // What does not fit before the end goes to the beginning; the end is skipped.
        if (wrapped || whole > tail)
            return NULL;
        head = 0;
    }
    struct ash_upload_piece *piece = ash_upload_ring_piece(ring, ring->count);
    *piece = (struct ash_upload_piece){
        .state = ASH_PIECE_OPEN, .offset = head, .size = (uint32_t)size, .order = ring->taken++};
    ring->count++;
    ring->head = head + whole;
    return piece;
}

void ash_upload_ring_record(struct ash_upload_ring *ring, uint64_t value)
{
    const uint64_t first = ring->taken - ring->count;
    bool open = false;
    for (uint64_t order = ash_max_u64(ring->recorded, first); order < ring->taken; order++) {
        struct ash_upload_piece *piece = ash_upload_ring_piece(ring, (uint32_t)(order - first));
        if (piece->state == ASH_PIECE_NOTED) {
            piece->state = ASH_PIECE_RECORDED;
            piece->value = value;
        }
        open = open || piece->state == ASH_PIECE_OPEN;
        ring->recorded = open ? ring->recorded : order + 1;
    }
}

void ash_upload_ring_abandon(struct ash_upload_ring *ring, uint64_t value)
{
    for (uint32_t i = 0; i < ring->count; i++) {
        struct ash_upload_piece *piece = ash_upload_ring_piece(ring, i);
        if (piece->state == ASH_PIECE_RECORDED && piece->value == value)
            piece->state = ASH_PIECE_NOTED;
    }
    ring->recorded = 0;
}

void ash_upload_ring_reclaim(struct ash_upload_ring *ring, uint64_t completed)
{
    while (ring->count > 0) {
        const struct ash_upload_piece *piece = ash_upload_ring_piece(ring, 0);
        bool done = piece->state == ASH_PIECE_DROPPED ||
                    (piece->state == ASH_PIECE_RECORDED && piece->value <= completed);
        if (!done)
            break;
        ring->first = (ring->first + 1) & (ring->capacity - 1);
        ring->count--;
    }
}

VkDeviceSize ash_upload_ring_used(const struct ash_upload_ring *ring)
{
    if (ring->count == 0)
        return 0;
    const uint32_t tail = ash_upload_ring_piece(ring, 0)->offset;
    return ring->head > tail ? ring->head - tail : ring->size - (tail - ring->head);
}
