// Two ways of streaming the same meshes to the same place: through the engine's uploads, and by a
// loop written by hand for nothing but this, which is the limit. Both end where the bytes may be
// drawn from on the graphics queue.
#ifndef BENCH_UPLOAD_WAYS_H
#define BENCH_UPLOAD_WAYS_H

#include "bench/upload/stream.h"

struct engine_way {
    struct stream stream;
    struct ash_upload *upload;
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
};
void hand_way_init(struct hand_way *way, const struct stream_params *params);
void hand_way_finish(struct hand_way *way);
VkDeviceSize hand_way_frame(struct hand_way *way);

#endif
