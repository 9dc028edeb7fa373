#include "engine/memory/image.h"

#include <string.h>

#include <volk.h>

#include "engine/assert.h"
#include "engine/bits.h"
#include "engine/context/debug.h"
#include "engine/log.h"

// What an image may be used for beyond copies; only such an image can have a view.
static const VkImageUsageFlags viewed_usage =
    VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_STORAGE_BIT | VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT |
    VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT | VK_IMAGE_USAGE_TRANSIENT_ATTACHMENT_BIT |
    VK_IMAGE_USAGE_INPUT_ATTACHMENT_BIT;

static const char *name_of(const struct ash_image_params *params)
{
    return params->label ? params->label : "image";
}

// Whether the format can do everything that the usage asks for.
static bool format_allows(const struct ash_context *context, const struct ash_image_params *params)
{
    static const struct {
        VkImageUsageFlags usage;
        VkFormatFeatureFlags feature;
    } needs[] = {
        {VK_IMAGE_USAGE_TRANSFER_SRC_BIT, VK_FORMAT_FEATURE_TRANSFER_SRC_BIT},
        {VK_IMAGE_USAGE_TRANSFER_DST_BIT, VK_FORMAT_FEATURE_TRANSFER_DST_BIT},
        {VK_IMAGE_USAGE_SAMPLED_BIT, VK_FORMAT_FEATURE_SAMPLED_IMAGE_BIT},
        {VK_IMAGE_USAGE_STORAGE_BIT, VK_FORMAT_FEATURE_STORAGE_IMAGE_BIT},
        {VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT, VK_FORMAT_FEATURE_COLOR_ATTACHMENT_BIT},
        {VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT,
         VK_FORMAT_FEATURE_DEPTH_STENCIL_ATTACHMENT_BIT},
    };
    VkFormatProperties properties;
    ash_context_format_properties(context, params->format, &properties);
    for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
        if ((params->usage & needs[i].usage) &&
            !(properties.optimalTilingFeatures & needs[i].feature))
            return false;
    }
    return true;
}

static uint32_t most_mip_levels(VkExtent2D extent)
{
    uint32_t levels = 1;
    while ((extent.width | extent.height) >> levels)
        levels++;
    return levels;
}

static enum ash_result check(const struct ash_context *context,
                             const struct ash_image_params *params, const struct ash_image *image)
{
    const VkPhysicalDeviceLimits *limits = &context->properties.limits;
    const char *reason = NULL;
    if (ash_max_u64(image->extent.width, image->extent.height) > limits->maxImageDimension2D)
        reason = "it is larger than this device's images can be";
    else if (image->array_layers > limits->maxImageArrayLayers)
        reason = "it has more layers than this device's images can have";
    else if (image->mip_levels > most_mip_levels(image->extent))
        reason = "it has more mip levels than its extent can be halved";
    else if (!format_allows(context, params))
        reason = "this device's format can't be used that way";
    if (!reason)
        return ASH_OK;
    ash_log(ASH_LOG_ERROR, "No image \"%s\" of %u x %u, format %d, usage 0x%x: %s", name_of(params),
            image->extent.width, image->extent.height, (int)image->format, params->usage, reason);
    return ASH_ERROR_UNSUPPORTED;
}

static enum ash_result create_image(const struct ash_context *context,
                                    const struct ash_image_params *params, struct ash_image *image)
{
    VkImageCreateInfo info = {.sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
                              .imageType = VK_IMAGE_TYPE_2D,
                              .format = image->format,
                              .extent = {image->extent.width, image->extent.height, 1},
                              .mipLevels = image->mip_levels,
                              .arrayLayers = image->array_layers,
                              .samples = VK_SAMPLE_COUNT_1_BIT,
                              .tiling = VK_IMAGE_TILING_OPTIMAL,
                              .usage = params->usage,
                              .sharingMode = VK_SHARING_MODE_EXCLUSIVE,
                              .initialLayout = VK_IMAGE_LAYOUT_UNDEFINED};
    VkResult result = context->vk->vkCreateImage(context->device, &info, NULL, &image->image);
    if (result != VK_SUCCESS) {
        ash_log(ASH_LOG_ERROR, "vkCreateImage failed for image \"%s\" of %u x %u: %s",
                name_of(params), image->extent.width, image->extent.height,
                ash_vk_result_name(result));
        image->image = VK_NULL_HANDLE;
        return ash_result_from_vk(result);
    }
    ash_debug_name(context, VK_OBJECT_TYPE_IMAGE, (uint64_t)image->image, "%s", name_of(params));
    return ASH_OK;
}

