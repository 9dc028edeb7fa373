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
    if (allocator->unused_slot != 0) {
        chunk = &allocator->chunks[allocator->unused_slot];
        allocator->unused_slot = chunk->next_slot;
    } else if (count < ASH_CHUNK_CAPACITY &&
               (count % step != 0 || ash_host_commit(&allocator->chunks[count], ASH_HOST_PAGE))) {
        chunk = &allocator->chunks[count];
        chunk->arena = ASH_ARENA_NONE;
        allocator->chunk_count++;
    }
    ash_lock_release(&allocator->table_lock);
    return chunk;
}

static void give_slot(struct ash_allocator *allocator, struct ash_chunk *chunk)
{
    ash_lock_acquire(&allocator->table_lock);
    chunk->arena = ASH_ARENA_NONE;
    chunk->next_slot = allocator->unused_slot;
    allocator->unused_slot = (uint32_t)(chunk - allocator->chunks);
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
    chunk->dedicated = params->dedicated;
    chunk->regions = NULL;
    *out = chunk;
    return ASH_OK;
}

void ash_chunk_release(struct ash_allocator *allocator, struct ash_chunk *chunk)
{
    struct ash_device_memory_params params = {
        .size = chunk->size,
        .memory_type_index = chunk->memory_type_index,
        .dedicated = chunk->dedicated,
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

bool ash_chunk_join(struct ash_allocator *allocator, struct ash_arena *arena,
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

static void put_aside(struct ash_allocator *allocator, struct ash_chunk *chunk)
{
    uint32_t *spare = &allocator->spare[chunk->memory_type_index];
    chunk->arena = ASH_ARENA_SPARE;
    chunk->regions = NULL;
    chunk->next_slot = *spare;
    *spare = (uint32_t)(chunk - allocator->chunks);
}

void ash_chunk_put_aside(struct ash_allocator *allocator, struct ash_chunk *chunk)
{
    ash_lock_acquire(&allocator->table_lock);
    put_aside(allocator, chunk);
    ash_lock_release(&allocator->table_lock);
}

struct ash_chunk *ash_chunk_take_spare(struct ash_allocator *allocator, uint32_t memory_type_index)
{
    struct ash_chunk *chunk = NULL;
    ash_lock_acquire(&allocator->table_lock);
    uint32_t *spare = &allocator->spare[memory_type_index];
    if (*spare != 0) {
        chunk = &allocator->chunks[*spare];
        *spare = chunk->next_slot;
        chunk->arena = ASH_ARENA_NONE;
    }
    ash_lock_release(&allocator->table_lock);
    return chunk;
}

struct ash_chunk *ash_chunk_retire(struct ash_allocator *allocator, struct ash_chunk *chunk)
{
    ash_regions_remove_span(chunk->regions, chunk->edge);
    ash_lock_acquire(&allocator->table_lock);
    bool is_surplus = allocator->spare[chunk->memory_type_index] != 0;
    if (is_surplus)
        chunk->arena = ASH_ARENA_NONE;
    else
        put_aside(allocator, chunk);
    ash_lock_release(&allocator->table_lock);
    return is_surplus ? chunk : NULL;
}
