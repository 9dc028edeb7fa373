// The only file that calls vkAllocateMemory, vkFreeMemory, vkMapMemory and vkUnmapMemory.
#include "engine/memory/allocator_internal.h"

#include <volk.h>

#include "engine/assert.h"
#include "engine/bits.h"
#include "engine/log.h"

// Enters memory that is about to be made, if heap, budget and limits have room for it.
static bool reserve(struct ash_allocator *allocator, const struct ash_device_memory_params *params)
{
    const struct ash_context *context = allocator->context;
    struct ash_accounts *accounts = &allocator->accounts;
    uint32_t type = params->memory_type_index, heap = allocator->types[type].heap;
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
        accounts->types[type] += params->size;
        accounts->heaps[heap] += params->size;
        accounts->reserved += params->size;
        accounts->objects++;
        ++*(params->dedicated ? &accounts->dedicated[type] : &accounts->chunks[type]);
        accounts->dedicated_bytes[type] += params->dedicated ? params->size : 0;
        accounts->all_dedicated += params->dedicated ? params->size : 0;
        accounts->allocate_calls++;
    }
    ash_lock_release(&accounts->lock);
    return room;
}

static void unreserve(struct ash_allocator *allocator,
                      const struct ash_device_memory_params *params, uint64_t *calls)
{
    struct ash_accounts *accounts = &allocator->accounts;
    uint32_t type = params->memory_type_index;
    ash_lock_acquire(&accounts->lock);
    accounts->types[type] -= params->size;
    accounts->heaps[allocator->types[type].heap] -= params->size;
    accounts->reserved -= params->size;
    accounts->objects--;
    --*(params->dedicated ? &accounts->dedicated[type] : &accounts->chunks[type]);
    accounts->dedicated_bytes[type] -= params->dedicated ? params->size : 0;
    accounts->all_dedicated -= params->dedicated ? params->size : 0;
    if (calls != NULL)
        ++*calls;
    ash_lock_release(&accounts->lock);
}

enum ash_result ash_device_memory_allocate(struct ash_allocator *allocator,
                                           const struct ash_device_memory_params *params,
                                           VkDeviceMemory *out)
{
    const struct ash_context *context = allocator->context;
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
        unreserve(allocator, params, NULL);
        return ash_result_from_vk(vk_result);
    }
    struct ash_accounts *accounts = &allocator->accounts;
    ash_lock_acquire(&accounts->lock);
    accounts->peak_reserved = ash_max_u64(accounts->peak_reserved, accounts->reserved);
    accounts->peak_dedicated = ash_max_u64(accounts->peak_dedicated, accounts->all_dedicated);
    ash_lock_release(&accounts->lock);
    return ASH_OK;
}

void ash_device_memory_free(struct ash_allocator *allocator,
                            const struct ash_device_memory_params *params, VkDeviceMemory memory)
{
    allocator->context->vk->vkFreeMemory(allocator->context->device, memory, NULL);
    unreserve(allocator, params, &allocator->accounts.free_calls);
}

static void count_call(struct ash_allocator *allocator, uint64_t *calls)
{
    ash_lock_acquire(&allocator->accounts.lock);
    ++*calls;
    ash_lock_release(&allocator->accounts.lock);
}

// The chunk of a block that the caller says is in use.
static struct ash_chunk *chunk_of(struct ash_allocator *allocator,
                                  const struct ash_memory_block *block)
{
    struct ash_arena *arena;
    struct ash_chunk *chunk = ash_allocator_lock_block(allocator, block, &arena);
    ASH_ASSERT_MESSAGE(chunk != NULL, "the block is not in use, or another allocator's");
    ash_lock_release(&arena->lock);
    return chunk;
}

