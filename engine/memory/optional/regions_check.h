// Checks the invariants of regions. Each answers what is wrong in a few words, or NULL.
//
// Thread-safety: as the regions'.
#ifndef ASH_MEMORY_OPTIONAL_REGIONS_CHECK_H
#define ASH_MEMORY_OPTIONAL_REGIONS_CHECK_H

#include "engine/memory/regions.h"

// A span: neighbours, states, bins. *free_count is raised by the number of its free regions.
const char *ash_regions_check_span(const struct ash_regions *set, uint32_t edge, uint32_t span,
                                   uint32_t size, uint64_t *free_count);
// The bins by themselves: that each holds what belongs there, and is marked.
const char *ash_regions_check_bins(const struct ash_regions *set, uint64_t free_count);

#endif
