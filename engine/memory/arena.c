// A thread's part of the allocator: which memory type, which free region, whose block.
#include "engine/memory/allocator_internal.h"

#include "engine/bits.h"
#include "engine/memory/host.h"

// ---- whose

static struct ash_arena *make_arena(struct ash_allocator *allocator, uint32_t number)
{
    struct ash_arena *arena = ash_host_alloc(sizeof(*arena));
    if (arena == NULL)
        return NULL;
    arena->number = number;
    arena->owner = (uint64_t)number << ASH_BLOCK_ARENA_SHIFT;
    arena->last_owner = arena->owner + ASH_BLOCK_SERIAL;
    ash_region_stock_init(&arena->stock, &allocator->pool);
    for (uint32_t i = 0; i < ASH_CHOICE_COUNT; i++)
        arena->choices[i] = (struct ash_type_choice){
            .memory_type_index = ASH_MEMORY_TYPE_NONE,
            .type = &allocator->types[ASH_MEMORY_TYPE_NONE],
            .regions = arena->regions[ASH_MEMORY_TYPE_NONE],
        };
    return arena;
}

// Where there is no host memory for an arena, the thread shares the first.
static __attribute__((noinline, cold)) struct ash_arena *need_arena(struct ash_allocator *allocator,
                                                                    uint32_t *number)
{
    static uint32_t threads; // counted so far
    if (*number == 0)
        *number = 1 + __atomic_fetch_add(&threads, 1, __ATOMIC_RELAXED) % ASH_ARENA_COUNT;
    ash_lock_acquire(&allocator->arenas_lock);
    struct ash_arena *arena = allocator->arenas[*number];
    if (arena == NULL && (arena = make_arena(allocator, *number)) != NULL)
        __atomic_store_n(&allocator->arenas[*number], arena, __ATOMIC_RELEASE);
    ash_lock_release(&allocator->arenas_lock);
    return arena != NULL ? arena : allocator->first_arena;
}

struct ash_arena *ash_arena_of_thread(struct ash_allocator *allocator)
{
    static _Thread_local uint32_t number; // of the arena in any allocator; 0: not known yet
    struct ash_arena *arena = ash_arena_at(allocator, number);
    return arena != NULL ? arena : need_arena(allocator, &number);
}

void ash_arenas_finish(struct ash_allocator *allocator)
{
    for (uint32_t i = 1; i <= ASH_ARENA_COUNT; i++) {
        struct ash_arena *arena = allocator->arenas[i];
        for (uint32_t set = 0; arena != NULL && set < VK_MAX_MEMORY_TYPES * ASH_CLASS_COUNT; set++)
            ash_host_free(arena->regions[set / ASH_CLASS_COUNT][set % ASH_CLASS_COUNT]);
        ash_host_free(arena);
    }
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
                         const struct ash_alloc_params *params,
                         const struct ash_memory_block *block)
{
    const struct ash_memory_type *type = &allocator->types[block->memory_type_index];
    allocator->observer(allocator->observer_user,
                        &(struct ash_allocator_operation){
                            .type = ASH_OPERATION_ALLOC,
                            .id = block->id,
                            .slot = block->region / ASH_REGION_STEP,
                            .size = block->size,
                            .alignment = ash_max_u64(params->requirements.alignment,
                                                     type->alignment[params->optimal_image]),
                            .memory_type_index = block->memory_type_index,
                            .optimal_image = params->optimal_image,
                            .dedicated = allocator->chunks[ash_region_span(block->id)].dedicated,
                        });
}

// What most blocks do without: a name, an observer. False: there is no host memory for the name.
static __attribute__((noinline)) bool announce(struct ash_allocator *allocator,
                                               const struct ash_alloc_params *params,
                                               const struct ash_memory_block *block)
{
    if ((params->label != NULL || params->user != NULL) &&
        !ash_block_note_set(allocator, block->region, params->label, params->user))
        return false;
    if (allocator->observer != NULL)
        report_alloc(allocator, params, block);
    return true;
}

bool ash_arena_hand_out(struct ash_allocator *allocator, uint32_t index,
                        const struct ash_request *request, struct ash_memory_block *out)
{
    const struct ash_alloc_params *params = request->params;
    struct ash_region *region = ash_region_at(allocator->pool.regions, index);
    out->id = region->mark;
    out->memory = allocator->chunks[ash_region_span(out->id)].memory;
    out->offset = region->offset;
    out->size = request->size;
    out->memory_type_index = request->memory_type_index;
    out->region = index;
    uintptr_t extras =
        (uintptr_t)params->label | (uintptr_t)params->user | (uintptr_t)allocator->observer;
    if (extras == 0 || announce(allocator, params, out))
        return true;
    *out = (struct ash_memory_block){0};
    return false;
}

