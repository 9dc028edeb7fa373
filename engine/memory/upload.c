#include "engine/memory/upload.h"

#include <string.h>

#include "engine/assert.h"
#include "engine/bits.h"
#include "engine/context/observe.h"
#include "engine/log.h"
#include "engine/memory/host.h"
#include "engine/memory/upload_commands.h"
#include "engine/memory/upload_list.h"
#include "engine/memory/upload_ring.h"
#include "engine/memory/upload_transfer.h"
#include "engine/memory/view_shadow.h"

static const VkDeviceSize default_ring_size = 16ULL * 1024 * 1024;
// Where each piece starts: for every element of a view and every texel that is a power of two.
static const VkDeviceSize piece_alignment = 16;

struct ash_upload {
    struct ash_allocator *allocator;
    const struct ash_context *context;
    struct ash_buffer buffer;     // the ring's bytes
    struct ash_upload_ring ring;  // whose they are
    struct ash_upload_list noted; // copies to come, those that go on where another ends as one
    uint64_t recorded_value;      // of the submission that they are recorded for
    uint64_t completed;           // the last that ash_upload_reclaim was told
    enum ash_upload_path path;
    const char *why;
    struct ash_upload_transfer transfer; // all zero unless that is the path
    uint64_t bytes_uploaded, copies, direct_writes, refusals;
};

// In memory that is not coherent a piece has its atoms to itself: flushing it does not touch what
// the GPU reads of its neighbour.
static VkDeviceSize ring_alignment(const struct ash_buffer *buffer)
{
    const VkPhysicalDeviceLimits *limits =
        &ash_allocator_context(buffer->allocator)->properties.limits;
    VkDeviceSize alignment = ash_max_u64(piece_alignment, limits->optimalBufferCopyOffsetAlignment);
    bool coherent = buffer->properties & VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
    return coherent ? alignment : ash_max_u64(alignment, limits->nonCoherentAtomSize);
}

static enum ash_result init_ring(struct ash_upload *upload, const struct ash_upload_params *params)
{
    // The largest atom that Vulkan allows is 256: the ring is a whole number of pieces' alignments.
    VkDeviceSize size = ash_align_up(params->size ? params->size : default_ring_size, 256);
    struct ash_buffer_params buffer_params = {
        .size = size,
        .usage = VK_BUFFER_USAGE_TRANSFER_SRC_BIT,
        .properties = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT,
        .preferred = VK_MEMORY_PROPERTY_HOST_COHERENT_BIT,
        .label = params->label ? params->label : "staging",
    };
    enum ash_result result = ash_buffer_init(&upload->buffer, upload->allocator, &buffer_params);
    if (result == ASH_OK)
        result = ash_buffer_keep_mapped(&upload->buffer);
    if (result != ASH_OK)
        return result;
    result = ash_upload_ring_init(&upload->ring, size, ring_alignment(&upload->buffer));
    if (result == ASH_OK)
        result = ash_upload_list_init(&upload->noted, upload->ring.capacity);
    if (result != ASH_OK)
        ash_log(ASH_LOG_ERROR, "No host memory for the order of upload ring \"%s\"",
                upload->buffer.name);
    return result;
}

static void choose_path(struct ash_upload *upload, enum ash_upload_path wanted)
{
    const struct ash_context *context = upload->context;
    VkPhysicalDeviceType type = context->properties.deviceType;
    bool shared =
        type == VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU || type == VK_PHYSICAL_DEVICE_TYPE_CPU;
    bool beside = context->transfer.queue != context->graphics.queue;
    upload->path = wanted;
    upload->why = "asked for";
    if (wanted == ASH_UPLOAD_AUTO && shared) {
        upload->path = ASH_UPLOAD_DIRECT;
        upload->why = "the device works in main memory";
    } else if (!beside && (wanted == ASH_UPLOAD_AUTO || wanted == ASH_UPLOAD_TRANSFER_QUEUE)) {
        upload->path = ASH_UPLOAD_GRAPHICS_QUEUE;
        upload->why = "no queue of the device only copies";
    } else if (wanted == ASH_UPLOAD_AUTO) {
        upload->path = ASH_UPLOAD_TRANSFER_QUEUE;
        upload->why = "a queue of its own copies beside drawing";
    }
}

