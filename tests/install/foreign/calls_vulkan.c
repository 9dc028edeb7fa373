// A foreign program that calls Vulkan through the loader, as it is linked, and draws a frame with
// the engine in between: neither takes the other's functions for its own.
#include <stdio.h>

#include <vulkan/vulkan.h>

#include "engine/context/context.h"
#include "engine/memory/allocator.h"
#include "engine/render/renderer.h"

enum { SIZE = 16 };

// Asks the loader for its devices, in an instance of this program's own.
static uint32_t count_devices(void)
{
    const VkApplicationInfo application = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
                                           .apiVersion = VK_API_VERSION_1_3};
    const VkInstanceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
                                       .pApplicationInfo = &application};
    VkInstance instance;
    uint32_t count = 0;
    if (vkCreateInstance(&info, NULL, &instance) != VK_SUCCESS)
        return 0;
    if (vkEnumeratePhysicalDevices(instance, &count, NULL) != VK_SUCCESS)
        count = 0;
    vkDestroyInstance(instance, NULL);
    return count;
}

static enum ash_result draw(struct ash_context *context, struct ash_allocator *allocator)
{
    static uint8_t pixels[SIZE * SIZE * 4];
    const struct ash_renderer_params params = {
        .context = context, .allocator = allocator, .extent = {SIZE, SIZE}};
    struct ash_renderer *renderer;
    enum ash_result result = ash_renderer_create(&params, &renderer);
    if (result == ASH_OK)
        result = ash_renderer_draw(renderer, NULL, params.extent);
    if (result == ASH_OK)
        result = ash_renderer_read_pixels(renderer, pixels, sizeof(pixels));
    ash_renderer_destroy(renderer);
    return result;
}

int main(void)
{
    struct ash_context *context = NULL;
    struct ash_allocator *allocator = NULL;
    uint32_t before = count_devices();
    enum ash_result result = ash_context_create(&(struct ash_context_params){0}, &context);
    if (result == ASH_OK)
        result =
            ash_allocator_create(&(struct ash_allocator_params){.context = context}, &allocator);
    if (result == ASH_OK)
        result = draw(context, allocator);
    uint32_t between = count_devices();
    ash_allocator_destroy(allocator);
    ash_context_destroy(context);
    printf("%s; the loader has %u, %u, %u devices\n", ash_result_name(result), before, between,
           count_devices());
    return result == ASH_OK && before > 0 && between == before ? 0 : 1;
}
