// What both ways of streaming meshes share: the pool that the meshes go to, frames on the graphics
// queue, and the threads that write.
//
// A frame uploads one batch of meshes of one size; they go to the pool one after the other, and
// start over at its end.
#ifndef BENCH_UPLOAD_STREAM_H
#define BENCH_UPLOAD_STREAM_H

#include "bench/upload/crew.h"
#include "bench/upload/lane.h"
#include "engine/memory/allocator.h"
#include "engine/memory/buffer.h"

enum {
    STREAM_RING_SIZE = 16 << 20, // bytes of staging memory, the engine's and the hand-written one's
    STREAM_BATCH_SIZE = STREAM_RING_SIZE / LANE_IN_FLIGHT,
    STREAM_POOL_SIZE = 4 * STREAM_BATCH_SIZE,
    STREAM_LEAST_MESH = 4096
};

struct stream_params {
    struct ash_context *context;     // borrowed, as is
    struct ash_allocator *allocator; // this
    enum ash_upload_path path;       // never AUTO
    VkDeviceSize mesh_size;          // bytes; batches are whole numbers of them
    uint32_t threads;                // that write
    bool each;                       // mesh is an upload of its own; else a batch is one
};

struct stream {
    struct stream_params params;
    struct ash_buffer pool;
    struct crew crew;
    struct lane frames;
    unsigned char *source; // STREAM_POOL_SIZE bytes: what the pool holds in the end
    VkDeviceSize next;     // where in the pool the next mesh goes
    uint32_t batch;        // meshes
};

// Ends the program with a sentence where something fails.
void stream_init(struct stream *stream, const struct stream_params *params);
// Waits until all is done.
void stream_finish(struct stream *stream);

// Where in the pool, and in the source, the next batch goes.
VkDeviceSize stream_next(struct stream *stream);

#endif
