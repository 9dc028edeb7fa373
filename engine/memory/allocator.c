#include "engine/memory/allocator.h"

#include "engine/assert.h"
#include "engine/bits.h"
#include "engine/log.h"
#include "engine/memory/allocator_internal.h"
#include "engine/memory/host.h"

#include <stdio.h>
#include <string.h>

// What is asked of one memory type.
struct request {
    const struct ash_alloc_params *params;
    VkDeviceSize size, alignment; // of the block
    uint32_t memory_type_index;
};

// ---- creation

static enum ash_result init(struct ash_allocator *allocator, const char *label)
{
    size_t label_size = strlen(label) + 1;
    allocator->label = ash_host_alloc(label_size);
    allocator->chunks = ash_host_reserve(ASH_CHUNK_CAPACITY * sizeof(struct ash_chunk));
    allocator->notes = ash_host_reserve(ASH_REGION_CAPACITY * sizeof(struct ash_block_note));
    if (allocator->label == NULL || allocator->chunks == NULL || allocator->notes == NULL ||
        !ash_region_pool_init(&allocator->pool, ASH_REGION_CAPACITY) ||
        !ash_host_commit(allocator->chunks, ASH_HOST_PAGE))
        return ASH_ERROR_OUT_OF_HOST_MEMORY;
    memcpy(allocator->label, label, label_size);
    allocator->chunks[0].arena = ASH_ARENA_NONE;
    allocator->chunk_count = 1;
    for (uint32_t i = 0; i < ASH_ARENA_COUNT; i++)
        allocator->arenas[i].stock.pool = &allocator->pool;
    return ASH_OK;
}

static void finish(struct ash_allocator *allocator)
{
    for (uint32_t i = 0; i < ASH_ARENA_COUNT; i++) {
        for (uint32_t type = 0; type < VK_MAX_MEMORY_TYPES; type++)
            ash_host_free(allocator->arenas[i].regions[type]);
    }
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
    ash_memory_types_init(allocator, params->chunk_size);
    allocator->child.name = allocator->label;
    ash_context_add_child(allocator->context, &allocator->child);
    *out = allocator;
    return ASH_OK;
}

// Warns of every block that is still in use; answers how many there are.
static uint64_t name_leaks(struct ash_allocator *allocator)
{
    uint64_t leaks = 0;
    for (uint32_t slot = 1; slot < allocator->chunk_count; slot++) {
        const struct ash_chunk *chunk = &allocator->chunks[slot];
        if (chunk->arena == ASH_ARENA_NONE)
            continue;
        const struct ash_region *regions = allocator->pool.regions;
        for (uint32_t i = chunk->first; regions[i].span == slot; i = regions[i].next) {
            if (regions[i].state != ASH_REGION_USED)
                continue;
            const char *label = ash_block_note_get(allocator, i).label;
            VkDeviceSize size = chunk->dedicated ? chunk->size : regions[i].size;
            ash_log(ASH_LOG_WARNING,
                    "%s: leak: '%s', %llu bytes at offset %u of memory type %u, was not freed",
                    allocator->label, label != NULL ? label : "(unnamed)", (unsigned long long)size,
                    regions[i].offset, chunk->memory_type_index);
            ash_block_note_clear(allocator, i);
            leaks++;
        }
    }
    return leaks;
}

void ash_allocator_destroy(struct ash_allocator *allocator)
{
    if (allocator == NULL)
        return;
    uint64_t leaks = name_leaks(allocator);
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
            ash_allocator_release_chunk(allocator, &allocator->chunks[slot]);
    }
    ash_context_remove_child(allocator->context, &allocator->child);
    finish(allocator);
}

// ---- chunks

struct ash_arena *ash_arena_of_thread(struct ash_allocator *allocator)
{
    static uint32_t threads; // counted so far
    static _Thread_local uint32_t own = UINT32_MAX;
    if (own == UINT32_MAX)
        own = __atomic_fetch_add(&threads, 1, __ATOMIC_RELAXED) % ASH_ARENA_COUNT;
    return &allocator->arenas[own];
}

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

// A slot with memory behind it, which belongs to no arena yet.
static enum ash_result make_chunk(struct ash_allocator *allocator,
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
    *out = chunk;
    return ASH_OK;
}

void ash_allocator_release_chunk(struct ash_allocator *allocator, struct ash_chunk *chunk)
{
    struct ash_device_memory_params params = {
        .size = chunk->size,
        .memory_type_index = chunk->memory_type_index,
        .dedicated = chunk->dedicated,
    };
    ash_device_memory_free(allocator, &params, chunk->memory);
    give_slot(allocator, chunk);
}

