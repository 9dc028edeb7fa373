// A VkImage (2D, optimal tiling) with its memory and one view of all of it.
//
// Images lie in device-local memory where there is room, and are filled through
// engine/memory/upload.h; the CPU never maps them.
//
// Thread-safety: one thread at a time per image.
#ifndef ASH_MEMORY_IMAGE_H
#define ASH_MEMORY_IMAGE_H

#include "engine/api.h"
#include "engine/memory/allocator.h"
#include "engine/result.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ash_image_params {
    VkExtent2D extent; // pixels
    VkFormat format;
    VkImageUsageFlags usage;
    VkImageAspectFlags aspect; // 0: COLOR
    uint32_t mip_levels;       // 0: 1
    uint32_t array_layers;     // 0: one, viewed as 2D; else viewed as 2D_ARRAY
    const char *label;         // copied; also the Vulkan objects' debug name
    void *user;                // handed on to the memory map; borrowed
};

// All zero is "no image".
struct ash_image {
    VkImage image;
    VkImageView view; // VK_NULL_HANDLE where usage allows copies only
    VkExtent2D extent;
    VkFormat format;
    VkImageAspectFlags aspect;
    uint32_t mip_levels, array_layers;
    struct ash_memory_block block;
    // private
    struct ash_allocator *allocator; // borrowed
};

// Creates image, memory, binding and view. On failure *image is all zero and nothing is left.
// Errors: OUT_OF_*_MEMORY, VULKAN; UNSUPPORTED if the device has no such image: the format lacks
// the usage, or the extent, layers or levels are more than it has.
// Valid usage: neither side of the extent is 0.
ASH_API ASH_NODISCARD enum ash_result ash_image_init(struct ash_image *image,
                                                     struct ash_allocator *allocator,
                                                     const struct ash_image_params *params);
// A zeroed image is allowed. The GPU is done with it.
ASH_API void ash_image_finish(struct ash_image *image);

// A mip level of it: pixels, and the bytes of one layer, tightly packed (0: texels of this format
// have no known size).
ASH_API VkExtent3D ash_image_level_extent(const struct ash_image *image, uint32_t mip_level);
ASH_API VkDeviceSize ash_image_level_size(const struct ash_image *image, uint32_t mip_level);

#ifdef __cplusplus
}
#endif

#endif
