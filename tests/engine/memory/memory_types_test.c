// Labels: gpu
// Every memory type that the device has: blocks of it are bound, written and read by the CPU where
// it reaches them, and copied between by the GPU; each byte must arrive.
#include "engine/memory/allocator.h"
#include "engine/memory/buffer.h"

#include "tests/support/memory_test.h"

#include <string.h>

#include <volk.h>

enum { SIZE = 70001, PAIR = 2 };
// Nobody gets memory with other properties without asking for them.
static const VkMemoryPropertyFlags ordinary =
    VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT | VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT |
    VK_MEMORY_PROPERTY_HOST_COHERENT_BIT | VK_MEMORY_PROPERTY_HOST_CACHED_BIT;

// A buffer that lies in a given type, which ash_buffer_init would choose by itself.
struct placed {
    VkBuffer buffer;
    struct ash_memory_block block;
};

// False: buffers can't lie in this type.
static bool place(struct memory_test *test, uint32_t type, struct placed *out)
{
    const struct ash_context *context = test->context;
    const VkBufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                                     .size = SIZE,
                                     .usage = VK_BUFFER_USAGE_TRANSFER_SRC_BIT |
                                              VK_BUFFER_USAGE_TRANSFER_DST_BIT |
                                              VK_BUFFER_USAGE_STORAGE_BUFFER_BIT};
    assert_int_equal(context->vk->vkCreateBuffer(context->device, &info, NULL, &out->buffer),
                     VK_SUCCESS);
    struct ash_alloc_params params = {.label = "of one type"};
    context->vk->vkGetBufferMemoryRequirements(context->device, out->buffer, &params.requirements);
    const bool fits = (params.requirements.memoryTypeBits >> type & 1) != 0;
    params.requirements.memoryTypeBits = 1u << type;
    assert_int_equal(ash_allocator_alloc(test->allocator, &params, &out->block), ASH_OK);
    assert_int_equal(out->block.memory_type_index, type);
    if (fits)
        assert_int_equal(context->vk->vkBindBufferMemory(context->device, out->buffer,
                                                         out->block.memory, out->block.offset),
                         VK_SUCCESS);
    return fits;
}

static void remove_placed(struct memory_test *test, struct placed *placed)
{
    test->context->vk->vkDestroyBuffer(test->context->device, placed->buffer, NULL);
    assert_int_equal(ash_allocator_free(test->allocator, &placed->block), ASH_OK);
}

static unsigned char byte_of(uint32_t type, size_t at)
{
    return (unsigned char)(at * 31 + at / 251 + type * 7 + 1);
}

static void fill(unsigned char *bytes, uint32_t type)
{
    for (size_t at = 0; at < SIZE; at++)
        bytes[at] = byte_of(type, at);
}

static void assert_filled(const unsigned char *bytes, uint32_t type)
{
    for (size_t at = 0; at < SIZE; at++)
        if (bytes[at] != byte_of(type, at))
            fail_msg("byte %zu of type %u is %u, not %u", at, type, bytes[at], byte_of(type, at));
}

static void write_block(struct memory_test *test, const struct ash_memory_block *block,
                        uint32_t type)
{
    void *data;
    assert_int_equal(ash_allocator_map(test->allocator, block, &data), ASH_OK);
    fill(data, type);
    assert_int_equal(ash_allocator_flush(test->allocator, block, 0, SIZE), ASH_OK);
    ash_allocator_unmap(test->allocator, block);
}

static void read_block(struct memory_test *test, const struct ash_memory_block *block,
                       uint32_t type)
{
    void *data;
    assert_int_equal(ash_allocator_map(test->allocator, block, &data), ASH_OK);
    assert_int_equal(ash_allocator_invalidate(test->allocator, block, 0, SIZE), ASH_OK);
    assert_filled(data, type);
    ash_allocator_unmap(test->allocator, block);
}

static void copy(struct memory_test *test, VkCommandBuffer commands, VkBuffer from, VkBuffer to)
{
    const VkBufferCopy region = {.size = SIZE};
    const VkMemoryBarrier2 barrier = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER_2,
        .srcStageMask = VK_PIPELINE_STAGE_2_COPY_BIT,
        .srcAccessMask = VK_ACCESS_2_TRANSFER_WRITE_BIT,
        .dstStageMask = VK_PIPELINE_STAGE_2_COPY_BIT | VK_PIPELINE_STAGE_2_HOST_BIT,
        .dstAccessMask = VK_ACCESS_2_TRANSFER_READ_BIT | VK_ACCESS_2_TRANSFER_WRITE_BIT |
                         VK_ACCESS_2_HOST_READ_BIT};
    const VkDependencyInfo info = {.sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO,
                                   .memoryBarrierCount = 1,
                                   .pMemoryBarriers = &barrier};
    test->context->vk->vkCmdCopyBuffer(commands, from, to, 1, &region);
    test->context->vk->vkCmdPipelineBarrier2(commands, &info);
}

static struct ash_buffer make_staging(struct memory_test *test)
{
    struct ash_buffer buffer;
    const struct ash_buffer_params params = {.size = SIZE,
                                             .usage = VK_BUFFER_USAGE_TRANSFER_SRC_BIT |
                                                      VK_BUFFER_USAGE_TRANSFER_DST_BIT,
                                             .properties = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT,
                                             .label = "staging"};
    assert_int_equal(ash_buffer_init(&buffer, test->allocator, &params), ASH_OK);
    return buffer;
}

// The CPU writes the first of a pair (or a buffer beside, where it can't reach the type), the GPU
// copies it to the second, and from there back.
static void round_trip(struct memory_test *test, uint32_t type, bool visible,
                       const struct placed pair[PAIR])
{
    struct ash_buffer staging = make_staging(test), readback = make_staging(test);
    VkCommandBuffer commands = memory_test_commands(test);
    write_block(test, visible ? &pair[0].block : &staging.block, type);
    if (!visible)
        copy(test, commands, staging.buffer, pair[0].buffer);
    copy(test, commands, pair[0].buffer, pair[1].buffer);
    copy(test, commands, pair[1].buffer, readback.buffer);
    memory_test_submit(test);
    read_block(test, &readback.block, type);
    if (visible)
        read_block(test, &pair[1].block, type);
    ash_buffer_finish(&staging);
    ash_buffer_finish(&readback);
}

static void every_type_keeps_what_is_written_to_it(void **state)
{
    (void)state;
    struct memory_test test;
    memory_test_begin_gpu(&test);
    const VkPhysicalDeviceMemoryProperties *memory = &test.context->memory_properties;
    uint32_t carried = 0;
    for (uint32_t type = 0; type < memory->memoryTypeCount; type++) {
        const VkMemoryPropertyFlags flags = memory->memoryTypes[type].propertyFlags;
        struct placed pair[PAIR];
        if ((flags & ~ordinary) != 0) {
            print_message("memory type %u (properties 0x%x) is for who asks for it\n", type, flags);
            continue;
        }
        bool fits = true;
        for (uint32_t i = 0; i < PAIR; i++)
            fits = place(&test, type, &pair[i]) && fits;
        if (fits)
            round_trip(&test, type, (flags & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT) != 0, pair);
        print_message("memory type %u (properties 0x%x): %s\n", type, flags,
                      fits ? "all bytes arrived" : "allocated and freed; no place for buffers");
        carried += fits;
        for (uint32_t i = 0; i < PAIR; i++)
            remove_placed(&test, &pair[i]);
    }
    assert_true(carried > 0);
    memory_test_end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_keeps_what_is_written_to_it),
    };
    return cmocka_run_group_tests(tests, NULL, memory_test_release);
}
