// What an allocator can tell of itself: sums, and a walk over everything that it holds.
//
// Units: bytes. Thread-safety: any thread.
#ifndef ASH_MEMORY_OPTIONAL_REPORT_H
#define ASH_MEMORY_OPTIONAL_REPORT_H

#include "engine/api.h"
#include "engine/memory/allocator.h"
#include "engine/result.h"

#include <vulkan/vulkan_core.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ash_memory_usage {
    VkDeviceSize reserved_bytes; // in chunks, and in memory of their own
    VkDeviceSize live_bytes;     // in blocks
    uint64_t live_blocks;
    uint32_t chunks;
    uint32_t dedicated; // VkDeviceMemory objects with one block of their own
};
struct ash_allocator_stats {
    struct ash_memory_usage total;
    struct ash_memory_usage types[VK_MAX_MEMORY_TYPES];
    struct ash_memory_usage heaps[VK_MAX_MEMORY_HEAPS];
    VkDeviceSize peak_reserved_bytes;
    VkDeviceSize peak_live_bytes; // of each memory type and thread by itself, added up: at least
                                  // the true one
    uint64_t allocate_memory_calls, free_memory_calls, map_memory_calls, unmap_memory_calls;
    size_t host_bytes; // of bookkeeping
};
// One cheap call: sums that are kept, no walk.
ASH_API void ash_allocator_stats(const struct ash_allocator *allocator,
                                 struct ash_allocator_stats *out);

// A free region: AshEngine's (offset, size).
struct ash_free_region {
    VkDeviceSize offset, size;
};
// AshEngine's MemoryChunk, as the visitor shows it.
struct ash_memory_chunk {
    VkDeviceMemory memory;
    VkDeviceSize size;
    const struct ash_free_region *free_regions; // in order of offset
    uint32_t free_region_count;
    uint32_t memory_type_index;
    bool dedicated;
    uint32_t map_count; // open views
};
struct ash_memory_block_info {
    struct ash_memory_block block;
    const char *label; // NULL if it has none
    void *user;
};
struct ash_memory_visitor {
    // Either may be NULL. What is pointed to lives until the function returns.
    void (*chunk)(void *user, const struct ash_memory_chunk *chunk);
    void (*block)(void *user, const struct ash_memory_chunk *chunk,
                  const struct ash_memory_block_info *info);
    void *user;
};
// Shows every chunk, followed by its blocks in order of address. The allocator is locked
// meanwhile: visitors copy, and call nothing of it.
// Errors: OUT_OF_HOST_MEMORY; nothing was shown.
ASH_API ASH_NODISCARD enum ash_result ash_allocator_visit(struct ash_allocator *allocator,
                                                          const struct ash_memory_visitor *visitor);

#ifdef __cplusplus
}
#endif

#endif
