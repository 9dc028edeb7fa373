// Device memory: blocks cut from large chunks.
//
//     memory type  >  chunk (one VkDeviceMemory, at least 64 MiB)  >  block | free region
//
// Drivers promise room for only a few thousand VkDeviceMemory objects and are slow to make one,
// so buffers and images share chunks. Three rules keep the sharing safe, and nothing outside this
// module has to know them:
//
//   - Views of blocks share one mapping of their chunk, made for the first and undone after the
//     last: Vulkan forbids mapping a VkDeviceMemory twice.
//   - Linear and optimal resources never share a page of bufferImageGranularity.
//   - In non-coherent memory a block starts and ends on nonCoherentAtomSize, so that flushing one
//     block cannot touch its neighbour.
//
// Where a block goes inside a chunk is decided by engine/memory/regions.h, which knows no Vulkan
// and is tested without a GPU. Whoever wants more than blocks (figures, a map of everything, chunks
// made before they are needed, a record) finds it in engine/memory/optional/.
//
// Units: sizes and offsets are bytes.
// Thread-safety: every function may be called from any thread, but for create and destroy.
#ifndef ASH_MEMORY_ALLOCATOR_H
#define ASH_MEMORY_ALLOCATOR_H

#include "engine/api.h"
#include "engine/context/context.h"
#include "engine/result.h"

#include <vulkan/vulkan_core.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ash_allocator; // opaque

// All zero but the context is a good default.
struct ash_allocator_params {
    struct ash_context *context; // borrowed; outlives the allocator
    VkDeviceSize chunk_size;     // 0: 64 MiB; at most an eighth of the heap
    const char *label;           // copied; NULL: "allocator"
    bool fill; // debug builds: host-visible blocks get ASH_FILL_* bytes, to show who reads them
};

// What blocks are filled with as they are handed out, and as they are given back.
enum { ASH_FILL_NEW = 0xCD, ASH_FILL_FREED = 0xDD };

// Takes no device memory yet. Errors: OUT_OF_HOST_MEMORY; *out is then NULL.
ASH_API ASH_NODISCARD enum ash_result ash_allocator_create(
    const struct ash_allocator_params *params, struct ash_allocator **out);

// Frees all chunks. Every block still in use is named in a warning, as a leak. NULL is allowed.
//
// Valid usage: no buffer or image made from the allocator is left; an assertion names what is.
ASH_API void ash_allocator_destroy(struct ash_allocator *allocator);

// What Vulkan reported and what the caller wants of the memory.
struct ash_alloc_params {
    VkDeviceSize size;                 // asked for; 0: requirements.size. The block has the larger
    VkMemoryRequirements requirements; // as Vulkan reported them, unchanged
    VkMemoryPropertyFlags properties;  // required, e.g. HOST_VISIBLE
    VkMemoryPropertyFlags preferred;   // wanted besides, where a type has them
    bool optimal_image;                // VK_IMAGE_TILING_OPTIMAL
    bool device_address;               // a buffer with SHADER_DEVICE_ADDRESS usage
    bool dedicated;                    // memory of its own: the driver requires or prefers it
    VkBuffer dedicated_buffer;         // with dedicated, the one resource it is for; or
    VkImage dedicated_image;           // this; or neither
    const char *label;                 // for leak reports and the memory map; copied; may be NULL
    void *user;                        // handed back by the visitor; may be NULL
};

// A block in use: AshEngine's MemoryBlock. Copying it does not copy ownership; it is freed once.
// All zero means "no block".
struct ash_memory_block {
    VkDeviceMemory memory;
    VkDeviceSize offset; // into `memory`; a multiple of requirements.alignment
    VkDeviceSize size;   // requirements.size, rounded up to the alignment
    uint32_t memory_type_index;
    uint32_t region; // private: where the allocator keeps it
    uint64_t id;     // no other block of the allocator, before or after, has the same
};

// Hands out one block: from a free region of an existing chunk if one fits, else from the
// beginning of a new chunk. Contents are undefined.
//
// Errors: OUT_OF_DEVICE_MEMORY or OUT_OF_HOST_MEMORY; UNSUPPORTED if no memory type suits both
// requirements.memoryTypeBits and `properties`. On failure nothing has changed, and *out is zero.
//
// Valid usage: requirements.size > 0; requirements.alignment a power of two.
ASH_API ASH_NODISCARD enum ash_result ash_allocator_alloc(struct ash_allocator *allocator,
                                                          const struct ash_alloc_params *params,
                                                          struct ash_memory_block *out);

