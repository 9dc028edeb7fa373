// Where regions lie: one pool that never moves, so that a region is named by its index, and stocks
// of unused ones, so that threads take from it without waiting for each other.
//
// The pool's address space is reserved at the start and committed in steps: nothing is ever copied
// or linked anew as it grows.
//
// Thread-safety: one thread at a time per stock; the pool is shared freely.
#ifndef ASH_MEMORY_REGION_POOL_H
#define ASH_MEMORY_REGION_POOL_H

#include "engine/memory/lock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ASH_REGION_NONE = 0 }; // no region has this index

// Neighbours in a bin.
struct ash_region_link {
    uint32_t bin_previous, bin_next;
};

// Small, because a free touches up to nine of them, in memory that lies in no cache once many
// live: what distinguishes used regions and free ones shares its place.
struct ash_region {
    uint32_t offset, size;
    uint32_t previous, next; // neighbours in the span; at both its ends, its edge
    union {
        struct ash_region_link link; // free; below ASH_REGION_USED, whichever the order of bytes
        uint64_t mark; // used: ASH_REGION_USED, the span's name, and 47 bits of its owner; or, of
                       // an entry of the pool that stands for nothing, 0
    };
};

// The first bit of a mark.
#define ASH_REGION_USED (UINT64_C(1) << 63)
enum { ASH_REGION_SPAN_SHIFT = 47 };
#define ASH_REGION_OWNER_BITS ((UINT64_C(1) << ASH_REGION_SPAN_SHIFT) - 1)

static inline bool ash_region_is_used(const struct ash_region *region)
{
    return region->mark >= ASH_REGION_USED;
}

// The owner's name for the span that a mark tells of.
static inline uint16_t ash_region_span(uint64_t mark)
{
    return (uint16_t)(mark >> ASH_REGION_SPAN_SHIFT);
}

// An index counts in units of 8 bytes, which a processor multiplies by as it reads: regions have
// the multiples of this.
enum { ASH_REGION_STEP = sizeof(struct ash_region) / sizeof(uint64_t) };

static inline struct ash_region *ash_region_at(struct ash_region *regions, uint32_t index)
{
    return (struct ash_region *)(void *)((uint64_t *)(void *)regions + index);
}

// All regions there are.
struct ash_region_pool {
    struct ash_region *regions;
    uint32_t capacity;  // an index, as the next
    uint32_t committed; // below it, regions exist; grows only
    struct ash_lock lock;
};

// Unused regions, for one thread at a time to take from.
struct ash_region_stock {
    struct ash_region_pool *pool; // borrowed
    uint32_t released;            // list through `next`; taken first
    uint32_t fresh, fresh_end;    // never used so far; what is promised is there
};

// For `count` regions. False: there is no address space for them; the pool is then all zero.
bool ash_region_pool_init(struct ash_region_pool *pool, uint32_t count);
void ash_region_pool_finish(struct ash_region_pool *pool);
// Host memory that it takes.
size_t ash_region_pool_bytes(const struct ash_region_pool *pool);

void ash_region_stock_init(struct ash_region_stock *stock, struct ash_region_pool *pool);
// Makes sure that two regions can be taken, which is what an operation may need. False: there is no
// host memory; nothing has changed.
bool ash_region_stock_fill(struct ash_region_stock *stock);
static inline bool ash_region_stock_ready(struct ash_region_stock *stock)
{
    return stock->fresh_end - stock->fresh >= 2 * ASH_REGION_STEP || ash_region_stock_fill(stock);
}

// Those below take the pool's regions besides, which their callers have at hand.

// A region; the stock has one. All of it is for the caller to set.
static inline uint32_t ash_region_stock_take(struct ash_region_stock *stock,
                                             struct ash_region *regions)
{
    uint32_t index = stock->released;
    if (index != ASH_REGION_NONE) {
        stock->released = ash_region_at(regions, index)->next;
        return index;
    }
    index = stock->fresh;
    stock->fresh += ASH_REGION_STEP;
    return index;
}

static inline void ash_region_stock_give(struct ash_region_stock *stock, struct ash_region *regions,
                                         uint32_t index)
{
    struct ash_region *region = ash_region_at(regions, index);
    region->mark = 0;
    region->next = stock->released;
    stock->released = index;
}

// One that stands for a span as a whole, used, of no size.
uint32_t ash_region_stock_take_edge(struct ash_region_stock *stock, uint16_t span, uint64_t owner);

#endif