static void release(struct ash_upload *upload)
{
    ash_buffer_finish(&upload->buffer);
    ash_upload_transfer_finish(&upload->transfer);
    ash_upload_list_finish(&upload->noted);
    ash_upload_ring_finish(&upload->ring);
    ash_host_free(upload);
}

enum ash_result ash_upload_create(struct ash_allocator *allocator,
                                  const struct ash_upload_params *params, struct ash_upload **out)
{
    *out = NULL;
    struct ash_upload *upload = ash_host_alloc(sizeof(*upload));
    if (!upload) {
        ash_log(ASH_LOG_ERROR, "No host memory for an upload ring");
        return ASH_ERROR_OUT_OF_HOST_MEMORY;
    }
    upload->allocator = allocator;
    upload->context = ash_allocator_context(allocator);
    choose_path(upload, params->path);
    enum ash_result result = init_ring(upload, params);
    if (result == ASH_OK && upload->path == ASH_UPLOAD_TRANSFER_QUEUE)
        result =
            ash_upload_transfer_init(&upload->transfer, upload->context, upload->ring.capacity);
    if (result != ASH_OK) {
        release(upload);
        return result;
    }
    *out = upload;
    return ASH_OK;
}

void ash_upload_destroy(struct ash_upload *upload)
{
    if (!upload)
        return;
    for (uint32_t i = 0; i < upload->ring.count; i++)
        ASH_ASSERT_MESSAGE(ash_upload_ring_piece(&upload->ring, i)->state != ASH_PIECE_OPEN,
                           "views of an upload ring end before it is destroyed");
    release(upload);
}

enum ash_upload_path ash_upload_path(const struct ash_upload *upload, const char **why)
{
    if (why)
        *why = upload->why;
    return upload->path;
}

VkMemoryPropertyFlags ash_upload_preferred(const struct ash_upload *upload)
{
    VkMemoryPropertyFlags visible = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT;
    return VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT | (upload->path == ASH_UPLOAD_DIRECT ? visible : 0);
}

static enum ash_result check_image(const struct ash_upload_target *target)
{
    const struct ash_image *image = target->image;
    if (target->mip_level >= image->mip_levels || target->array_layer >= image->array_layers) {
        ash_log(ASH_LOG_ERROR, "Upload to level %u of layer %u of an image with %u and %u",
                target->mip_level, target->array_layer, image->mip_levels, image->array_layers);
        return ASH_ERROR_OUT_OF_RANGE;
    }
    VkDeviceSize size = ash_image_level_size(image, target->mip_level);
    if (size == 0) {
        ash_log(ASH_LOG_ERROR, "Upload to an image of format %d, whose texels have no known size",
                (int)image->format);
        return ASH_ERROR_UNSUPPORTED;
    }
    if (target->size == size)
        return ASH_OK;
    ash_log(ASH_LOG_ERROR, "Upload of %llu bytes to an image's level of %llu",
            (unsigned long long)target->size, (unsigned long long)size);
    return ASH_ERROR_OUT_OF_RANGE;
}

static enum ash_result check_target(const struct ash_upload_target *target)
{
    if (target->image)
        return check_image(target);
    if (ash_range_inside(target->offset, target->size, target->buffer->size))
        return ASH_OK;
    ash_log(ASH_LOG_ERROR, "Upload of %llu bytes at %llu of buffer \"%s\", which has %llu",
            (unsigned long long)target->size, (unsigned long long)target->offset,
            target->buffer->name, (unsigned long long)target->buffer->size);
    return ASH_ERROR_OUT_OF_RANGE;
}

static enum ash_result begin_direct(struct ash_upload *upload,
                                    const struct ash_upload_target *target,
                                    struct ash_buffer_view *view)
{
    struct ash_view_params params = {
        .offset = target->offset, .size = target->size, .access = ASH_ACCESS_WRITE};
    enum ash_result result = ash_buffer_begin_view(target->buffer, &params, view);
    if (result == ASH_OK) {
        result = ash_buffer_keep_mapped(target->buffer); // can't fail: the view has mapped it
        view->upload = upload;
    }
    return result;
}

