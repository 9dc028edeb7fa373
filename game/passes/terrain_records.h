// What the GPU knows of the meshes (struct terrain_record), and what it has not been told yet.
//
// A chunk's mesh keeps its index for as long as there is one; what changes is told in small pieces,
// so that a frame in which a hundred of ten thousand meshes change costs a hundred.
//
// Knows no Vulkan. Thread-safety: the thread that draws.
#ifndef GAME_PASSES_TERRAIN_RECORDS_H
#define GAME_PASSES_TERRAIN_RECORDS_H

#include "shaders/shared.h"

#include <stdbool.h>
#include <stdint.h>

struct terrain_mesh; // game/passes/terrain_meshes.h

// All zero is empty.
struct terrain_records {
    struct terrain_entry *entries; // by index; owned, as the next two
    uint32_t *unused;              // indices that removed meshes had
    uint32_t *changed;             // indices to be told, each once
    uint32_t count, capacity;      // of entries, those without a mesh among them
    uint32_t unused_count, changed_count;
};

void terrain_records_finish(struct terrain_records *records);

// Makes room for one more mesh; adds it.
bool terrain_records_reserve(struct terrain_records *records);
uint32_t terrain_records_add(struct terrain_records *records, const struct terrain_mesh *mesh);
// Another mesh of the chunk takes the index over; or none, and the index is free.
void terrain_records_replace(struct terrain_records *records, uint32_t index,
                             const struct terrain_mesh *mesh);
void terrain_records_remove(struct terrain_records *records, uint32_t index);

// Up to `most` changes, for a grid of this side, which are then told. Returns how many.
uint32_t terrain_records_take(struct terrain_records *records, uint32_t side, uint32_t most,
                              struct terrain_change *out);
// Nothing has been told: the GPU has new buffers.
void terrain_records_tell_all(struct terrain_records *records);

#endif
