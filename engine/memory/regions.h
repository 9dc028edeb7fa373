// Free regions: which parts of spans of offsets are free, and which of them a block gets.
//
//     span     0 |  used  |free|   used   |         free         | end
//                   <-- previous   next -->      neighbours by address, for merging
//                        bins[size] -> free -> free -> free       lists by size, for finding
//
// A span stands for a chunk of device memory, but nothing here knows Vulkan. Every part of a span,
// used or free, is a region. Neighbours are linked, so that giving one back merges it with free
// neighbours at once; free regions also stand in bins by size, which reach across all spans, so
// that finding one loops over nothing as long as any region is larger than what is asked for by its
// alignment. Where none is, those that may fit are looked at one by one: the driver would be next.
//
// Units: offsets and sizes are bytes; a span has at most ASH_REGION_MAX_SPAN.
// Thread-safety: one thread at a time per ash_regions and its stock.
#ifndef ASH_MEMORY_REGIONS_H
#define ASH_MEMORY_REGIONS_H

#include "engine/memory/region_pool.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ASH_REGION_MAX_SPAN 0x80000000u

enum {
    ASH_REGION_BIN_BITS = 5, // 32 bins an octave: a region is at most 1/32 above its bin
    ASH_REGION_BIN_COUNT = 32 << ASH_REGION_BIN_BITS,
    ASH_REGION_WORD_COUNT = ASH_REGION_BIN_COUNT / 64
};

// The free regions of some spans, by size.
struct ash_regions {
    struct ash_region *regions;     // the pool's
    struct ash_region_stock *stock; // borrowed; several sets may share one
    uint64_t used_bytes, used_count, peak_used_bytes;
    uint64_t summary; // bit n: words[n] is not 0
    // Bit n of all of them: bins[n] is not empty. One more word, always 0, ends a search.
    uint64_t words[ASH_REGION_WORD_COUNT + 1];
    uint32_t bins[ASH_REGION_BIN_COUNT + 1]; // first region; of the last, none
} __attribute__((aligned(64)));

// The bin of a size, which is not 0: its exponent and the BIN_BITS bits that follow the first,
// which a double has side by side.
static inline uint32_t ash_region_bin(uint32_t size)
{
    double number = size;
    uint64_t bits;
    memcpy(&bits, &number, sizeof(bits));
    return (uint32_t)(bits >> (52 - ASH_REGION_BIN_BITS)) - (1023u << ASH_REGION_BIN_BITS);
}

// All zero before.
void ash_regions_init(struct ash_regions *set, struct ash_region_stock *stock);

// Adds a span, all of it free, and answers its edge: a region of no size, USED for ever, whose
// `next` is the span's first region and whose `previous` is its last. The stock has two regions.
//
// Valid usage: 0 < size <= ASH_REGION_MAX_SPAN; span is not 0.
uint32_t ash_regions_add_span(struct ash_regions *set, uint16_t span, uint32_t size);
// Takes a span out, all of which is free.
void ash_regions_remove_span(struct ash_regions *set, uint32_t edge);
// Whether a region is all of its span.
static inline bool ash_region_is_whole(const struct ash_regions *set, uint32_t region)
{
    return ash_region_at(set->regions, region)->previous ==
           ash_region_at(set->regions, region)->next;
}

// A used region of exactly `size` bytes at a multiple of `alignment`, cut from the smallest free
// region that was found for it, with these bits of its owner. The stock has two regions. False only
// if none fits.
//
// Valid usage: size > 0; alignment a power of two; both at most ASH_REGION_MAX_SPAN; owner at most
// ASH_REGION_OWNER_BITS.
bool ash_regions_take(struct ash_regions *set, uint32_t size, uint32_t alignment, uint64_t owner,
                      uint32_t *out);
// Frees a used region, merges it with free neighbours, and answers the region that came of it.
uint32_t ash_regions_give(struct ash_regions *set, uint32_t block);

// The size of a free region of the last bin: nearly that of the largest.
uint32_t ash_regions_largest(const struct ash_regions *set);

#endif
