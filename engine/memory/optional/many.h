// Many blocks in one call.
//
// Thread-safety: any thread.
#ifndef ASH_MEMORY_OPTIONAL_MANY_H
#define ASH_MEMORY_OPTIONAL_MANY_H

#include "engine/api.h"
#include "engine/memory/allocator.h"
#include "engine/result.h"

#ifdef __cplusplus
extern "C" {
#endif

// All of them, or none (out all zero). Errors: as ash_allocator_alloc.
ASH_API ASH_NODISCARD enum ash_result ash_allocator_alloc_many(
    struct ash_allocator *allocator, const struct ash_alloc_params *params, uint32_t count,
    struct ash_memory_block *out);
// All that are valid are freed; INVALID_BLOCK if one was not.
ASH_API ASH_NODISCARD enum ash_result ash_allocator_free_many(struct ash_allocator *allocator,
                                                              struct ash_memory_block *blocks,
                                                              uint32_t count);

#ifdef __cplusplus
}
#endif

#endif
