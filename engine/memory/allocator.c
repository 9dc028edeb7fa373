#include "engine/memory/allocator.h"

#include <stdio.h>
#include <string.h>

#include "engine/assert.h"
#include "engine/bits.h"
#include "engine/log.h"
#include "engine/memory/allocator_internal.h"
#include "engine/memory/host.h"

// Everything that these two call is inlined, where the build puts regions.c beside this file
// (engine/CMakeLists.txt): calls are a tenth of what an allocation costs.
#define ASH_HOT __attribute__((flatten))

// ---- creation

static void set_choice(const struct ash_allocator *allocator, struct ash_arena *arena,
                       uint32_t type, struct ash_type_choice *out)
{
    out->memory_type_index = type;
    out->type = &allocator->types[type];
    out->regions = arena->regions[type];
}

static const size_t sets_size =
    (ASH_SET_CAPACITY * sizeof(struct ash_regions) / ASH_HOST_PAGE + 1) * ASH_HOST_PAGE;

static enum ash_result init(struct ash_allocator *allocator, const char *label)
{
    size_t label_size = strlen(label) + 1;
    allocator->label = ash_host_alloc(label_size);
    allocator->chunks = ash_host_reserve(ASH_CHUNK_CAPACITY * sizeof(struct ash_chunk));
    allocator->notes = ash_host_reserve(ASH_REGION_CAPACITY * sizeof(struct ash_block_note));
    allocator->sets = ash_host_reserve(sets_size);
    if (allocator->label == NULL || allocator->chunks == NULL || allocator->notes == NULL ||
        allocator->sets == NULL || !ash_region_pool_init(&allocator->pool, ASH_REGION_CAPACITY) ||
        !ash_host_commit(allocator->chunks, ASH_HOST_PAGE))
        return ASH_ERROR_OUT_OF_HOST_MEMORY;
    memcpy(allocator->label, label, label_size);
    allocator->chunks[0].arena = ASH_ARENA_NONE;
    allocator->chunk_count = 1;
    for (uint32_t i = 0; i < ASH_ARENA_COUNT; i++) {
        struct ash_arena *arena = &allocator->arenas[i];
        arena->stock.pool = &allocator->pool;
        arena->stock.name = (uint8_t)i;
        arena->last_id = (uint64_t)i << 56;
        for (uint32_t choice = 0; choice < ASH_CHOICE_COUNT; choice++)
            set_choice(allocator, arena, ASH_MEMORY_TYPE_NONE, &arena->choices[choice]);
    }
    return ASH_OK;
}

static void finish(struct ash_allocator *allocator)
{
    ash_host_release(allocator->sets, sets_size);
    ash_region_pool_finish(&allocator->pool);
    ash_host_release(allocator->notes, ASH_REGION_CAPACITY * sizeof(struct ash_block_note));
    ash_host_release(allocator->chunks, ASH_CHUNK_CAPACITY * sizeof(struct ash_chunk));
    ash_host_free(allocator->label);
    ash_host_free(allocator);
}

enum ash_result ash_allocator_create(const struct ash_allocator_params *params,
                                     struct ash_allocator **out)
{
    ASH_ASSERT(params->context != NULL);
    *out = NULL;
    struct ash_allocator *allocator = ash_host_alloc(sizeof(*allocator));
    enum ash_result result =
        allocator == NULL ? ASH_ERROR_OUT_OF_HOST_MEMORY
                          : init(allocator, params->label != NULL ? params->label : "allocator");
    if (result != ASH_OK) {
        if (allocator != NULL)
            finish(allocator);
        ash_log(ASH_LOG_ERROR, "no host memory for an allocator");
        return result;
    }
    allocator->context = params->context;
    allocator->lacks_device_address = !params->context->buffer_device_address;
    ash_memory_types_init(allocator, params->chunk_size);
    allocator->child.name = allocator->label;
    ash_context_add_child(allocator->context, &allocator->child);
    *out = allocator;
    return ASH_OK;
}

