#include "engine/context/instance.h"

#include <stdlib.h>
#include <string.h>

#include "engine/log.h"

#define VALIDATION_LAYER "VK_LAYER_KHRONOS_validation"

// The surface's extensions (windowing systems have two) and our own.
#define MAX_EXTENSIONS 16

// What goes into VkInstanceCreateInfo.
struct plan {
    PFN_vkEnumerateInstanceExtensionProperties enumerate_extensions;
    PFN_vkEnumerateInstanceLayerProperties enumerate_layers;
    PFN_vkCreateInstance create;
    VkExtensionProperties *offered; // by loader, drivers and, with validation, its layer; owned
    uint32_t offered_count;
    const char *extensions[MAX_EXTENSIONS]; // to enable
    uint32_t extension_count;
    const char *missing; // an extension that the surface needs and nobody offers, or NULL
    bool validation;
    bool validation_features; // the layer can be told to check synchronisation
    bool debug_utils;
    bool portability;
};

void ash_instance_load(struct ash_instance_functions *fn, VkInstance instance,
                       PFN_vkGetInstanceProcAddr get_instance_proc_addr)
{
    fn->vkGetInstanceProcAddr = get_instance_proc_addr;
#define LOAD(name) fn->name = (PFN_##name)get_instance_proc_addr(instance, #name);
    ASH_INSTANCE_FUNCTIONS(LOAD)
#undef LOAD
}

bool ash_instance_can_label(const struct ash_instance_functions *fn)
{
    return fn->vkSetDebugUtilsObjectNameEXT != NULL && fn->vkCmdBeginDebugUtilsLabelEXT != NULL &&
           fn->vkCmdEndDebugUtilsLabelEXT != NULL;
}

// Adds what the loader and the drivers (`layer` NULL) or a layer offer.
static VkResult add_offered(struct plan *plan, const char *layer)
{
    uint32_t count = 0;
    VkResult vk_result = plan->enumerate_extensions(layer, &count, NULL);
    if (vk_result != VK_SUCCESS || count == 0)
        return vk_result;
    VkExtensionProperties *offered =
        realloc(plan->offered, (plan->offered_count + count) * sizeof(*offered));
    if (offered == NULL)
        return VK_ERROR_OUT_OF_HOST_MEMORY;
    plan->offered = offered;
    // VK_INCOMPLETE: a driver was installed meanwhile; what fits is enough.
    vk_result = plan->enumerate_extensions(layer, &count, offered + plan->offered_count);
    if (vk_result < 0)
        return vk_result;
    plan->offered_count += count;
    return VK_SUCCESS;
}

static bool plan_has(const struct plan *plan, const char *extension)
{
    for (uint32_t i = 0; i < plan->offered_count; i++)
        if (strcmp(plan->offered[i].extensionName, extension) == 0)
            return true;
    return false;
}

static VkResult find_layer(const struct plan *plan, bool *found)
{
    uint32_t count = 0;
    *found = false;
    VkResult vk_result = plan->enumerate_layers(&count, NULL);
    if (vk_result != VK_SUCCESS || count == 0)
        return vk_result;
    VkLayerProperties *layers = calloc(count, sizeof(*layers));
    if (layers == NULL)
        return VK_ERROR_OUT_OF_HOST_MEMORY;
    vk_result = plan->enumerate_layers(&count, layers);
    for (uint32_t i = 0; vk_result >= 0 && i < count && !*found; i++)
        *found = strcmp(layers[i].layerName, VALIDATION_LAYER) == 0;
    free(layers);
    return vk_result < 0 ? vk_result : VK_SUCCESS;
}

static enum ash_result plan_load(struct plan *plan, PFN_vkGetInstanceProcAddr entry)
{
    plan->create = (PFN_vkCreateInstance)entry(NULL, "vkCreateInstance");
    plan->enumerate_extensions = (PFN_vkEnumerateInstanceExtensionProperties)entry(
        NULL, "vkEnumerateInstanceExtensionProperties");
    plan->enumerate_layers =
        (PFN_vkEnumerateInstanceLayerProperties)entry(NULL, "vkEnumerateInstanceLayerProperties");
    // Vulkan 1.1 and later have it; a 1.0 loader refuses to make an instance for 1.3.
    if (plan->create == NULL || plan->enumerate_extensions == NULL ||
        plan->enumerate_layers == NULL || entry(NULL, "vkEnumerateInstanceVersion") == NULL) {
        ash_log(ASH_LOG_ERROR, "the Vulkan loader is broken or older than 1.1; "
                               "install a newer one (Debian: apt install libvulkan1)");
        return ASH_ERROR_NO_LOADER;
    }
    return ASH_OK;
}

