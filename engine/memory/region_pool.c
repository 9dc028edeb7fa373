#include "engine/memory/region_pool.h"

#include "engine/memory/host.h"

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

void ash_region_stock_init(struct ash_region_stock *stock, struct ash_region_pool *pool,
                           uint8_t name)
{
    *stock = (struct ash_region_stock){.pool = pool, .name = name};
}

bool ash_region_stock_fill(struct ash_region_stock *stock)
{
    const uint32_t step = ASH_HOST_PAGE / sizeof(uint64_t);
    struct ash_region_pool *pool = stock->pool;
    ash_lock_acquire(&pool->lock);
    uint32_t first = pool->committed;
    bool committed = pool->capacity - first >= step &&
                     ash_host_commit(ash_region_at(pool->regions, first), ASH_HOST_PAGE);
    if (committed)
        __atomic_store_n(&pool->committed, first + step, __ATOMIC_RELEASE);
    ash_lock_release(&pool->lock);
    if (!committed)
        return false;
    // What is left of the last step joins the released ones, so that nothing is lost.
    while (stock->fresh < stock->fresh_end)
        ash_region_stock_give(stock, pool->regions,
                              ash_region_stock_take_fresh(stock, pool->regions));
    stock->fresh = first != ASH_REGION_NONE ? first : ASH_REGION_STEP;
    stock->fresh_end = first + step;
    return true;
}

uint32_t ash_region_stock_take_edge(struct ash_region_stock *stock, uint16_t span)
{
    uint32_t index = ash_region_stock_take(stock, stock->pool->regions);
    struct ash_region *region = ash_region_at(stock->pool->regions, index);
    region->offset = region->size = 0;
    region->previous = region->next = index;
    region->state = ASH_REGION_USED;
    region->span = span;
    return index;
}
