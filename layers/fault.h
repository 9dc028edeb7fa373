// Which call fails, with what, and the count of them all. Private to layers/.
//
// Settings: ASH_LAB_FAULT, ASH_LAB_COUNT, ASH_LAB_LIST (docs/lab-layer.md).
//
// Thread-safety: any thread.
#ifndef LAYERS_FAULT_H
#define LAYERS_FAULT_H

#include "layers/lab.h"

// Reads whether calls are counted and listed.
void lab_counts_read(void);
// The faults that are planned from now on, as ASH_LAB_FAULT says them; NULL: none. The first
// thread's affair, before any call. False: they can't be understood (logged).
bool lab_faults_read(const char *text);

// What becomes of a call that has just come.
struct lab_fate {
    VkResult instead;        // not VK_SUCCESS: the answer; the real call is not made
    VkResult after;          // not VK_SUCCESS: the answer once the real call has succeeded
    struct lab_device *held; // its queues are held for the real call; NULL: none
};
// Counts the call. `device` is NULL for an instance's. Where the answer is VK_ERROR_DEVICE_LOST the
// device below is idle, and lost from now on.
struct lab_fate lab_arrive(enum lab_call call, struct lab_device *device);
// The answer of a call whose real one has answered `real`; always called once that was made.
VkResult lab_leave(struct lab_fate fate, VkResult real);

const char *lab_call_name(enum lab_call call);

#endif
