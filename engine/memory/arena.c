// A thread's part of the allocator: which memory type, which free region, whose block.
#include "engine/memory/allocator_internal.h"

#include "engine/bits.h"
#include "engine/memory/host.h"

struct ash_arena *ash_arena_of_thread(struct ash_allocator *allocator)
{
    static size_t threads;             // counted so far
    static _Thread_local size_t place; // of the arena in any allocator; 0: not known yet
    if (place == 0) {
        size_t number = __atomic_fetch_add(&threads, 1, __ATOMIC_RELAXED) % ASH_ARENA_COUNT;
        place = offsetof(struct ash_allocator, arenas) + number * sizeof(struct ash_arena);
    }
    return (struct ash_arena *)(void *)((char *)allocator + place);
}

// ---- what is asked

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
    *choice = (struct ash_type_choice){
        .properties = params->properties,
        .preferred = params->preferred,
        .memory_type_bits = params->requirements.memoryTypeBits,
        .memory_type_index = type,
        .type = &allocator->types[type],
        .regions = arena->regions[type],
    };
}

const struct ash_type_choice *ash_arena_choose(const struct ash_allocator *allocator,
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

bool ash_request_fill(const struct ash_memory_type *type, const struct ash_alloc_params *params,
                      struct ash_request *out)
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

// ---- blocks

static void report_alloc(const struct ash_allocator *allocator,
                         const struct ash_alloc_params *params, VkDeviceSize alignment,
                         const struct ash_memory_block *block)
{
    const struct ash_region *region = ash_region_at(allocator->pool.regions, block->region);
    allocator->observer(allocator->observer_user,
                        &(struct ash_allocator_operation){
                            .type = ASH_OPERATION_ALLOC,
                            .id = block->id,
                            .slot = block->region / ASH_REGION_STEP,
                            .size = block->size,
                            .alignment = alignment,
                            .memory_type_index = block->memory_type_index,
                            .optimal_image = params->optimal_image,
                            .dedicated = allocator->chunks[region->span].dedicated,
                        });
}

// What most blocks do without: a name, an observer. False: there is no host memory for the name.
// (It takes no pointer to the request, which thereby stays in registers.)
static __attribute__((noinline)) bool announce(struct ash_allocator *allocator,
                                               const struct ash_alloc_params *params,
                                               VkDeviceSize alignment,
                                               const struct ash_memory_block *block)
{
    if ((params->label != NULL || params->user != NULL) &&
        !ash_block_note_set(allocator, block->region, params->label, params->user))
        return false;
    if (allocator->observer != NULL)
        report_alloc(allocator, params, alignment, block);
    return true;
}

bool ash_arena_hand_out(struct ash_allocator *allocator, struct ash_arena *arena, uint32_t index,
                        const struct ash_request *request, struct ash_memory_block *out)
{
    const struct ash_alloc_params *params = request->params;
    struct ash_region *region = ash_region_at(allocator->pool.regions, index);
    region->noted = 0;
    region->id = out->id = ++arena->last_id;
    out->memory = allocator->chunks[region->span].memory;
    out->offset = region->offset;
    out->size = request->size;
    out->memory_type_index = request->memory_type_index;
    out->region = index;
    uintptr_t extras =
        (uintptr_t)params->label | (uintptr_t)params->user | (uintptr_t)allocator->observer;
    if (extras == 0 || announce(allocator, params, request->alignment, out))
        return true;
    *out = (struct ash_memory_block){0};
    return false;
}

enum ash_result ash_arena_cut(struct ash_allocator *allocator, struct ash_arena *arena,
                              struct ash_regions *set, const struct ash_request *request,
                              struct ash_memory_block *out)
{
    if (set == NULL)
        return ASH_NOT_READY;
    if (!ash_region_stock_ready(&arena->stock))
        return ASH_ERROR_OUT_OF_HOST_MEMORY;
    uint32_t region;
    if (!ash_regions_take(set, (uint32_t)request->size, (uint32_t)request->alignment, &region))
        return ASH_NOT_READY;
    if (!ash_arena_hand_out(allocator, arena, region, request, out)) {
        ash_regions_give(set, region);
        return ASH_ERROR_OUT_OF_HOST_MEMORY;
    }
    return ASH_OK;
}

// The region's index leads to the arena; under its lock the rest is compared.
struct ash_region *ash_arena_lock_block(struct ash_allocator *allocator,
                                        const struct ash_memory_block *block,
                                        struct ash_arena **out)
{
    uint32_t index = block->region;
    if (index % ASH_REGION_STEP != 0 ||
        index >= __atomic_load_n(&allocator->pool.committed, __ATOMIC_ACQUIRE))
        return NULL;
    struct ash_region *region = ash_region_at(allocator->pool.regions, index);
    struct ash_arena *arena = &allocator->arenas[__atomic_load_n(&region->stock, __ATOMIC_RELAXED)];
    ash_lock_acquire(&arena->lock);
    *out = arena;
    if (region->state == ASH_REGION_USED && region->id == block->id &&
        region->offset == block->offset && allocator->chunks[region->span].memory == block->memory)
        return region;
    ash_lock_release(&arena->lock);
    return NULL;
}

// ---- chunks

// A set of regions, which stays its arena's. From committed memory, which is zero: to clear a set
// would be the longest step of all. NULL: no host memory.
static struct ash_regions *take_set(struct ash_allocator *allocator)
{
    struct ash_regions *set = NULL;
    ash_lock_acquire(&allocator->table_lock);
    size_t needed = (allocator->set_count + 1) * sizeof(*set);
    size_t committed = allocator->sets_committed;
    if (needed > committed && ash_host_commit((char *)allocator->sets + committed, ASH_HOST_PAGE))
        allocator->sets_committed += ASH_HOST_PAGE;
    if (needed <= allocator->sets_committed)
        set = &allocator->sets[allocator->set_count++];
    ash_lock_release(&allocator->table_lock);
    return set;
}

// The set of regions that a chunk is to join, with regions in stock for it; NULL: no host memory.
// The arena is locked.
static struct ash_regions *ready_set(struct ash_allocator *allocator, struct ash_arena *arena,
                                     uint32_t memory_type_index, enum ash_size_class size_class)
{
    struct ash_regions **set = &arena->regions[memory_type_index][size_class];
    if (!ash_region_stock_ready(&arena->stock))
        return NULL;
    if (*set == NULL && (*set = take_set(allocator)) != NULL) {
        ash_regions_init(*set, &arena->stock);
        __atomic_store_n(&arena->used, true, __ATOMIC_RELAXED);
    }
    return *set;
}

bool ash_arena_add_chunk(struct ash_allocator *allocator, struct ash_arena *arena,
                         enum ash_size_class size_class, struct ash_chunk *chunk)
{
    struct ash_regions *set = ready_set(allocator, arena, chunk->memory_type_index, size_class);
    if (set == NULL)
        return false;
    chunk->edge =
        ash_regions_add_span(set, (uint16_t)(chunk - allocator->chunks), (uint32_t)chunk->size);
    chunk->regions = set;
    chunk->arena = (uint32_t)(arena - allocator->arenas);
    return true;
}

void ash_allocator_lock_all(const struct ash_allocator *allocator)
{
    // The locks are part of the allocator's insides, not of what a caller sees as its state.
    struct ash_allocator *inside = (struct ash_allocator *)allocator;
    for (uint32_t i = 0; i < ASH_ARENA_COUNT; i++)
        ash_lock_acquire(&inside->arenas[i].lock);
    ash_lock_acquire(&inside->table_lock);
}

void ash_allocator_unlock_all(const struct ash_allocator *allocator)
{
    struct ash_allocator *inside = (struct ash_allocator *)allocator;
    ash_lock_release(&inside->table_lock);
    for (uint32_t i = 0; i < ASH_ARENA_COUNT; i++)
        ash_lock_release(&inside->arenas[i].lock);
}
