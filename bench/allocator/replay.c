#include "bench/allocator/replay.h"

#include <stdio.h>
#include <stdlib.h>

bool replay(const struct target_type *type, struct target *target, const struct trace *trace,
            size_t from, size_t to, uint32_t base)
{
    for (size_t i = from; i < to; i++) {
        if (!replay_one(type, target, &trace->operations[i], base)) {
            fprintf(stderr, "bench_allocator: %s failed at operation %zu of %s\n", type->name, i,
                    trace->name);
            return false;
        }
    }
    return true;
}

bool replay_release_rest(const struct target_type *type, struct target *target,
                         const struct trace *trace, size_t count, uint32_t base)
{
    bool *live = calloc(trace->slots, sizeof(*live));
    bool good = live != NULL;
    for (size_t i = 0; i < count && good; i++)
        live[trace->operations[i].slot] = !operation_frees(&trace->operations[i]);
    for (uint32_t slot = 0; slot < trace->slots && good; slot++)
        good = !live[slot] || type->release(target, base + slot);
    free(live);
    return good;
}
