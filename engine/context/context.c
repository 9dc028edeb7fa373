#include "engine/context/context.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/assert.h"
#include "engine/context/device.h"
#include "engine/context/gpus.h"
#include "engine/context/instance.h"
#include "engine/log.h"

static struct ash_context_instance *owned_alloc(void)
{
    struct ash_context_instance *owned = calloc(1, sizeof(*owned));
    if (owned == NULL || pthread_mutex_init(&owned->children_lock, NULL) != 0) {
        ash_log(ASH_LOG_ERROR, "out of memory for a context of %zu bytes; close other programs",
                sizeof(*owned));
        free(owned);
        return NULL;
    }
    owned->context.owned = owned;
    owned->context.vk = &owned->table;
    return owned;
}

static struct ash_gpus *gpus_alloc(void)
{
    struct ash_gpus *gpus = calloc(1, sizeof(*gpus));
    if (gpus == NULL)
        ash_log(ASH_LOG_ERROR, "out of memory for a list of GPUs; close other programs");
    return gpus;
}

static void destroy_surface(struct ash_context_instance *owned)
{
    if (owned->context.surface != VK_NULL_HANDLE)
        owned->fn.vkDestroySurfaceKHR(owned->context.instance, owned->context.surface, NULL);
    owned->context.surface = VK_NULL_HANDLE;
}

static void owned_free(struct ash_context_instance *owned)
{
    if (owned == NULL)
        return;
    if (!owned->adopted && owned->context.device != VK_NULL_HANDLE) {
        owned->table.vkDeviceWaitIdle(owned->context.device);
        ash_loader_lock();
        owned->table.vkDestroyDevice(owned->context.device, NULL);
        ash_loader_unlock();
    }
    destroy_surface(owned);
    ash_instance_finish(owned);
    pthread_mutex_destroy(&owned->children_lock);
    free(owned);
}

static enum ash_result create_surface(struct ash_context_instance *owned)
{
    const struct ash_surface_source *source = &owned->surface_source;
    if (source->create == NULL)
        return ASH_OK;
    VkResult vk_result = source->create(source->user, owned->context.instance,
                                        owned->fn.vkGetInstanceProcAddr, &owned->context.surface);
    if (vk_result == VK_SUCCESS)
        return ASH_OK;
    owned->context.surface = VK_NULL_HANDLE;
    ash_log(ASH_LOG_ERROR,
            "vkCreate*SurfaceKHR failed for the window: %s; open a new window, or run without one",
            ash_vk_result_name(vk_result));
    return ash_result_from_vk(vk_result);
}

static double now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec * 1e-6;
}

enum ash_result ash_context_create(const struct ash_context_params *params,
                                   struct ash_context **out)
{
    ASH_ASSERT(params != NULL && out != NULL);
    *out = NULL;
    struct ash_gpus *gpus = NULL;
    uint32_t chosen = 0;
    const double began = now_ms();
    enum ash_result result = ASH_ERROR_OUT_OF_HOST_MEMORY;
    struct ash_context_instance *owned = owned_alloc();
    if (owned == NULL)
        return result;
    gpus = gpus_alloc();
    if (gpus == NULL)
        goto failed;
    if (params->surface != NULL)
        owned->surface_source = *params->surface;
    result = ash_instance_init(owned, params);
    owned->context.instance_ms = now_ms() - began;
    if (result == ASH_OK)
        result = create_surface(owned);
    if (result == ASH_OK)
        result = ash_gpus_query(owned, gpus);
    if (result == ASH_OK)
        result = ash_gpus_pick(gpus, params->gpu, &chosen);
    if (result != ASH_OK)
        goto failed;
    owned->context.physical_device = gpus->handles[chosen];
    ash_device_describe(owned);
    result = ash_device_init(owned, &gpus->facts[chosen]);
    if (result != ASH_OK)
        goto failed;
    free(gpus);
    owned->context.device_ms = now_ms() - began - owned->context.instance_ms;
    ash_log(ASH_LOG_INFO, "instance in %.0f ms, device in %.0f ms", owned->context.instance_ms,
            owned->context.device_ms);
    *out = &owned->context;
    return ASH_OK;

failed:
    free(gpus);
    owned_free(owned);
    return result;
}

