// Labels: gpu
// Uploads on the real driver, with synchronization validation: the barriers are right, and what
// was uploaded is what the GPU hands back.
#include "engine/memory/upload.h"

#include "tests/support/memory_test.h"

#include <stdlib.h>
#include <string.h>

#include <volk.h>

struct gpu_test {
    struct memory_test test;
    struct ash_upload *upload;
    struct ash_buffer readback;
};

enum { READBACK_SIZE = 1 << 20 };

static void begin(struct gpu_test *test)
{
    struct ash_upload_params params = {.size = 1 << 18, .path = ASH_UPLOAD_GRAPHICS_QUEUE};
    struct ash_buffer_params readback = {.size = READBACK_SIZE,
                                         .usage = VK_BUFFER_USAGE_TRANSFER_DST_BIT,
                                         .properties = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT,
                                         .preferred = VK_MEMORY_PROPERTY_HOST_CACHED_BIT,
                                         .label = "readback"};
    memory_test_begin_gpu(&test->test);
    assert_int_equal(ash_upload_create(test->test.allocator, &params, &test->upload), ASH_OK);
    assert_int_equal(ash_buffer_init(&test->readback, test->test.allocator, &readback), ASH_OK);
}

static void end(struct gpu_test *test)
{
    ash_upload_destroy(test->upload);
    ash_buffer_finish(&test->readback);
    memory_test_end(&test->test);
}

static void make_buffer(struct gpu_test *test, struct ash_buffer *buffer, VkDeviceSize size)
{
    struct ash_buffer_params params = {.size = size,
                                       .usage = VK_BUFFER_USAGE_VERTEX_BUFFER_BIT |
                                                VK_BUFFER_USAGE_TRANSFER_DST_BIT |
                                                VK_BUFFER_USAGE_TRANSFER_SRC_BIT,
                                       .preferred = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT,
                                       .label = "mesh"};
    assert_int_equal(ash_buffer_init(buffer, test->test.allocator, &params), ASH_OK);
}

static void upload(struct gpu_test *test, const struct ash_upload_target *target,
                   const unsigned char *bytes)
{
    struct ash_buffer_view view;
    assert_int_equal(ash_upload_begin(test->upload, target, &view), ASH_OK);
    assert_int_equal(ash_view_write(&view, 0, bytes, target->size), ASH_OK);
    assert_int_equal(ash_upload_end(&view), ASH_OK);
}

static void host_barrier(struct gpu_test *test, VkCommandBuffer commands)
{
    VkMemoryBarrier2 barrier = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER_2,
        .srcStageMask = VK_PIPELINE_STAGE_2_COPY_BIT,
        .srcAccessMask = VK_ACCESS_2_TRANSFER_WRITE_BIT,
        .dstStageMask = VK_PIPELINE_STAGE_2_HOST_BIT | VK_PIPELINE_STAGE_2_COPY_BIT,
        .dstAccessMask = VK_ACCESS_2_HOST_READ_BIT | VK_ACCESS_2_TRANSFER_WRITE_BIT};
    VkDependencyInfo info = {.sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO,
                             .memoryBarrierCount = 1,
                             .pMemoryBarriers = &barrier};
    test->test.context->vk->vkCmdPipelineBarrier2(commands, &info);
}

static void assert_read_back(struct gpu_test *test, const unsigned char *model, VkDeviceSize size)
{
    struct ash_buffer_view view;
    struct ash_view_params params = {.size = size, .access = ASH_ACCESS_READ};
    assert_int_equal(ash_buffer_begin_view(&test->readback, &params, &view), ASH_OK);
    assert_memory_equal(view.data, model, size);
    assert_int_equal(ash_buffer_end_view(&view), ASH_OK);
}

// Uploads, reads back in the same commands, and uploads again over it, without a word of ours
// between but the barriers of ash_upload_record.
static void buffers_arrive_and_are_used_in_the_same_commands(void **state)
{
    (void)state;
    enum { SIZE = 100003 };
    struct gpu_test test;
    struct ash_buffer buffers[2];
    unsigned char *model = calloc(2, SIZE), *bytes = malloc(SIZE);
    assert_non_null(model);
    assert_non_null(bytes);
    begin(&test);
    for (uint32_t i = 0; i < 2; i++) {
        make_buffer(&test, &buffers[i], SIZE);
        struct ash_upload_target all = {.buffer = &buffers[i], .size = SIZE};
        upload(&test, &all, model);
    }
    for (uint32_t frame = 1; frame <= 20; frame++) {
        for (uint32_t i = 0; i < 20 && frame > 1; i++) {
            VkDeviceSize size = 1 + (frame * 977 + i * 3301) % 5000;
            VkDeviceSize offset = (frame * 7919 + i * 5003) % (SIZE - size);
            memset(bytes, (int)(frame * 20 + i), size);
            memcpy(model + (i % 2) * SIZE + offset, bytes, size);
            struct ash_upload_target part = {
                .buffer = &buffers[i % 2], .offset = offset, .size = size};
            upload(&test, &part, bytes);
        }
        VkCommandBuffer commands = memory_test_commands(&test.test);
        ash_upload_record(test.upload, commands, frame, &(struct ash_upload_wait){0});
        for (uint32_t i = 0; i < 2; i++) {
            VkBufferCopy region = {.dstOffset = i * SIZE, .size = SIZE};
            test.test.context->vk->vkCmdCopyBuffer(commands, buffers[i].buffer,
                                                   test.readback.buffer, 1, &region);
        }
        // After a reader, in the same commands: the barrier before the copies must hold it back.
        struct ash_upload_target again = {.buffer = &buffers[0], .size = 1};
        upload(&test, &again, model);
        ash_upload_record(test.upload, commands, frame, &(struct ash_upload_wait){0});
        host_barrier(&test, commands);
        memory_test_submit(&test.test);
        ash_upload_reclaim(test.upload, frame);
        assert_read_back(&test, model, 2 * SIZE);
    }
    ash_buffer_finish(&buffers[0]);
    ash_buffer_finish(&buffers[1]);
    end(&test);
    free(bytes);
    free(model);
}

