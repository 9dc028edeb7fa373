// A Vulkan device made of nothing, for tests: heaps and memory types as the test wants them, real
// bytes behind mapped memory, and a count of everything that lives.
//
//     struct fake_device *device = fake_device_create(&fake_profiles[FAKE_DISCRETE]);
//     struct ash_context *context = fake_device_context(device); // owned by the device
//     ...                                                        // allocators, buffers, images
//     assert_int_equal(fake_device_destroy(device), 0);          // no complaint, nothing left
//
// It stands behind a fake vkGetInstanceProcAddr, so that the engine can't tell. What it adds to a
// driver:
//
//   - It checks. A broken rule (a second map of one memory, a bind that overlaps another resource,
//     a flush that is no multiple of the atom, an object used after its end, a memory type that may
//     not be used ...) is written to standard error, counted as a complaint, and where Vulkan has a
//     result for it, answered with that. Two rules are stricter than Vulkan's: resources in one
//     memory never share a byte, and memory is not freed while a resource is bound to it.
//   - Memory that is not coherent really is not: the CPU and the device each have their own bytes,
//     a flush copies one way and an invalidate the other. Unmapping forgets what was not flushed.
//   - It fails when told to: the n-th call, or the n-th of one name.
//
// Commands are executed while they are recorded; nothing runs later than that.
//
// Thread-safety: as Vulkan's. The functions below may be called from any thread, but for create
// and destroy.
#ifndef TESTS_SUPPORT_FAKE_DEVICE_H
#define TESTS_SUPPORT_FAKE_DEVICE_H

#include "engine/context/context.h"

#include <vulkan/vulkan_core.h>

#include <stdbool.h>
#include <stdint.h>

#define FAKE_MIB (1024ULL * 1024ULL)
#define FAKE_GIB (1024ULL * FAKE_MIB)

struct fake_device; // opaque

// What the device reports of itself. Copy one of fake_profiles and change it to taste.
struct fake_profile {
    const char *name;
    VkPhysicalDeviceType type;
    VkPhysicalDeviceMemoryProperties memory;
    VkDeviceSize granularity;         // bufferImageGranularity
    VkDeviceSize atom;                // nonCoherentAtomSize
    VkDeviceSize max_allocation_size; // maxMemoryAllocationSize
    uint32_t max_allocation_count;    // maxMemoryAllocationCount
    VkDeviceSize buffer_alignment;    // of every buffer's requirements
    VkDeviceSize buffer_padding;      // requirements.size is the size asked for and this, aligned
    VkDeviceSize image_alignment;
    uint32_t buffer_type_bits;       // memoryTypeBits of buffers; 0: every type
    uint32_t image_type_bits;        // of images; 0: every type
    VkDeviceSize prefers_dedicated;  // resources from this size on; 0: none
    VkDeviceSize requires_dedicated; // resources from this size on; 0: none
    bool memory_budget;              // VK_EXT_memory_budget: nine tenths of each heap at first
    bool buffer_device_address;
    bool transfer_queue;   // a second family, that only copies
    bool protected_memory; // else a protected type may not be allocated from
    uint32_t allocate_delay_ms;
};

enum fake_profile_name {
    FAKE_DISCRETE,        // 8 GiB of video memory, 16 GiB of system memory, a 256 MiB BAR heap
    FAKE_DISCRETE_REBAR,  // the same with all video memory visible: resizable BAR
    FAKE_DISCRETE_NO_BAR, // the same with none of it visible
    FAKE_INTEGRATED,      // one heap, all of it local and visible
    FAKE_MOBILE,          // visible memory is not coherent, atom 256; protected and lazy types
    FAKE_SMALL_HEAP,      // one heap of 96 MiB, local and visible
    FAKE_GRANULAR,        // FAKE_DISCRETE with a granularity of 1024
    FAKE_LIMIT_8,         // FAKE_DISCRETE with room for 8 memories
    FAKE_TRAPS,           // protected, lazily allocated and device-coherent types come first
    FAKE_PROFILE_COUNT
};
extern const struct fake_profile fake_profiles[FAKE_PROFILE_COUNT];

