// Pixels back to the CPU: a host-visible buffer that an image is copied to.
//
// Thread-safety: one thread.
#ifndef ASH_RENDER_READBACK_H
#define ASH_RENDER_READBACK_H

#include "engine/api.h"
#include "engine/memory/buffer.h"
#include "engine/render/frame.h"
#include "engine/result.h"

#ifdef __cplusplus
extern "C" {
#endif

// All zero is "none".
struct ash_readback {
    struct ash_buffer buffer;
    VkExtent2D extent;
    VkFormat format; // R8G8B8A8_UNORM or B8G8R8A8_UNORM
    uint64_t number; // of the submission that copied; 0: nothing was copied
};

// Errors: OUT_OF_*_MEMORY, UNSUPPORTED; *readback is all zero.
ASH_API ASH_NODISCARD enum ash_result ash_readback_init(struct ash_readback *readback,
                                                        struct ash_allocator *allocator,
                                                        VkExtent2D extent, VkFormat format);
// The GPU is done with it. A zeroed one is allowed.
ASH_API void ash_readback_finish(struct ash_readback *readback);

// Records the copy of an image that is in TRANSFER_SRC_OPTIMAL.
ASH_API void ash_readback_record(struct ash_readback *readback, const struct ash_frame *frame,
                                 VkImage image);

// Hands out what was copied, as RGBA; the submission is done. Errors: as ash_buffer_begin_view.
// Valid usage: pixels has 4 bytes per pixel.
ASH_API ASH_NODISCARD enum ash_result ash_readback_read(struct ash_readback *readback,
                                                        uint8_t *pixels);

#ifdef __cplusplus
}
#endif

#endif
