// Instance, physical device, device and queues: what everything else is made from.
//
//     loader  >  instance  >  physical device (scored, or named)  >  device  >  queues
//
// A context works without a window; with one, it also owns the surface. It can be created, or
// adopt an instance and a device that the caller already has, so that engine/memory serves a
// foreign renderer.
//
// Vulkan is called through `vk`, the device's own function table (volk's struct): nothing here
// links against a driver, and a test can put a fake device under any part of the engine.
//
// Thread-safety: a context does not change after creation and may be read from any thread; several
// threads may make and destroy contexts at once, while none makes a swapchain (the loader looks for
// its device in the same list). What Vulkan wants externally synchronised (queues, command pools)
// is its user's business.
#ifndef ASH_CONTEXT_CONTEXT_H
#define ASH_CONTEXT_CONTEXT_H

#include "engine/api.h"
#include "engine/result.h"

#include <vulkan/vulkan_core.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct VolkDeviceTable; // <volk.h>, for callers that record commands themselves

// A queue and what it belongs to: barriers and command pools want the family.
struct ash_queue {
    VkQueue queue;
    uint32_t family_index;
};

enum ash_validation {
    ASH_VALIDATION_OFF,
    ASH_VALIDATION_IF_PRESENT, // a warning where the layer is not installed
    ASH_VALIDATION_REQUIRED    // ASH_ERROR_NO_LAYER where the layer is not installed
};

// Where a surface comes from; engine/context/window.h hands one out. The context knows no window
// system.
struct ash_surface_source {
    const char *const *extensions; // instance extensions that it needs; lives as long as the source
    uint32_t extension_count;
    // Makes the surface for this instance; on failure *surface is VK_NULL_HANDLE.
    VkResult (*create)(void *user, VkInstance instance,
                       PFN_vkGetInstanceProcAddr get_instance_proc_addr, VkSurfaceKHR *surface);
    void *user; // borrowed until the context is destroyed
};

// All zero: any device, no window, no validation.
struct ash_context_params {
    const char *application_name; // NULL: "AshEngine"
    const char *gpu;              // index in ash_context_list_gpus, or part of the name; NULL: best
    enum ash_validation validation;                   // with synchronisation validation
    const struct ash_surface_source *surface;         // copied; NULL: no window
    PFN_vkGetInstanceProcAddr get_instance_proc_addr; // NULL: the loader's
};

// What the caller made and keeps: the context uses it and destroys none of it.
struct ash_context_adopt_params {
    PFN_vkGetInstanceProcAddr get_instance_proc_addr; // NULL: the loader's
    VkInstance instance;                              // made for Vulkan 1.3
    VkPhysicalDevice physical_device;
    VkDevice device; // with synchronization2, timelineSemaphore, dynamicRendering enabled, as far
                     // as the parts that will be used need them; engine/memory needs none of them
    struct ash_queue graphics;
    struct ash_queue transfer;  // .queue NULL: graphics
    bool memory_budget;         // VK_EXT_memory_budget is enabled
    bool buffer_device_address; // the feature is enabled
    bool debug_utils;           // VK_EXT_debug_utils is enabled
};

struct ash_context_instance; // the instance's functions and the messenger; private

// Read by everyone, written by nobody.
struct ash_context {
    VkInstance instance;
    VkPhysicalDevice physical_device;
    VkDevice device;
    VkSurfaceKHR surface; // VK_NULL_HANDLE without a window
    struct ash_queue graphics;
    struct ash_queue transfer; // equals graphics where there is no transfer-only family
    const struct VolkDeviceTable *vk;

    VkPhysicalDeviceProperties properties; // limits among them
    VkPhysicalDeviceMemoryProperties memory_properties;
    VkDeviceSize max_memory_allocation_size; // bytes in one vkAllocateMemory
    VkDriverId driver_id;
    char driver[VK_MAX_DRIVER_NAME_SIZE + VK_MAX_DRIVER_INFO_SIZE]; // "llvmpipe Mesa 22.3.6 ..."
    bool software;                                                  // a CPU implements Vulkan
    bool memory_budget;            // ash_context_memory_budget has the driver's word
    bool debug_utils;              // names and labels reach tools
    uint32_t timestamp_valid_bits; // of the graphics queue; 0: no GPU timers
    bool buffer_device_address;    // buffers may ask for their address