static void adopt_params(struct ash_context *context, const struct ash_context_adopt_params *params)
{
    context->instance = params->instance;
    context->physical_device = params->physical_device;
    context->device = params->device;
    context->graphics = params->graphics;
    context->transfer =
        params->transfer.queue != VK_NULL_HANDLE ? params->transfer : params->graphics;
    context->memory_budget =
        params->memory_budget && context->owned->fn.vkGetPhysicalDeviceMemoryProperties2 != NULL;
    context->buffer_device_address = params->buffer_device_address;
}

static uint32_t timestamp_bits(const struct ash_context *context)
{
    VkQueueFamilyProperties families[32] = {0};
    uint32_t count = sizeof(families) / sizeof(families[0]);
    const struct ash_instance_functions *fn = &context->owned->fn;
    if (fn->vkGetPhysicalDeviceQueueFamilyProperties == NULL)
        return 0;
    fn->vkGetPhysicalDeviceQueueFamilyProperties(context->physical_device, &count, families);
    uint32_t family = context->graphics.family_index;
    return family < count ? families[family].timestampValidBits : 0;
}

enum ash_result ash_context_adopt(const struct ash_context_adopt_params *params,
                                  struct ash_context **out)
{
    ASH_ASSERT(params != NULL && out != NULL);
    ASH_ASSERT(params->instance != VK_NULL_HANDLE && params->physical_device != VK_NULL_HANDLE);
    ASH_ASSERT(params->device != VK_NULL_HANDLE);
    *out = NULL;
    PFN_vkGetInstanceProcAddr entry = params->get_instance_proc_addr;
    if (entry == NULL)
        entry = ash_loader_entry();
    if (entry == NULL)
        return ASH_ERROR_NO_LOADER;
    struct ash_context_instance *owned = owned_alloc();
    if (owned == NULL)
        return ASH_ERROR_OUT_OF_HOST_MEMORY;
    struct ash_instance_functions *fn = &owned->fn;
    owned->adopted = true;
    ash_instance_load(fn, params->instance, entry);
    if (fn->vkGetDeviceProcAddr == NULL ||
        (fn->vkGetPhysicalDeviceProperties2 == NULL && fn->vkGetPhysicalDeviceProperties == NULL) ||
        (fn->vkGetPhysicalDeviceMemoryProperties2 == NULL &&
         fn->vkGetPhysicalDeviceMemoryProperties == NULL)) {
        ash_log(ASH_LOG_ERROR,
                "the adopted instance has no vkGetDeviceProcAddr or no physical "
                "device queries; pass the vkGetInstanceProcAddr that it was made by");
        owned_free(owned);
        return ASH_ERROR_UNSUPPORTED;
    }
    adopt_params(&owned->context, params);
    owned->context.debug_utils = params->debug_utils && ash_instance_can_label(fn);
    ash_device_describe(owned);
    ash_device_table_load(&owned->table, fn, params->device);
    owned->context.timestamp_valid_bits = timestamp_bits(&owned->context);
    *out = &owned->context;
    return ASH_OK;
}

enum ash_result ash_context_list_gpus(void (*line)(void *user, const char *text), void *user)
{
    ASH_ASSERT(line != NULL);
    struct ash_context_instance *owned = owned_alloc();
    struct ash_gpus *gpus = gpus_alloc();
    enum ash_result result = ASH_ERROR_OUT_OF_HOST_MEMORY;
    if (owned != NULL && gpus != NULL)
        result = ash_instance_init(owned, &(struct ash_context_params){0});
    if (result == ASH_OK)
        result = ash_gpus_query(owned, gpus);
    for (uint32_t i = 0; result == ASH_OK && i < gpus->count; i++) {
        char text[512];
        ash_gpus_format(gpus, i, text, sizeof(text));
        line(user, text);
    }
    free(gpus);
    owned_free(owned);
    return result;
}

// Says who is left, on one line.
static void name_children(struct ash_context_instance *owned, char *text, size_t size)
{
    size_t used = strlen(text);
    pthread_mutex_lock(&owned->children_lock);
    for (const struct ash_context_child *child = owned->children; child != NULL && used < size - 1;
         child = child->next) {
        snprintf(text + used, size - used, "%s%s", child == owned->children ? "" : ", ",
                 child->name);
        used = strlen(text);
    }
    pthread_mutex_unlock(&owned->children_lock);
}

