// The seed's allocator, done right and as plainly as the seed tells it: chunks of at least 64 MiB,
// each with a list of free regions in order of offset; the first region that fits is split, and a
// freed one is merged with its neighbours. Read this before allocator.h, which gives the same
// answers, faster.
//
// Nothing here knows Vulkan: `memory` is a number that stands for a VkDeviceMemory. It is the
// reference that the allocator is tested against, and the baseline of its benchmark.
//
// Units: bytes. Thread-safety: one thread at a time.
#ifndef ASH_BENCH_ALLOCATOR_FIRST_FIT_H
#define ASH_BENCH_ALLOCATOR_FIRST_FIT_H

#include "engine/memory/allocator.h"
#include "engine/memory/optional/report.h"
#include "engine/result.h"

#include <stdint.h>

#define ASH_FIRST_FIT_CHUNK_SIZE (UINT64_C(64) << 20)

// The seed's MemoryBlock.
struct ash_first_fit_block {
    uint64_t memory; // 0: no block
    uint64_t offset, size;
    uint32_t memory_type_index;
};

// The seed's MemoryChunk. Its free_regions are a growing array in order of offset, no two of them
// touching.
struct ash_first_fit_chunk {
    uint64_t memory, size;
    struct ash_free_region *free_regions;
    uint32_t free_region_count, free_region_capacity;
    uint32_t memory_type_index;
};

// All zero is an allocator with nothing in it.
struct ash_first_fit {
    struct ash_first_fit_chunk *chunks;
    uint32_t chunk_count, chunk_capacity;
    uint64_t memories;       // ever made
    uint64_t reserved_bytes; // in chunks
    uint64_t live_bytes;     // in blocks
};

// Gives everything back, and answers the bytes that had not been freed: the leaks.
uint64_t ash_first_fit_finish(struct ash_first_fit *allocator);

// The first free region of this memory type that holds `size` bytes (rounded up to the alignment)
// at a multiple of `alignment`; or the beginning of a new chunk.
//
// Errors: OUT_OF_HOST_MEMORY; OUT_OF_DEVICE_MEMORY for a size that no memory has. Nothing has
// changed, and *out is all zero.
//
// Valid usage: size > 0; alignment a power of two.
ASH_NODISCARD enum ash_result ash_first_fit_alloc(struct ash_first_fit *allocator, uint64_t size,
                                                  uint64_t alignment, uint32_t memory_type_index,
                                                  struct ash_first_fit_block *out);
// Errors: INVALID_BLOCK, if any byte of it is free already or lies in no chunk (what is stale but
// in use again can't be told here; ash_allocator_free can); OUT_OF_HOST_MEMORY. Nothing has
// changed.
ASH_NODISCARD enum ash_result ash_first_fit_free(struct ash_first_fit *allocator,
                                                 struct ash_first_fit_block *block);

#endif
