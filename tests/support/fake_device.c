#include "tests/support/fake_device.h"

#include "tests/support/fake_device_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "engine/bits.h"

static const uint32_t object_magic = 0xA5F00D;
static struct fake_device *latest;

struct fake_device *fake_device_latest(void)
{
    return latest;
}

struct fake_device *fake_device_create(const struct fake_profile *profile)
{
    struct fake_device *device = calloc(1, sizeof(*device));
    if (!device)
        return NULL;
    pthread_mutex_init(&device->mutex, NULL);
    device->profile = *profile;
    for (uint32_t i = 0; i < 2; i++)
        device->families[i] = (struct fake_commands){.device = device, .family = i};
    for (uint32_t heap = 0; heap < profile->memory.memoryHeapCount; heap++)
        device->budget[heap] = profile->memory.memoryHeaps[heap].size / 10 * 9;
    latest = device;
    return device;
}

uint32_t fake_device_destroy(struct fake_device *device)
{
    static const char *const type_names[FAKE_OBJECT_TYPES] = {
        "memory", "buffer", "image", "image view", "pipeline", "command pool", "semaphore"};
    if (!device)
        return 0;
    fake_device_destroy_context(device);
    while (device->objects) {
        struct fake_object *object = device->objects;
        device->objects = object->next;
        if (object->alive) {
            fake_complain(device, "%s %llu was never destroyed", type_names[object->type],
                          (unsigned long long)object->number);
            fake_object_end(device, object);
        }
        free(object);
    }
    uint32_t complaints = device->counts.complaints;
    if (latest == device)
        latest = NULL;
    pthread_mutex_destroy(&device->mutex);
    free(device);
    return complaints;
}

struct ash_context *fake_device_context(struct fake_device *device)
{
    if (device->context)
        return device->context;
    struct ash_context_adopt_params params = {
        .get_instance_proc_addr = fake_get_instance_proc_addr,
        .instance = fake_device_instance(device),
        .physical_device = fake_device_physical_device(device),
        .device = fake_device_handle(device),
        .graphics = {.queue = fake_device_queue(device)},
        .transfer = {.queue = device->profile.transfer_queue ? (VkQueue)&device->families[1] : NULL,
                     .family_index = 1},
        .memory_budget = device->profile.memory_budget,
        .buffer_device_address = device->profile.buffer_device_address,
        .debug_utils = true,
    };
    if (ash_context_adopt(&params, &device->context) != ASH_OK)
        return NULL;
    return device->context;
}

void fake_device_destroy_context(struct fake_device *device)
{
    struct ash_context *context = device->context;
    device->context = NULL;
    ash_context_destroy(context);
}

// Dispatchable handles are the device itself, or one of its families.
VkInstance fake_device_instance(struct fake_device *device)
{
    return (VkInstance)device;
}

VkPhysicalDevice fake_device_physical_device(struct fake_device *device)
{
    return (VkPhysicalDevice)device;
}

VkDevice fake_device_handle(struct fake_device *device)
{
    return (VkDevice)device;
}

VkQueue fake_device_queue(struct fake_device *device)
{
    return (VkQueue)&device->families[0];
}

VkCommandBuffer fake_device_commands(struct fake_device *device)
{
    return (VkCommandBuffer)&device->families[0];
}

VkPipeline fake_device_pipeline(struct fake_device *device)
{
    fake_begin_void(device, "fake_device_pipeline");
    struct fake_object *object = fake_object_new(device, FAKE_PIPELINE);
    fake_end(device);
    return (VkPipeline)object;
}

PFN_vkVoidFunction fake_get_instance_proc_addr(VkInstance instance, const char *name)
{
    (void)instance;
    PFN_vkVoidFunction function = fake_instance_function(name);
    if (!function)
        function = fake_memory_function(name);
    if (!function)
        function = fake_resource_function(name);
    if (!function)
        function = fake_queue_function(name);
    return function;
}

void fake_device_counts(struct fake_device *device, struct fake_counts *out)
{
    pthread_mutex_lock(&device->mutex);
    *out = device->counts;
    pthread_mutex_unlock(&device->mutex);
}

