// Where a block comes from when the thread's own arena has no free region for it: from anybody's,
// from a spare chunk, from the driver; and what is tried when the driver has no more.
#include "engine/memory/allocator_internal.h"

#include "engine/bits.h"
#include "engine/log.h"

// From chunks for blocks of this size; else from the others. The arena is locked.
static enum ash_result cut_anywhere(struct ash_allocator *allocator, struct ash_arena *arena,
                                    const struct ash_request *request, struct ash_memory_block *out)
{
    struct ash_regions **sets = arena->regions[request->memory_type_index];
    enum ash_size_class other = ASH_CLASS_COUNT - 1 - request->size_class;
    enum ash_result result =
        ash_arena_cut(allocator, arena, sets[request->size_class], request, out);
    return result == ASH_NOT_READY ? ash_arena_cut(allocator, arena, sets[other], request, out)
                                   : result;
}

static enum ash_result alloc_from(struct ash_allocator *allocator, struct ash_arena *arena,
                                  const struct ash_request *request, struct ash_memory_block *out)
{
    ash_lock_acquire(&arena->lock);
    enum ash_result result = cut_anywhere(allocator, arena, request, out);
    ash_lock_release(&arena->lock);
    return result;
}

// From other threads' chunks. Those that are locked come last: where there are more threads than
// processors, who holds a lock may have been interrupted, and it is long until it goes on.
static enum ash_result alloc_from_others(struct ash_allocator *allocator,
                                         const struct ash_arena *own,
                                         const struct ash_request *request,
                                         struct ash_memory_block *out)
{
    struct ash_arena *locked[ASH_ARENA_COUNT];
    uint32_t locked_count = 0;
    enum ash_result result = ASH_NOT_READY;
    for (uint32_t i = 1; i <= ASH_ARENA_COUNT && result == ASH_NOT_READY; i++) {
        struct ash_arena *arena = ash_arena_at(allocator, i);
        if (arena == NULL || arena == own || !__atomic_load_n(&arena->used, __ATOMIC_RELAXED))
            continue;
        if (ash_lock_try(&arena->lock)) {
            result = cut_anywhere(allocator, arena, request, out);
            ash_lock_release(&arena->lock);
        } else {
            locked[locked_count++] = arena;
        }
    }
    for (uint32_t i = 0; i < locked_count && result == ASH_NOT_READY; i++)
        result = alloc_from(allocator, locked[i], request, out);
    return result;
}

// A block from the beginning of an empty chunk, which becomes the thread's own, or on failure is
// the caller's as before.
static enum ash_result alloc_from_chunk(struct ash_allocator *allocator,
                                        const struct ash_request *request, struct ash_chunk *chunk,
                                        struct ash_memory_block *out)
{
    struct ash_arena *arena = ash_arena_of_thread(allocator);
    enum ash_result result = ASH_ERROR_OUT_OF_HOST_MEMORY;
    ash_lock_acquire(&arena->lock);
    bool joined = ash_arena_add_chunk(allocator, arena, request->size_class, chunk);
    if (joined)
        result = ash_arena_cut(allocator, arena, chunk->regions, request, out);
    if (joined && result != ASH_OK) {
        ash_regions_remove_span(chunk->regions, chunk->edge);
        chunk->arena = ASH_ARENA_NONE;
    }
    ash_lock_release(&arena->lock);
    return result;
}

// A block from a free region of any chunk: nobody asks the driver while there is one.
static enum ash_result alloc_from_any(struct ash_allocator *allocator,
                                      const struct ash_request *request,
                                      struct ash_memory_block *out)
{
    struct ash_arena *own = ash_arena_of_thread(allocator);
    enum ash_result result = alloc_from(allocator, own, request, out);
    struct ash_chunk *spare = NULL;
    if (result == ASH_NOT_READY)
        spare = ash_chunk_take_spare(allocator, request->memory_type_index);
    if (spare != NULL) {
        result = alloc_from_chunk(allocator, request, spare, out);
        if (result != ASH_OK)
            ash_chunk_put_aside(allocator, spare);
    }
    return result == ASH_NOT_READY ? alloc_from_others(allocator, own, request, out) : result;
}

// A block from the beginning of a chunk made for it.
static enum ash_result alloc_from_new(struct ash_allocator *allocator,
                                      const struct ash_request *request, VkDeviceSize chunk_size,
                                      struct ash_memory_block *out)
{
    struct ash_device_memory_params params = {.size = chunk_size,
                                              .memory_type_index = request->memory_type_index};
    struct ash_chunk *chunk;
    enum ash_result result = ash_chunk_make(allocator, &params, &chunk);
    if (result != ASH_OK)
        return result;
    result = alloc_from_chunk(allocator, request, chunk, out);
    if (result != ASH_OK)
        ash_chunk_release(allocator, chunk);
    return result;
}

