// Uploads into device-local memory, through a ring of staging memory that stays mapped.
//
//     begin  ->  a view, of the ring or (where the path is DIRECT) of the destination
//     fill it
//     end    ->  notes one copy; ash_upload_record puts all noted copies into the frame's commands,
//                or submits them to the transfer queue, which works beside the frame
//
// No wait, no allocation, no second copy. A full ring answers NOT_READY, and the caller tries
// again in the next frame. Space comes back when the frame's timeline value is reached.
//
//     ring:  | free | read by the GPU (recorded, value 7) | noted | view open | free |
//                   ^ comes back first                                        ^ the next view
//
// Whoever writes straight into a destination keeps its chunk mapped until the destination is
// finished, so that no frame maps memory.
//
// An upload costs some 70 ns beside the writing. Many small things that go to one stretch of a
// buffer are better one upload, filled part by part.
//
// Units: bytes. Thread-safety: one thread at a time; a view may be filled by any threads between
// begin and end, different parts of it at the same time.
#ifndef ASH_MEMORY_UPLOAD_H
#define ASH_MEMORY_UPLOAD_H

#include "engine/api.h"
#include "engine/memory/allocator.h"
#include "engine/memory/buffer.h"
#include "engine/memory/image.h"
#include "engine/result.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ash_upload; // opaque

// The way that bytes take into device-local memory.
enum ash_upload_path {
    ASH_UPLOAD_AUTO,   // what suits the device; ash_upload_path says what and why
    ASH_UPLOAD_DIRECT, // the CPU writes into the destination; through the ring, as the next, where
                       // that is not host-visible
    ASH_UPLOAD_GRAPHICS_QUEUE, // through the ring; copies in the frame's own commands
    ASH_UPLOAD_TRANSFER_QUEUE  // through the ring; copies into buffers on a queue of their own
};

struct ash_upload_params {
    VkDeviceSize size;         // of the ring; 0: 16 MiB. It holds one upload for each 4 KiB
    enum ash_upload_path path; // TRANSFER_QUEUE where there is none: GRAPHICS_QUEUE
    const char *label;         // NULL: "staging"
};
// `allocator` is borrowed. Errors: OUT_OF_*_MEMORY, UNSUPPORTED, VULKAN; *out is NULL.
ASH_API ASH_NODISCARD enum ash_result ash_upload_create(struct ash_allocator *allocator,
                                                        const struct ash_upload_params *params,
                                                        struct ash_upload **out);
// The GPU is done with the ring; no view is open. NULL is allowed.
ASH_API void ash_upload_destroy(struct ash_upload *upload);

// The path in use, never AUTO; *why (unless NULL): one clause that gives the reason.
ASH_API enum ash_upload_path ash_upload_path(const struct ash_upload *upload, const char **why);
// What a buffer for uploads should name as `preferred`, so that it lies where this path reaches it.
ASH_API VkMemoryPropertyFlags ash_upload_preferred(const struct ash_upload *upload);

struct ash_upload_target {
    struct ash_buffer *buffer;       // borrowed until ash_upload_end: a buffer with TRANSFER_DST,
    VkDeviceSize offset;             // from here; or
    struct ash_image *image;         // one mip level of one layer, whole; afterwards in
    uint32_t mip_level, array_layer; // SHADER_READ_ONLY_OPTIMAL
    VkDeviceSize size;               // bytes that will be written, all of them
};

// Opens a view (WRITE) of `size` bytes.
//
// Errors: NOT_READY: the ring is full until the GPU has passed more frames, or (writing straight
// into the buffer) an open view is in the way; OUT_OF_RANGE: more than the whole ring, or than the
// destination has, was asked for, or other than the level of an image has; UNSUPPORTED: texels of
// an unknown size; those of ash_buffer_begin_view. *view is then all zero, and nothing has changed.
//
// Valid usage: a buffer or an image, not both; size > 0. Work submitted before does not use the
// range: upload into a new buffer and retire the old one. (Over the graphics queue it may: the copy
// waits for it.)
ASH_API ASH_NODISCARD enum ash_result ash_upload_begin(struct ash_upload *upload,
                                                       const struct ash_upload_target *target,
                                                       struct ash_buffer_view *view);
// Closes the view, flushes where the memory needs it, and notes the copy.
// Errors: as ash_buffer_end_view; the copy is then not noted. A view that is all zero is allowed.
ASH_API ASH_NODISCARD enum ash_result ash_upload_end(struct ash_buffer_view *view);

// What a submission waits for, in all stages, before it uses what the transfer queue has copied.
struct ash_upload_wait {
    VkSemaphore semaphore; // a timeline; VK_NULL_HANDLE: nothing to wait for
    uint64_t value;
};

// Records all noted copies with the barriers that order them after earlier reads and before later
// use as vertex, index, indirect, uniform, storage or sampled data; over the transfer queue, it
// submits those into buffers there and records the barriers that take the buffers over; what that
// queue refuses is recorded here all the same. Copies into one buffer go into one command; where
// two wrote the same bytes, the one that began last wins.
//
// `value` is the timeline value that the submission of these commands, to the graphics queue, will
// signal; that submission waits for *wait. More than one call may go into one submission.
ASH_API void ash_upload_record(struct ash_upload *upload, VkCommandBuffer commands, uint64_t value,
                               struct ash_upload_wait *wait);
// The commands of the last value will not be submitted: what they would have copied or taken over
// is recorded again by the next ash_upload_record. Waits for the transfer queue, because nothing
// else does now.
ASH_API void ash_upload_abandon(struct ash_upload *upload);
// Gives back the space of everything recorded with a value up to `completed`.
ASH_API void ash_upload_reclaim(struct ash_upload *upload, uint64_t completed);
// Forgets copies into a buffer or image that is about to be destroyed, those of open views of the
// ring too. Either may be NULL.
ASH_API void ash_upload_forget(struct ash_upload *upload, const struct ash_buffer *buffer,
                               const struct ash_image *image);

struct ash_upload_stats {
    VkDeviceSize ring_size, ring_used;
    uint64_t bytes_uploaded; // since creation
    uint64_t copies, direct_writes, refusals;
    enum ash_upload_path path; // as ash_upload_path says
    const char *why;
};
// Sums that are kept: cheap.
ASH_API void ash_upload_stats(const struct ash_upload *upload, struct ash_upload_stats *out);

#ifdef __cplusplus
}
#endif

#endif
