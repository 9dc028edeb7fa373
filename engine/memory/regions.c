#include "engine/memory/regions.h"

static inline struct ash_region *at(const struct ash_regions *set, uint32_t index)
{
    return ash_region_at(set->regions, index);
}

// ---- bins

// The first bin from `bin` on that holds a region; ASH_REGION_BIN_COUNT: there is none.
static inline uint32_t next_bin(const struct ash_regions *set, uint32_t bin)
{
    uint32_t word = bin / 64;
    uint64_t bits = set->words[word] & UINT64_MAX << bin % 64;
    if (bits == 0) {
        uint64_t words = set->summary & UINT64_MAX << word << 1;
        if (words == 0)
            return ASH_REGION_BIN_COUNT;
        word = (uint32_t)__builtin_ctzll(words);
        bits = set->words[word];
    }
    return word * 64 + (uint32_t)__builtin_ctzll(bits);
}

// The neighbour; where there is none, the region itself, which may be told anything. Without a
// branch: whether a bin is empty, a processor can't foretell.
static inline uint32_t either(uint32_t neighbour, uint32_t self)
{
    return neighbour | (self & -(uint32_t)(neighbour == ASH_REGION_NONE));
}

static inline void put_in(struct ash_regions *set, uint32_t bin, uint32_t index)
{
    struct ash_region *region = at(set, index);
    uint32_t first = set->bins[bin];
    at(set, either(first, index))->link.bin_previous = index;
    region->link.bin_previous = ASH_REGION_NONE;
    region->link.bin_next = first;
    set->bins[bin] = index;
    if (set->words[bin / 64] == 0)
        set->summary |= UINT64_C(1) << (bin / 64);
    set->words[bin / 64] |= UINT64_C(1) << (bin % 64);
}

static inline void put_in_bin(struct ash_regions *set, uint32_t index)
{
    put_in(set, ash_region_bin(at(set, index)->size), index);
}

// Takes a region from between its neighbours. True: it was the first of its bin.
static inline bool unlink_neighbours(struct ash_regions *set, struct ash_region_link link)
{
    if (link.bin_next != ASH_REGION_NONE)
        at(set, link.bin_next)->link.bin_previous = link.bin_previous;
    if (link.bin_previous != ASH_REGION_NONE)
        at(set, link.bin_previous)->link.bin_next = link.bin_next;
    return link.bin_previous == ASH_REGION_NONE;
}

static inline void change_first(struct ash_regions *set, uint32_t bin, uint32_t first)
{
    set->bins[bin] = first;
    if (first != ASH_REGION_NONE)
        return;
    set->words[bin / 64] &= ~(UINT64_C(1) << (bin % 64));
    if (set->words[bin / 64] == 0)
        set->summary &= ~(UINT64_C(1) << (bin / 64));
}

static inline void take_from(struct ash_regions *set, uint32_t bin, uint32_t index)
{
    struct ash_region_link link = at(set, index)->link;
    if (unlink_neighbours(set, link))
        change_first(set, bin, link.bin_next);
}

// Where the bin is not known: few regions are the first of theirs, for which it has to be.
static inline void take_from_bin(struct ash_regions *set, uint32_t index)
{
    struct ash_region_link link = at(set, index)->link;
    if (unlink_neighbours(set, link))
        change_first(set, ash_region_bin(at(set, index)->size), link.bin_next);
}

// Changes the size of a free region, which stands in bin `from`.
static inline void resize(struct ash_regions *set, uint32_t from, uint32_t index, uint32_t size)
{
    uint32_t to = ash_region_bin(size);
    at(set, index)->size = size;
    if (to == from)
        return;
    take_from(set, from, index);
    put_in(set, to, index);
}

// ---- finding

// The bytes of a region before the first multiple of `alignment`.
static inline uint32_t padding(const struct ash_region *region, uint32_t alignment)
{
    return -region->offset & (alignment - 1);
}

static inline bool fits(const struct ash_region *region, uint32_t size, uint32_t before)
{
    return (uint64_t)size + before <= region->size; // 32 bits each: the sum is less than 64
}

// The first of a list of regions that fits; ASH_REGION_NONE: none of them does.
static uint32_t find_in(const struct ash_regions *set, uint32_t first, uint32_t size,
                        uint32_t alignment)
{
    uint32_t i = first;
    while (i != ASH_REGION_NONE && !fits(at(set, i), size, padding(at(set, i), alignment)))
        i = at(set, i)->link.bin_next;
    return i;
}

// What is tried where the first region of the best bin does not fit. Regions in bins below `sure`
// may be too small, or lie so badly that alignment takes what they have to spare, and each that is
// looked at may cost a cache miss: one more is tried (further ones make no trace tighter), and all
// only where nothing larger is left, so that the driver would be asked next.
static __attribute__((noinline, cold)) uint32_t find_further(const struct ash_regions *set,
                                                             uint32_t bin, uint32_t first,
                                                             uint32_t size, uint32_t alignment)
{
    uint32_t below = size - 1 + alignment - 1;
    uint32_t sure = below != 0 ? ash_region_bin(below) + 1 : 0;
    uint32_t second = at(set, first)->link.bin_next; // none has no size either
    if (fits(at(set, second), size, padding(at(set, second), alignment)))
        return second;
    uint32_t larger = next_bin(set, sure), found = ASH_REGION_NONE;
    if (larger < ASH_REGION_BIN_COUNT)
        return set->bins[larger];
    for (; bin < sure && found == ASH_REGION_NONE; bin = next_bin(set, bin + 1))
        found = find_in(set, set->bins[bin], size, alignment);
    return found;
}