void ash_context_destroy(struct ash_context *context)
{
    if (context == NULL)
        return;
    if (context->owned->children != NULL) {
        char sentence[512] = "ash_context_destroy before what was made from the context: ";
        name_children(context->owned, sentence, sizeof(sentence));
        ash_assert_fail(sentence, __FILE__, __LINE__);
    }
    owned_free(context->owned);
}

void ash_context_add_child(struct ash_context *context, struct ash_context_child *child)
{
    ASH_ASSERT(context != NULL && child != NULL && child->name != NULL);
    ASH_ASSERT(child->next == NULL && child->previous == NULL);
    struct ash_context_instance *owned = context->owned;
    pthread_mutex_lock(&owned->children_lock);
    child->next = owned->children;
    if (child->next != NULL)
        child->next->previous = child;
    owned->children = child;
    pthread_mutex_unlock(&owned->children_lock);
}

void ash_context_remove_child(struct ash_context *context, struct ash_context_child *child)
{
    ASH_ASSERT(context != NULL && child != NULL);
    struct ash_context_instance *owned = context->owned;
    pthread_mutex_lock(&owned->children_lock);
    if (child->previous != NULL)
        child->previous->next = child->next;
    else if (owned->children == child)
        owned->children = child->next;
    if (child->next != NULL)
        child->next->previous = child->previous;
    child->next = NULL;
    child->previous = NULL;
    pthread_mutex_unlock(&owned->children_lock);
}

enum ash_result ash_context_recreate_surface(struct ash_context *context)
{
    ASH_ASSERT(context != NULL);
    ASH_ASSERT_MESSAGE(context->owned->surface_source.create != NULL,
                       "ash_context_recreate_surface on a context without a window");
    destroy_surface(context->owned);
    return create_surface(context->owned);
}

void ash_context_memory_budget(const struct ash_context *context, struct ash_memory_budget *out)
{
    ASH_ASSERT(context != NULL && out != NULL);
    const struct ash_instance_functions *fn = &context->owned->fn;
    const VkPhysicalDeviceMemoryProperties *memory = &context->memory_properties;
    *out = (struct ash_memory_budget){0};
    if (context->memory_budget) {
        VkPhysicalDeviceMemoryBudgetPropertiesEXT budget = {
            .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT};
        VkPhysicalDeviceMemoryProperties2 properties = {
            .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2, .pNext = &budget};
        fn->vkGetPhysicalDeviceMemoryProperties2(context->physical_device, &properties);
        memcpy(out->budget, budget.heapBudget, sizeof(out->budget));
        memcpy(out->usage, budget.heapUsage, sizeof(out->usage));
        return;
    }
    for (uint32_t i = 0; i < memory->memoryHeapCount; i++)
        out->budget[i] = memory->memoryHeaps[i].size / 5 * 4;
}

uint32_t ash_context_validation_messages(const struct ash_context *context)
{
    return context != NULL ? atomic_load(&context->owned->messages.count) : ash_messages_total();
}

VkResult ash_context_surface_capabilities(const struct ash_context *context,
                                          VkSurfaceCapabilitiesKHR *out)
{
    return context->owned->fn.vkGetPhysicalDeviceSurfaceCapabilitiesKHR(context->physical_device,
                                                                        context->surface, out);
}

VkResult ash_context_surface_formats(const struct ash_context *context, uint32_t *count,
                                     VkSurfaceFormatKHR *formats)
{
    return context->owned->fn.vkGetPhysicalDeviceSurfaceFormatsKHR(
        context->physical_device, context->surface, count, formats);
}

VkResult ash_context_present_modes(const struct ash_context *context, uint32_t *count,
                                   VkPresentModeKHR *modes)
{
    return context->owned->fn.vkGetPhysicalDeviceSurfacePresentModesKHR(
        context->physical_device, context->surface, count, modes);
}

void ash_context_format_properties(const struct ash_context *context, VkFormat format,
                                   VkFormatProperties *out)
{
    context->owned->fn.vkGetPhysicalDeviceFormatProperties(context->physical_device, format, out);
}