enum ash_result ash_allocator_add_chunk(struct ash_allocator *allocator, struct ash_arena *arena,
                                        uint32_t memory_type_index, VkDeviceSize size)
{
    struct ash_device_memory_params params = {.size = size, .memory_type_index = memory_type_index};
    struct ash_chunk *chunk;
    enum ash_result result = make_chunk(allocator, &params, &chunk);
    if (result != ASH_OK)
        return result;

    struct ash_regions **regions = &arena->regions[memory_type_index];
    ash_lock_acquire(&arena->lock);
    if (!ash_region_stock_has(&arena->stock, 2))
        result = ASH_ERROR_OUT_OF_HOST_MEMORY;
    if (result == ASH_OK && *regions == NULL) {
        *regions = ash_host_alloc(sizeof(**regions));
        if (*regions == NULL)
            result = ASH_ERROR_OUT_OF_HOST_MEMORY;
        else
            ash_regions_init(*regions, &arena->stock);
    }
    if (result == ASH_OK) {
        chunk->first =
            ash_regions_add_span(*regions, (uint32_t)(chunk - allocator->chunks), (uint32_t)size);
        __atomic_store_n(&chunk->arena, (uint32_t)(arena - allocator->arenas), __ATOMIC_RELAXED);
        __atomic_fetch_add(&allocator->empty_chunks[memory_type_index], 1, __ATOMIC_RELAXED);
    }
    ash_lock_release(&arena->lock);
    if (result != ASH_OK)
        ash_allocator_release_chunk(allocator, chunk);
    return result;
}

void ash_allocator_remove_chunk(struct ash_allocator *allocator, struct ash_arena *arena,
                                struct ash_chunk *chunk)
{
    ash_regions_remove_span(arena->regions[chunk->memory_type_index], chunk->first);
    __atomic_store_n(&chunk->arena, ASH_ARENA_NONE, __ATOMIC_RELAXED);
    __atomic_fetch_sub(&allocator->empty_chunks[chunk->memory_type_index], 1, __ATOMIC_RELAXED);
}

// ---- alloc

// Whether a block, just cut, is the first of its chunk.
static inline bool is_first(const struct ash_region *regions, uint32_t edge, uint32_t index)
{
    uint32_t next = regions[index].next;
    return regions[index].offset == 0 &&
           (next == edge || (regions[next].state == ASH_REGION_FREE && regions[next].next == edge));
}

// Enters a region in the books and hands it out as a block. The arena is locked.
static inline void hand_out(struct ash_allocator *allocator, struct ash_arena *arena,
                            uint32_t index, const struct request *request,
                            struct ash_memory_block *out)
{
    struct ash_region *region = &allocator->pool.regions[index];
    const struct ash_chunk *chunk = &allocator->chunks[region->span];
    region->serial = ++arena->serial;
    arena->live_bytes += request->size;
    if (arena->live_bytes > arena->peak_live_bytes)
        arena->peak_live_bytes = arena->live_bytes;
    arena->live_blocks[request->memory_type_index]++;
    out->memory = chunk->memory;
    out->offset = region->offset;
    out->size = request->size;
    out->memory_type_index = request->memory_type_index;
    out->generation = (uint32_t)(region->serial >> 32);
    out->id = region->serial << 32 | index;
    if (allocator->observer != NULL)
        allocator->observer(allocator->observer_user,
                            &(struct ash_allocator_operation){
                                .type = ASH_OPERATION_ALLOC,
                                .id = out->id,
                                .size = out->size,
                                .alignment = request->alignment,
                                .memory_type_index = out->memory_type_index,
                                .optimal_image = request->params->optimal_image,
                                .dedicated = chunk->dedicated,
                            });
}

// Names a region that was just taken; the arena is locked.
static inline bool note(struct ash_allocator *allocator, uint32_t index,
                        const struct ash_alloc_params *params)
{
    allocator->pool.regions[index].noted = 0;
    return (params->label == NULL && params->user == NULL) ||
           ash_block_note_set(allocator, index, params->label, params->user);
}