uint64_t fake_device_calls(struct fake_device *device, const char *name)
{
    uint64_t calls = 0;
    pthread_mutex_lock(&device->mutex);
    if (!name)
        calls = device->fallible_calls;
    for (size_t i = 0; name && i < FAKE_NAMES && device->calls[i].name; i++) {
        if (strcmp(device->calls[i].name, name) == 0)
            calls = device->calls[i].calls;
    }
    pthread_mutex_unlock(&device->mutex);
    return calls;
}

void fake_device_fail(struct fake_device *device, const struct fake_fault *fault)
{
    pthread_mutex_lock(&device->mutex);
    device->fault = *fault;
    device->fault_seen = 0;
    device->failed = false;
    pthread_mutex_unlock(&device->mutex);
}

bool fake_device_failed(struct fake_device *device)
{
    pthread_mutex_lock(&device->mutex);
    bool failed = device->failed;
    pthread_mutex_unlock(&device->mutex);
    return failed;
}

void fake_device_set_allocate_delay(struct fake_device *device, uint32_t milliseconds)
{
    pthread_mutex_lock(&device->mutex);
    device->profile.allocate_delay_ms = milliseconds;
    pthread_mutex_unlock(&device->mutex);
}

void fake_device_set_budget(struct fake_device *device, uint32_t heap, VkDeviceSize bytes)
{
    pthread_mutex_lock(&device->mutex);
    device->budget[heap] = bytes;
    pthread_mutex_unlock(&device->mutex);
}

// The bytes of a range of a bound buffer, as the device sees them; NULL with a complaint.
static unsigned char *buffer_bytes(struct fake_device *device, VkBuffer handle, VkDeviceSize offset,
                                   VkDeviceSize size)
{
    struct fake_object *buffer =
        fake_object_get(device, (uint64_t)(uintptr_t)handle, FAKE_BUFFER, "the device");
    if (!buffer)
        return NULL;
    if (!buffer->memory || !buffer->memory->alive ||
        !ash_range_inside(offset, size, buffer->size)) {
        fake_complain(device, "the device reaches outside buffer %llu",
                      (unsigned long long)buffer->number);
        return NULL;
    }
    return buffer->memory->bytes + buffer->offset + offset;
}

void fake_device_read(struct fake_device *device, VkBuffer buffer, VkDeviceSize offset,
                      void *destination, VkDeviceSize size)
{
    pthread_mutex_lock(&device->mutex);
    const unsigned char *bytes = buffer_bytes(device, buffer, offset, size);
    if (bytes)
        memcpy(destination, bytes, size);
    pthread_mutex_unlock(&device->mutex);
}

void fake_device_write(struct fake_device *device, VkBuffer buffer, VkDeviceSize offset,
                       const void *source, VkDeviceSize size)
{
    pthread_mutex_lock(&device->mutex);
    unsigned char *bytes = buffer_bytes(device, buffer, offset, size);
    if (bytes)
        memcpy(bytes, source, size);
    pthread_mutex_unlock(&device->mutex);
}

const unsigned char *fake_device_texels(struct fake_device *device, VkImage image,
                                        uint32_t mip_level, uint32_t array_layer)
{
    const unsigned char *texels = NULL;
    pthread_mutex_lock(&device->mutex);
    const struct fake_object *object =
        fake_object_get(device, (uint64_t)(uintptr_t)image, FAKE_IMAGE, "the device");
    if (object && object->memory)
        texels = object->memory->bytes + object->offset +
                 fake_image_level(object, mip_level, array_layer, NULL);
    pthread_mutex_unlock(&device->mutex);
    return texels;
}

void fake_device_quiet(struct fake_device *device, bool quiet)
{
    device->quiet = quiet;
}

const char *fake_device_complaint(struct fake_device *device)
{
    return device->complaint;
}

void fake_device_forget_complaints(struct fake_device *device)
{
    pthread_mutex_lock(&device->mutex);
    device->counts.complaints = 0;
    device->complaint[0] = '\0';
    pthread_mutex_unlock(&device->mutex);
}

static void count_call(struct fake_device *device, const char *name)
{
    size_t i = 0;
    while (device->calls[i].name && strcmp(device->calls[i].name, name) != 0)
        i++;
    device->calls[i].name = name;
    device->calls[i].calls++;
}

void fake_begin_void(struct fake_device *device, const char *name)
{
    pthread_mutex_lock(&device->mutex);
    count_call(device, name);
}