static void set_destination(struct ash_upload_piece *piece, const struct ash_upload_target *target)
{
    if (target->buffer) {
        piece->buffer = target->buffer->buffer;
        piece->destination = target->offset;
        return;
    }
    const VkExtent3D extent = ash_image_level_extent(target->image, target->mip_level);
    piece->image = target->image->image;
    piece->aspect = (uint8_t)target->image->aspect;
    piece->level = (uint8_t)target->mip_level;
    piece->layer = target->array_layer;
    piece->width = extent.width;
    piece->height = extent.height;
}

static enum ash_result begin_staged(struct ash_upload *upload,
                                    const struct ash_upload_target *target,
                                    struct ash_buffer_view *view)
{
    if (target->size > upload->ring.size) {
        ash_log(ASH_LOG_ERROR, "Upload of %llu bytes through a ring of %llu; split it",
                (unsigned long long)target->size, (unsigned long long)upload->ring.size);
        return ASH_ERROR_OUT_OF_RANGE;
    }
    struct ash_upload_piece *piece = ash_upload_ring_take(&upload->ring, target->size);
    if (!piece) {
        upload->refusals++;
        return ASH_NOT_READY;
    }
    *view = (struct ash_buffer_view){.size = target->size,
                                     .element_size = 1,
                                     .access = ASH_ACCESS_WRITE,
                                     .slot = (uint32_t)(piece - upload->ring.pieces),
                                     .buffer = &upload->buffer,
                                     .upload = upload,
                                     .mapped = (unsigned char *)upload->buffer.kept + piece->offset,
                                     .offset = piece->offset};
    set_destination(piece, target);
    enum ash_result result = ash_view_shadow_begin(view);
    if (result != ASH_OK)
        piece->state = ASH_PIECE_DROPPED;
    return result;
}

enum ash_result ash_upload_begin(struct ash_upload *upload, const struct ash_upload_target *target,
                                 struct ash_buffer_view *view)
{
    ASH_ASSERT_MESSAGE(!target->buffer != !target->image,
                       "an upload goes to a buffer or to an image");
    ASH_ASSERT_MESSAGE(target->size > 0, "an upload has at least one byte");
    enum ash_result result = check_target(target);
    bool direct = target->buffer && upload->path == ASH_UPLOAD_DIRECT &&
                  (target->buffer->properties & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT);
    if (result == ASH_OK)
        result = direct ? begin_direct(upload, target, view) : begin_staged(upload, target, view);
    if (result != ASH_OK)
        *view = (struct ash_buffer_view){0};
    else if (upload->context->observer)
        ash_observe_upload(upload->context, target->buffer ? target->buffer->name : "an image",
                           target->size, direct);
    return result;
}

static enum ash_result end_direct(struct ash_upload *upload, struct ash_buffer_view *view)
{
    VkDeviceSize size = view->size;
    view->upload = NULL;
    enum ash_result result = ash_buffer_end_view(view);
    if (result == ASH_OK) {
        upload->direct_writes++;
        upload->bytes_uploaded += size;
    }
    return result;
}

// A copy engine takes some microseconds for each region (an NVIDIA H100: 2.7), however small: what
// goes on where the last copy ends, in the ring and in the buffer, becomes part of it.
static void note_copy(struct ash_upload *upload, const struct ash_upload_piece *piece)
{
    upload->bytes_uploaded += piece->size;
    struct ash_upload_list *noted = &upload->noted;
    if (piece->buffer && noted->count > noted->recorded) {
        struct ash_upload_piece *last = &noted->copies[noted->count - 1];
        if (last->buffer == piece->buffer && last->offset + last->size == piece->offset &&
            last->destination + last->size == piece->destination) {
            last->size += piece->size;
            return;
        }
    }
    noted->copies[noted->count++] = *piece;
}

