#include "engine/render/uniform.h"

#include "engine/assert.h"
#include "engine/bits.h"
#include "engine/log.h"

static VkDeviceSize binding_alignment(const struct ash_context *context)
{
    const VkPhysicalDeviceLimits *limits = &context->properties.limits;
    VkDeviceSize alignment = ash_max_u64(limits->minUniformBufferOffsetAlignment,
                                         limits->minStorageBufferOffsetAlignment);
    return ash_max_u64(alignment, 16); // a vec4
}

enum ash_result ash_uniform_ring_init(struct ash_uniform_ring *ring,
                                      struct ash_allocator *allocator, VkDeviceSize slot_size,
                                      uint32_t slot_count)
{
    ASH_ASSERT(slot_size > 0);
    ASH_ASSERT(slot_count > 0);
    VkDeviceSize alignment = binding_alignment(ash_allocator_context(allocator));
    *ring = (struct ash_uniform_ring){
        .slot_size = ash_align_up(slot_size, alignment),
        .alignment = alignment,
        .slot_count = slot_count,
    };
    if (ring->slot_size > UINT64_MAX / slot_count) {
        ash_log(ASH_LOG_ERROR, "A uniform ring of %u times %llu bytes can't be: ask for less.",
                slot_count, (unsigned long long)slot_size);
        *ring = (struct ash_uniform_ring){0};
        return ASH_ERROR_OUT_OF_DEVICE_MEMORY;
    }
    enum ash_result result = ash_buffer_init(
        &ring->buffer, allocator,
        &(struct ash_buffer_params){
            .size = ring->slot_size * slot_count,
            .usage = VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT | VK_BUFFER_USAGE_STORAGE_BUFFER_BIT |
                     VK_BUFFER_USAGE_INDIRECT_BUFFER_BIT,
            .properties = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT,
            .preferred = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT,
            .label = "uniform ring"});
    if (result == ASH_OK)
        result = ash_buffer_begin_view(
            &ring->buffer, &(struct ash_view_params){.access = ASH_ACCESS_WRITE}, &ring->view);
    if (result != ASH_OK) {
        ash_buffer_finish(&ring->buffer);
        *ring = (struct ash_uniform_ring){0};
    }
    return result;
}

void ash_uniform_ring_finish(struct ash_uniform_ring *ring)
{
    if (ring->view.data != NULL && ash_buffer_end_view(&ring->view) != ASH_OK)
        ash_log(ASH_LOG_DEBUG, "The last uniforms were not flushed; nobody reads them.");
    ash_buffer_finish(&ring->buffer);
    *ring = (struct ash_uniform_ring){0};
}

void ash_uniform_ring_begin(struct ash_uniform_ring *ring, uint32_t slot)
{
    ASH_ASSERT(slot < ring->slot_count);
    ring->slot = slot;
    ring->used = 0;
}

enum ash_result ash_uniform_ring_write(struct ash_uniform_ring *ring, const void *data,
                                       VkDeviceSize size, VkDescriptorBufferInfo *out)
{
    *out = (VkDescriptorBufferInfo){0};
    VkDeviceSize start = ash_align_up(ring->used, ring->alignment);
    if (!ash_range_inside(start, size, ring->slot_size)) {
        ash_log(ASH_LOG_DEBUG, "This frame's %llu bytes of uniforms are used up.",
                (unsigned long long)ring->slot_size);
        return ASH_NOT_READY;
    }
    VkDeviceSize offset = ring->slot * ring->slot_size + start;
    enum ash_result result = ash_view_write(&ring->view, offset, data, size);
    if (result != ASH_OK)
        return result;
    ring->used = start + size;
    *out = (VkDescriptorBufferInfo){ring->buffer.buffer, offset, size};
    return ASH_OK;
}

enum ash_result ash_uniform_ring_flush(struct ash_uniform_ring *ring)
{
    if (ring->used == 0)
        return ASH_OK;
    return ash_view_flush(&ring->view, ring->slot * ring->slot_size, ring->used);
}
