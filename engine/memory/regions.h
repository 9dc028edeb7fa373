// Free regions: which parts of spans of offsets are free, and which of them a block gets.
//
//     span     0 |  used  |free|   used   |         free         | end
//                   <-- previous   next -->      neighbours by address, for merging
//                        bins[size] -> free -> free -> free       lists by size, for finding
//
// A span stands for a chunk of device memory, but nothing here knows Vulkan. Every part of a span,
// used or free, is a region. Neighbours are linked, so that giving one back merges it with free
// neighbours at once; free regions also stand in bins by size, which reach across all spans, so
// that finding one loops over nothing.
//
// Regions lie in one pool that never moves and are named by index, never by pointer.
//
// Units: offsets and sizes are bytes; a span has at most ASH_REGION_MAX_SPAN.
// Thread-safety: one thread at a time per ash_regions and per stock; the pool is shared freely.
#ifndef ASH_MEMORY_REGIONS_H
#define ASH_MEMORY_REGIONS_H

#include "engine/memory/lock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ASH_REGION_MAX_SPAN 0x80000000u

enum {
    ASH_REGION_NONE = 0,     // no region has this index
    ASH_REGION_BIN_BITS = 6, // 64 bins an octave: a region is at most 1/64 above its bin
    ASH_REGION_BIN_COUNT = 32 << ASH_REGION_BIN_BITS,
    ASH_REGION_WORD_COUNT = ASH_REGION_BIN_COUNT / 64
};

enum ash_region_state {
    ASH_REGION_UNUSED, // an entry of the pool that stands for nothing
    ASH_REGION_FREE,
    ASH_REGION_USED
};

// Neighbours in a bin.
struct ash_region_link {
    uint32_t bin_previous, bin_next;
};

struct ash_region {
    uint32_t offset, size;
    uint32_t previous, next; // neighbours in the span; at both its ends, its edge
    union {
        struct ash_region_link link; // FREE
        uint64_t id;                 // USED: the owner's mark
    };
    uint16_t span; // the owner's name for the span
    uint16_t bin;  // FREE: the one it stands in
    uint8_t state;
    uint8_t noted; // USED: for the owner, who sets it to 0 before giving back
    uint8_t stock; // the name of the stock that it belongs to, for good; written atomically, so
                   // that who has nothing but an index knows which lock to take
};

// All regions there are. The address space is reserved at the start and committed in steps.
struct ash_region_pool {
    struct ash_region *regions;
    uint32_t capacity;
    uint32_t committed; // [0, committed) exist; grows only
    struct ash_lock lock;
};

// Unused regions, for one thread at a time to take from.
struct ash_region_stock {
    struct ash_region_pool *pool; // borrowed
    uint32_t released;            // list through `next`; taken first
    uint32_t fresh, fresh_end;    // never used so far; what is promised is there
    uint8_t name;
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

// False: there is no host memory (or address space) for it; the pool is then all zero.
bool ash_region_pool_init(struct ash_region_pool *pool, uint32_t capacity);
void ash_region_pool_finish(struct ash_region_pool *pool);

// Makes sure that at least `count` regions can be taken (an operation below says how many it may
// need; all are content with 2). False: there is no host memory; nothing has changed.
bool ash_region_stock_fill(struct ash_region_stock *stock, uint32_t count);
static inline bool ash_region_stock_has(struct ash_region_stock *stock, uint32_t count)
{
    return stock->fresh_end - stock->fresh >= count || ash_region_stock_fill(stock, count);
}
// One region that stands for `span` as a whole, USED and in no bin; the stock has one. And back.
uint32_t ash_region_stock_take(struct ash_region_stock *stock, uint16_t span);
void ash_region_stock_give(struct ash_region_stock *stock, uint32_t region);

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
static inline bool ash_region_is_whole(const struct ash_region *region)
{
    return region->previous == region->next;
}

// A used region of exactly `size` bytes at a multiple of `alignment`, cut from the smallest free
// region that was found for it; NULL only if none fits. The stock has two regions.
//
// Valid usage: size > 0; alignment a power of two; both at most ASH_REGION_MAX_SPAN.
struct ash_region *ash_regions_take(struct ash_regions *set, uint32_t size, uint32_t alignment);
// Frees a used region, merges it with free neighbours, and answers the region that came of it.
struct ash_region *ash_regions_give(struct ash_regions *set, struct ash_region *block);

// The size of a free region of the last bin: nearly that of the largest.
uint32_t ash_regions_largest(const struct ash_regions *set);

// engine/memory/regions_check.c: checks a span: neighbours,
// states, bins. And the bins by themselves: that each holds what belongs there and is marked. Each
// answers what is wrong in a few words, or NULL. *free_count is raised by the number of free
// regions.
const char *ash_regions_check_span(const struct ash_regions *set, uint32_t edge, uint32_t span,
                                   uint32_t size, uint64_t *free_count);
const char *ash_regions_check_bins(const struct ash_regions *set, uint64_t free_count);

#endif