// A block from a free region of this arena. NOT_READY: none fits.
static enum ash_result alloc_from(struct ash_allocator *allocator, struct ash_arena *arena,
                                  const struct request *request, struct ash_memory_block *out)
{
    enum ash_result result = ASH_NOT_READY;
    ash_lock_acquire(&arena->lock);
    struct ash_regions *regions = arena->regions[request->memory_type_index];
    if (regions == NULL)
        goto unlock;
    result = ASH_ERROR_OUT_OF_HOST_MEMORY;
    if (!ash_region_stock_has(&arena->stock, 2))
        goto unlock;
    result = ASH_NOT_READY;
    uint32_t index =
        ash_regions_take(regions, (uint32_t)request->size, (uint32_t)request->alignment);
    if (index == ASH_REGION_NONE)
        goto unlock;
    result = ASH_ERROR_OUT_OF_HOST_MEMORY;
    if (!note(allocator, index, request->params)) {
        ash_regions_give(regions, index);
        goto unlock;
    }
    if (is_first(regions->regions, regions->edge, index))
        __atomic_fetch_sub(&allocator->empty_chunks[request->memory_type_index], 1,
                           __ATOMIC_RELAXED);
    hand_out(allocator, arena, index, request, out);
    result = ASH_OK;
unlock:
    ash_lock_release(&arena->lock);
    return result;
}

// A block from a free region of any arena: no thread asks the driver while another has room.
static enum ash_result alloc_from_any(struct ash_allocator *allocator,
                                      const struct request *request, struct ash_memory_block *out)
{
    struct ash_arena *own = ash_arena_of_thread(allocator);
    enum ash_result result = alloc_from(allocator, own, request, out);
    for (uint32_t i = 0; i < ASH_ARENA_COUNT && result == ASH_NOT_READY; i++) {
        if (&allocator->arenas[i] != own)
            result = alloc_from(allocator, &allocator->arenas[i], request, out);
    }
    return result;
}

// A block from the beginning of a chunk made for it.
static enum ash_result alloc_from_new(struct ash_allocator *allocator,
                                      const struct request *request, VkDeviceSize chunk_size,
                                      struct ash_memory_block *out)
{
    struct ash_arena *own = ash_arena_of_thread(allocator);
    enum ash_result result = ASH_NOT_READY;
    while (result == ASH_NOT_READY) { // again, where others were quicker to fill the chunk
        result = ash_allocator_add_chunk(allocator, own, request->memory_type_index, chunk_size);
        if (result == ASH_OK)
            result = alloc_from_any(allocator, request, out);
    }
    return result;
}

// A block with memory of its own.
static enum ash_result alloc_dedicated(struct ash_allocator *allocator,
                                       const struct request *request, struct ash_memory_block *out)
{
    const struct ash_alloc_params *params = request->params;
    struct ash_arena *arena = ash_arena_of_thread(allocator);
    struct ash_device_memory_params memory_params = {
        .size = request->size,
        .memory_type_index = request->memory_type_index,
        .dedicated = true,
        .buffer = params->dedicated_buffer,
        .image = params->dedicated_image,
    };
    struct ash_chunk *chunk;
    enum ash_result result = make_chunk(allocator, &memory_params, &chunk);
    if (result != ASH_OK)
        return result;

    ash_lock_acquire(&arena->lock);
    result = ASH_ERROR_OUT_OF_HOST_MEMORY;
    if (ash_region_stock_has(&arena->stock, 1)) {
        uint32_t slot = (uint32_t)(chunk - allocator->chunks);
        chunk->first = ash_region_stock_take(&arena->stock, slot);
        if (note(allocator, chunk->first, params)) {
            __atomic_store_n(&chunk->arena, (uint32_t)(arena - allocator->arenas),
                             __ATOMIC_RELAXED);
            arena->dedicated_bytes[request->memory_type_index] += request->size;
            hand_out(allocator, arena, chunk->first, request, out);
            result = ASH_OK;
        } else {
            ash_region_stock_give(&arena->stock, chunk->first);
        }
    }
    ash_lock_release(&arena->lock);
    if (result != ASH_OK)
        ash_allocator_release_chunk(allocator, chunk);
    return result;
}

// Size and place that a block needs in one memory type. False: no memory is that large.
static inline bool fill_request(const struct ash_allocator *allocator,
                                const struct ash_alloc_params *params, uint32_t type,
                                struct request *out)
{
    VkDeviceSize size = ash_max_u64(params->size, params->requirements.size);
    VkDeviceSize alignment = ash_max_u64(params->requirements.alignment,
                                         allocator->types[type].alignment[params->optimal_image]);
    out->params = params;
    out->memory_type_index = type;
    out->alignment = alignment;
    out->size = ash_align_up(size, alignment);
    // Vulkan wants the memory of one resource exactly as large as that needs.
    if (params->dedicated_buffer != VK_NULL_HANDLE || params->dedicated_image != VK_NULL_HANDLE)
        out->size = params->requirements.size;
    return out->size >= size;
}

