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
    uint8_t name;
};

// For `count` regions. False: there is no address space for them; the pool is then all zero.
bool ash_region_pool_init(struct ash_region_pool *pool, uint32_t count);
void ash_region_pool_finish(struct ash_region_pool *pool);

void ash_region_stock_init(struct ash_region_stock *stock, struct ash_region_pool *pool,
                           uint8_t name);
// Makes sure that two regions can be taken, which is what an operation may need. False: there is no
// host memory; nothing has changed.
bool ash_region_stock_fill(struct ash_region_stock *stock);
static inline bool ash_region_stock_ready(struct ash_region_stock *stock)
{
    return stock->fresh_end - stock->fresh >= 2 * ASH_REGION_STEP || ash_region_stock_fill(stock);
}

// Those below take the pool's regions besides, which their callers have at hand.

static inline uint32_t ash_region_stock_take_fresh(struct ash_region_stock *stock,
                                                   struct ash_region *regions)
{
    uint32_t index = stock->fresh;
    __atomic_store_n(&ash_region_at(regions, index)->stock, stock->name, __ATOMIC_RELAXED);
    stock->fresh += ASH_REGION_STEP;
    return index;
}

// A region; the stock has one. All but `stock` is for the caller to set.
static inline uint32_t ash_region_stock_take(struct ash_region_stock *stock,
                                             struct ash_region *regions)
{
    uint32_t index = stock->released;
    if (index == ASH_REGION_NONE)
        return ash_region_stock_take_fresh(stock, regions);
    stock->released = ash_region_at(regions, index)->next;
    return index;
}

static inline void ash_region_stock_give(struct ash_region_stock *stock, struct ash_region *regions,
                                         uint32_t index)
{
    struct ash_region *region = ash_region_at(regions, index);
    region->state = ASH_REGION_UNUSED;
    region->next = stock->released;
    stock->released = index;
}

// One that stands for a span as a whole, USED, of no size.
uint32_t ash_region_stock_take_edge(struct ash_region_stock *stock, uint16_t span);

#endif
