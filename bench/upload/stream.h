// What both ways of streaming meshes share: the device, the pool that the meshes go to, frames with
// a timeline, and the threads that write.
//
// A frame uploads one batch of meshes of one size; they go to the pool one after the other, and
// start over at its end. Two frames are in flight.
#ifndef BENCH_UPLOAD_STREAM_H
#define BENCH_UPLOAD_STREAM_H

#include "bench/upload/crew.h"
#include "engine/context/context.h"
#include "engine/memory/allocator.h"
#include "engine/memory/buffer.h"
#include "engine/memory/upload.h"

enum {
    STREAM_IN_FLIGHT = 2,
    STREAM_RING_SIZE = 16 << 20, // bytes of staging memory, the engine's and the hand-written one's
    STREAM_BATCH_SIZE = STREAM_RING_SIZE / STREAM_IN_FLIGHT,
    STREAM_POOL_SIZE = 4 * STREAM_BATCH_SIZE,
    STREAM_LEAST_MESH = 4096
};

struct stream_params {
    struct ash_context *context;     // borrowed, as is
    struct ash_allocator *allocator; // this
    enum ash_upload_path path;       // never AUTO
    struct ash_queue queue;          // where frames are submitted
    VkDeviceSize mesh_size;          // bytes
    uint32_t threads;                // that write
};

struct stream {
    struct ash_context *context;     // borrowed
    struct ash_allocator *allocator; // borrowed
    enum ash_upload_path path;
    VkQueue queue;
    struct ash_buffer pool;
    struct crew crew;
    unsigned char *source;        // STREAM_POOL_SIZE bytes: what the pool holds in the end
    VkDeviceSize mesh_size, next; // bytes; where in the pool the next mesh goes
    struct crew_job jobs[STREAM_BATCH_SIZE / STREAM_LEAST_MESH];
    VkSemaphore timeline;
    uint64_t submitted;
    struct {
        VkCommandPool pool;
        VkCommandBuffer commands;
    } slots[STREAM_IN_FLIGHT];
};

// Each ends the program with a sentence where something fails.
void stream_init(struct stream *stream, const struct stream_params *params);
void stream_finish(struct stream *stream);
void stream_check(bool fine, const char *what);

// Where in the pool the next mesh goes.
VkDeviceSize stream_next(struct stream *stream);
// Waits for the frame that had the next one's slot; answers the timeline value that is done.
uint64_t stream_wait_slot(struct stream *stream);
void stream_wait_idle(struct stream *stream);
// The commands of the next frame, in recording.
VkCommandBuffer stream_begin(struct stream *stream);
// Submits them after *wait.
void stream_submit(struct stream *stream, const struct ash_upload_wait *wait);

#endif