// What a block was made for can't be had: it is a free region again.
static __attribute__((noinline, cold)) enum ash_result take_back(struct ash_regions *set,
                                                                 uint32_t region)
{
    ash_regions_give(set, region);
    return ASH_ERROR_OUT_OF_HOST_MEMORY;
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
    if (!ash_regions_take(set, (uint32_t)request->size, (uint32_t)request->alignment,
                          ash_arena_next_owner(arena), &region))
        return ASH_NOT_READY;
    return ash_arena_hand_out(allocator, region, request, out) ? ASH_OK : take_back(set, region);
}

// The id leads to the arena; under its lock all is compared. (Who makes an id up, or has it from
// another allocator, may be led to a wrong arena, and reads a mark that others are writing. An
// index from between two regions leads to no mark: what else they hold has no first bit.)
bool ash_arena_lock_block(struct ash_allocator *allocator, const struct ash_memory_block *block,
                          struct ash_found_block *out)
{
    uint64_t id = block->id, end = (uint64_t)block->region + ASH_REGION_STEP;
    if (id < ASH_REGION_USED || end > __atomic_load_n(&allocator->pool.committed, __ATOMIC_ACQUIRE))
        return false;
    struct ash_arena *arena = ash_arena_at(allocator, (id >> ASH_BLOCK_ARENA_SHIFT) % 32);
    if (arena == NULL)
        return false;
    struct ash_region *region = ash_region_at(allocator->pool.regions, block->region);
    struct ash_chunk *chunk = &allocator->chunks[ash_region_span(id)];
    ash_lock_acquire(&arena->lock);
    *out = (struct ash_found_block){arena, chunk, block->region, region->mark != id};
    if ((region->mark & ~ASH_BLOCK_NOTED) == id && region->offset == block->offset &&
        chunk->memory == block->memory)
        return true;
    ash_lock_release(&arena->lock);
    return false;
}

// ---- chunks

// The set of regions that a chunk is to join, with regions in stock for it; NULL: no host memory.
// The arena is locked.
static struct ash_regions *ready_set(struct ash_arena *arena, uint32_t memory_type_index,
                                     enum ash_size_class size_class)
{
    struct ash_regions **set = &arena->regions[memory_type_index][size_class];
    if (!ash_region_stock_ready(&arena->stock))
        return NULL;
    if (*set == NULL && (*set = ash_host_alloc(sizeof(**set))) != NULL) {
        ash_regions_init(*set, &arena->stock);
        __atomic_store_n(&arena->used, true, __ATOMIC_RELAXED);
    }
    return *set;
}

bool ash_arena_add_chunk(struct ash_allocator *allocator, struct ash_arena *arena,
                         enum ash_size_class size_class, struct ash_chunk *chunk)
{
    struct ash_regions *set = ready_set(arena, chunk->memory_type_index, size_class);
    if (set == NULL)
        return false;
    chunk->edge =
        ash_regions_add_span(set, (uint16_t)(chunk - allocator->chunks), (uint32_t)chunk->size);
    chunk->regions = set;
    chunk->arena = (uint32_t)arena->number;
    return true;
}

void ash_allocator_lock_all(const struct ash_allocator *allocator)
{
    // The locks are part of the allocator's insides, not of what a caller sees as its state.
    struct ash_allocator *inside = (struct ash_allocator *)allocator;
    ash_lock_acquire(&inside->arenas_lock);
    for (uint32_t i = 1; i <= ASH_ARENA_COUNT; i++) {
        if (inside->arenas[i] != NULL)
            ash_lock_acquire(&inside->arenas[i]->lock);
    }
    ash_lock_acquire(&inside->table_lock);
}

void ash_allocator_unlock_all(const struct ash_allocator *allocator)
{
    struct ash_allocator *inside = (struct ash_allocator *)allocator;
    ash_lock_release(&inside->table_lock);
    for (uint32_t i = 1; i <= ASH_ARENA_COUNT; i++) {
        if (inside->arenas[i] != NULL)
            ash_lock_release(&inside->arenas[i]->lock);
    }
    ash_lock_release(&inside->arenas_lock);
}
