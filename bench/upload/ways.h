// Two ways of streaming the same meshes to the same place: through the engine's uploads, and by a
// loop written by hand for nothing but this, which is the limit.
#ifndef BENCH_UPLOAD_WAYS_H
#define BENCH_UPLOAD_WAYS_H

#include "bench/upload/stream.h"

struct way {
    struct stream stream;
    struct ash_upload *upload;    // the engine's way
    struct ash_buffer staging;    // the way by hand: STREAM_RING_SIZE bytes, all of them
    struct ash_buffer_view bytes; // in view
};

void engine_way_init(struct way *way, const struct stream_params *params);
// Uploads a batch; answers its bytes.
VkDeviceSize engine_way_frame(struct way *way);

// On the queue of params->path, and no other: by hand, nothing has to be drawn.
void hand_way_init(struct way *way, const struct stream_params *params);
VkDeviceSize hand_way_frame(struct way *way);

void way_finish(struct way *way);

// Whether the pool holds what was sent to it, once it has been filled.
bool way_arrived(struct way *way);

#endif
