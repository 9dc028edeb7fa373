#include "engine/memory/optional/regions_check.h"

#include "engine/bits.h"

const char *ash_regions_check_span(const struct ash_regions *set, uint32_t edge, uint32_t span,
                                   uint32_t size, uint64_t *free_count)
{
    uint32_t offset = 0, previous = edge;
    const uint64_t mark = ASH_REGION_USED | (uint64_t)span << ASH_REGION_SPAN_SHIFT;
    if (ash_region_at(set->regions, edge)->mark != mark ||
        ash_region_at(set->regions, edge)->size != 0)
        return "an edge that is none";
    for (uint32_t i = ash_region_at(set->regions, edge)->next; i != edge;
         i = ash_region_at(set->regions, i)->next) {
        const struct ash_region *region = ash_region_at(set->regions, i);
        bool used = ash_region_is_used(region);
        if (used && (region->mark & ~ASH_REGION_OWNER_BITS) != mark)
            return "a region of another span";
        if (region->offset != offset)
            return "a gap or an overlap between regions";
        if (region->size == 0 || !ash_range_inside(offset, region->size, size))
            return "a region that leaves its span";
        if (region->previous != previous)
            return "a broken link between neighbours";
        if (!used && !ash_region_is_used(ash_region_at(set->regions, previous)))
            return "free neighbours that were not merged";
        *free_count += !used;
        offset += region->size;
        previous = i;
    }
    if (ash_region_at(set->regions, edge)->previous != previous)
        return "a broken link at the end of a span";
    return offset == size ? NULL : "regions that do not fill their span";
}

const char *ash_regions_check_bins(const struct ash_regions *set, uint64_t free_count)
{
    uint64_t found = 0;
    for (uint32_t bin = 0; bin < ASH_REGION_BIN_COUNT; bin++) {
        bool marked = (set->words[bin / 64] >> (bin % 64) & 1) != 0;
        if (marked != (set->bins[bin] != ASH_REGION_NONE))
            return "a bin whose mark is wrong";
        uint32_t previous = ASH_REGION_NONE;
        for (uint32_t i = set->bins[bin]; i != ASH_REGION_NONE;
             i = ash_region_at(set->regions, i)->link.bin_next) {
            const struct ash_region *region = ash_region_at(set->regions, i);
            if (ash_region_is_used(region) || ash_region_bin(region->size) != bin)
                return "a bin that holds what does not belong there";
            if (region->link.bin_previous != previous)
                return "a broken link in a bin";
            if (++found > free_count)
                return "more regions in bins than are free";
            previous = i;
        }
    }
    for (uint32_t word = 0; word < ASH_REGION_WORD_COUNT; word++) {
        if ((set->summary >> word & 1) != (set->words[word] != 0))
            return "a summary of bins that is wrong";
    }
    return found == free_count ? NULL : "free regions that stand in no bin";
}
