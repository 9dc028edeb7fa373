// Vertices and indices in device-local memory.
//
//     | vertices | indices |     one buffer, filled through the upload ring
//
// Thread-safety: one thread, that of its upload ring.
#ifndef ASH_RENDER_MESH_H
#define ASH_RENDER_MESH_H

#include "engine/api.h"
#include "engine/memory/buffer.h"
#include "engine/memory/retire.h"
#include "engine/memory/upload.h"
#include "engine/render/frame.h"
#include "engine/result.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ash_mesh_params {
    const void *vertices;
    uint32_t vertex_count, vertex_size; // size: bytes of one vertex
    const uint32_t *indices;            // three a triangle; NULL: the vertices in their order
    uint32_t index_count;
    const char *label; // copied
};

// All zero is "no mesh".
struct ash_mesh {
    struct ash_buffer buffer;
    VkDeviceSize index_offset; // bytes into the buffer
    uint32_t vertex_count, index_count;
    // private
    struct ash_upload *upload; // borrowed
};

// Makes the buffer and notes the upload; it can be drawn in the same frame where this is called
// in a pass's init or prepare. Errors: NOT_READY: the ring is full, try again in the next frame;
// OUT_OF_RANGE: larger than the ring; OUT_OF_*_MEMORY. *mesh is then all zero.
// Valid usage: vertex_count and vertex_size are above 0.
ASH_API ASH_NODISCARD enum ash_result ash_mesh_init(struct ash_mesh *mesh,
                                                    struct ash_allocator *allocator,
                                                    struct ash_upload *upload,
                                                    const struct ash_mesh_params *params);
// The GPU is done with it. A zeroed mesh is allowed.
ASH_API void ash_mesh_finish(struct ash_mesh *mesh);
// Hands the buffer over for after submission `value`, the last that may draw it, and zeroes *mesh.
ASH_API void ash_mesh_retire(struct ash_mesh *mesh, struct ash_retire *retire, uint64_t value);

// Draws all of it with the pipeline that is bound, and counts it in frame->stats.
ASH_API void ash_mesh_draw(const struct ash_mesh *mesh, struct ash_frame *frame);

#ifdef __cplusplus
}
#endif

#endif