static enum ash_result take_memory(const struct ash_context *context,
                                   const struct ash_image_params *params, struct ash_image *image)
{
    VkMemoryDedicatedRequirements dedicated = {.sType =
                                                   VK_STRUCTURE_TYPE_MEMORY_DEDICATED_REQUIREMENTS};
    VkMemoryRequirements2 requirements = {.sType = VK_STRUCTURE_TYPE_MEMORY_REQUIREMENTS_2,
                                          .pNext = &dedicated};
    VkImageMemoryRequirementsInfo2 info = {
        .sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_REQUIREMENTS_INFO_2, .image = image->image};
    context->vk->vkGetImageMemoryRequirements2(context->device, &info, &requirements);
    struct ash_alloc_params alloc = {
        .requirements = requirements.memoryRequirements,
        .preferred = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT,
        .optimal_image = true,
        .dedicated = dedicated.requiresDedicatedAllocation || dedicated.prefersDedicatedAllocation,
        .label = params->label,
        .user = params->user,
    };
    // Only here may memory be lazily allocated: what such an image holds never leaves the tiles.
    if (params->usage & VK_IMAGE_USAGE_TRANSIENT_ATTACHMENT_BIT)
        alloc.preferred |= VK_MEMORY_PROPERTY_LAZILY_ALLOCATED_BIT;
    if (alloc.dedicated)
        alloc.dedicated_image = image->image;
    return ash_allocator_alloc(image->allocator, &alloc, &image->block);
}

static enum ash_result bind_memory(const struct ash_context *context,
                                   const struct ash_image_params *params,
                                   const struct ash_image *image)
{
    VkResult result = context->vk->vkBindImageMemory(context->device, image->image,
                                                     image->block.memory, image->block.offset);
    if (result == VK_SUCCESS)
        return ASH_OK;
    ash_log(ASH_LOG_ERROR, "vkBindImageMemory failed for image \"%s\": %s", name_of(params),
            ash_vk_result_name(result));
    return ash_result_from_vk(result);
}

static enum ash_result create_view(const struct ash_context *context,
                                   const struct ash_image_params *params, struct ash_image *image)
{
    if (!(params->usage & viewed_usage))
        return ASH_OK;
    VkImageViewCreateInfo info = {.sType = VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO,
                                  .image = image->image,
                                  .viewType = params->array_layers ? VK_IMAGE_VIEW_TYPE_2D_ARRAY
                                                                   : VK_IMAGE_VIEW_TYPE_2D,
                                  .format = image->format,
                                  .subresourceRange = {.aspectMask = image->aspect,
                                                       .levelCount = image->mip_levels,
                                                       .layerCount = image->array_layers}};
    VkResult result = context->vk->vkCreateImageView(context->device, &info, NULL, &image->view);
    if (result != VK_SUCCESS) {
        ash_log(ASH_LOG_ERROR, "vkCreateImageView failed for image \"%s\": %s", name_of(params),
                ash_vk_result_name(result));
        image->view = VK_NULL_HANDLE;
        return ash_result_from_vk(result);
    }
    ash_debug_name(context, VK_OBJECT_TYPE_IMAGE_VIEW, (uint64_t)image->view, "%s",
                   name_of(params));
    return ASH_OK;
}

// Destroys whatever of the image there is.
static void release(struct ash_image *image)
{
    const struct ash_context *context = ash_allocator_context(image->allocator);
    if (image->view)
        context->vk->vkDestroyImageView(context->device, image->view, NULL);
    if (image->image)
        context->vk->vkDestroyImage(context->device, image->image, NULL);
    // A block that the allocator does not know has been freed behind our back; it names the block.
    if (ash_allocator_free(image->allocator, &image->block) != ASH_OK)
        ash_log(ASH_LOG_ERROR, "The memory of an image of %u x %u was not its own any more",
                image->extent.width, image->extent.height);
}

