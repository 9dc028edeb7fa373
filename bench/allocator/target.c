#include "bench/allocator/target.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "bench/allocator/driver.h"
#include "bench/allocator/first_fit.h"
#include "engine/memory/allocator.h"
#include "engine/memory/optional/check.h"
#include "engine/memory/optional/growth.h"
#include "engine/memory/optional/report.h"

struct target {
    struct ash_context *context;
    struct ash_allocator *ash;
    struct ash_memory_block *blocks;
    struct ash_first_fit first_fit;
    struct ash_first_fit_block *first_fit_blocks;
    void **pointers;
    uint64_t pointer_bytes, live_bytes, live_blocks;
    uint64_t base_bytes;
};

// ---- ash

static void ours_destroy(struct target *target)
{
    ash_allocator_destroy(target->ash);
    ash_context_destroy(target->context);
    free(target->blocks);
    free(target);
}

static struct target *ours_create(uint32_t slots)
{
    struct target *target = calloc(1, sizeof(*target));
    if (target == NULL)
        return NULL;
    target->blocks = calloc(slots, sizeof(*target->blocks));
    target->context = driver_create();
    if (target->blocks != NULL && target->context != NULL &&
        ash_allocator_create(&(struct ash_allocator_params){.context = target->context},
                             &target->ash) == ASH_OK)
        return target;
    ours_destroy(target);
    return NULL;
}

static bool ours_alloc(struct target *target, const struct operation *operation, uint32_t base)
{
    static const VkMemoryPropertyFlags properties[] = {
        VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT,
        VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT,
    };
    struct ash_alloc_params params = {
        .requirements =
            {
                .size = operation->size,
                .alignment = UINT64_C(1) << operation->alignment_log2,
                .memoryTypeBits = 0xf,
            },
        .properties = operation->memory_type < 2 ? properties[operation->memory_type] : 0,
        .optimal_image = (operation->flags & TRACE_OPTIMAL) != 0,
        .dedicated = (operation->flags & TRACE_DEDICATED) != 0,
    };
    if (operation->memory_type >= 2)
        params.requirements.memoryTypeBits = UINT32_C(1) << operation->memory_type;
    return ash_allocator_alloc(target->ash, &params, &target->blocks[base + operation->slot]) ==
           ASH_OK;
}

static bool ours_release(struct target *target, uint32_t slot)
{
    return ash_allocator_free(target->ash, &target->blocks[slot]) == ASH_OK;
}

static void ours_stats(struct target *target, struct target_stats *out)
{
    struct ash_allocator_stats stats;
    ash_allocator_stats(target->ash, &stats);
    *out = (struct target_stats){
        .reserved_bytes = stats.total.reserved_bytes,
        .live_bytes = stats.total.live_bytes,
        .peak_reserved_bytes = stats.peak_reserved_bytes,
        .chunks = (uint64_t)stats.total.chunks + stats.total.dedicated,
        .driver_calls = stats.allocate_memory_calls,
        .host_bytes = stats.host_bytes,
        .live_blocks = stats.total.live_blocks,
    };
}

static struct place ours_place(const struct target *target, uint32_t slot)
{
    const struct ash_memory_block *block = &target->blocks[slot];
    struct place place = {.offset = block->offset, .size = block->size};
    memcpy(&place.memory, &block->memory, sizeof(place.memory));
    return place;
}

static bool ours_check(struct target *target)
{
    return ash_allocator_check(target->ash);
}

static bool ours_grow(struct target *target)
{
    uint32_t types = ash_allocator_wants_growth(target->ash);
    bool good = true;
    for (; types != 0 && good; types &= types - 1)
        good = ash_allocator_grow(target->ash, (uint32_t)__builtin_ctz(types)) == ASH_OK;
    return good;
}

// ---- first-fit

static void plain_destroy(struct target *target)
{
    ash_first_fit_finish(&target->first_fit);
    free(target->first_fit_blocks);
    free(target);
}

