// Chunks: from the driver, aside while they are empty, and back to the driver. The only file that
// calls vkAllocateMemory and vkFreeMemory.
#include "engine/memory/allocator_internal.h"

#include <volk.h>

#include "engine/bits.h"
#include "engine/context/debug.h"
#include "engine/log.h"
#include "engine/memory/host.h"

// ---- the driver

// Enters memory in the accounts, or strikes it out; their lock is held.
static void enter(struct ash_allocator *allocator, const struct ash_device_memory_params *params,
                  bool in)
{
    struct ash_accounts *accounts = &allocator->accounts;
    uint32_t type = params->memory_type_index, one = in ? 1 : UINT32_MAX;
    VkDeviceSize size = in ? params->size : 0 - params->size; // both go round: they take away
    accounts->types[type] += size;
    accounts->heaps[allocator->types[type].heap] += size;
    accounts->reserved += size;
    accounts->objects += one;
    if (params->dedicated) {
        accounts->dedicated[type] += one;
        accounts->dedicated_bytes[type] += size;
        accounts->all_dedicated += size;
    } else {
        accounts->chunks[type] += one;
    }
}

// Enters memory that is about to be made, if heap, budget and limits have room for it.
static bool reserve(struct ash_allocator *allocator, const struct ash_device_memory_params *params)
{
    const struct ash_context *context = allocator->context;
    struct ash_accounts *accounts = &allocator->accounts;
    uint32_t heap = allocator->types[params->memory_type_index].heap;
    struct ash_memory_budget budget;
    ash_context_memory_budget(context, &budget);
    VkDeviceSize limit =
        ash_min_u64(budget.budget[heap], context->memory_properties.memoryHeaps[heap].size);

    ash_lock_acquire(&accounts->lock);
    VkDeviceSize used = ash_max_u64(budget.usage[heap], accounts->heaps[heap]);
    bool room = params->size <= context->max_memory_allocation_size &&
                ash_range_inside(used, params->size, limit) &&
                accounts->objects < context->properties.limits.maxMemoryAllocationCount;
    if (room) {
        enter(allocator, params, /*in=*/true);
        accounts->allocate_calls++;
    }
    ash_lock_release(&accounts->lock);
    return room;
}

static enum ash_result allocate_memory(struct ash_allocator *allocator,
                                       const struct ash_device_memory_params *params,
                                       VkDeviceMemory *out)
{
    const struct ash_context *context = allocator->context;
    struct ash_accounts *accounts = &allocator->accounts;
    *out = VK_NULL_HANDLE;
    if (!reserve(allocator, params))
        return ASH_ERROR_OUT_OF_DEVICE_MEMORY;

    // Any buffer may come to lie in the chunk, also one that wants its address.
    VkMemoryAllocateFlagsInfo flags = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO,
        .flags = VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT,
    };
    VkMemoryDedicatedAllocateInfo dedicated = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_DEDICATED_ALLOCATE_INFO,
        .buffer = params->buffer,
        .image = params->image,
    };
    VkMemoryAllocateInfo info = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
        .allocationSize = params->size,
        .memoryTypeIndex = params->memory_type_index,
    };
    if (context->buffer_device_address) {
        flags.pNext = info.pNext;
        info.pNext = &flags;
    }
    if (params->buffer != VK_NULL_HANDLE || params->image != VK_NULL_HANDLE) {
        dedicated.pNext = info.pNext;
        info.pNext = &dedicated;
    }
    VkResult vk_result = context->vk->vkAllocateMemory(context->device, &info, NULL, out);
    if (vk_result != VK_SUCCESS) {
        *out = VK_NULL_HANDLE;
        ash_lock_acquire(&accounts->lock);
        enter(allocator, params, /*in=*/false);
        ash_lock_release(&accounts->lock);
        ash_log(ASH_LOG_WARNING, "%s: vkAllocateMemory of %llu bytes failed: %s", allocator->label,
                (unsigned long long)params->size, ash_vk_result_name(vk_result));
        return ash_result_from_vk(vk_result);
    }
    ash_debug_name(context, VK_OBJECT_TYPE_DEVICE_MEMORY, (uint64_t)*out,
                   "%s, memory type %u, %llu KiB", params->dedicated ? "dedicated" : "chunk",
                   (unsigned)params->memory_type_index, (unsigned long long)(params->size >> 10));
    ash_lock_acquire(&accounts->lock);
    accounts->peak_reserved = ash_max_u64(accounts->peak_reserved, accounts->reserved);
    accounts->peak_dedicated = ash_max_u64(accounts->peak_dedicated, accounts->all_dedicated);
    ash_lock_release(&accounts->lock);
    return ASH_OK;
}

static void free_memory(struct ash_allocator *allocator,
                        const struct ash_device_memory_params *params, VkDeviceMemory memory)
{
    allocator->context->vk->vkFreeMemory(allocator->context->device, memory, NULL);
    ash_lock_acquire(&allocator->accounts.lock);
    enter(allocator, params, /*in=*/false);
    allocator->accounts.free_calls++;
    ash_lock_release(&allocator->accounts.lock);
}

// ---- slots

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
    enum ash_result result = allocate_memory(allocator, params, &memory);
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
    free_memory(allocator, &params, chunk->memory);
    give_slot(allocator, chunk);
}

// ---- empty chunks

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

bool ash_chunk_keep(struct ash_allocator *allocator, struct ash_chunk *chunk)
{
    ash_lock_acquire(&allocator->table_lock);
    bool kept = allocator->spare[chunk->memory_type_index] == 0;
    if (kept)
        put_aside(allocator, chunk);
    else
        chunk->arena = ASH_ARENA_NONE;
    ash_lock_release(&allocator->table_lock);
    return kept;
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

VkDeviceSize ash_chunk_release_spares(struct ash_allocator *allocator)
{
    VkDeviceSize given_back = 0;
    for (uint32_t type = 0; type < allocator->type_count; type++) {
        struct ash_chunk *chunk;
        while ((chunk = ash_chunk_take_spare(allocator, type)) != NULL) {
            given_back += chunk->size;
            ash_chunk_release(allocator, chunk);
        }
    }
    return given_back;
}