// The ways to memory that exhaustion leaves, in this order.
enum way { WHOLE_CHUNK, SMALLER_CHUNK, OWN_MEMORY, WAY_COUNT };

static enum ash_result try_way(struct ash_allocator *allocator, const struct request *request,
                               enum way way, struct ash_memory_block *out)
{
    VkDeviceSize chunk_size = allocator->types[request->memory_type_index].chunk_size;
    bool shares = !request->params->dedicated && request->size <= chunk_size &&
                  request->alignment <= ASH_REGION_MAX_SPAN;
    enum ash_result result = ASH_ERROR_OUT_OF_DEVICE_MEMORY;
    switch (way) {
    case WHOLE_CHUNK:
        if (!shares)
            return alloc_dedicated(allocator, request, out);
        result = alloc_from_any(allocator, request, out);
        if (result == ASH_NOT_READY)
            result = alloc_from_new(allocator, request, chunk_size, out);
        break;
    case SMALLER_CHUNK:
        for (VkDeviceSize size = chunk_size / 2; shares && size >= chunk_size / 8; size /= 2) {
            if (size < request->size || result != ASH_ERROR_OUT_OF_DEVICE_MEMORY)
                break;
            result = alloc_from_new(allocator, request, size, out);
        }
        break;
    default:
        if (shares)
            result = alloc_dedicated(allocator, request, out);
        break;
    }
    return result;
}

// Every way, in every memory type that will do, the best type first.
static enum ash_result try_all(struct ash_allocator *allocator,
                               const struct ash_alloc_params *params, struct ash_memory_block *out)
{
    enum ash_result result = ASH_ERROR_OUT_OF_DEVICE_MEMORY;
    for (enum way way = 0; way < WAY_COUNT; way++) {
        uint32_t bits = params->requirements.memoryTypeBits, type;
        while (result == ASH_ERROR_OUT_OF_DEVICE_MEMORY &&
               ash_allocator_find_memory_type(allocator, bits, params->properties,
                                              params->preferred, &type) == ASH_OK) {
            struct request request;
            if (fill_request(allocator, params, type, &request))
                result = try_way(allocator, &request, way, out);
            bits &= ~(UINT32_C(1) << type);
        }
    }
    return result;
}

static const char *label_of(const struct ash_alloc_params *params)
{
    return params->label != NULL ? params->label : "(unnamed)";
}

// All that is not the common case: no free region in the thread's own arena.
static enum ash_result alloc_slowly(struct ash_allocator *allocator,
                                    const struct ash_alloc_params *params,
                                    struct ash_memory_block *out)
{
    enum ash_result result = try_all(allocator, params, out);
    // The empty chunk of another memory type may be what the heap lacks.
    if (result == ASH_ERROR_OUT_OF_DEVICE_MEMORY && ash_allocator_trim(allocator) != 0)
        result = try_all(allocator, params, out);
    if (result != ASH_OK) {
        *out = (struct ash_memory_block){0};
        ash_log(ASH_LOG_ERROR, "%s: no memory for '%s', %llu bytes: %s; free something first",
                allocator->label, label_of(params),
                (unsigned long long)ash_max_u64(params->size, params->requirements.size),
                ash_result_name(result));
    }
    return result;
}

enum ash_result ash_allocator_alloc(struct ash_allocator *allocator,
                                    const struct ash_alloc_params *params,
                                    struct ash_memory_block *out)
{
    ASH_ASSERT(params->requirements.size > 0);
    ASH_ASSERT(ash_is_power_of_two(params->requirements.alignment));
    uint32_t type;
    if (ash_allocator_find_memory_type(allocator, params->requirements.memoryTypeBits,
                                       params->properties, params->preferred, &type) != ASH_OK ||
        (params->device_address && !allocator->context->buffer_device_address)) {
        *out = (struct ash_memory_block){0};
        ash_log(ASH_LOG_ERROR, "%s: no memory type suits '%s': types 0x%x, properties 0x%x%s",
                allocator->label, label_of(params), params->requirements.memoryTypeBits,
                params->properties, params->device_address ? ", device address" : "");
        return ASH_ERROR_UNSUPPORTED;
    }
    struct request request;
    if (fill_request(allocator, params, type, &request) && !params->dedicated &&
        request.size <= allocator->types[type].chunk_size) {
        enum ash_result result =
            alloc_from(allocator, ash_arena_of_thread(allocator), &request, out);
        if (result == ASH_OK)
            return ASH_OK;
    }
    return alloc_slowly(allocator, params, out);
}

