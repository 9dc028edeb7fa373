// Which GPU to take: scores from queried facts. Knows no Vulkan call. Private to engine/context.
#ifndef ASH_CONTEXT_DEVICE_PICK_H
#define ASH_CONTEXT_DEVICE_PICK_H

#include <vulkan/vulkan_core.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASH_NO_FAMILY UINT32_MAX

// What the choice depends on, as the driver told it.
struct ash_device_facts {
    char name[VK_MAX_PHYSICAL_DEVICE_NAME_SIZE];
    VkPhysicalDeviceType type;
    uint32_t api_version;
    bool dynamic_rendering, synchronization2, timeline_semaphore; // required features
    bool swapchain;                                               // VK_KHR_swapchain
    bool memory_budget;                                           // VK_EXT_memory_budget
    bool portability_subset;  // VK_KHR_portability_subset: not a whole Vulkan
    bool draw_indirect_count; // with multi-draw: the GPU can cull
    bool buffer_device_address;
    uint32_t graphics_family; // graphics and compute; with a surface it also presents to it
    uint32_t transfer_family; // nothing but transfers; both are ASH_NO_FAMILY where there is none
    uint32_t timestamp_valid_bits;  // of the graphics family
    bool any_graphics;              // a graphics family, whether it presents or not
    VkDeviceSize device_local_size; // bytes of the largest device-local heap
};

struct ash_device_verdict {
    bool suits;
    uint32_t score;   // 0 where it does not suit
    char reason[160]; // the sum of the score, or what is missing
};

// `surface`: it has to present.
void ash_device_judge(const struct ash_device_facts *facts, bool surface,
                      struct ash_device_verdict *out);

enum ash_device_choice {
    ASH_DEVICE_CHOSEN,
    ASH_DEVICE_NONE_SUITS,  // of those that match
    ASH_DEVICE_NONE_MATCHES // `gpu` is neither an index nor part of a name
};

// Takes the best suiting device among those that `gpu` (an index, or part of the name in any
// case; NULL or "": all) allows; of equals the first.
enum ash_device_choice ash_device_pick(const struct ash_device_facts *facts,
                                       const struct ash_device_verdict *verdicts, uint32_t count,
                                       const char *gpu, uint32_t *index);

// "discrete", "integrated", "virtual", "cpu" or "other".
const char *ash_device_type_name(VkPhysicalDeviceType type);

#endif