static struct target *plain_create(uint32_t slots)
{
    struct target *target = calloc(1, sizeof(*target));
    if (target == NULL)
        return NULL;
    target->first_fit_blocks = calloc(slots, sizeof(*target->first_fit_blocks));
    if (target->first_fit_blocks != NULL)
        return target;
    plain_destroy(target);
    return NULL;
}

static bool plain_alloc(struct target *target, const struct operation *operation, uint32_t base)
{
    target->live_blocks++;
    return ash_first_fit_alloc(&target->first_fit, operation->size,
                               UINT64_C(1) << operation->alignment_log2, operation->memory_type,
                               &target->first_fit_blocks[base + operation->slot]) == ASH_OK;
}

static bool plain_release(struct target *target, uint32_t slot)
{
    target->live_blocks--;
    return ash_first_fit_free(&target->first_fit, &target->first_fit_blocks[slot]) == ASH_OK;
}

static void plain_stats(struct target *target, struct target_stats *out)
{
    const struct ash_first_fit *first_fit = &target->first_fit;
    *out = (struct target_stats){
        .reserved_bytes = first_fit->reserved_bytes,
        .live_bytes = first_fit->live_bytes,
        .chunks = first_fit->chunk_count,
        .driver_calls = first_fit->memories,
        .live_blocks = target->live_blocks,
    };
    for (uint32_t i = 0; i < first_fit->chunk_count; i++)
        out->host_bytes +=
            first_fit->chunks[i].free_region_capacity * sizeof(struct ash_free_region) +
            sizeof(struct ash_first_fit_chunk);
}

static struct place plain_place(const struct target *target, uint32_t slot)
{
    const struct ash_first_fit_block *block = &target->first_fit_blocks[slot];
    return (struct place){block->memory, block->offset, block->size};
}

// ---- malloc

static void libc_destroy(struct target *target)
{
    free(target->pointers);
    free(target);
}

static uint64_t heap_bytes(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.arena + info.hblkhd;
}

static struct target *libc_create(uint32_t slots)
{
    struct target *target = calloc(1, sizeof(*target));
    if (target == NULL)
        return NULL;
    target->pointers = calloc(slots, sizeof(*target->pointers));
    target->base_bytes = heap_bytes();
    if (target->pointers != NULL)
        return target;
    libc_destroy(target);
    return NULL;
}

static bool libc_alloc(struct target *target, const struct operation *operation, uint32_t base)
{
    void **pointer = &target->pointers[base + operation->slot];
    return posix_memalign(pointer, (size_t)1 << operation->alignment_log2, operation->size) == 0;
}

static bool libc_release(struct target *target, uint32_t slot)
{
    free(target->pointers[slot]);
    target->pointers[slot] = NULL;
    return true;
}

static void libc_stats(struct target *target, struct target_stats *out)
{
    *out = (struct target_stats){.reserved_bytes = heap_bytes() - target->base_bytes};
}

const struct target_type target_types[] = {
    {.name = "ash",
     .create = ours_create,
     .destroy = ours_destroy,
     .alloc = ours_alloc,
     .release = ours_release,
     .stats = ours_stats,
     .place = ours_place,
     .check = ours_check,
     .grow = ours_grow,
     .thread_safe = true},
    {.name = "first-fit",
     .create = plain_create,
     .destroy = plain_destroy,
     .alloc = plain_alloc,
     .release = plain_release,
     .stats = plain_stats,
     .place = plain_place},
    {.name = "malloc",
     .create = libc_create,
     .destroy = libc_destroy,
     .alloc = libc_alloc,
     .release = libc_release,
     .stats = libc_stats,
     .thread_safe = true},
    {.name = NULL},
};

const struct target_type *target_find(const char *name)
{
    for (const struct target_type *type = target_types; type->name != NULL; type++) {
        if (strcmp(type->name, name) == 0)
            return type;
    }
    return NULL;
}
