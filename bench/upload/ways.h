// Two ways of streaming the same meshes to the same place: through the engine's uploads, and by a
// loop written by hand for nothing but this, which is the limit. Both end where the bytes may be
// drawn from on the graphics queue.
//
// The loop by hand knows that the meshes of a batch go to one stretch of the pool. The engine may
// know it too: then the batch is one upload, whose view all threads fill, each mesh by a checked
// write. Or each mesh is an upload of its own, as where each goes to a buffer of its own.
#ifndef BENCH_UPLOAD_WAYS_H
#define BENCH_UPLOAD_WAYS_H

#include "bench/upload/stream.h"

struct engine_way {
    struct stream stream;
    struct ash_upload *upload;
    VkDeviceSize offset; // of the batch, in the pool
    uint32_t first;      // mesh of those in view
    // The first, or each mesh's. A view is a line of the cache: two threads share none.
    _Alignas(64) struct ash_buffer_view views[STREAM_BATCH_SIZE / STREAM_LEAST_MESH];
};
void engine_way_init(struct engine_way *way, const struct stream_params *params);
void engine_way_finish(struct engine_way *way);
// Uploads a batch; answers its bytes.
VkDeviceSize engine_way_frame(struct engine_way *way);
// Whether the pool holds what was sent to it, once it has been filled.
bool engine_way_arrived(struct engine_way *way);

struct hand_way {
    struct stream stream;
    struct ash_buffer staging;    // STREAM_RING_SIZE bytes, all of them in view
    struct ash_buffer_view bytes; // of it, or of the pool
    struct lane copies;           // where the transfer queue copies
    unsigned char *to;            // where the batch is written
    const unsigned char *from;
};
void hand_way_init(struct hand_way *way, const struct stream_params *params);
void hand_way_finish(struct hand_way *way);
VkDeviceSize hand_way_frame(struct hand_way *way);

#endif
