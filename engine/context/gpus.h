// The physical devices of an instance: their facts, and which of them to take. Private to
// engine/context.
#ifndef ASH_CONTEXT_GPUS_H
#define ASH_CONTEXT_GPUS_H

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

// The best of those that `gpu` allows (engine/context/device_pick.h), with the reasons in the log.
//
// Errors: NO_DEVICE; logged.
enum ash_result ash_gpus_pick(const struct ash_gpus *gpus, const char *gpu, uint32_t *chosen);

// "0: llvmpipe - cpu, Vulkan 1.3, score 110".
void ash_gpus_format(const struct ash_gpus *gpus, uint32_t index, char *line, size_t size);

#endif
