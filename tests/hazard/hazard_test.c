// Labels: gpu hazard
//
// Planted hazards: that no message came in the other GPU tests means something only where the
// validation layer would have reported one. Debian 12's layer (1.3.239) sees neither of these;
// Debian 13's (1.4.309) sees both.
#include "tests/support/test.h"

#include <dlfcn.h>
#include <string.h>

#include <volk.h>

#include "engine/context/context.h"
#include "engine/log.h"
#include "engine/memory/buffer.h"
#include "engine/memory/image.h"

// The oldest layer that is known to report both.
static const uint32_t reporting_layer = VK_MAKE_API_VERSION(0, 1, 4, 309);

struct fixture {
    struct ash_context *context;
    struct ash_allocator *allocator;
    VkCommandPool pool;
    VkCommandBuffer commands[2];
};

static uint32_t layer_version(void)
{
    void *loader = dlopen("libvulkan.so.1", RTLD_NOW);
    if (loader == NULL)
        return 0;
    PFN_vkEnumerateInstanceLayerProperties enumerate;
    *(void **)&enumerate = dlsym(loader, "vkEnumerateInstanceLayerProperties");
    VkLayerProperties layers[32];
    uint32_t count = 32, version = 0;
    if (enumerate != NULL && enumerate(&count, layers) >= 0) {
        for (uint32_t i = 0; i < count; i++) {
            if (strcmp(layers[i].layerName, "VK_LAYER_KHRONOS_validation") == 0)
                version = layers[i].specVersion;
        }
    }
    return version;
}

static void swallow(void *user, enum ash_log_level level, const char *message)
{
    (void)user;
    print_message("  (%s) %.160s\n", ash_log_level_name(level), message);
}

static int setup(void **state)
{
    static struct fixture fixture;
    ash_log_set_sink(&(struct ash_log_sink){.write = swallow}); // the messages are wanted here
    assert_int_equal(
        ash_context_create(&(struct ash_context_params){.validation = ASH_VALIDATION_REQUIRED},
                           &fixture.context),
        ASH_OK);
    assert_int_equal(
        ash_allocator_create(&(struct ash_allocator_params){.context = fixture.context},
                             &fixture.allocator),
        ASH_OK);
    const struct VolkDeviceTable *vk = fixture.context->vk;
    VkCommandPoolCreateInfo pool_info = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
        .queueFamilyIndex = fixture.context->graphics.family_index,
    };
    assert_int_equal(
        vk->vkCreateCommandPool(fixture.context->device, &pool_info, NULL, &fixture.pool), 0);
    VkCommandBufferAllocateInfo info = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
        .commandPool = fixture.pool,
        .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
        .commandBufferCount = 2,
    };
    assert_int_equal(vk->vkAllocateCommandBuffers(fixture.context->device, &info, fixture.commands),
                     0);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    fixture->context->vk->vkDestroyCommandPool(fixture->context->device, fixture->pool, NULL);
    ash_allocator_destroy(fixture->allocator);
    ash_context_destroy(fixture->context);
    ash_log_set_sink(NULL);
    return 0;
}

static VkCommandBuffer begin(struct fixture *fixture, int index)
{
    VkCommandBufferBeginInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
    assert_int_equal(fixture->context->vk->vkBeginCommandBuffer(fixture->commands[index], &info),
                     0);
    return fixture->commands[index];
}

static void submit(struct fixture *fixture, int index)
{
    const struct VolkDeviceTable *vk = fixture->context->vk;
    assert_int_equal(vk->vkEndCommandBuffer(fixture->commands[index]), 0);
    VkCommandBufferSubmitInfo commands = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_SUBMIT_INFO,
        .commandBuffer = fixture->commands[index],
    };
    VkSubmitInfo2 info = {
        .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO_2,
        .commandBufferInfoCount = 1,
        .pCommandBufferInfos = &commands,
    };
    assert_int_equal(vk->vkQueueSubmit2(fixture->context->graphics.queue, 1, &info, VK_NULL_HANDLE),
                     0);
}

static bool layer_reports(void)
{
    uint32_t version = layer_version();
    if (version >= reporting_layer)
        return true;
    print_message("layer %u.%u.%u does not see this hazard: not tried\n",
                  VK_API_VERSION_MAJOR(version), VK_API_VERSION_MINOR(version),
                  VK_API_VERSION_PATCH(version));
    return false;
}

static void make_buffer(struct fixture *fixture, struct ash_buffer *buffer)
{
    assert_int_equal(ash_buffer_init(buffer, fixture->allocator,
                                     &(struct ash_buffer_params){
                                         .size = 64 * 64 * 4,
                                         .usage = VK_BUFFER_USAGE_TRANSFER_DST_BIT,
                                         .label = "hazard",
                                     }),
                     ASH_OK);
}

