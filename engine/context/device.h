// The logical device, and what the context says of the physical one under it. Private to
// engine/context.
#ifndef ASH_CONTEXT_DEVICE_H
#define ASH_CONTEXT_DEVICE_H

#include "engine/context/device_pick.h"
#include "engine/context/instance.h"

// Fills what the context says of its physical device. Functions that are missing (in a foreign
// loader) leave Vulkan's guaranteed minimum.
void ash_device_describe(struct ash_context_instance *owned);

// Makes the device with its queues and optional features, and says so in the context.
//
// Errors: OUT_OF_*_MEMORY, UNSUPPORTED, DEVICE_LOST, VULKAN; logged.
enum ash_result ash_device_init(struct ash_context_instance *owned,
                                const struct ash_device_facts *facts);

#endif