void ash_allocator_destroy(struct ash_allocator *allocator)
{
    if (allocator == NULL)
        return;
    uint64_t leaks = ash_allocator_name_leaks(allocator);
    uint32_t resources = __atomic_load_n(&allocator->resources, __ATOMIC_ACQUIRE);
    if (resources != 0) {
        char rule[192];
        snprintf(rule, sizeof(rule),
                 "allocator '%.60s' destroyed before %u buffers or images made from it "
                 "(the warnings above name them)",
                 allocator->label, resources);
        ash_assert_fail(rule, __FILE__, __LINE__);
    }
    if (leaks != 0)
        ash_log(ASH_LOG_WARNING, "%s: %llu blocks were leaked", allocator->label,
                (unsigned long long)leaks);
    for (uint32_t slot = 1; slot < allocator->chunk_count; slot++) {
        if (allocator->chunks[slot].arena != ASH_ARENA_NONE)
            ash_chunk_release(allocator, &allocator->chunks[slot]);
    }
    ash_context_remove_child(allocator->context, &allocator->child);
    finish(allocator);
}

// ---- alloc

static inline struct ash_arena *arena_of_thread(struct ash_allocator *allocator)
{
    static size_t threads;             // counted so far
    static _Thread_local size_t place; // of the arena in any allocator; 0: not known yet
    if (place == 0) {
        size_t number = __atomic_fetch_add(&threads, 1, __ATOMIC_RELAXED) % ASH_ARENA_COUNT;
        place = offsetof(struct ash_allocator, arenas) + number * sizeof(struct ash_arena);
    }
    return (struct ash_arena *)(void *)((char *)allocator + place);
}

struct ash_arena *ash_arena_of_thread(struct ash_allocator *allocator)
{
    return arena_of_thread(allocator);
}

// Finds the memory type and remembers it. The arena is locked.
static __attribute__((noinline, cold)) void choose_anew(const struct ash_allocator *allocator,
                                                        struct ash_arena *arena,
                                                        const struct ash_alloc_params *params,
                                                        struct ash_type_choice *choice)
{
    uint32_t type;
    if (ash_allocator_find_memory_type(allocator, params->requirements.memoryTypeBits,
                                       params->properties, params->preferred, &type) != ASH_OK)
        type = ASH_MEMORY_TYPE_NONE;
    choice->memory_type_bits = params->requirements.memoryTypeBits;
    choice->properties = params->properties;
    choice->preferred = params->preferred;
    set_choice(allocator, arena, type, choice);
}

static inline const struct ash_type_choice *choose(const struct ash_allocator *allocator,
                                                   struct ash_arena *arena,
                                                   const struct ash_alloc_params *params)
{
    uint32_t bits = params->requirements.memoryTypeBits;
    struct ash_type_choice *choice =
        &arena->choices[(bits ^ params->properties) % ASH_CHOICE_COUNT];
    if (choice->memory_type_bits != bits || choice->properties != params->properties ||
        choice->preferred != params->preferred)
        choose_anew(allocator, arena, params, choice);
    return choice;
}

// What a block needs in one memory type. False: it can't lie in a chunk, but needs memory of its
// own or can't be had.
static inline bool fill_request(const struct ash_memory_type *type,
                                const struct ash_alloc_params *params, struct ash_request *out)
{
    VkDeviceSize size = ash_max_u64(params->size, params->requirements.size);
    VkDeviceSize alignment =
        ash_max_u64(params->requirements.alignment, type->alignment[params->optimal_image]);
    out->params = params;
    out->alignment = alignment;
    out->size = (size + alignment - 1) & ~(alignment - 1);
    out->size_class = out->size >= type->large ? ASH_CLASS_LARGE : ASH_CLASS_SMALL;
    // Where the sum went round, the first of these says no.
    return size <= type->chunk_size && out->size <= type->chunk_size && !params->dedicated;
}

static __attribute__((noinline)) void report_alloc(const struct ash_allocator *allocator,
                                                   const struct ash_alloc_params *params,
                                                   VkDeviceSize alignment, bool dedicated,
                                                   const struct ash_memory_block *block)
{
    allocator->observer(allocator->observer_user, &(struct ash_allocator_operation){
                                                      .type = ASH_OPERATION_ALLOC,
                                                      .id = block->id,
                                                      .slot = block->region,
                                                      .size = block->size,
                                                      .alignment = alignment,
                                                      .memory_type_index = block->memory_type_index,
                                                      .optimal_image = params->optimal_image,
                                                      .dedicated = dedicated,
                                                  });
}

