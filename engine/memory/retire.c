#include "engine/memory/retire.h"

#include <string.h>

#include <volk.h>

#include "engine/assert.h"
#include "engine/bits.h"
#include "engine/log.h"
#include "engine/memory/host.h"

// Objects that wait before the queue grows for the first time: more than a frame usually drops.
enum { FIRST_CAPACITY = 256 };

// One of these; the others are zero.
struct retired {
    uint64_t value; // destroyed once the timeline has reached it
    struct ash_buffer buffer;
    struct ash_image image;
    VkPipeline pipeline;
};

struct ash_retire {
    struct ash_context *context; // borrowed
    struct retired *waiting;     // in the order they were handed over
    uint32_t count, capacity;
    uint64_t next_value; // the smallest that waits; UINT64_MAX if nothing does
    VkDeviceSize bytes;
};

enum ash_result ash_retire_create(struct ash_context *context, struct ash_retire **out)
{
    *out = NULL;
    struct ash_retire *retire = ash_host_alloc(sizeof(*retire));
    struct retired *waiting = ash_host_alloc(FIRST_CAPACITY * sizeof(*waiting));
    if (!retire || !waiting) {
        ash_log(ASH_LOG_ERROR, "No host memory for the queue of retired objects");
        ash_host_free(retire);
        ash_host_free(waiting);
        return ASH_ERROR_OUT_OF_HOST_MEMORY;
    }
    *retire = (struct ash_retire){.context = context,
                                  .waiting = waiting,
                                  .capacity = FIRST_CAPACITY,
                                  .next_value = UINT64_MAX};
    *out = retire;
    return ASH_OK;
}

static void destroy(const struct ash_context *context, struct retired *retired)
{
    ash_buffer_finish(&retired->buffer);
    ash_image_finish(&retired->image);
    context->vk->vkDestroyPipeline(context->device, retired->pipeline, NULL);
}

void ash_retire_destroy(struct ash_retire *retire)
{
    if (!retire)
        return;
    ash_retire_collect(retire, UINT64_MAX);
    ash_host_free(retire->waiting);
    ash_host_free(retire);
}

static bool make_room(struct ash_retire *retire)
{
    if (retire->count < retire->capacity)
        return true;
    uint32_t capacity = retire->capacity * 2;
    struct retired *waiting = ash_host_alloc(capacity * sizeof(*waiting));
    if (!waiting)
        return false;
    memcpy(waiting, retire->waiting, retire->count * sizeof(*waiting));
    ash_host_free(retire->waiting);
    retire->waiting = waiting;
    retire->capacity = capacity;
    return true;
}

static void hand_over(struct ash_retire *retire, struct retired *retired)
{
    if (!make_room(retire)) {
        ash_log(ASH_LOG_WARNING, "No host memory to retire an object later; waiting for the device "
                                 "to destroy it now");
        // A device that is lost is idle, too.
        (void)retire->context->vk->vkDeviceWaitIdle(retire->context->device);
        destroy(retire->context, retired);
        return;
    }
    retire->waiting[retire->count++] = *retired;
    retire->bytes += retired->buffer.block.size + retired->image.block.size;
    retire->next_value = ash_min_u64(retire->next_value, retired->value);
}

void ash_retire_buffer(struct ash_retire *retire, struct ash_buffer *buffer, uint64_t value)
{
    if (!buffer || !buffer->buffer)
        return;
    ASH_ASSERT_MESSAGE(buffer->open_views == 0, "views end before their buffer retires");
    hand_over(retire, &(struct retired){.value = value, .buffer = *buffer});
    memset(buffer, 0, sizeof(*buffer));
}

void ash_retire_image(struct ash_retire *retire, struct ash_image *image, uint64_t value)
{
    if (!image || !image->image)
        return;
    hand_over(retire, &(struct retired){.value = value, .image = *image});
    memset(image, 0, sizeof(*image));
}

void ash_retire_pipeline(struct ash_retire *retire, VkPipeline pipeline, uint64_t value)
{
    if (pipeline)
        hand_over(retire, &(struct retired){.value = value, .pipeline = pipeline});
}

void ash_retire_collect(struct ash_retire *retire, uint64_t completed)
{
    if (retire->count == 0 || retire->next_value > completed)
        return;
    uint32_t kept = 0;
    uint64_t next_value = UINT64_MAX;
    for (uint32_t i = 0; i < retire->count; i++) {
        struct retired *retired = &retire->waiting[i];
        if (retired->value <= completed) {
            retire->bytes -= retired->buffer.block.size + retired->image.block.size;
            destroy(retire->context, retired);
            continue;
        }
        next_value = ash_min_u64(next_value, retired->value);
        if (kept != i)
            retire->waiting[kept] = *retired;
        kept++;
    }
    retire->count = kept;
    retire->next_value = next_value;
}

uint32_t ash_retire_count(const struct ash_retire *retire)
{
    return retire->count;
}

VkDeviceSize ash_retire_bytes(const struct ash_retire *retire)
{
    return retire->bytes;
}

void ash_retire_visit(const struct ash_retire *retire,
                      void (*visit)(void *user, const struct ash_memory_block *block), void *user)
{
    for (uint32_t i = 0; i < retire->count; i++) {
        const struct retired *retired = &retire->waiting[i];
        if (retired->buffer.buffer)
            visit(user, &retired->buffer.block);
        if (retired->image.image)
            visit(user, &retired->image.block);
    }
}