// ---- free

struct ash_chunk *ash_allocator_lock_block(struct ash_allocator *allocator,
                                           const struct ash_memory_block *block,
                                           struct ash_arena **out)
{
    uint32_t index = (uint32_t)block->id;
    if (index >= __atomic_load_n(&allocator->pool.committed, __ATOMIC_ACQUIRE))
        return NULL;
    const struct ash_region *region = &allocator->pool.regions[index];
    uint32_t slot = __atomic_load_n(&region->span, __ATOMIC_RELAXED);
    struct ash_chunk *chunk = &allocator->chunks[slot];
    uint32_t arena_index = __atomic_load_n(&chunk->arena, __ATOMIC_RELAXED);
    if (arena_index == ASH_ARENA_NONE)
        return NULL;
    struct ash_arena *arena = &allocator->arenas[arena_index];
    ash_lock_acquire(&arena->lock);
    // Of a block in use nothing of this changes; of one that is not, it may have by now.
    uint64_t serial = (uint64_t)block->generation << 32 | block->id >> 32;
    if (__atomic_load_n(&chunk->arena, __ATOMIC_RELAXED) == arena_index &&
        __atomic_load_n(&region->span, __ATOMIC_RELAXED) == slot &&
        region->state == ASH_REGION_USED && region->serial == serial &&
        chunk->memory == block->memory && region->offset == block->offset) {
        *out = arena;
        return chunk;
    }
    ash_lock_release(&arena->lock);
    return NULL;
}

void ash_allocator_refuse(const struct ash_allocator *allocator,
                          const struct ash_memory_block *block, const char *what)
{
    ash_log(ASH_LOG_ERROR,
            "%s: a block that is not in use was %s: %llu bytes at offset %llu of memory type %u, "
            "id %llx (freed already, or another allocator's); nothing was changed",
            allocator->label, what, (unsigned long long)block->size,
            (unsigned long long)block->offset, block->memory_type_index,
            (unsigned long long)block->id);
}

static inline void take_back(struct ash_allocator *allocator, struct ash_arena *arena,
                             const struct ash_chunk *chunk, const struct ash_memory_block *block)
{
    ash_block_note_clear(allocator, (uint32_t)block->id);
    arena->live_bytes -= block->size;
    arena->live_blocks[chunk->memory_type_index]--;
    if (allocator->observer != NULL)
        allocator->observer(allocator->observer_user,
                            &(struct ash_allocator_operation){
                                .type = ASH_OPERATION_FREE,
                                .id = block->id,
                                .size = block->size,
                                .memory_type_index = chunk->memory_type_index,
                                .dedicated = chunk->dedicated,
                            });
}

enum ash_result ash_allocator_free(struct ash_allocator *allocator, struct ash_memory_block *block)
{
    if (block->memory == VK_NULL_HANDLE) {
        *block = (struct ash_memory_block){0};
        return ASH_OK;
    }
    struct ash_arena *arena;
    struct ash_chunk *chunk = ash_allocator_lock_block(allocator, block, &arena);
    if (chunk == NULL) {
        ash_allocator_refuse(allocator, block, "freed");
        return ASH_ERROR_INVALID_BLOCK;
    }
    uint32_t index = (uint32_t)block->id, type = chunk->memory_type_index;
    uint32_t empty = 0;
    bool gone = chunk->dedicated;
    take_back(allocator, arena, chunk, block);
    if (chunk->dedicated) {
        arena->dedicated_bytes[type] -= chunk->size;
        __atomic_store_n(&chunk->arena, ASH_ARENA_NONE, __ATOMIC_RELAXED);
        ash_region_stock_give(&arena->stock, index);
    } else {
        struct ash_regions *regions = arena->regions[type];
        if (ash_regions_whole(regions, ash_regions_give(regions, index))) {
            // One empty chunk per memory type is kept, for the next to come.
            empty = __atomic_add_fetch(&allocator->empty_chunks[type], 1, __ATOMIC_RELAXED);
            gone = empty > 1;
            if (gone)
                ash_allocator_remove_chunk(allocator, arena, chunk);
        }
    }
    ash_lock_release(&arena->lock);
    *block = (struct ash_memory_block){0};
    if (gone)
        ash_allocator_release_chunk(allocator, chunk);
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
