#include "engine/context/device_pick.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Points by type, so far apart that all the extras (at most 64 + 20 + 10 + 5 + 5) can't carry one
// type over another: a CPU is taken only where nothing else suits.
#define POINTS_DISCRETE   1000
#define POINTS_INTEGRATED 700
#define POINTS_VIRTUAL    500
#define POINTS_OTHER      300
#define POINTS_CPU        100

#define POINTS_MEMORY_MAX     64 // one a GiB
#define POINTS_TRANSFER_QUEUE 20
#define POINTS_INDIRECT_COUNT 10
#define POINTS_MEMORY_BUDGET  5
#define POINTS_DEVICE_ADDRESS 5

struct device_type {
    const char *name;
    uint32_t points;
};

static struct device_type type_of(VkPhysicalDeviceType type)
{
    static const struct device_type types[] = {
        [VK_PHYSICAL_DEVICE_TYPE_OTHER] = {"other", POINTS_OTHER},
        [VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU] = {"integrated", POINTS_INTEGRATED},
        [VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU] = {"discrete", POINTS_DISCRETE},
        [VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU] = {"virtual", POINTS_VIRTUAL},
        [VK_PHYSICAL_DEVICE_TYPE_CPU] = {"cpu", POINTS_CPU},
    };
    bool known = (size_t)type < sizeof(types) / sizeof(types[0]);
    return types[known ? type : VK_PHYSICAL_DEVICE_TYPE_OTHER];
}

const char *ash_device_type_name(VkPhysicalDeviceType type)
{
    return type_of(type).name;
}

// What a device lacks that nothing can be done without; NULL where it lacks nothing.
static const char *what_is_missing(const struct ash_device_facts *facts, bool surface)
{
    if (facts->api_version < VK_API_VERSION_1_3)
        return "Vulkan 1.3 is needed";
    if (!facts->dynamic_rendering)
        return "it lacks the feature dynamicRendering";
    if (!facts->synchronization2)
        return "it lacks the feature synchronization2";
    if (!facts->timeline_semaphore)
        return "it lacks the feature timelineSemaphore";
    if (!facts->any_graphics)
        return "it has no queue for graphics and compute";
    if (surface && !facts->swapchain)
        return "it lacks VK_KHR_swapchain";
    if (facts->graphics_family == ASH_NO_FAMILY)
        return "it can't present to the window";
    return NULL;
}

static void add_points(struct ash_device_verdict *verdict, uint32_t points, const char *what)
{
    if (points == 0)
        return;
    size_t used = strlen(verdict->reason);
    snprintf(verdict->reason + used, sizeof(verdict->reason) - used, "%s%s %u",
             used > 0 ? ", " : "", what, (unsigned)points);
    verdict->score += points;
}

void ash_device_judge(const struct ash_device_facts *facts, bool surface,
                      struct ash_device_verdict *out)
{
    *out = (struct ash_device_verdict){0};
    const char *missing = what_is_missing(facts, surface);
    if (missing != NULL) {
        snprintf(out->reason, sizeof(out->reason), "%s", missing);
        return;
    }
    VkDeviceSize gib = facts->device_local_size >> 30;
    out->suits = true;
    add_points(out, type_of(facts->type).points, type_of(facts->type).name);
    add_points(out, gib < POINTS_MEMORY_MAX ? (uint32_t)gib : POINTS_MEMORY_MAX, "memory");
    add_points(out, facts->transfer_family != ASH_NO_FAMILY ? POINTS_TRANSFER_QUEUE : 0,
               "transfer queue");
    add_points(out, facts->draw_indirect_count ? POINTS_INDIRECT_COUNT : 0, "indirect count");
    add_points(out, facts->memory_budget ? POINTS_MEMORY_BUDGET : 0, "memory budget");
    add_points(out, facts->buffer_device_address ? POINTS_DEVICE_ADDRESS : 0, "addresses");
}

static bool contains_any_case(const char *text, const char *part)
{
    for (; *text != '\0'; text++) {
        size_t i = 0;
        while (part[i] != '\0' && text[i] != '\0' &&
               tolower((unsigned char)text[i]) == tolower((unsigned char)part[i]))
            i++;
        if (part[i] == '\0')
            return true;
    }
    return false;
}

// Whether `gpu` is the index of one of `count` devices. Larger numbers may be part of a name:
// "4090".
static bool is_index(const char *gpu, uint32_t count, uint32_t *index)
{
    if (gpu[strspn(gpu, "0123456789")] != '\0' || strlen(gpu) > 9)
        return false;
    *index = (uint32_t)strtoul(gpu, NULL, 10);
    return *index < count;
}

enum ash_device_choice ash_device_pick(const struct ash_device_facts *facts,
                                       const struct ash_device_verdict *verdicts, uint32_t count,
                                       const char *gpu, uint32_t *index)
{
    uint32_t only = 0;
    uint32_t best = 0; // the highest score so far; those that suit have more than 0
    bool matched = false;
    bool all = gpu == NULL || gpu[0] == '\0';
    bool by_index = !all && is_index(gpu, count, &only);
    for (uint32_t i = 0; i < count; i++) {
        if (!all && (by_index ? i != only : !contains_any_case(facts[i].name, gpu)))
            continue;
        matched = true;
        if (verdicts[i].suits && verdicts[i].score > best) {
            best = verdicts[i].score;
            *index = i;
        }
    }
    if (best > 0)
        return ASH_DEVICE_CHOSEN;
    return matched || all ? ASH_DEVICE_NONE_SUITS : ASH_DEVICE_NONE_MATCHES;
}
