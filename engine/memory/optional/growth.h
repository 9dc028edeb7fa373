// Giving memory back that nobody uses, and taking more before anybody waits for it: a worker calls
// ash_allocator_grow for each type that ash_allocator_wants_growth names, while frames go on.
//
// Thread-safety: any thread.
#ifndef ASH_MEMORY_OPTIONAL_GROWTH_H
#define ASH_MEMORY_OPTIONAL_GROWTH_H

#include "engine/api.h"
#include "engine/memory/allocator.h"
#include "engine/result.h"

#ifdef __cplusplus
extern "C" {
#endif

// Gives every empty chunk back to the driver; returns the bytes given back.
ASH_API VkDeviceSize ash_allocator_trim(struct ash_allocator *allocator);

// Memory types whose free space has fallen under the watermark, one bit each: time to call
// ash_allocator_grow from a worker, so that no frame waits for the driver. Cheap.
ASH_API uint32_t ash_allocator_wants_growth(const struct ash_allocator *allocator);
// Adds one chunk to a memory type. Meant for a worker: it may take tens of milliseconds, and
// holds no lock meanwhile. Errors: UNSUPPORTED, if there is no such type, or it is protected,
// lazily allocated or device-coherent memory, which nobody gets without asking; OUT_OF_*_MEMORY.
// Nothing has changed.
ASH_API ASH_NODISCARD enum ash_result ash_allocator_grow(struct ash_allocator *allocator,
                                                         uint32_t memory_type_index);

#ifdef __cplusplus
}
#endif

#endif
