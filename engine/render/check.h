// A failed Vulkan call on its way to a caller: logged once and translated. Private to
// engine/render.
#ifndef ASH_RENDER_CHECK_H
#define ASH_RENDER_CHECK_H

#include "engine/api.h"
#include "engine/context/context.h"
#include "engine/result.h"

// ASH_OK for success codes; else logs which call failed on what, and what to do about it, and
// returns the result for it. `call` is "vkCreateFence", `object` "the fence of slot 2".
ASH_NODISCARD enum ash_result ash_render_check(VkResult vk_result, const char *call,
                                               const char *object);

// What follows every vkCreate*: names the new object, whose handle is at `handle`, or does as
// ash_render_check with that name, and the handle is VK_NULL_HANDLE.
ASH_NODISCARD enum ash_result ash_render_made(const struct ash_context *context, VkResult vk_result,
                                              const char *call, VkObjectType type, void *handle,
                                              const char *format, ...) ASH_PRINTF(6, 7);

// Logs that there is no main memory for `what`; OUT_OF_HOST_MEMORY.
ASH_NODISCARD enum ash_result ash_render_no_memory(const char *what);

#endif