// Renders to an image, then copies it without a barrier in between.
static void record_render_then_copy(struct fixture *fixture, const struct ash_image *image,
                                    const struct ash_buffer *buffer)
{
    const struct VolkDeviceTable *vk = fixture->context->vk;
    VkCommandBuffer commands = begin(fixture, 0);
    VkImageMemoryBarrier2 to_general = {
        .sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER_2,
        .dstStageMask = VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT,
        .dstAccessMask = VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT,
        .newLayout = VK_IMAGE_LAYOUT_GENERAL,
        .image = image->image,
        .subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1},
    };
    VkDependencyInfo dependency = {
        .sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO,
        .imageMemoryBarrierCount = 1,
        .pImageMemoryBarriers = &to_general,
    };
    vk->vkCmdPipelineBarrier2(commands, &dependency);
    VkRenderingAttachmentInfo color = {
        .sType = VK_STRUCTURE_TYPE_RENDERING_ATTACHMENT_INFO,
        .imageView = image->view,
        .imageLayout = VK_IMAGE_LAYOUT_GENERAL,
        .loadOp = VK_ATTACHMENT_LOAD_OP_CLEAR,
        .storeOp = VK_ATTACHMENT_STORE_OP_STORE,
    };
    VkRenderingInfo rendering = {
        .sType = VK_STRUCTURE_TYPE_RENDERING_INFO,
        .renderArea.extent = image->extent,
        .layerCount = 1,
        .colorAttachmentCount = 1,
        .pColorAttachments = &color,
    };
    vk->vkCmdBeginRendering(commands, &rendering);
    vk->vkCmdEndRendering(commands);
    VkBufferImageCopy region = {
        .imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1},
        .imageExtent = {image->extent.width, image->extent.height, 1},
    };
    vk->vkCmdCopyImageToBuffer(commands, image->image, VK_IMAGE_LAYOUT_GENERAL, buffer->buffer, 1,
                               &region);
}

static void a_copy_of_a_render_target_without_a_barrier_is_reported(void **state)
{
    struct fixture *fixture = *state;
    if (!layer_reports())
        return;
    struct ash_image image;
    struct ash_buffer buffer;
    assert_int_equal(ash_image_init(&image, fixture->allocator,
                                    &(struct ash_image_params){
                                        .extent = {64, 64},
                                        .format = VK_FORMAT_R8G8B8A8_UNORM,
                                        .usage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT |
                                                 VK_IMAGE_USAGE_TRANSFER_SRC_BIT,
                                        .label = "hazard",
                                    }),
                     ASH_OK);
    make_buffer(fixture, &buffer);
    uint32_t before = ash_context_validation_messages(fixture->context);
    record_render_then_copy(fixture, &image, &buffer);
    submit(fixture, 0);
    fixture->context->vk->vkDeviceWaitIdle(fixture->context->device);
    assert_true(ash_context_validation_messages(fixture->context) > before);
    ash_buffer_finish(&buffer);
    ash_image_finish(&image);
}

static void a_write_after_a_write_of_another_submit_is_reported(void **state)
{
    struct fixture *fixture = *state;
    if (!layer_reports())
        return;
    const struct VolkDeviceTable *vk = fixture->context->vk;
    struct ash_buffer buffer;
    make_buffer(fixture, &buffer);
    uint32_t before = ash_context_validation_messages(fixture->context);
    for (int i = 0; i < 2; i++) {
        vk->vkCmdFillBuffer(begin(fixture, i), buffer.buffer, 0, VK_WHOLE_SIZE, (uint32_t)i);
        submit(fixture, i);
    }
    vk->vkDeviceWaitIdle(fixture->context->device);
    assert_true(ash_context_validation_messages(fixture->context) > before);
    ash_buffer_finish(&buffer);
}

// Only where the device has a second queue family; every layer sees it.
static void half_an_ownership_transfer_is_reported(void **state)
{
    struct fixture *fixture = *state;
    const struct ash_context *context = fixture->context;
    if (context->transfer.queue == context->graphics.queue) {
        print_message("this device has no queue that only copies: not tried\n");
        skip();
    }
    struct ash_buffer buffer;
    make_buffer(fixture, &buffer);
    uint32_t before = ash_context_validation_messages(context);
    VkBufferMemoryBarrier2 acquire = {
        .sType = VK_STRUCTURE_TYPE_BUFFER_MEMORY_BARRIER_2,
        .dstStageMask = VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT,
        .dstAccessMask = VK_ACCESS_2_MEMORY_READ_BIT,
        .srcQueueFamilyIndex = context->transfer.family_index,
        .dstQueueFamilyIndex = context->graphics.family_index,
        .buffer = buffer.buffer,
        .size = VK_WHOLE_SIZE,
    };
    VkDependencyInfo dependency = {
        .sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO,
        .bufferMemoryBarrierCount = 1,
        .pBufferMemoryBarriers = &acquire,
    };
    context->vk->vkCmdPipelineBarrier2(begin(fixture, 0), &dependency);
    submit(fixture, 0);
    context->vk->vkDeviceWaitIdle(context->device);
    assert_true(ash_context_validation_messages(context) > before);
    ash_buffer_finish(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_copy_of_a_render_target_without_a_barrier_is_reported,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_write_after_a_write_of_another_submit_is_reported, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(half_an_ownership_transfer_is_reported, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
