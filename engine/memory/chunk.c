// Chunks: from the driver, between arenas, and back to the driver.
#include "engine/memory/allocator_internal.h"

#include "engine/memory/host.h"

// A slot for a chunk; NULL: there are ASH_CHUNK_CAPACITY, or there is no host memory.
static struct ash_chunk *take_slot(struct ash_allocator *allocator)
{
    const uint32_t step = ASH_HOST_PAGE / sizeof(struct ash_chunk);
    struct ash_chunk *chunk = NULL;
    ash_lock_acquire(&allocator->table_lock);
    uint32_t count = allocator->chunk_count;
    if (allocator->unused_chunk != 0) {
        chunk = &allocator->chunks[allocator->unused_chunk];
        allocator->unused_chunk = chunk->next_unused;
    } else if (count < ASH_CHUNK_CAPACITY &&
               (count % step != 0 || ash_host_commit(&allocator->chunks[count], ASH_HOST_PAGE))) {
        chunk = &allocator->chunks[count];
        __atomic_store_n(&chunk->arena, ASH_ARENA_NONE, __ATOMIC_RELAXED);
        __atomic_store_n(&allocator->chunk_count, count + 1, __ATOMIC_RELEASE);
    }
    ash_lock_release(&allocator->table_lock);
    return chunk;
}

static void give_slot(struct ash_allocator *allocator, struct ash_chunk *chunk)
{
    ash_lock_acquire(&allocator->table_lock);
    chunk->next_unused = allocator->unused_chunk;
    allocator->unused_chunk = (uint32_t)(chunk - allocator->chunks);
    ash_lock_release(&allocator->table_lock);
}

enum ash_result ash_chunk_make(struct ash_allocator *allocator,
                               const struct ash_device_memory_params *params,
                               struct ash_chunk **out)
{
    *out = NULL;
    struct ash_chunk *chunk = take_slot(allocator);
    if (chunk == NULL)
        return ASH_ERROR_OUT_OF_HOST_MEMORY;
    VkDeviceMemory memory;
    enum ash_result result = ash_device_memory_allocate(allocator, params, &memory);
    if (result != ASH_OK) {
        give_slot(allocator, chunk);
        return result;
    }
    chunk->memory = memory;
    chunk->size = params->size;
    chunk->memory_type_index = params->memory_type_index;
    chunk->regions = NULL;
    *out = chunk;
    return ASH_OK;
}

void ash_chunk_release(struct ash_allocator *allocator, struct ash_chunk *chunk)
{
    struct ash_device_memory_params params = {
        .size = chunk->size,
        .memory_type_index = chunk->memory_type_index,
        .dedicated = chunk->regions == NULL,
    };
    ash_device_memory_free(allocator, &params, chunk->memory);
    give_slot(allocator, chunk);
}

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
    if (!ash_region_stock_has(&arena->stock, 2))
        return NULL;
    if (*set == NULL && (*set = take_set(allocator)) != NULL) {
        ash_regions_init(*set, &arena->stock);
        __atomic_store_n(&arena->used, true, __ATOMIC_RELAXED);
    }
    return *set;
}

static void join(struct ash_allocator *allocator, struct ash_arena *arena, struct ash_regions *set,
                 struct ash_chunk *chunk)
{
    chunk->edge =
        ash_regions_add_span(set, (uint16_t)(chunk - allocator->chunks), (uint32_t)chunk->size);
    chunk->regions = set;
    __atomic_store_n(&chunk->arena, (uint32_t)(arena - allocator->arenas), __ATOMIC_RELAXED);
    __atomic_fetch_add(&allocator->empty_chunks[chunk->memory_type_index], 1, __ATOMIC_RELAXED);
}

enum ash_result ash_chunk_add(struct ash_allocator *allocator, struct ash_arena *arena,
                              uint32_t memory_type_index, enum ash_size_class size_class,
                              VkDeviceSize size)
{
    struct ash_device_memory_params params = {.size = size, .memory_type_index = memory_type_index};
    struct ash_chunk *chunk;
    enum ash_result result = ash_chunk_make(allocator, &params, &chunk);
    if (result != ASH_OK)
        return result;
    ash_lock_acquire(&arena->lock);
    struct ash_regions *set = ready_set(allocator, arena, memory_type_index, size_class);
    if (set != NULL)
        join(allocator, arena, set, chunk);
    ash_lock_release(&arena->lock);
    if (set != NULL)
        return ASH_OK;
    ash_device_memory_free(allocator, &params, chunk->memory);
    give_slot(allocator, chunk);
    return ASH_ERROR_OUT_OF_HOST_MEMORY;
}

void ash_chunk_remove(struct ash_allocator *allocator, struct ash_chunk *chunk)
{
    ash_regions_remove_span(chunk->regions, chunk->edge);
    __atomic_store_n(&chunk->arena, ASH_ARENA_NONE, __ATOMIC_RELAXED);
    __atomic_fetch_sub(&allocator->empty_chunks[chunk->memory_type_index], 1, __ATOMIC_RELAXED);
}

bool ash_chunk_is_empty(const struct ash_chunk *chunk)
{
    const struct ash_regions *set = chunk->regions;
    if (set == NULL)
        return false;
    const struct ash_region *first = &set->regions[set->regions[chunk->edge].next];
    return first->state == ASH_REGION_FREE && ash_region_is_whole(first);
}

// Moves this chunk, if it is empty, from one arena to another (or to another class of its own).
static bool move_chunk(struct ash_allocator *allocator, struct ash_chunk *chunk, uint32_t from,
                       struct ash_arena *to, uint32_t memory_type_index,
                       enum ash_size_class size_class)
{
    struct ash_arena *first = &allocator->arenas[from], *second = to;
    if (first > second) {
        first = to;
        second = &allocator->arenas[from];
    }
    ash_lock_acquire(&first->lock);
    if (second != first)
        ash_lock_acquire(&second->lock);
    struct ash_regions *set = NULL;
    if (__atomic_load_n(&chunk->arena, __ATOMIC_RELAXED) == from &&
        chunk->memory_type_index == memory_type_index && ash_chunk_is_empty(chunk))
        set = ready_set(allocator, to, memory_type_index, size_class);
    if (set != NULL) {
        ash_chunk_remove(allocator, chunk);
        join(allocator, to, set, chunk);
    }
    if (second != first)
        ash_lock_release(&second->lock);
    ash_lock_release(&first->lock);
    return set != NULL;
}

bool ash_chunk_move_empty(struct ash_allocator *allocator, struct ash_arena *arena,
                          uint32_t memory_type_index, enum ash_size_class size_class)
{
    if (__atomic_load_n(&allocator->empty_chunks[memory_type_index], __ATOMIC_RELAXED) == 0)
        return false;
    uint32_t count = __atomic_load_n(&allocator->chunk_count, __ATOMIC_ACQUIRE);
    for (uint32_t slot = 1; slot < count; slot++) {
        struct ash_chunk *chunk = &allocator->chunks[slot];
        uint32_t from = __atomic_load_n(&chunk->arena, __ATOMIC_RELAXED);
        if (from != ASH_ARENA_NONE &&
            move_chunk(allocator, chunk, from, arena, memory_type_index, size_class))
            return true;
    }
    return false;
}
