// One frame in plain sentences (--explain-frame): its phases in order, and in each the uploads and
// barriers that were really recorded, with the reason that stands where the engine issues them.
//
// Thread-safety: the thread that draws.
#ifndef GAME_TOOLS_EXPLAIN_H
#define GAME_TOOLS_EXPLAIN_H

#include <vulkan/vulkan_core.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { EXPLAIN_TARGETS = 8 };

// All zero is an explanation of nothing.
struct explain {
    FILE *out;  // owned, while the frame is being made
    char *text; // owned
    size_t size;
    uint32_t phases, uploads, barriers; // told of
    struct {
        char name[48];
        VkDeviceSize bytes;
        uint32_t count;
        bool direct;
    } targets[EXPLAIN_TARGETS]; // of the phase's uploads
    uint32_t target_count;
};

// Forgets what was explained before, and listens to a new frame.
void explain_begin(struct explain *explain);
// As struct ash_observer has them.
void explain_phase(struct explain *explain, uint64_t number, const char *phase, const char *pass,
                   const char *purpose);
void explain_upload(struct explain *explain, const char *target, VkDeviceSize size, bool direct);
void explain_barrier(struct explain *explain, const VkDependencyInfo *barrier, const char *name,
                     const char *reason);
// The whole text, which lives until the next begin or finish; "" where memory ran out.
const char *explain_end(struct explain *explain);
void explain_finish(struct explain *explain);

#endif