// A block with memory of its own.
static enum ash_result alloc_dedicated(struct ash_allocator *allocator, struct ash_request *request,
                                       struct ash_memory_block *out)
{
    const struct ash_alloc_params *params = request->params;
    // Vulkan wants the memory of one resource exactly as large as that needs.
    if (params->dedicated_buffer != VK_NULL_HANDLE || params->dedicated_image != VK_NULL_HANDLE)
        request->size = params->requirements.size;
    struct ash_device_memory_params memory_params = {
        .size = request->size,
        .memory_type_index = request->memory_type_index,
        .dedicated = true,
        .buffer = params->dedicated_buffer,
        .image = params->dedicated_image,
    };
    struct ash_chunk *chunk;
    enum ash_result result = ash_chunk_make(allocator, &memory_params, &chunk);
    if (result != ASH_OK)
        return result;

    struct ash_arena *arena = ash_arena_of_thread(allocator);
    result = ASH_ERROR_OUT_OF_HOST_MEMORY;
    ash_lock_acquire(&arena->lock);
    if (ash_region_stock_ready(&arena->stock)) {
        uint16_t slot = (uint16_t)(chunk - allocator->chunks);
        chunk->edge = ash_region_stock_take_edge(&arena->stock, slot, ash_arena_next_owner(arena));
        if (ash_arena_hand_out(allocator, chunk->edge, request, out)) {
            chunk->arena = (uint32_t)arena->number;
            result = ASH_OK;
        } else {
            ash_region_stock_give(&arena->stock, allocator->pool.regions, chunk->edge);
        }
    }
    ash_lock_release(&arena->lock);
    if (result != ASH_OK)
        ash_chunk_release(allocator, chunk);
    return result;
}

// The ways to memory, in the order in which they are tried.
enum way { WHOLE_CHUNK, SMALLER_CHUNK, OWN_MEMORY, WAY_COUNT };

static enum ash_result try_way(struct ash_allocator *allocator, struct ash_request *request,
                               bool shares, enum way way, struct ash_memory_block *out)
{
    VkDeviceSize chunk_size = allocator->types[request->memory_type_index].chunk_size;
    enum ash_result result = ASH_ERROR_OUT_OF_DEVICE_MEMORY;
    if (way == OWN_MEMORY || !shares)
        return alloc_dedicated(allocator, request, out);
    if (way == WHOLE_CHUNK) {
        result = alloc_from_any(allocator, request, out);
        return result == ASH_NOT_READY ? alloc_from_new(allocator, request, chunk_size, out)
                                       : result;
    }
    for (VkDeviceSize size = chunk_size / 2; size >= chunk_size / 8 && size >= request->size;
         size /= 2) {
        result = alloc_from_new(allocator, request, size, out);
        if (result != ASH_ERROR_OUT_OF_DEVICE_MEMORY)
            break;
    }
    return result;
}

// Every way, in every memory type that will do, the best type first. UNSUPPORTED: none will.
static enum ash_result try_all(struct ash_allocator *allocator,
                               const struct ash_alloc_params *params, struct ash_memory_block *out)
{
    enum ash_result result = ASH_ERROR_UNSUPPORTED;
    for (enum way way = 0; way < WAY_COUNT; way++) {
        uint32_t bits = params->requirements.memoryTypeBits, type;
        while ((result == ASH_ERROR_UNSUPPORTED || result == ASH_ERROR_OUT_OF_DEVICE_MEMORY) &&
               ash_allocator_find_memory_type(allocator, bits, params->properties,
                                              params->preferred, &type) == ASH_OK) {
            result = ASH_ERROR_OUT_OF_DEVICE_MEMORY;
            struct ash_request request = {.memory_type_index = type};
            bool shares = ash_request_fill(&allocator->types[type], params, &request);
            if (request.size >= ash_max_u64(params->size, params->requirements.size))
                result = try_way(allocator, &request, shares, way, out);
            bits &= ~(UINT32_C(1) << type);
        }
    }
    return result;
}

enum ash_result ash_allocator_alloc_slowly(struct ash_allocator *allocator,
                                           const struct ash_alloc_params *params,
                                           struct ash_memory_block *out)
{
    bool lacks_address = params->device_address && allocator->lacks_device_address;
    *out = (struct ash_memory_block){0};
    enum ash_result result =
        lacks_address ? ASH_ERROR_UNSUPPORTED : try_all(allocator, params, out);
    // The empty chunk of another memory type may be what the heap lacks.
    if (result == ASH_ERROR_OUT_OF_DEVICE_MEMORY && ash_chunk_release_spares(allocator) != 0)
        result = try_all(allocator, params, out);
    const char *label = params->label != NULL ? params->label : "(unnamed)";
    if (result == ASH_ERROR_UNSUPPORTED)
        ash_log(ASH_LOG_ERROR, "%s: no memory type suits '%s': types 0x%x, properties 0x%x%s",
                allocator->label, label, params->requirements.memoryTypeBits, params->properties,
                params->device_address ? ", device address" : "");
    else if (result != ASH_OK)
        ash_log(ASH_LOG_ERROR, "%s: no memory for '%s', %llu bytes: %s; free something first",
                allocator->label, label,
                (unsigned long long)ash_max_u64(params->size, params->requirements.size),
                ash_result_name(result));
    return result;
}