static enum ash_result end_staged(struct ash_upload *upload, struct ash_buffer_view *view)
{
    struct ash_upload_piece *piece = &upload->ring.pieces[view->slot];
    ASH_ASSERT_MESSAGE(piece->state == ASH_PIECE_OPEN && piece->offset == view->offset,
                       "a view of an upload ring ends once");
    enum ash_result result = ash_view_flush(view, 0, view->size);
    ash_view_shadow_end(view);
    *view = (struct ash_buffer_view){0};
    bool wanted = piece->buffer || piece->image;
    piece->state = result == ASH_OK && wanted ? ASH_PIECE_NOTED : ASH_PIECE_DROPPED;
    if (piece->state == ASH_PIECE_NOTED)
        note_copy(upload, piece);
    return result;
}

enum ash_result ash_upload_end(struct ash_buffer_view *view)
{
    if (!view->buffer)
        return ASH_OK;
    struct ash_upload *upload = view->upload;
    ASH_ASSERT_MESSAGE(upload, "a view that ash_buffer_begin_view opened ends by "
                               "ash_buffer_end_view");
    if (view->buffer == &upload->buffer)
        return end_staged(upload, view);
    return end_direct(upload, view);
}

// What was recorded has been submitted.
static void settle(struct ash_upload *upload)
{
    ash_upload_list_settle(&upload->noted);
    ash_upload_list_settle(&upload->transfer.released);
}

void ash_upload_record(struct ash_upload *upload, VkCommandBuffer commands, uint64_t value,
                       struct ash_upload_wait *wait)
{
    if (value != upload->recorded_value)
        settle(upload);
    upload->recorded_value = value;
    ash_upload_ring_record(&upload->ring, value);

    struct ash_upload_list *noted = &upload->noted;
    struct ash_upload_batch batch = {.source = upload->buffer.buffer,
                                     .copies = noted->copies + noted->recorded,
                                     .count = noted->count - noted->recorded};
    ash_upload_batch_sort(&batch);
    upload->copies += batch.count;
    if (upload->path == ASH_UPLOAD_TRANSFER_QUEUE && batch.count > batch.images &&
        ash_upload_transfer_submit(&upload->transfer, &batch, value, upload->completed) == ASH_OK)
        batch.count = batch.images; // the others are copied, whatever becomes of `commands`
    ash_upload_record_batch(upload->context, commands, &batch);
    noted->recorded += batch.count;
    noted->count = noted->recorded;
    ash_upload_transfer_acquire(&upload->transfer, commands, wait);
}

void ash_upload_abandon(struct ash_upload *upload)
{
    ash_upload_ring_abandon(&upload->ring, upload->recorded_value);
    ash_upload_list_abandon(&upload->noted);
    ash_upload_list_abandon(&upload->transfer.released);
    ash_upload_transfer_wait(&upload->transfer);
}

void ash_upload_reclaim(struct ash_upload *upload, uint64_t completed)
{
    upload->completed = completed;
    if (completed >= upload->recorded_value)
        settle(upload);
    ash_upload_ring_reclaim(&upload->ring, completed);
}

void ash_upload_forget(struct ash_upload *upload, const struct ash_buffer *buffer,
                       const struct ash_image *image)
{
    const VkBuffer to_buffer = buffer ? buffer->buffer : VK_NULL_HANDLE;
    const VkImage to_image = image ? image->image : VK_NULL_HANDLE;
    for (uint32_t i = 0; i < upload->ring.count; i++) {
        struct ash_upload_piece *piece = ash_upload_ring_piece(&upload->ring, i);
        if (!ash_upload_piece_goes_to(piece, to_buffer, to_image))
            continue;
        piece->buffer = VK_NULL_HANDLE;
        piece->image = VK_NULL_HANDLE;
        if (piece->state == ASH_PIECE_NOTED)
            piece->state = ASH_PIECE_DROPPED;
    }
    ash_upload_list_forget(&upload->noted, to_buffer, to_image);
    ash_upload_list_forget(&upload->transfer.released, to_buffer, to_image);
}

void ash_upload_stats(const struct ash_upload *upload, struct ash_upload_stats *out)
{
    *out = (struct ash_upload_stats){.ring_size = upload->ring.size,
                                     .ring_used = ash_upload_ring_used(&upload->ring),
                                     .bytes_uploaded = upload->bytes_uploaded,
                                     .copies = upload->copies,
                                     .direct_writes = upload->direct_writes,
                                     .refusals = upload->refusals,
                                     .path = upload->path,
                                     .why = upload->why};
}