    // Enabled where the device has them; all false in an adopted context, whose features only its
    // maker knows.
    bool draw_indirect_count; // vkCmdDraw*IndirectCount may be called
    bool multi_draw_indirect;
    bool draw_indirect_first_instance;
    bool shader_draw_parameters; // gl_DrawID, gl_BaseInstance
    bool sampler_anisotropy;

    double instance_ms, device_ms; // that making them took; 0 in an adopted context

    // private
    struct ash_context_instance *owned;
    const struct ash_observer *observer; // borrowed; engine/context/observe.h
};

// Creates instance, device and queues. The reasons for the choice of device are logged (INFO).
//
// Errors: NO_LOADER, NO_DRIVER, NO_DEVICE (none suits, or none is called params->gpu), NO_LAYER,
// UNSUPPORTED (no driver can show a window), SURFACE_LOST, DEVICE_LOST, OUT_OF_*_MEMORY, VULKAN;
// each is logged as one sentence that says what to do. On failure *out is NULL and nothing is left.
ASH_API ASH_NODISCARD enum ash_result ash_context_create(const struct ash_context_params *params,
                                                         struct ash_context **out);

// Uses what the caller has. Errors: NO_LOADER, OUT_OF_HOST_MEMORY, UNSUPPORTED (a function is
// missing that every driver has); logged. On failure *out is NULL.
//
// Valid usage: instance, physical_device and device are there.
ASH_API ASH_NODISCARD enum ash_result ash_context_adopt(
    const struct ash_context_adopt_params *params, struct ash_context **out);

// Waits for the device and destroys what the context made; of an adopted context that is nothing
// but itself. NULL is allowed.
//
// Valid usage: what was made from the context (allocators first of all) is destroyed; an
// assertion names what is not.
ASH_API void ash_context_destroy(struct ash_context *context);

// A line per device: "0: llvmpipe (LLVM 15.0.6, 256 bits) - cpu, Vulkan 1.3, score 110". With no
// loader, driver or device the result says so, as ash_context_create does.
ASH_API ASH_NODISCARD enum ash_result ash_context_list_gpus(void (*line)(void *user,
                                                                         const char *text),
                                                            void *user);

// Bytes this process may use of each heap, and uses now: the driver's word with
// VK_EXT_memory_budget; without it, four fifths of the heap and 0.
struct ash_memory_budget {
    VkDeviceSize budget[VK_MAX_MEMORY_HEAPS];
    VkDeviceSize usage[VK_MAX_MEMORY_HEAPS];
};
ASH_API void ash_context_memory_budget(const struct ash_context *context,
                                       struct ash_memory_budget *out);

// The validation messages (warnings and errors) so far. 0 where validation is off. NULL asks for
// those of all contexts that this process ever had, so that what is said while a context is
// destroyed (objects that were forgotten) is seen too.
ASH_API uint32_t ash_context_validation_messages(const struct ash_context *context);

// Destroys the surface and makes a new one from the same source, after SURFACE_LOST. Errors:
// SURFACE_LOST, OUT_OF_*_MEMORY, VULKAN; logged, and there is no surface; try again.
//
// Valid usage: the context was created with a surface; the swapchain that used it is gone.
ASH_API ASH_NODISCARD enum ash_result ash_context_recreate_surface(struct ash_context *context);

// Physical-device queries that a swapchain needs; the context calls the instance's functions so
// that nobody else has to hold them. As Vulkan's: with `formats` or `modes` NULL, how many there
// are. Valid usage: those of the surface want a context that has one.
ASH_API VkResult ash_context_surface_capabilities(const struct ash_context *context,
                                                  VkSurfaceCapabilitiesKHR *out);
ASH_API VkResult ash_context_surface_formats(const struct ash_context *context, uint32_t *count,
                                             VkSurfaceFormatKHR *formats);
ASH_API VkResult ash_context_present_modes(const struct ash_context *context, uint32_t *count,
                                           VkPresentModeKHR *modes);
ASH_API void ash_context_format_properties(const struct ash_context *context, VkFormat format,
                                           VkFormatProperties *out);

// Whoever is made from a context and must be gone before it (an allocator, say) registers under
// a name, so that a context destroyed too early can say who is left. `child` is the owner's, zero
// before; not moved while registered. Thread-safe.
struct ash_context_child {
    const char *name; // borrowed until ash_context_remove_child
    struct ash_context_child *next, *previous;
};
ASH_API void ash_context_add_child(struct ash_context *context, struct ash_context_child *child);
ASH_API void ash_context_remove_child(struct ash_context *context, struct ash_context_child *child);

#ifdef __cplusplus
}
#endif

#endif
