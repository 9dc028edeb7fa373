#include "engine/memory/region_pool.h"

#include "engine/bits.h"
#include "engine/memory/host.h"

// A stock gets more at once the more there are, so that the system is not asked all the time, and
// at most a sixteenth stands unused.
enum { STEP_SHARE = 16, LARGEST_STEP = 65536 };

bool ash_region_pool_init(struct ash_region_pool *pool, uint32_t count)
{
    *pool = (struct ash_region_pool){0};
    pool->regions = ash_host_reserve(count * sizeof(struct ash_region));
    if (pool->regions == NULL)
        return false;
    pool->capacity = count * ASH_REGION_STEP;
    return true;
}

void ash_region_pool_finish(struct ash_region_pool *pool)
{
    ash_host_release(pool->regions, pool->capacity * sizeof(uint64_t));
    *pool = (struct ash_region_pool){0};
}

void ash_region_stock_init(struct ash_region_stock *stock, struct ash_region_pool *pool)
{
    *stock = (struct ash_region_stock){.pool = pool};
}

size_t ash_region_pool_bytes(const struct ash_region_pool *pool)
{
    uint32_t committed = __atomic_load_n(&pool->committed, __ATOMIC_RELAXED);
    return (size_t)ash_align_up(committed * sizeof(uint64_t), ASH_HOST_PAGE);
}

// Commits some more pages; their last region may reach into the next, and exists from then on.
static bool grow(struct ash_region_pool *pool)
{
    size_t from = ash_region_pool_bytes(pool);
    size_t left = ash_align_down(pool->capacity * sizeof(uint64_t), ASH_HOST_PAGE) - from;
    size_t more = ash_align_down(from / STEP_SHARE, ASH_HOST_PAGE);
    more = ash_min_u64(ash_max_u64(more, ASH_HOST_PAGE), ash_min_u64(left, LARGEST_STEP));
    if (more == 0 || !ash_host_commit((char *)pool->regions + from, more))
        return false;
    size_t count = (from + more) / sizeof(struct ash_region);
    __atomic_store_n(&pool->committed, (uint32_t)count * ASH_REGION_STEP, __ATOMIC_RELEASE);
    return true;
}

bool ash_region_stock_fill(struct ash_region_stock *stock)
{
    struct ash_region_pool *pool = stock->pool;
    ash_lock_acquire(&pool->lock);
    uint32_t first = pool->committed;
    bool grown = grow(pool);
    uint32_t end = pool->committed;
    ash_lock_release(&pool->lock);
    if (!grown)
        return false;
    // What is left of the last step joins the released ones, so that nothing is lost.
    for (; stock->fresh < stock->fresh_end; stock->fresh += ASH_REGION_STEP)
        ash_region_stock_give(stock, pool->regions, stock->fresh);
    stock->fresh = first != ASH_REGION_NONE ? first : ASH_REGION_STEP;
    stock->fresh_end = end;
    return true;
}

uint32_t ash_region_stock_take_edge(struct ash_region_stock *stock, uint16_t span, uint64_t owner)
{
    uint32_t index = ash_region_stock_take(stock, stock->pool->regions);
    struct ash_region *region = ash_region_at(stock->pool->regions, index);
    region->offset = region->size = 0;
    region->previous = region->next = index;
    region->mark = ASH_REGION_USED | (uint64_t)span << ASH_REGION_SPAN_SHIFT | owner;
    return index;
}
