// What the files of the fake device share.
#ifndef TESTS_SUPPORT_FAKE_DEVICE_INTERNAL_H
#define TESTS_SUPPORT_FAKE_DEVICE_INTERNAL_H

#include "tests/support/fake_device.h"

#include <pthread.h>

enum fake_object_type {
    FAKE_MEMORY,
    FAKE_BUFFER,
    FAKE_IMAGE,
    FAKE_IMAGE_VIEW,
    FAKE_PIPELINE,
    FAKE_COMMAND_POOL,
    FAKE_SEMAPHORE,
    FAKE_OBJECT_TYPES
};

// One struct for every kind. Objects are kept after their end, so that a late use is known as one.
struct fake_object {
    uint32_t magic;
    enum fake_object_type type;
    bool alive;
    struct fake_object *next; // in fake_device.objects
    uint64_t number;          // from 1
    VkDeviceSize size;        // of the memory; asked for, of the buffer
    // memory
    uint32_t memory_type_index;
    bool mapped, device_address;
    VkDeviceSize map_offset, map_size;
    unsigned char *bytes; // as the device sees them
    unsigned char *host;  // as the CPU sees them; the same where memory is coherent
    VkBuffer dedicated_buffer;
    VkImage dedicated_image;
    struct fake_object *bound; // the resources in it, by next_bound
    // buffers and images
    VkMemoryRequirements requirements;
    bool optimal, wants_address, transient;
    struct fake_object *memory; // NULL: not bound
    struct fake_object *next_bound;
    VkDeviceSize offset;
    VkExtent3D extent;
    uint32_t texel_size, mip_levels, array_layers;
    // command pools
    uint32_t family;
    // semaphores
    uint64_t value;
};

enum { FAKE_NAMES = 64, FAKE_RELEASES = 256 };

// What is behind a command buffer and a queue of a family.
struct fake_commands {
    struct fake_device *device;
    uint32_t family; // 0: graphics; 1: transfer
};

// The first half of a queue family ownership transfer, whose second half has not come yet.
struct fake_release {
    uint64_t object;
    VkDeviceSize offset, size;
    VkImageSubresourceRange range;
    VkImageLayout old_layout, new_layout;
};

struct fake_device {
    pthread_mutex_t mutex;
    struct fake_profile profile;
    struct ash_context *context;
    struct fake_object *objects;
    struct fake_counts counts;
    uint64_t object_count;
    VkDeviceSize budget[VK_MAX_MEMORY_HEAPS];
    struct {
        const char *name;
        uint64_t calls;
    } calls[FAKE_NAMES];
    uint64_t fallible_calls;
    uint32_t open_labels;
    struct fake_commands families[2];
    struct fake_release releases[FAKE_RELEASES];
    uint32_t release_count;
    struct fake_release acquired[FAKE_RELEASES];
    uint32_t acquired_count;
    struct fake_fault fault;
    uint64_t fault_seen; // matching calls since the fault was set
    bool failed, quiet;
    char complaint[512];
};

static inline struct fake_device *from_device(VkDevice device)
{
    return (struct fake_device *)device;
}

// Counts the call and locks the device. Answers the fault's result where it is this call's turn;
// the device is then locked all the same.
VkResult fake_begin(struct fake_device *device, const char *name);
// Counts a call that can't fail, and locks.
void fake_begin_void(struct fake_device *device, const char *name);
void fake_end(struct fake_device *device);

// The device is locked.
void fake_complain(struct fake_device *device, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
struct fake_object *fake_object_new(struct fake_device *device, enum fake_object_type type);
void fake_object_end(struct fake_device *device, struct fake_object *object);
// The object behind a handle; NULL with a complaint where it is none, or not of this type, or has
// been destroyed. `call` names the function that was given the handle.
struct fake_object *fake_object_get(struct fake_device *device, uint64_t handle,
                                    enum fake_object_type type, const char *call);
// What every vkDestroy* does; 0 is allowed.
void fake_destroy(VkDevice device, uint64_t handle, enum fake_object_type type, const char *call);
#define FAKE_DESTROY(name, type)                                                                   \
    static VKAPI_ATTR void VKAPI_CALL fake_Destroy##name(VkDevice device, Vk##name handle,         \
                                                         const VkAllocationCallbacks *callbacks)   \
    {                                                                                              \
        (void)callbacks;                                                                           \
        fake_destroy(device, (uint64_t)(uintptr_t)handle, type, "vkDestroy" #name);                \
    }
// Copies what the CPU wrote to where the device sees it, or back. The range lies in the memory.
void fake_memory_sync(struct fake_object *memory, VkDeviceSize offset, VkDeviceSize size,
                      bool to_device);
// Where a mip level of a layer lies in an image, and its size.
VkDeviceSize fake_image_level(const struct fake_object *image, uint32_t mip_level,
                              uint32_t array_layer, VkDeviceSize *size);

// The functions of each file by name; NULL where there is none.
PFN_vkVoidFunction fake_instance_function(const char *name);
PFN_vkVoidFunction fake_memory_function(const char *name);
PFN_vkVoidFunction fake_resource_function(const char *name);
PFN_vkVoidFunction fake_queue_function(const char *name);
// vkCreateInstance's answer.
struct fake_device *fake_device_latest(void);

struct fake_entry {
    const char *name;
    PFN_vkVoidFunction function;
};
#define FAKE_ENTRY(call)                                                                           \
    {                                                                                              \
        "vk" #call, (PFN_vkVoidFunction)fake_##call                                                \
    }

#endif