// Enters a region in the books and hands it out as a block. The arena is locked. False: there is
// no host memory for its name, and nothing has changed.
static inline bool hand_out(struct ash_allocator *allocator, struct ash_arena *arena,
                            struct ash_region *region, const struct ash_request *request,
                            struct ash_memory_block *out)
{
    const struct ash_alloc_params *params = request->params;
    uint32_t index = (uint32_t)(region - allocator->pool.regions);
    const struct ash_chunk *chunk = &allocator->chunks[region->span];
    region->noted = 0;
    bool named = ((uintptr_t)params->label | (uintptr_t)params->user) != 0;
    if (named && !ash_block_note_set(allocator, index, params->label, params->user))
        return false;
    region->id = out->id = ++arena->last_id;
    out->memory = chunk->memory;
    out->offset = region->offset;
    out->size = request->size;
    out->memory_type_index = request->memory_type_index;
    out->region = index;
    if (allocator->observer != NULL)
        report_alloc(allocator, params, request->alignment, chunk->dedicated, out);
    return true;
}

// A block from a free region of this set, whose arena is locked. NOT_READY: none fits.
static inline enum ash_result cut(struct ash_allocator *allocator, struct ash_arena *arena,
                                  struct ash_regions *set, const struct ash_request *request,
                                  struct ash_memory_block *out)
{
    if (set == NULL)
        return ASH_NOT_READY;
    if (!ash_region_stock_has(&arena->stock, 2))
        return ASH_ERROR_OUT_OF_HOST_MEMORY;
    struct ash_region *region =
        ash_regions_take(set, (uint32_t)request->size, (uint32_t)request->alignment);
    if (region == NULL)
        return ASH_NOT_READY;
    if (!hand_out(allocator, arena, region, request, out)) {
        ash_regions_give(set, region);
        return ASH_ERROR_OUT_OF_HOST_MEMORY;
    }
    return ASH_OK;
}

// The common case is all here: a free region in the thread's own arena.
ASH_HOT enum ash_result ash_allocator_alloc(struct ash_allocator *allocator,
                                            const struct ash_alloc_params *params,
                                            struct ash_memory_block *out)
{
    ASH_ASSERT(params->requirements.size > 0);
    ASH_ASSERT(ash_is_power_of_two(params->requirements.alignment));
    struct ash_arena *arena = arena_of_thread(allocator);
    enum ash_result result = ASH_NOT_READY;
    ash_lock_acquire(&arena->lock);
    const struct ash_type_choice *choice = choose(allocator, arena, params);
    struct ash_request request = {.memory_type_index = choice->memory_type_index};
    if (fill_request(choice->type, params, &request) &&
        !(params->device_address && allocator->lacks_device_address))
        result = cut(allocator, arena, choice->regions[request.size_class], &request, out);
    ash_lock_release(&arena->lock);
    return result == ASH_OK ? ASH_OK : ash_allocator_alloc_slowly(allocator, params, out);
}

// For who has to look further (engine/memory/exhaustion.c): the same steps, one by one.

bool ash_request_fill(const struct ash_memory_type *type, const struct ash_alloc_params *params,
                      struct ash_request *out)
{
    return fill_request(type, params, out);
}

enum ash_result ash_allocator_cut(struct ash_allocator *allocator, struct ash_arena *arena,
                                  struct ash_regions *set, const struct ash_request *request,
                                  struct ash_memory_block *out)
{
    return cut(allocator, arena, set, request, out);
}

bool ash_allocator_hand_out(struct ash_allocator *allocator, struct ash_arena *arena,
                            struct ash_region *region, const struct ash_request *request,
                            struct ash_memory_block *out)
{
    return hand_out(allocator, arena, region, request, out);
}

// ---- free

