// In debug builds, what a view hands out is not the device's memory but a shadow of it:
//
//     | canary | data of the view | guard page |
//
// An overrun faults on the line that does it; what was written before the view is named when it
// ends; writing through a view for reading faults; a late use faults, since the shadow's addresses
// stay forbidden for a while after the end. In release builds (NDEBUG) a view is the memory itself,
// and everything here is empty.
//
// Thread-safety: any thread; one at a time per view.
#ifndef ASH_MEMORY_VIEW_SHADOW_H
#define ASH_MEMORY_VIEW_SHADOW_H

#include "engine/memory/buffer.h"

#ifdef NDEBUG

static inline enum ash_result ash_view_shadow_begin(struct ash_buffer_view *view)
{
    view->data = view->mapped;
    return ASH_OK;
}

static inline void ash_view_shadow_write_back(const struct ash_buffer_view *view,
                                              VkDeviceSize offset, VkDeviceSize size)
{
    (void)view;
    (void)offset;
    (void)size;
}

static inline void ash_view_shadow_end(struct ash_buffer_view *view)
{
    (void)view;
}

#else

// Makes view->data a shadow of view->mapped: a copy with READ, a pattern without.
// Errors: OUT_OF_HOST_MEMORY; view->data is NULL.
enum ash_result ash_view_shadow_begin(struct ash_buffer_view *view);

// Copies a range of the shadow to the device's memory.
void ash_view_shadow_write_back(const struct ash_buffer_view *view, VkDeviceSize offset,
                                VkDeviceSize size);

// Checks the canaries and forbids the shadow's addresses.
void ash_view_shadow_end(struct ash_buffer_view *view);

#endif

// The alignment that elements of this size, above 0, can need: their largest power of two, up
// to 16.
static inline VkDeviceSize ash_element_alignment(VkDeviceSize element_size)
{
    VkDeviceSize alignment = element_size & (~element_size + 1);
    return alignment > 16 ? 16 : alignment;
}

#endif
