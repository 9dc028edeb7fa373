// Counts the regions that a call of the allocator touches. engine/memory is compiled once more for
// this, each source with this header before it; the library itself knows nothing of it. Only the
// list of unused regions is not seen: what is taken from it is written, and so counted, right
// afterwards.
#ifndef BENCH_ALLOCATOR_TOUCHED_H
#define BENCH_ALLOCATOR_TOUCHED_H

#include "engine/memory/region_pool.h"

// ash_region_at, which notes the region. One thread at a time.
struct ash_region *touched_region(struct ash_region *regions, uint32_t index);

#define ash_region_at touched_region

#endif
