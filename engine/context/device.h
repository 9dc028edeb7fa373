// The physical devices of an instance, and the logical device on one of them. Private to
// engine/context.
#ifndef ASH_CONTEXT_DEVICE_H
#define ASH_CONTEXT_DEVICE_H

#include "engine/context/device_pick.h"
#include "engine/context/instance.h"

// No machine has more; what a driver lists beyond is not looked at.
#define ASH_MAX_GPUS 16

struct ash_gpus {
    VkPhysicalDevice handles[ASH_MAX_GPUS];
    struct ash_device_facts facts[ASH_MAX_GPUS];
    struct ash_device_verdict verdicts[ASH_MAX_GPUS];
    uint32_t count;
};

// Asks every device for its facts and judges it, as one that presents to the context's surface
// where it has one.
//
// Errors: NO_DRIVER (no device at all), OUT_OF_HOST_MEMORY, VULKAN; logged.
enum ash_result ash_gpus_query(const struct ash_context_instance *owned, struct ash_gpus *out);

// Fills what the context says of its physical device. Functions that are missing (in a foreign
// loader) leave Vulkan's guaranteed minimum.
void ash_device_describe(struct ash_context_instance *owned);

// Makes the device with its queues and optional features, and says so in the context.
//
// Errors: OUT_OF_*_MEMORY, UNSUPPORTED, DEVICE_LOST, VULKAN; logged.
enum ash_result ash_device_init(struct ash_context_instance *owned,
                                const struct ash_device_facts *facts);

#endif
