#include "layers/wrap.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "layers/fault.h"
#include "layers/log.h"
#include "layers/registry.h"

// What present says of each of its swapchains.
static void lab_each_present(const VkPresentInfoKHR *params, VkResult result)
{
    for (uint32_t i = 0; params->pResults != NULL && i < params->swapchainCount; i++)
        params->pResults[i] = result;
}

// Whether an acquire with this timeout never says that there is no image yet: NOT_READY is for who
// does not wait, TIMEOUT for who waits for a while.
static bool lab_never_yet(VkResult result, uint64_t timeout)
{
    if (result == VK_NOT_READY ? timeout == 0 : timeout > 0 && timeout < UINT64_MAX)
        return false;
    bool never = result == VK_NOT_READY || result == VK_TIMEOUT;
    if (never)
        lab_log("its timeout never lets it answer that: it goes on");
    return never;
}

#define OWNER_I(handle) struct lab_instance *owner = lab_instance_of(handle);
#define OWNER_D(handle) struct lab_device *owner = lab_device_of(handle);
#define DEVICE_I        NULL
#define DEVICE_D        owner

#define WRAP_C(level, name, parameters, arguments, outputs)
#define WRAP_I WRAP
#define WRAP_D WRAP
#define WRAP(level, name, parameters, arguments, outputs)                                          \
    static VKAPI_ATTR VkResult VKAPI_CALL wrap_##name parameters                                   \
    {                                                                                              \
        OWNER_##level(handle) struct lab_fate fate = lab_arrive(LAB_CALL_##name, DEVICE_##level);  \
        VkResult result = fate.instead;                                                            \
        if (result == VK_SUCCESS)                                                                  \
            result = lab_leave(fate, owner->next.name arguments);                                  \
        if (result != VK_SUCCESS && (result == fate.instead || result == fate.after))              \
            outputs;                                                                               \
        return result;                                                                             \
    }
#define WRAP_ROW(level, name, parameters, arguments, results, outputs)                             \
    WRAP_##level(level, name, parameters, arguments, outputs)
LAB_CALLS(WRAP_ROW)

// Promoted functions have their extension's name before Vulkan 1.x had them. A device has no other
// than those of its version; an instance may answer with one that a program for 1.0 must not call.
static PFN_vkVoidFunction load(const void *owner, bool of_device, const char *name)
{
    static const char *const suffixes[] = {"", "KHR", "EXT", ""};
    const struct lab_instance *instance = owner;
    const struct lab_device *device = owner;
    size_t first = !of_device && instance->version < VK_API_VERSION_1_1 ? 1 : 0;
    PFN_vkVoidFunction function = NULL;
    for (size_t i = first; i < 4 && function == NULL; i++) {
        char full[64];
        snprintf(full, sizeof(full), "%s%s", name, suffixes[i]);
        function =
            of_device ? device->get(device->handle, full) : instance->get(instance->handle, full);
    }
    return function;
}

// A function's pointer is kept under its own type: the bytes are the same.
#define KEEP(field, owner, of_device, name)                                                        \
    do {                                                                                           \
        PFN_vkVoidFunction found = load(owner, of_device, "vk" #name);                             \
        memcpy(&(field), &found, sizeof(found));                                                   \
    } while (0)
#define LOAD_I(level, name, parameters, arguments, results, outputs)                               \
    LAB_IF_##level##_I(KEEP(instance->next.name, instance, false, name);)
#define LOAD_D(level, name, parameters, arguments, results, outputs)                               \
    LAB_IF_##level##_D(KEEP(device->next.name, device, true, name);)

void lab_load_instance(struct lab_instance *instance)
{
#define LOAD(name) KEEP(instance->name, instance, false, name);
    LAB_CALLS(LOAD_I)
    LAB_INSTANCE_ANSWERS(LOAD)
#undef LOAD
    KEEP(instance->create_device, instance, false, CreateDevice);
    KEEP(instance->destroy, instance, false, DestroyInstance);
    instance->below = instance->next;
}

void lab_load_device(struct lab_device *device)
{
#define LOAD(name) KEEP(device->name, device, true, name);
    LAB_CALLS(LOAD_D)
    LAB_DEVICE_ANSWERS(LOAD)
#undef LOAD
    KEEP(device->destroy, device, true, DestroyDevice);
    device->below = device->next;
}

struct entry {
    const char *name;
    PFN_vkVoidFunction function;
};

static PFN_vkVoidFunction find(const char *name, size_t length)
{
#define ENTRY_C(name)
#define ENTRY_I(name)                                               {"vk" #name, (PFN_vkVoidFunction)wrap_##name},
#define ENTRY_D                                                     ENTRY_I
#define ENTRY(level, name, parameters, arguments, results, outputs) ENTRY_##level(name)
#define ANSWER(name)                                                {"vk" #name, (PFN_vkVoidFunction)lab_answer_##name},
    const struct entry entries[] = {LAB_CALLS(ENTRY) LAB_INSTANCE_ANSWERS(ANSWER)
                                        LAB_DEVICE_ANSWERS(ANSWER)};
    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        if (strlen(entries[i].name) == length && memcmp(entries[i].name, name, length) == 0)
            return entries[i].function;
    }
    return NULL;
}

PFN_vkVoidFunction lab_wrapped(const char *name)
{
    size_t length = strlen(name);
    PFN_vkVoidFunction function = find(name, length);
    if (function == NULL && length > 3 &&
        (strcmp(name + length - 3, "KHR") == 0 || strcmp(name + length - 3, "EXT") == 0))
        function = find(name, length - 3);
    return function;
}