// ---- spans

// A region of the pool, put between two neighbours, neither free nor used so far.
static inline uint32_t insert(struct ash_regions *set, uint32_t previous, uint32_t next,
                              uint32_t offset, uint32_t size)
{
    uint32_t index = ash_region_stock_take(set->stock, set->regions);
    struct ash_region *region = at(set, index);
    region->offset = offset;
    region->size = size;
    region->previous = previous;
    region->next = next;
    at(set, previous)->next = index;
    at(set, next)->previous = index;
    return index;
}

void ash_regions_init(struct ash_regions *set, struct ash_region_stock *stock)
{
    set->stock = stock;
    set->regions = stock->pool->regions;
}

uint32_t ash_regions_add_span(struct ash_regions *set, uint16_t span, uint32_t size)
{
    uint32_t edge = ash_region_stock_take_edge(set->stock, span, 0);
    put_in_bin(set, insert(set, edge, edge, 0, size));
    return edge;
}

void ash_regions_remove_span(struct ash_regions *set, uint32_t edge)
{
    uint32_t region = at(set, edge)->next;
    take_from_bin(set, region);
    ash_region_stock_give(set->stock, set->regions, region);
    ash_region_stock_give(set->stock, set->regions, edge);
}

// ---- taking and giving back

// Where the block does not begin at the beginning of the free region: that stays free before it,
// and what is behind it becomes another.
static __attribute__((noinline, cold)) uint32_t cut_behind(struct ash_regions *set, uint32_t hole,
                                                           uint32_t before, uint32_t size)
{
    struct ash_region *left = at(set, hole);
    uint32_t after = left->size - before - size, offset = left->offset + before;
    uint32_t block = insert(set, hole, left->next, offset, size);
    if (after != 0)
        put_in_bin(set, insert(set, block, at(set, block)->next, offset + size, after));
    resize(set, ash_region_bin(left->size), hole, before);
    return block;
}

// Almost always the first region of the best bin that has any is the one. What is left of it stays
// free, and stays in its bin where that still is the right one.
bool ash_regions_take(struct ash_regions *set, uint32_t size, uint32_t alignment, uint64_t owner,
                      uint32_t *out)
{
    uint32_t bin = next_bin(set, ash_region_bin(size));
    uint32_t hole = set->bins[bin]; // where there is no bin, region 0, into which nothing fits
    struct ash_region *left = at(set, hole);
    uint32_t before = padding(left, alignment);
    if (!fits(left, size, before)) {
        hole = find_further(set, bin, hole, size, alignment);
        if (hole == ASH_REGION_NONE)
            return false;
        left = at(set, hole);
        bin = ash_region_bin(left->size);
        before = padding(left, alignment);
    }
    set->used_count++;
    set->used_bytes += size;
    if (set->used_bytes > set->peak_used_bytes)
        set->peak_used_bytes = set->used_bytes;

    // What follows a free region is used, or is the edge: it knows the span.
    uint64_t span = at(set, left->next)->mark >> ASH_REGION_SPAN_SHIFT;
    uint32_t block = hole;
    if (before != 0) {
        block = cut_behind(set, hole, before, size);
    } else if (left->size == size) {
        take_from(set, bin, hole);
    } else {
        block = insert(set, left->previous, hole, left->offset, size);
        left->offset += size;
        resize(set, bin, hole, left->size - size);
    }
    at(set, block)->mark = span << ASH_REGION_SPAN_SHIFT | owner;
    *out = block;
    return true;
}

// Makes a region and the one behind it one, which is in no bin yet.
static inline void join(struct ash_regions *set, uint32_t left, uint32_t right)
{
    uint32_t next = at(set, right)->next;
    at(set, left)->size += at(set, right)->size;
    at(set, left)->next = next;
    at(set, next)->previous = left;
    ash_region_stock_give(set->stock, set->regions, right);
}

uint32_t ash_regions_give(struct ash_regions *set, uint32_t block)
{
    uint32_t previous = at(set, block)->previous, next = at(set, block)->next;
    set->used_bytes -= at(set, block)->size;
    set->used_count--;
    if (!ash_region_is_used(at(set, next))) {
        take_from_bin(set, next);
        join(set, block, next);
    }
    if (!ash_region_is_used(at(set, previous))) {
        take_from_bin(set, previous);
        join(set, previous, block);
        block = previous;
    }
    put_in_bin(set, block);
    return block;
}

uint32_t ash_regions_largest(const struct ash_regions *set)
{
    if (set->summary == 0)
        return 0;
    uint32_t word = 63 - (uint32_t)__builtin_clzll(set->summary);
    uint32_t bin = word * 64 + 63 - (uint32_t)__builtin_clzll(set->words[word]);
    return at(set, set->bins[bin])->size;
}
