// Copies that wait, in two parts: those that are recorded for a submission which may not come
// about, and behind them those that are not.
//
//     | recorded | new |   settle: the submission came about, what was recorded leaves
//                          abandon: it did not, all is new again
//
// Thread-safety: one thread at a time.
#ifndef ASH_MEMORY_UPLOAD_LIST_H
#define ASH_MEMORY_UPLOAD_LIST_H

#include "engine/memory/upload_ring.h"

// All zero is an empty list without room.
struct ash_upload_list {
    struct ash_upload_piece *copies; // owned; room for as many as the ring has pieces
    uint32_t count, recorded;
};

// Errors: OUT_OF_HOST_MEMORY; *list is all zero.
ASH_NODISCARD enum ash_result ash_upload_list_init(struct ash_upload_list *list, uint32_t capacity);
void ash_upload_list_finish(struct ash_upload_list *list);

void ash_upload_list_settle(struct ash_upload_list *list);
void ash_upload_list_abandon(struct ash_upload_list *list);
// Takes out what goes into this buffer or this image; either may be VK_NULL_HANDLE.
void ash_upload_list_forget(struct ash_upload_list *list, VkBuffer buffer, VkImage image);

#endif