static void read_level(struct gpu_test *test, VkCommandBuffer commands,
                       const struct ash_image *image, uint32_t layer)
{
    VkImageMemoryBarrier2 barrier = {
        .sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER_2,
        .srcStageMask = VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT,
        .srcAccessMask = VK_ACCESS_2_SHADER_SAMPLED_READ_BIT,
        .dstStageMask = VK_PIPELINE_STAGE_2_COPY_BIT,
        .dstAccessMask = VK_ACCESS_2_TRANSFER_READ_BIT,
        .oldLayout = VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL,
        .newLayout = VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL,
        .srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
        .dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
        .image = image->image,
        .subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 1, 1, layer, 1}};
    VkDependencyInfo info = {.sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO,
                             .imageMemoryBarrierCount = 1,
                             .pImageMemoryBarriers = &barrier};
    VkBufferImageCopy region = {.bufferOffset = layer * 16 * 8 * 4,
                                .imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 1, layer, 1},
                                .imageExtent = {16, 8, 1}};
    const struct VolkDeviceTable *vk = test->test.context->vk;
    vk->vkCmdPipelineBarrier2(commands, &info);
    vk->vkCmdCopyImageToBuffer(commands, image->image, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL,
                               test->readback.buffer, 1, &region);
}

static void images_arrive_in_the_layout_that_is_promised(void **state)
{
    (void)state;
    enum { LAYERS = 5, LEVEL = 16 * 8 * 4 };
    struct gpu_test test;
    struct ash_image image;
    unsigned char model[LAYERS * LEVEL], base[32 * 16 * 4] = {0};
    struct ash_image_params params = {.extent = {32, 16},
                                      .format = VK_FORMAT_R8G8B8A8_UNORM,
                                      .usage = VK_IMAGE_USAGE_SAMPLED_BIT |
                                               VK_IMAGE_USAGE_TRANSFER_DST_BIT |
                                               VK_IMAGE_USAGE_TRANSFER_SRC_BIT,
                                      .mip_levels = 2,
                                      .array_layers = LAYERS,
                                      .label = "textures"};
    begin(&test);
    assert_int_equal(ash_image_init(&image, test.test.allocator, &params), ASH_OK);
    for (uint32_t frame = 1; frame <= 3; frame++) {
        for (uint32_t layer = 0; layer < LAYERS; layer++) {
            struct ash_upload_target whole = {
                .image = &image, .array_layer = layer, .size = sizeof(base)};
            struct ash_upload_target half = {
                .image = &image, .mip_level = 1, .array_layer = layer, .size = LEVEL};
            upload(&test, &half, base); // the next one to the same level wins
            upload(&test, &whole, base);
            memset(model + layer * LEVEL, (int)(layer * 40 + frame), LEVEL);
            upload(&test, &half, model + layer * LEVEL);
        }
        VkCommandBuffer commands = memory_test_commands(&test.test);
        ash_upload_record(test.upload, commands, frame, &(struct ash_upload_wait){0});
        for (uint32_t layer = 0; layer < LAYERS; layer++)
            read_level(&test, commands, &image, layer);
        host_barrier(&test, commands);
        memory_test_submit(&test.test);
        ash_upload_reclaim(test.upload, frame);
        assert_read_back(&test, model, sizeof(model));
    }
    ash_image_finish(&image);
    end(&test);
}

static void a_visible_destination_is_written_directly(void **state)
{
    (void)state;
    struct gpu_test test;
    struct ash_upload *direct;
    struct ash_buffer buffer;
    struct ash_upload_stats stats;
    unsigned char bytes[777];
    memset(bytes, 0x5A, sizeof(bytes));
    begin(&test);
    struct ash_upload_params direct_params = {.size = 4096, .path = ASH_UPLOAD_DIRECT};
    assert_int_equal(ash_upload_create(test.test.allocator, &direct_params, &direct), ASH_OK);
    make_buffer(&test, &buffer, sizeof(bytes));
    struct ash_upload *staged = test.upload;
    struct ash_upload_target target = {.buffer = &buffer, .size = sizeof(bytes)};
    test.upload = direct;
    upload(&test, &target, bytes);
    VkCommandBuffer commands = memory_test_commands(&test.test);
    ash_upload_record(direct, commands, 1, &(struct ash_upload_wait){0});
    VkBufferCopy region = {.size = sizeof(bytes)};
    test.test.context->vk->vkCmdCopyBuffer(commands, buffer.buffer, test.readback.buffer, 1,
                                           &region);
    host_barrier(&test, commands);
    memory_test_submit(&test.test);
    assert_read_back(&test, bytes, sizeof(bytes));
    ash_upload_stats(direct, &stats);
    bool visible = buffer.properties & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT;
    assert_int_equal(stats.direct_writes, visible ? 1 : 0);
    assert_int_equal(stats.copies, visible ? 0 : 1);
    test.upload = staged;
    ash_upload_destroy(direct);
    ash_buffer_finish(&buffer);
    end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buffers_arrive_and_are_used_in_the_same_commands),
        cmocka_unit_test(images_arrive_in_the_layout_that_is_promised),
        cmocka_unit_test(a_visible_destination_is_written_directly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
