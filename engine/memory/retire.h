// Destroys what the GPU may still use, once it has passed it.
//
//     drop a mesh  ->  ash_retire_buffer(retire, &buffer, value)  ->  it waits
//     frame by frame   ash_retire_collect(retire, completed)      ->  destroyed, its block is free
//
// An object is handed over with the timeline value of the last submission that used it, and is
// destroyed by the first collect that sees that value completed.
//
// Thread-safety: one thread at a time.
#ifndef ASH_MEMORY_RETIRE_H
#define ASH_MEMORY_RETIRE_H

#include "engine/api.h"
#include "engine/memory/buffer.h"
#include "engine/memory/image.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ash_retire; // opaque

// `context` is borrowed. Errors: OUT_OF_HOST_MEMORY; *out is NULL.
ASH_API ASH_NODISCARD enum ash_result ash_retire_create(struct ash_context *context,
                                                        struct ash_retire **out);
// Destroys everything that is left; the GPU is idle. NULL is allowed.
ASH_API void ash_retire_destroy(struct ash_retire *retire);

// Take the object over and zero it; a zeroed object is allowed. They never fail: where the queue
// can't grow, they wait for the device and destroy at once. No view of a buffer is open.
ASH_API void ash_retire_buffer(struct ash_retire *retire, struct ash_buffer *buffer,
                               uint64_t value);
ASH_API void ash_retire_image(struct ash_retire *retire, struct ash_image *image, uint64_t value);
ASH_API void ash_retire_pipeline(struct ash_retire *retire, VkPipeline pipeline, uint64_t value);

// Destroys what was handed over with a value up to `completed`.
ASH_API void ash_retire_collect(struct ash_retire *retire, uint64_t completed);

// Objects and bytes that wait.
ASH_API uint32_t ash_retire_count(const struct ash_retire *retire);
ASH_API VkDeviceSize ash_retire_bytes(const struct ash_retire *retire);
// Shows the block of every buffer and image that waits.
ASH_API void ash_retire_visit(const struct ash_retire *retire,
                              void (*visit)(void *user, const struct ash_memory_block *block),
                              void *user);

#ifdef __cplusplus
}
#endif

#endif