static enum ash_result report_missing_layer(enum ash_validation validation, const char *what)
{
    bool required = validation == ASH_VALIDATION_REQUIRED;
    ash_log(required ? ASH_LOG_ERROR : ASH_LOG_WARNING,
            "the validation layer " VALIDATION_LAYER " %s%s; "
            "install it (Debian: apt install vulkan-validationlayers)",
            what, required ? "" : ", going on without");
    return required ? ASH_ERROR_NO_LAYER : ASH_OK;
}

// Asks the loader for layer and extensions.
static enum ash_result plan_query(struct plan *plan, enum ash_validation validation)
{
    VkResult vk_result = VK_SUCCESS;
    if (validation != ASH_VALIDATION_OFF)
        vk_result = find_layer(plan, &plan->validation);
    if (vk_result == VK_SUCCESS)
        vk_result = add_offered(plan, NULL);
    if (vk_result == VK_SUCCESS && plan->validation)
        vk_result = add_offered(plan, VALIDATION_LAYER);
    if (vk_result != VK_SUCCESS) {
        ash_log(ASH_LOG_ERROR,
                "the Vulkan loader can't list its extensions: %s; check the installation with "
                "vulkaninfo",
                ash_vk_result_name(vk_result));
        return ash_result_from_vk(vk_result);
    }
    if (validation != ASH_VALIDATION_OFF && !plan->validation)
        return report_missing_layer(validation, "is not installed");
    return ASH_OK;
}

// Enables it where it is offered.
static bool plan_enable(struct plan *plan, const char *extension)
{
    bool has = plan->extension_count < MAX_EXTENSIONS && plan_has(plan, extension);
    if (has)
        plan->extensions[plan->extension_count++] = extension;
    return has;
}

// Our own, then the surface's. Leaves out what nobody offers: whether that is for want of a driver
// is known once there is an instance.
static void plan_extensions(struct plan *plan, const struct ash_surface_source *surface)
{
    plan->extension_count = 0;
    plan->debug_utils = plan_enable(plan, VK_EXT_DEBUG_UTILS_EXTENSION_NAME);
    plan->portability = plan_enable(plan, VK_KHR_PORTABILITY_ENUMERATION_EXTENSION_NAME);
    plan->validation_features =
        plan->validation && plan_enable(plan, VK_EXT_VALIDATION_FEATURES_EXTENSION_NAME);
    for (uint32_t i = 0; surface != NULL && i < surface->extension_count; i++)
        if (!plan_enable(plan, surface->extensions[i]))
            plan->missing = surface->extensions[i];
}

static VkResult create_instance(struct ash_context_instance *owned, const struct plan *plan,
                                const char *application_name)
{
    static const char *const layers[] = {VALIDATION_LAYER};
    static const VkValidationFeatureEnableEXT enables[] = {
        VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT};
    VkDebugUtilsMessengerCreateInfoEXT messenger = ash_messenger_info(&owned->messages);
    VkValidationFeaturesEXT features = {
        .sType = VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT,
        .pNext = plan->debug_utils ? &messenger : NULL,
        .enabledValidationFeatureCount = 1,
        .pEnabledValidationFeatures = enables,
    };
    VkApplicationInfo application = {
        .sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
        .pApplicationName = application_name != NULL ? application_name : "AshEngine",
        .pEngineName = "AshEngine",
        .engineVersion = VK_MAKE_API_VERSION(0, 0, 1, 0),
        .apiVersion = VK_API_VERSION_1_3,
    };
    VkInstanceCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
        .flags = plan->portability ? VK_INSTANCE_CREATE_ENUMERATE_PORTABILITY_BIT_KHR : 0,
        .pApplicationInfo = &application,
        .enabledLayerCount = plan->validation ? 1 : 0,
        .ppEnabledLayerNames = layers,
        .enabledExtensionCount = plan->extension_count,
        .ppEnabledExtensionNames = plan->extensions,
    };
    // The chained messenger hears what is said while the instance is made and destroyed.
    if (plan->validation_features)
        info.pNext = &features;
    else if (plan->validation)
        info.pNext = features.pNext;
    ash_loader_lock();
    VkResult vk_result = plan->create(&info, NULL, &owned->context.instance);
    ash_loader_unlock();
    return vk_result;
}

