#include "engine/render/descriptors.h"

#include <volk.h>

#include "engine/render/check.h"

// Sets of the first pool; each further one has twice as many. Most frames need one pool.
enum { FIRST_POOL_SETS = 64 };

static enum ash_result add_pool(struct ash_descriptors *descriptors,
                                const struct ash_context *context)
{
    static const VkDescriptorType types[] = {
        VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
        VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, VK_DESCRIPTOR_TYPE_SAMPLED_IMAGE,
        VK_DESCRIPTOR_TYPE_STORAGE_IMAGE};
    enum { TYPE_COUNT = sizeof(types) / sizeof(types[0]) };
    if (descriptors->pool_count == ASH_MAX_DESCRIPTOR_POOLS)
        return ash_render_check(VK_ERROR_OUT_OF_POOL_MEMORY, "vkAllocateDescriptorSets",
                                "a frame with more sets than all pools hold");
    uint32_t sets = (uint32_t)FIRST_POOL_SETS << descriptors->pool_count;
    VkDescriptorPoolSize sizes[TYPE_COUNT];
    for (uint32_t i = 0; i < TYPE_COUNT; i++)
        sizes[i] = (VkDescriptorPoolSize){types[i], 2 * sets};
    VkDescriptorPool pool;
    VkResult vk_result = context->vk->vkCreateDescriptorPool(
        context->device,
        &(VkDescriptorPoolCreateInfo){.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
                                      .maxSets = sets,
                                      .poolSizeCount = TYPE_COUNT,
                                      .pPoolSizes = sizes},
        NULL, &pool);
    enum ash_result result =
        ash_render_made(context, vk_result, "vkCreateDescriptorPool",
                        VK_OBJECT_TYPE_DESCRIPTOR_POOL, &pool, "descriptor pool of %u sets", sets);
    if (result == ASH_OK)
        descriptors->pools[descriptors->pool_count++] = pool;
    return result;
}

void ash_descriptors_finish(struct ash_descriptors *descriptors, const struct ash_context *context)
{
    for (uint32_t i = 0; i < descriptors->pool_count; i++)
        context->vk->vkDestroyDescriptorPool(context->device, descriptors->pools[i], NULL);
    *descriptors = (struct ash_descriptors){0};
}

void ash_descriptors_reset(struct ash_descriptors *descriptors, const struct ash_context *context)
{
    for (uint32_t i = 0; i < descriptors->pool_count && i <= descriptors->current; i++)
        context->vk->vkResetDescriptorPool(context->device, descriptors->pools[i], 0);
    descriptors->current = 0;
}

enum ash_result ash_descriptors_alloc(struct ash_descriptors *descriptors,
                                      const struct ash_context *context,
                                      VkDescriptorSetLayout layout, VkDescriptorSet *out)
{
    *out = VK_NULL_HANDLE;
    for (;;) {
        if (descriptors->current == descriptors->pool_count) {
            enum ash_result result = add_pool(descriptors, context);
            if (result != ASH_OK)
                return result;
        }
        VkDescriptorSetAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
                                            .descriptorPool =
                                                descriptors->pools[descriptors->current],
                                            .descriptorSetCount = 1,
                                            .pSetLayouts = &layout};
        VkResult vk_result = context->vk->vkAllocateDescriptorSets(context->device, &info, out);
        if (vk_result == VK_SUCCESS)
            return ASH_OK;
        *out = VK_NULL_HANDLE;
        if (vk_result != VK_ERROR_OUT_OF_POOL_MEMORY && vk_result != VK_ERROR_FRAGMENTED_POOL)
            return ash_render_check(vk_result, "vkAllocateDescriptorSets", "a frame");
        descriptors->current++;
    }
}