// Gives the block's region back to its chunk, merges it with free neighbours, and zeroes *block;
// a zeroed block is allowed.
//
// Errors: INVALID_BLOCK, if the block is not this allocator's or no longer in use; the log names
// it, and nothing changes.
//
// Valid usage: the GPU is done with it (what frames in flight may still use goes through
// engine/memory/retire.h); no view of it is open.
ASH_API ASH_NODISCARD enum ash_result ash_allocator_free(struct ash_allocator *allocator,
                                                         struct ash_memory_block *block);

// Names a block anew (copied; NULL takes the name away), and hangs a pointer on it.
ASH_API ASH_NODISCARD enum ash_result ash_allocator_set_label(struct ash_allocator *allocator,
                                                              const struct ash_memory_block *block,
                                                              const char *label, void *user);

// Maps the block's chunk, or shares the mapping that another block's view has made, and hands out
// the address of the block's first byte. Each map is followed by one unmap; the chunk's mapping
// ends with the last. engine/memory/buffer.h is what callers use.
//
// Errors: MAP_FAILED, OUT_OF_*_MEMORY: nothing is mapped, *data is NULL.
//
// Valid usage: the block is in use and its memory type is host-visible.
ASH_API ASH_NODISCARD enum ash_result ash_allocator_map(struct ash_allocator *allocator,
                                                        const struct ash_memory_block *block,
                                                        void **data);
ASH_API void ash_allocator_unmap(struct ash_allocator *allocator,
                                 const struct ash_memory_block *block);

// Makes writes of the CPU visible to the device (flush), or writes of the device to the CPU
// (invalidate), for a range inside a mapped block. Nothing to do in coherent memory.
ASH_API ASH_NODISCARD enum ash_result ash_allocator_flush(struct ash_allocator *allocator,
                                                          const struct ash_memory_block *block,
                                                          VkDeviceSize offset, VkDeviceSize size);
ASH_API ASH_NODISCARD enum ash_result ash_allocator_invalidate(struct ash_allocator *allocator,
                                                               const struct ash_memory_block *block,
                                                               VkDeviceSize offset,
                                                               VkDeviceSize size);

// The memory type an allocation would try first, by flags: required, then most preferred, then
// fewest extra; never protected, lazily allocated or device-coherent unless asked for.
// Errors: UNSUPPORTED; *index is then UINT32_MAX.
ASH_API ASH_NODISCARD enum ash_result ash_allocator_find_memory_type(
    const struct ash_allocator *allocator, uint32_t memory_type_bits,
    VkMemoryPropertyFlags properties, VkMemoryPropertyFlags preferred, uint32_t *index);
ASH_API VkMemoryPropertyFlags
ash_allocator_memory_type_properties(const struct ash_allocator *allocator, uint32_t index);

// What an observer is told of.
enum ash_operation_type { ASH_OPERATION_ALLOC, ASH_OPERATION_FREE };
// Called for every operation after it has succeeded; for records (engine/memory/optional/record.h).
struct ash_allocator_operation {
    enum ash_operation_type type;
    uint64_t id;   // of the block
    uint32_t slot; // a small number that no other living block has
    VkDeviceSize size, alignment;
    uint32_t memory_type_index;
    bool optimal_image, dedicated;
};
typedef void (*ash_allocator_observer)(void *user, const struct ash_allocator_operation *operation);
// NULL ends the observation. Valid usage: no other call is under way.
ASH_API void ash_allocator_observe(struct ash_allocator *allocator, ash_allocator_observer observer,
                                   void *user);

// For the owners of blocks (buffers, images): an allocator destroyed before them is caught.
ASH_API void ash_allocator_add_resource(struct ash_allocator *allocator);
ASH_API void ash_allocator_remove_resource(struct ash_allocator *allocator);

// The one that it was created with.
ASH_API struct ash_context *ash_allocator_context(const struct ash_allocator *allocator);

#ifdef __cplusplus
}
#endif

#endif