static enum ash_result report_no_instance(VkResult vk_result)
{
    const char *layers = getenv("VK_INSTANCE_LAYERS");
    if (vk_result == VK_ERROR_INITIALIZATION_FAILED && layers != NULL && layers[0] != '\0') {
        ash_log(ASH_LOG_ERROR,
                "vkCreateInstance failed: %s; a layer that VK_INSTANCE_LAYERS names (%s) may have "
                "refused it, and says why above",
                ash_vk_result_name(vk_result), layers);
        return ash_result_from_vk(vk_result);
    }
    if (vk_result != VK_ERROR_INCOMPATIBLE_DRIVER) {
        ash_log(ASH_LOG_ERROR,
                "vkCreateInstance failed: %s; check the Vulkan installation with "
                "vulkaninfo",
                ash_vk_result_name(vk_result));
        return ash_result_from_vk(vk_result);
    }
    static const char *const variables[] = {"VK_DRIVER_FILES", "VK_ICD_FILENAMES"};
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        const char *value = getenv(variables[i]);
        if (value != NULL && value[0] != '\0') {
            ash_log(ASH_LOG_ERROR, "there is no Vulkan driver: %s points to \"%s\"; unset it",
                    variables[i], value);
            return ASH_ERROR_NO_DRIVER;
        }
    }
    ash_log(ASH_LOG_ERROR, "there is no Vulkan driver on this machine; install your GPU's, or the "
                           "software driver (Debian: apt install mesa-vulkan-drivers)");
    return ASH_ERROR_NO_DRIVER;
}

static VkResult try_instance(struct plan *plan, const struct ash_context_params *params,
                             struct ash_context_instance *owned)
{
    plan_extensions(plan, params->surface);
    VkResult vk_result = create_instance(owned, plan, params->application_name);
    if (vk_result != VK_SUCCESS)
        owned->context.instance = VK_NULL_HANDLE;
    return vk_result;
}

static enum ash_result follow(struct plan *plan, const struct ash_context_params *params,
                              struct ash_context_instance *owned)
{
    VkResult vk_result = try_instance(plan, params, owned);
    // Its manifest is there, but not its library.
    if (vk_result == VK_ERROR_LAYER_NOT_PRESENT && plan->validation) {
        plan->validation = false;
        enum ash_result result = report_missing_layer(params->validation, "can't be loaded");
        if (result != ASH_OK)
            return result;
        vk_result = try_instance(plan, params, owned);
    }
    return vk_result == VK_SUCCESS ? ASH_OK : report_no_instance(vk_result);
}

static enum ash_result create_messenger(struct ash_context_instance *owned)
{
    if (owned->fn.vkCreateDebugUtilsMessengerEXT == NULL)
        return ASH_OK;
    VkDebugUtilsMessengerCreateInfoEXT info = ash_messenger_info(&owned->messages);
    VkResult vk_result = owned->fn.vkCreateDebugUtilsMessengerEXT(owned->context.instance, &info,
                                                                  NULL, &owned->messenger);
    if (vk_result == VK_SUCCESS)
        return ASH_OK;
    owned->messenger = VK_NULL_HANDLE;
    ash_log(ASH_LOG_ERROR, "vkCreateDebugUtilsMessengerEXT failed: %s; run without validation",
            ash_vk_result_name(vk_result));
    return ash_result_from_vk(vk_result);
}

enum ash_result ash_instance_init(struct ash_context_instance *owned,
                                  const struct ash_context_params *params)
{
    struct plan plan = {0};
    PFN_vkGetInstanceProcAddr entry = params->get_instance_proc_addr;
    if (entry == NULL)
        entry = ash_loader_entry();
    if (entry == NULL)
        return ASH_ERROR_NO_LOADER;
    enum ash_result result = plan_load(&plan, entry);
    if (result == ASH_OK)
        result = plan_query(&plan, params->validation);
    if (result == ASH_OK)
        result = follow(&plan, params, owned);
    free(plan.offered);
    if (result != ASH_OK)
        return result;
    ash_instance_load(&owned->fn, owned->context.instance, entry);
    owned->context.debug_utils = plan.debug_utils && ash_instance_can_label(&owned->fn);
    if (plan.missing != NULL) {
        ash_log(ASH_LOG_ERROR,
                "no Vulkan driver offers %s, which the window needs; install one that does "
                "(Debian: apt install mesa-vulkan-drivers), or run without a window",
                plan.missing);
        return ASH_ERROR_UNSUPPORTED;
    }
    return plan.validation ? create_messenger(owned) : ASH_OK;
}

void ash_instance_finish(struct ash_context_instance *owned)
{
    if (owned->context.instance == VK_NULL_HANDLE || owned->adopted)
        return;
    if (owned->messenger != VK_NULL_HANDLE)
        owned->fn.vkDestroyDebugUtilsMessengerEXT(owned->context.instance, owned->messenger, NULL);
    ash_loader_lock();
    owned->fn.vkDestroyInstance(owned->context.instance, NULL);
    ash_loader_unlock();
    owned->context.instance = VK_NULL_HANDLE;
}
