#include "engine/memory/allocator_internal.h"

#include "engine/bits.h"

#define MIB (UINT64_C(1) << 20)

// The seed's least size of a chunk, and the share of its heap that a chunk is at most.
static const VkDeviceSize default_chunk_size = 64 * MIB;
enum { HEAP_SHARE = 8 };

// Blocks from an eighth of a chunk on are large: few fit in one, and each leaves a hole to mind.
enum { LARGE_SHARE = 8 };

// Kinds of memory that nobody gets without asking: they need a queue or a feature of their own, or
// are slow.
static const VkMemoryPropertyFlags only_on_demand =
    VK_MEMORY_PROPERTY_PROTECTED_BIT | VK_MEMORY_PROPERTY_LAZILY_ALLOCATED_BIT |
    VK_MEMORY_PROPERTY_DEVICE_COHERENT_BIT_AMD | VK_MEMORY_PROPERTY_DEVICE_UNCACHED_BIT_AMD;

static VkDeviceSize chunk_size_for(VkDeviceSize wanted, VkDeviceSize heap_size, VkDeviceSize limit)
{
    VkDeviceSize size = wanted != 0 ? wanted : default_chunk_size;
    size = ash_min_u64(size, heap_size / HEAP_SHARE);
    return ash_min_u64(size, ash_min_u64(limit, ASH_REGION_MAX_SPAN));
}

void ash_memory_types_init(struct ash_allocator *allocator, VkDeviceSize chunk_size)
{
    const struct ash_context *context = allocator->context;
    const VkPhysicalDeviceMemoryProperties *memory = &context->memory_properties;
    const VkPhysicalDeviceLimits *limits = &context->properties.limits;
    allocator->type_count = memory->memoryTypeCount;
    for (uint32_t i = 0; i < memory->memoryTypeCount; i++) {
        struct ash_memory_type *type = &allocator->types[i];
        type->flags = memory->memoryTypes[i].propertyFlags;
        type->heap = memory->memoryTypes[i].heapIndex;
        type->chunk_size = chunk_size_for(chunk_size, memory->memoryHeaps[type->heap].size,
                                          context->max_memory_allocation_size);
        type->large = type->chunk_size / LARGE_SHARE;
        type->only_on_demand = (type->flags & only_on_demand) != 0;
        // In non-coherent memory a block is whole atoms, so that flushing it touches no other.
        bool atoms = (type->flags & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT) != 0 &&
                     (type->flags & VK_MEMORY_PROPERTY_HOST_COHERENT_BIT) == 0;
        type->alignment[0] = atoms ? limits->nonCoherentAtomSize : 1;
        // An optimal image is whole pages of bufferImageGranularity, so that no linear resource
        // can share one with it, whatever its neighbours are.
        type->alignment[1] = ash_max_u64(type->alignment[0], limits->bufferImageGranularity);
    }
}

// How well a type suits; higher is better, 0 is not at all.
static uint32_t suitability(VkMemoryPropertyFlags flags, VkMemoryPropertyFlags required,
                            VkMemoryPropertyFlags preferred)
{
    if ((flags & required) != required || (flags & only_on_demand & ~(required | preferred)) != 0)
        return 0;
    uint32_t met = (uint32_t)__builtin_popcount(flags & preferred);
    uint32_t extra = (uint32_t)__builtin_popcount(flags & ~(required | preferred));
    return 64 * met + 64 - extra; // there are fewer flags than 64
}

enum ash_result ash_allocator_find_memory_type(const struct ash_allocator *allocator,
                                               uint32_t memory_type_bits,
                                               VkMemoryPropertyFlags properties,
                                               VkMemoryPropertyFlags preferred, uint32_t *index)
{
    uint32_t best = 0;
    *index = UINT32_MAX;
    for (uint32_t bits = memory_type_bits; bits != 0; bits &= bits - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(bits);
        if (i >= allocator->type_count)
            break;
        uint32_t found = suitability(allocator->types[i].flags, properties, preferred);
        if (found > best) {
            best = found;
            *index = i;
        }
    }
    return best != 0 ? ASH_OK : ASH_ERROR_UNSUPPORTED;
}

VkMemoryPropertyFlags ash_allocator_memory_type_properties(const struct ash_allocator *allocator,
                                                           uint32_t index)
{
    return index < allocator->type_count ? allocator->types[index].flags : 0;
}
