// A ring of small data for shaders, one part per frame in flight.
//
//     | slot 0: used ..... free | slot 1 ..... | slot 2 ..... |     one buffer, one open view
//
// The buffer stays mapped through one view for as long as the ring lives, so no frame maps. A
// frame writes from the start of its part; what it wrote is flushed once, before it is submitted.
//
// Units: bytes. Thread-safety: one thread.
#ifndef ASH_RENDER_UNIFORM_H
#define ASH_RENDER_UNIFORM_H

#include "engine/api.h"
#include "engine/memory/buffer.h"
#include "engine/result.h"

#ifdef __cplusplus
extern "C" {
#endif

// All zero is "no ring". Not moved between init and finish.
struct ash_uniform_ring {
    struct ash_buffer buffer;
    struct ash_buffer_view view; // of all of it, open
    VkDeviceSize slot_size;
    VkDeviceSize alignment; // of every piece: what uniform and storage bindings need
    uint32_t slot_count;
    uint32_t slot;     // being written
    VkDeviceSize used; // of this slot
};

// Errors: OUT_OF_*_MEMORY, MAP_FAILED, UNSUPPORTED. On failure *ring is all zero.
// Valid usage: slot_size and slot_count are above 0.
ASH_API ASH_NODISCARD enum ash_result ash_uniform_ring_init(struct ash_uniform_ring *ring,
                                                            struct ash_allocator *allocator,
                                                            VkDeviceSize slot_size,
                                                            uint32_t slot_count);
// The GPU is done with it. A zeroed ring is allowed.
ASH_API void ash_uniform_ring_finish(struct ash_uniform_ring *ring);

// Starts a slot over; the GPU is done with what it held.
ASH_API void ash_uniform_ring_begin(struct ash_uniform_ring *ring, uint32_t slot);

// Copies `size` bytes into the slot. Errors: NOT_READY: the slot has no room left; *out is zero.
ASH_API ASH_NODISCARD enum ash_result ash_uniform_ring_write(struct ash_uniform_ring *ring,
                                                             const void *data, VkDeviceSize size,
                                                             VkDescriptorBufferInfo *out);

// Makes what the slot holds visible to work that is submitted afterwards. Errors: OUT_OF_*_MEMORY:
// it may not be.
ASH_API ASH_NODISCARD enum ash_result ash_uniform_ring_flush(struct ash_uniform_ring *ring);

#ifdef __cplusplus
}
#endif

#endif
