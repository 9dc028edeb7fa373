// What the validation layer says: logged and counted. Private to engine/context.
//
// Thread-safety: the layer calls from any thread.
#ifndef ASH_CONTEXT_MESSENGER_H
#define ASH_CONTEXT_MESSENGER_H

#include <vulkan/vulkan_core.h>

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct ash_messages {
    atomic_uint count;
};

// For VkInstanceCreateInfo's chain and for vkCreateDebugUtilsMessengerEXT. `messages` must outlive
// the instance.
VkDebugUtilsMessengerCreateInfoEXT ash_messenger_info(struct ash_messages *messages);

// The part of a layer's message that a person reads: its text without the preamble of objects and
// numbers, which older layers put before it.
const char *ash_message_text(const char *message);

// The messages of all contexts of this process.
uint32_t ash_messages_total(void);

#endif
