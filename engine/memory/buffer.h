// A VkBuffer with its memory, and scoped access to that memory from the CPU.
//
//     struct ash_buffer_view view;
//     result = ash_buffer_begin_view(&buffer, &(struct ash_view_params){
//         .size = sizeof(vertices), .access = ASH_ACCESS_WRITE }, &view);
//     if (result != ASH_OK)
//         return result;
//     result = ash_view_write(&view, 0, vertices, sizeof(vertices)); // checked
//     return ash_buffer_end_view(&view);
//
// AshEngine's BufferView is a guard that hands out slices and unmaps when it is dropped; here
// begin and end are a pair, and access in between is checked. Between them the CPU owns the bytes.
// In debug builds the view is a shadow that ends at a guard page and vanishes at end, so an
// overrun or a late use faults on its own line. (Not a VkBufferView.)
//
// Units: sizes and offsets are bytes.
// Thread-safety: one thread at a time per buffer; different buffers, also in one chunk, freely.
#ifndef ASH_MEMORY_BUFFER_H
#define ASH_MEMORY_BUFFER_H

#include "engine/api.h"
#include "engine/memory/allocator.h"
#include "engine/result.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ash_buffer_params {
    VkDeviceSize size; // above 0
    VkBufferUsageFlags usage;
    VkMemoryPropertyFlags properties; // required, e.g. HOST_VISIBLE; 0: any
    VkMemoryPropertyFlags preferred;
    const char *label; // copied; also the Vulkan object's debug name
    void *user;        // handed on to the memory map; borrowed
};

enum {
    ASH_BUFFER_MAX_VIEWS = 8, // open at once, per buffer
    ASH_BUFFER_NAME_SIZE = 48 // what the log shows of a label, with the zero at its end
};

// Visible so that it can be embedded; all zero is "no buffer". Not moved while a view is open.
struct ash_buffer {
    VkBuffer buffer;
    VkDeviceSize size;       // as asked for
    VkDeviceAddress address; // 0 unless usage has SHADER_DEVICE_ADDRESS
    struct ash_memory_block block;
    VkMemoryPropertyFlags properties; // of the memory it lies in
    // private
    struct ash_allocator *allocator; // borrowed
    void *kept;                      // its first byte, while ash_buffer_keep_mapped keeps it mapped
    uint32_t open_views;
    struct {
        VkDeviceSize offset, size;
        uint32_t access; // 0: free slot
    } views[ASH_BUFFER_MAX_VIEWS];
    char name[ASH_BUFFER_NAME_SIZE]; // the label, for the log
};

// Creates the buffer, takes memory, binds. Memory that the CPU can reach is aligned for elements of
// up to 16 bytes. On failure *buffer is all zero and nothing is left.
// Errors: OUT_OF_*_MEMORY, UNSUPPORTED, VULKAN.
// Valid usage: size > 0; SHADER_DEVICE_ADDRESS only where the context has buffer_device_address.
ASH_API ASH_NODISCARD enum ash_result ash_buffer_init(struct ash_buffer *buffer,
                                                      struct ash_allocator *allocator,
                                                      const struct ash_buffer_params *params);
// Destroys the buffer and gives its block back; a zeroed buffer is allowed. The GPU is done with
// it (else: engine/memory/retire.h), and no view is open (else the log names the buffer).
ASH_API void ash_buffer_finish(struct ash_buffer *buffer);

// Keeps the buffer's chunk mapped until finish, so that opening a view of it costs no call of the
// driver: for what is written frame after frame. Calling it again does nothing.
// Errors: UNSUPPORTED if the memory is not host-visible; MAP_FAILED, OUT_OF_*_MEMORY.
ASH_API ASH_NODISCARD enum ash_result ash_buffer_keep_mapped(struct ash_buffer *buffer);

// What the CPU may do through a view.
enum ash_access { ASH_ACCESS_READ = 1, ASH_ACCESS_WRITE = 2, ASH_ACCESS_READ_WRITE = 3 };

struct ash_view_params {
    VkDeviceSize offset;
    VkDeviceSize size;         // 0: to the end of the buffer
    VkDeviceSize element_size; // 0 or 1: bytes. Else the range and every access are whole elements
    uint32_t access;           // enum ash_access
};

// Access to a range of bytes, from begin to end. Zero after end.
struct ash_buffer_view {
    void *data; // first byte, aligned for element_size; NULL for no view
    VkDeviceSize size;
    VkDeviceSize element_size;
    uint32_t access;
    // private
    uint32_t slot;
    struct ash_buffer *buffer; // whose bytes these are
    struct ash_upload *upload; // where the view came from, if not from the buffer itself
    void *mapped;              // the device's memory: `data`, or what is behind the shadow
    VkDeviceSize offset;       // in the buffer
};

// Opens a view. Does not wait for the GPU, and does not copy (but for a debug build's shadow of the
// memory, which catches who writes past the end). With READ, `data` shows what the GPU has finished
// writing; without it, the bytes are undefined and all of them must be written.
//
// Errors: OUT_OF_*_MEMORY or MAP_FAILED from the driver; OUT_OF_RANGE if the range leaves the
// buffer, is empty, is not a multiple of element_size or not aligned for it (by the largest power
// of two, up to 16, in element_size); NOT_READY if an open view overlaps it and either writes, or
// if ASH_BUFFER_MAX_VIEWS are open; UNSUPPORTED if the memory is not host-visible. On failure no
// view is open, *view is all zero, and the log says why.
//
// Valid usage: access is READ, WRITE or both; the GPU does not use the range (in memory that is
// not coherent: the whole atoms, of nonCoherentAtomSize, that it touches) until the matching end.
ASH_API ASH_NODISCARD enum ash_result ash_buffer_begin_view(struct ash_buffer *buffer,
                                                            const struct ash_view_params *params,
                                                            struct ash_buffer_view *view);

// Closes the view and zeroes it. What was written is visible to work submitted afterwards. The
// view is closed even where this fails (a flush that the driver refuses). A view that is all zero
// is allowed. Valid usage: the view is the buffer's, open, and not ash_upload_begin's.
ASH_API ASH_NODISCARD enum ash_result ash_buffer_end_view(struct ash_buffer_view *view);

// Checked access, for views of any origin. Errors: OUT_OF_RANGE (outside the view, part of an
// element, an access that the view was not opened for); nothing is copied, and the log says why.
ASH_API ASH_NODISCARD enum ash_result ash_view_write(struct ash_buffer_view *view,
                                                     VkDeviceSize offset, const void *source,
                                                     VkDeviceSize size);
ASH_API ASH_NODISCARD enum ash_result ash_view_read(const struct ash_buffer_view *view,
                                                    VkDeviceSize offset, void *destination,
                                                    VkDeviceSize size);
// The address of `size` bytes at `offset`, for filling in place; NULL where ash_view_write (or,
// for a view opened for reading only, ash_view_read) would refuse.
ASH_API void *ash_view_at(struct ash_buffer_view *view, VkDeviceSize offset, VkDeviceSize size);

// Makes what was written so far visible without ending the view: for rings that stay open.
ASH_API ASH_NODISCARD enum ash_result ash_view_flush(struct ash_buffer_view *view,
                                                     VkDeviceSize offset, VkDeviceSize size);

#ifdef __cplusplus
}
#endif

#endif
