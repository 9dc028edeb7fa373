// What other hardware is asked for. Private to layers/.
//
// Setting: ASH_LAB_PRETEND (docs/lab-layer.md), words with commas between:
//
//     96 MiB heap        no heap is larger
//     256 MiB BAR        video memory that the CPU sees only 256 MiB of; and system memory
//     no BAR             video memory that the CPU sees nothing of; and system memory
//     non-coherent       the CPU and the device each have their own bytes until a flush
//     atom 64            of non-coherent memory (256)
//     limit 8            so many memories at once
//     80 MiB budget      what VK_EXT_memory_budget says of each heap
//
// Thread-safety: any thread, once it is read.
#ifndef LAYERS_PRETENCE_H
#define LAYERS_PRETENCE_H

#include "layers/lab.h"

struct lab_pretence {
    bool active;
    VkDeviceSize heap, bar, budget; // 0: as it is
    bool separate;                  // video and system memory are apart
    bool non_coherent;
    VkDeviceSize atom;
    uint32_t limit;
};
extern struct lab_pretence lab_pretence;

// False: a word can't be understood (logged). NULL is no pretence.
bool lab_pretence_read(const char *text);

// The atoms that are told, and kept to, where the real ones are these.
VkDeviceSize lab_pretence_atom(VkDeviceSize real);

// What is told of this memory, and what it stands for.
void lab_pretence_map(const VkPhysicalDeviceMemoryProperties *real, struct lab_memory_map *out);

#endif
