// Names and labels that RenderDoc, validation messages and our own log show. All of it does
// nothing where VK_EXT_debug_utils is missing.
//
// Thread-safety: any thread; an object or a command buffer belongs to one at a time.
#ifndef ASH_CONTEXT_DEBUG_H
#define ASH_CONTEXT_DEBUG_H

#include "engine/context/context.h"

#ifdef __cplusplus
extern "C" {
#endif

// Names an object: ash_debug_name(context, VK_OBJECT_TYPE_BUFFER, (uint64_t)buffer, "mesh %u", n).
// The name is cut at 127 bytes.
ASH_API void ash_debug_name(const struct ash_context *context, VkObjectType type, uint64_t handle,
                            const char *format, ...) ASH_PRINTF(4, 5);

// Opens and closes a named span of commands; they nest.
ASH_API void ash_debug_begin_label(const struct ash_context *context, VkCommandBuffer commands,
                                   const char *name);
ASH_API void ash_debug_end_label(const struct ash_context *context, VkCommandBuffer commands);

#ifdef __cplusplus
}
#endif

#endif