enum ash_result ash_image_init(struct ash_image *image, struct ash_allocator *allocator,
                               const struct ash_image_params *params)
{
    const struct ash_context *context = ash_allocator_context(allocator);
    ASH_ASSERT_MESSAGE(params->extent.width > 0 && params->extent.height > 0,
                       "an image has at least one pixel");
    struct ash_image made = {.extent = params->extent,
                             .format = params->format,
                             .aspect = params->aspect ? params->aspect : VK_IMAGE_ASPECT_COLOR_BIT,
                             .mip_levels = params->mip_levels ? params->mip_levels : 1,
                             .array_layers = params->array_layers ? params->array_layers : 1,
                             .allocator = allocator};
    memset(image, 0, sizeof(*image));
    enum ash_result result = check(context, params, &made);
    if (result == ASH_OK)
        result = create_image(context, params, &made);
    if (result == ASH_OK)
        result = take_memory(context, params, &made);
    if (result == ASH_OK)
        result = bind_memory(context, params, &made);
    if (result == ASH_OK)
        result = create_view(context, params, &made);
    if (result != ASH_OK) {
        release(&made);
        return result;
    }
    ash_allocator_add_resource(allocator);
    *image = made;
    return ASH_OK;
}

void ash_image_finish(struct ash_image *image)
{
    if (!image || !image->image)
        return;
    release(image);
    ash_allocator_remove_resource(image->allocator);
    memset(image, 0, sizeof(*image));
}

VkExtent3D ash_image_level_extent(const struct ash_image *image, uint32_t mip_level)
{
    return (VkExtent3D){(uint32_t)ash_max_u64(image->extent.width >> mip_level, 1),
                        (uint32_t)ash_max_u64(image->extent.height >> mip_level, 1), 1};
}

// The bytes of one texel of formats that can be uploaded; 0 for all others.
static VkDeviceSize texel_size(VkFormat format)
{
    static const struct {
        VkFormat first, last; // Vulkan numbers formats of one layout in a row
        VkDeviceSize size;
    } ranges[] = {
        {VK_FORMAT_R8_UNORM, VK_FORMAT_R8_SRGB, 1},
        {VK_FORMAT_R8G8_UNORM, VK_FORMAT_R8G8_SRGB, 2},
        {VK_FORMAT_R8G8B8A8_UNORM, VK_FORMAT_A2B10G10R10_SINT_PACK32, 4},
        {VK_FORMAT_R16_UNORM, VK_FORMAT_R16_SFLOAT, 2},
        {VK_FORMAT_R16G16_UNORM, VK_FORMAT_R16G16_SFLOAT, 4},
        {VK_FORMAT_R16G16B16A16_UNORM, VK_FORMAT_R16G16B16A16_SFLOAT, 8},
        {VK_FORMAT_R32_UINT, VK_FORMAT_R32_SFLOAT, 4},
        {VK_FORMAT_R32G32_UINT, VK_FORMAT_R32G32_SFLOAT, 8},
        {VK_FORMAT_R32G32B32A32_UINT, VK_FORMAT_R32G32B32A32_SFLOAT, 16},
        {VK_FORMAT_B10G11R11_UFLOAT_PACK32, VK_FORMAT_E5B9G9R9_UFLOAT_PACK32, 4},
        {VK_FORMAT_D16_UNORM, VK_FORMAT_D16_UNORM, 2},
        {VK_FORMAT_D32_SFLOAT, VK_FORMAT_D32_SFLOAT, 4},
    };
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        if (format >= ranges[i].first && format <= ranges[i].last)
            return ranges[i].size;
    }
    return 0;
}

VkDeviceSize ash_image_level_size(const struct ash_image *image, uint32_t mip_level)
{
    VkExtent3D extent = ash_image_level_extent(image, mip_level);
    return extent.width * texel_size(image->format) * extent.height;
}
