// Descriptor sets that live for one frame: pools of growing size, all reset at once.
//
// Thread-safety: one thread.
#ifndef ASH_RENDER_DESCRIPTORS_H
#define ASH_RENDER_DESCRIPTORS_H

#include "engine/api.h"
#include "engine/context/context.h"
#include "engine/result.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { ASH_MAX_DESCRIPTOR_POOLS = 16 };

// All zero has no pools yet and is ready for use.
struct ash_descriptors {
    VkDescriptorPool pools[ASH_MAX_DESCRIPTOR_POOLS];
    uint32_t pool_count;
    uint32_t current; // the pools before it are full
};

// Destroys all pools. The GPU is done with the sets. A zeroed object is allowed.
ASH_API void ash_descriptors_finish(struct ash_descriptors *descriptors,
                                    const struct ash_context *context);

// Takes all sets back. The GPU is done with them.
ASH_API void ash_descriptors_reset(struct ash_descriptors *descriptors,
                                   const struct ash_context *context);

// Errors: OUT_OF_*_MEMORY; *out is VK_NULL_HANDLE.
ASH_API ASH_NODISCARD enum ash_result ash_descriptors_alloc(struct ash_descriptors *descriptors,
                                                            const struct ash_context *context,
                                                            VkDescriptorSetLayout layout,
                                                            VkDescriptorSet *out);

#ifdef __cplusplus
}
#endif

#endif
