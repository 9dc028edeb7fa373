#include "engine/memory/optional/many.h"

enum ash_result ash_allocator_alloc_many(struct ash_allocator *allocator,
                                         const struct ash_alloc_params *params, uint32_t count,
                                         struct ash_memory_block *out)
{
    for (uint32_t i = 0; i < count; i++) {
        enum ash_result result = ash_allocator_alloc(allocator, &params[i], &out[i]);
        if (result == ASH_OK)
            continue;
        // Those that were made are in use and can't be refused.
        enum ash_result freed = ash_allocator_free_many(allocator, out, i);
        (void)freed;
        for (uint32_t rest = i; rest < count; rest++)
            out[rest] = (struct ash_memory_block){0};
        return result;
    }
    return ASH_OK;
}

enum ash_result ash_allocator_free_many(struct ash_allocator *allocator,
                                        struct ash_memory_block *blocks, uint32_t count)
{
    enum ash_result result = ASH_OK;
    for (uint32_t i = 0; i < count; i++) {
        enum ash_result freed = ash_allocator_free(allocator, &blocks[i]);
        if (freed != ASH_OK)
            result = freed;
    }
    return result;
}