// The region of a block in use, whose arena it locks; NULL, and nothing locked: it is not in use.
// The region's index leads to the arena; under its lock the rest is compared.
static inline struct ash_region *lock_region(struct ash_allocator *allocator,
                                             const struct ash_memory_block *block,
                                             struct ash_arena **out)
{
    uint32_t index = block->region;
    if (index >= __atomic_load_n(&allocator->pool.committed, __ATOMIC_ACQUIRE))
        return NULL;
    struct ash_region *region = &allocator->pool.regions[index];
    struct ash_arena *arena = &allocator->arenas[__atomic_load_n(&region->stock, __ATOMIC_RELAXED)];
    ash_lock_acquire(&arena->lock);
    *out = arena;
    if (region->state == ASH_REGION_USED && region->id == block->id &&
        region->offset == block->offset && allocator->chunks[region->span].memory == block->memory)
        return region;
    ash_lock_release(&arena->lock);
    return NULL;
}

struct ash_chunk *ash_allocator_lock_block(struct ash_allocator *allocator,
                                           const struct ash_memory_block *block,
                                           struct ash_arena **arena)
{
    const struct ash_region *region = lock_region(allocator, block, arena);
    return region != NULL ? &allocator->chunks[region->span] : NULL;
}

__attribute__((cold)) void ash_allocator_refuse(const struct ash_allocator *allocator,
                                                const struct ash_memory_block *block,
                                                const char *what)
{
    ash_log(ASH_LOG_ERROR,
            "%s: a block that is not in use was %s: %llu bytes at offset %llu of memory type %u, "
            "id %llx (freed already, or another allocator's); nothing was changed",
            allocator->label, what, (unsigned long long)block->size,
            (unsigned long long)block->offset, block->memory_type_index,
            (unsigned long long)block->id);
}

static __attribute__((noinline)) void report_free(const struct ash_allocator *allocator,
                                                  const struct ash_memory_block *block,
                                                  bool dedicated)
{
    allocator->observer(allocator->observer_user, &(struct ash_allocator_operation){
                                                      .type = ASH_OPERATION_FREE,
                                                      .id = block->id,
                                                      .slot = block->region,
                                                      .size = block->size,
                                                      .memory_type_index = block->memory_type_index,
                                                      .dedicated = dedicated,
                                                  });
}

ASH_HOT enum ash_result ash_allocator_free(struct ash_allocator *allocator,
                                           struct ash_memory_block *block)
{
    struct ash_arena *arena;
    if (block->memory == VK_NULL_HANDLE)
        goto done;
    struct ash_region *region = lock_region(allocator, block, &arena);
    if (region == NULL) {
        ash_allocator_refuse(allocator, block, "freed");
        return ASH_ERROR_INVALID_BLOCK;
    }
    struct ash_chunk *chunk = &allocator->chunks[region->span], *gone = NULL;
    struct ash_regions *set = chunk->regions;
    if (allocator->observer != NULL)
        report_free(allocator, block, chunk->dedicated);
    if (region->noted)
        ash_block_note_drop(allocator, block->region);
    if (set != NULL) {
        if (ash_region_is_whole(ash_regions_give(set, region)))
            gone = ash_chunk_retire(allocator, chunk);
    } else {
        ash_region_stock_give(&arena->stock, block->region);
        chunk->arena = ASH_ARENA_NONE;
        gone = chunk;
    }
    ash_lock_release(&arena->lock);
    if (gone != NULL)
        ash_chunk_release(allocator, gone);
done:
    *block = (struct ash_memory_block){0};
    return ASH_OK;
}

// ---- the rest

void ash_allocator_observe(struct ash_allocator *allocator, ash_allocator_observer observer,
                           void *user)
{
    allocator->observer = observer;
    allocator->observer_user = user;
}

void ash_allocator_add_resource(struct ash_allocator *allocator)
{
    __atomic_fetch_add(&allocator->resources, 1, __ATOMIC_RELAXED);
}

void ash_allocator_remove_resource(struct ash_allocator *allocator)
{
    __atomic_fetch_sub(&allocator->resources, 1, __ATOMIC_RELEASE);
}

struct ash_context *ash_allocator_context(const struct ash_allocator *allocator)
{
    return allocator->context;
}