enum ash_result ash_allocator_map(struct ash_allocator *allocator,
                                  const struct ash_memory_block *block, void **data)
{
    *data = NULL;
    struct ash_chunk *chunk = chunk_of(allocator, block);
    ASH_ASSERT(allocator->types[chunk->memory_type_index].flags &
               VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT);

    VkResult vk_result = VK_SUCCESS;
    ash_lock_acquire(&chunk->map_lock);
    if (chunk->map_count == 0) {
        count_call(allocator, &allocator->accounts.map_calls);
        vk_result = allocator->context->vk->vkMapMemory(allocator->context->device, chunk->memory,
                                                        0, VK_WHOLE_SIZE, 0, &chunk->data);
    }
    if (vk_result == VK_SUCCESS) {
        chunk->map_count++;
        *data = (char *)chunk->data + block->offset;
    }
    ash_lock_release(&chunk->map_lock);
    if (vk_result == VK_SUCCESS)
        return ASH_OK;
    ash_log(ASH_LOG_ERROR, "%s: vkMapMemory of a chunk of %llu bytes failed with %s",
            allocator->label, (unsigned long long)chunk->size, ash_vk_result_name(vk_result));
    return ash_result_from_vk(vk_result);
}

void ash_allocator_unmap(struct ash_allocator *allocator, const struct ash_memory_block *block)
{
    struct ash_chunk *chunk = chunk_of(allocator, block);
    ash_lock_acquire(&chunk->map_lock);
    ASH_ASSERT(chunk->map_count > 0);
    if (--chunk->map_count == 0) {
        count_call(allocator, &allocator->accounts.unmap_calls);
        allocator->context->vk->vkUnmapMemory(allocator->context->device, chunk->memory);
        chunk->data = NULL;
    }
    ash_lock_release(&chunk->map_lock);
}

typedef VkResult(VKAPI_PTR *range_function)(VkDevice device, uint32_t count,
                                            const VkMappedMemoryRange *ranges);

// Flushes or invalidates the whole atoms that hold the range: they are the block's own.
static enum ash_result synchronise(struct ash_allocator *allocator,
                                   const struct ash_memory_block *block, VkDeviceSize offset,
                                   VkDeviceSize size, range_function function, const char *name)
{
    ASH_ASSERT(ash_range_inside(offset, size, block->size));
    VkMemoryPropertyFlags flags = allocator->types[block->memory_type_index].flags;
    if ((flags & VK_MEMORY_PROPERTY_HOST_COHERENT_BIT) != 0 || size == 0)
        return ASH_OK;
    struct ash_chunk *chunk = chunk_of(allocator, block);
    VkDeviceSize atom = ash_max_u64(allocator->context->properties.limits.nonCoherentAtomSize, 1);
    VkDeviceSize first = ash_align_down(block->offset + offset, atom);
    VkDeviceSize end = ash_align_up(block->offset + offset + size, atom);
    VkMappedMemoryRange range = {
        .sType = VK_STRUCTURE_TYPE_MAPPED_MEMORY_RANGE,
        .memory = chunk->memory,
        .offset = first,
        .size = ash_min_u64(end, chunk->size) - first,
    };
    VkResult vk_result = function(allocator->context->device, 1, &range);
    if (vk_result == VK_SUCCESS)
        return ASH_OK;
    ash_log(ASH_LOG_ERROR, "%s: %s of %llu bytes failed with %s", allocator->label, name,
            (unsigned long long)range.size, ash_vk_result_name(vk_result));
    return ash_result_from_vk(vk_result);
}

enum ash_result ash_allocator_flush(struct ash_allocator *allocator,
                                    const struct ash_memory_block *block, VkDeviceSize offset,
                                    VkDeviceSize size)
{
    return synchronise(allocator, block, offset, size,
                       allocator->context->vk->vkFlushMappedMemoryRanges,
                       "vkFlushMappedMemoryRanges");
}

enum ash_result ash_allocator_invalidate(struct ash_allocator *allocator,
                                         const struct ash_memory_block *block, VkDeviceSize offset,
                                         VkDeviceSize size)
{
    return synchronise(allocator, block, offset, size,
                       allocator->context->vk->vkInvalidateMappedMemoryRanges,
                       "vkInvalidateMappedMemoryRanges");
}