// NULL only where the host has no memory. `profile` is copied.
struct fake_device *fake_device_create(const struct fake_profile *profile);

// Destroys the context that fake_device_context made, complains of every object that is left, and
// answers the number of complaints. NULL is allowed.
uint32_t fake_device_destroy(struct fake_device *device);

// The device in the engine's hands, by ash_context_adopt; made by the first call. NULL where that
// failed.
struct ash_context *fake_device_context(struct fake_device *device);
// Destroys that context now, for tests of what happens then.
void fake_device_destroy_context(struct fake_device *device);

// For ash_context_adopt and volkInitializeCustom. vkCreateInstance hands out the fake device that
// was made last.
PFN_vkVoidFunction fake_get_instance_proc_addr(VkInstance instance, const char *name);
VkInstance fake_device_instance(struct fake_device *device);
VkPhysicalDevice fake_device_physical_device(struct fake_device *device);
VkDevice fake_device_handle(struct fake_device *device);
VkQueue fake_device_queue(struct fake_device *device);
// A command buffer in recording, of the graphics family, for ash_upload_record and the like.
VkCommandBuffer fake_device_commands(struct fake_device *device);
// The graphics commands so far are never submitted: what they acquired is still to be acquired.
void fake_device_drop_acquires(struct fake_device *device);
// A pipeline that counts as living until vkDestroyPipeline.
VkPipeline fake_device_pipeline(struct fake_device *device);

struct fake_counts {
    // Living now.
    uint32_t memories, mapped_memories, buffers, images, image_views, pipelines;
    VkDeviceSize memory_bytes;
    VkDeviceSize heap_bytes[VK_MAX_MEMORY_HEAPS];
    // The most that ever lived at once.
    uint32_t peak_memories;
    VkDeviceSize peak_memory_bytes;
    // Since creation.
    uint32_t frees_while_mapped; // Vulkan allows it
    uint32_t flushes, invalidates, barriers, copies;
    uint32_t transfer_copies; // of these, on the transfer queue
    uint32_t releases,
        acquires;   // halves of queue family ownership transfers; the second ones match
    uint32_t names; // objects named by vkSetDebugUtilsObjectNameEXT
    uint32_t complaints;
};
void fake_device_counts(struct fake_device *device, struct fake_counts *out);

// How often a function of this name was called; NULL: all that can fail.
uint64_t fake_device_calls(struct fake_device *device, const char *name);

// Makes the `nth` call from now (1: the next) of the function `name` (NULL: of any that can fail),
// and the `count` - 1 after it, answer `result` and do nothing. One fault at a time; count 0 takes
// it away.
struct fake_fault {
    const char *name; // borrowed
    uint64_t nth, count;
    VkResult result;
};
void fake_device_fail(struct fake_device *device, const struct fake_fault *fault);
// Whether the fault has happened at least once.
bool fake_device_failed(struct fake_device *device);

void fake_device_set_allocate_delay(struct fake_device *device, uint32_t milliseconds);
void fake_device_set_budget(struct fake_device *device, uint32_t heap, VkDeviceSize bytes);

// What the device itself sees of a buffer: what a shader would read, and what one would write.
void fake_device_read(struct fake_device *device, VkBuffer buffer, VkDeviceSize offset,
                      void *destination, VkDeviceSize size);
void fake_device_write(struct fake_device *device, VkBuffer buffer, VkDeviceSize offset,
                       const void *source, VkDeviceSize size);
// The texels of one mip level of one layer, tightly packed; valid while the image lives.
const unsigned char *fake_device_texels(struct fake_device *device, VkImage image,
                                        uint32_t mip_level, uint32_t array_layer);

// The complaints go to standard error, but for those of tests that provoke them.
void fake_device_quiet(struct fake_device *device, bool quiet);
// The last complaint; "" if there was none. Forgetting them sets their count to 0.
const char *fake_device_complaint(struct fake_device *device);
void fake_device_forget_complaints(struct fake_device *device);

#endif