VkResult fake_begin(struct fake_device *device, const char *name)
{
    fake_begin_void(device, name);
    device->fallible_calls++;
    const struct fake_fault *fault = &device->fault;
    if (fault->count == 0 || (fault->name && strcmp(fault->name, name) != 0))
        return VK_SUCCESS;
    device->fault_seen++;
    if (device->fault_seen < fault->nth || device->fault_seen - fault->nth >= fault->count)
        return VK_SUCCESS;
    device->failed = true;
    return fault->result;
}

void fake_end(struct fake_device *device)
{
    pthread_mutex_unlock(&device->mutex);
}

void fake_complain(struct fake_device *device, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(device->complaint, sizeof(device->complaint), format, arguments);
    va_end(arguments);
    device->counts.complaints++;
    if (!device->quiet)
        fprintf(stderr, "fake device (%s): %s\n", device->profile.name, device->complaint);
}

static uint32_t *living(struct fake_device *device, enum fake_object_type type)
{
    switch (type) {
    case FAKE_MEMORY:
        return &device->counts.memories;
    case FAKE_BUFFER:
        return &device->counts.buffers;
    case FAKE_IMAGE:
        return &device->counts.images;
    case FAKE_IMAGE_VIEW:
        return &device->counts.image_views;
    default:
        return &device->counts.pipelines;
    }
}

struct fake_object *fake_object_new(struct fake_device *device, enum fake_object_type type)
{
    struct fake_object *object = calloc(1, sizeof(*object));
    if (!object)
        return NULL;
    object->magic = object_magic;
    object->type = type;
    object->alive = true;
    object->number = ++device->object_count;
    object->next = device->objects;
    device->objects = object;
    (*living(device, type))++;
    return object;
}

void fake_object_end(struct fake_device *device, struct fake_object *object)
{
    object->alive = false;
    (*living(device, object->type))--;
    if (object->type == FAKE_MEMORY) {
        if (object->host != object->bytes)
            munmap(object->host, object->size);
        munmap(object->bytes, object->size);
        object->host = object->bytes = NULL;
    }
    if (object->memory) {
        struct fake_object **link = &object->memory->bound;
        while (*link && *link != object)
            link = &(*link)->next_bound;
        if (*link)
            *link = object->next_bound;
    }
}

struct fake_object *fake_object_get(struct fake_device *device, uint64_t handle,
                                    enum fake_object_type type, const char *call)
{
    struct fake_object *object = (struct fake_object *)(uintptr_t)handle;
    if (!object || object->magic != object_magic || object->type != type) {
        fake_complain(device, "%s was given a handle that is none of its kind", call);
        return NULL;
    }
    if (!object->alive) {
        fake_complain(device, "%s was given object %llu, which has been destroyed", call,
                      (unsigned long long)object->number);
        return NULL;
    }
    return object;
}

void fake_destroy(VkDevice handle, uint64_t object_handle, enum fake_object_type type,
                  const char *call)
{
    struct fake_device *device = from_device(handle);
    fake_begin_void(device, call);
    struct fake_object *object =
        object_handle ? fake_object_get(device, object_handle, type, call) : NULL;
    if (object)
        fake_object_end(device, object);
    fake_end(device);
}

void fake_memory_sync(struct fake_object *memory, VkDeviceSize offset, VkDeviceSize size,
                      bool to_device)
{
    if (memory->host == memory->bytes)
        return;
    if (to_device)
        memcpy(memory->bytes + offset, memory->host + offset, size);
    else
        memcpy(memory->host + offset, memory->bytes + offset, size);
}

VkDeviceSize fake_image_level(const struct fake_object *image, uint32_t mip_level,
                              uint32_t array_layer, VkDeviceSize *size)
{
    VkDeviceSize offset = 0, level_size = 0;
    for (uint32_t layer = 0; layer <= array_layer; layer++) {
        for (uint32_t level = 0; level < image->mip_levels; level++) {
            uint32_t width = image->extent.width >> level;
            uint32_t height = image->extent.height >> level;
            level_size =
                (VkDeviceSize)(width ? width : 1) * (height ? height : 1) * image->texel_size;
            if (layer == array_layer && level == mip_level) {
                if (size)
                    *size = level_size;
                return offset;
            }
            offset += level_size;
        }
    }
    if (size)
        *size = 0;
    return offset;
}
