// What the terrain pass has not drawn yet: removals, then finished meshes, oldest first.
//
// Every chunk that is drawn, or is going to be, has one node here. A newer mesh takes the place of
// one that still waits, so that the queue holds each chunk at most once and never grows beyond what
// is in view. Removing needs no memory: the node is there already.
//
// Thread-safety: the main thread.
#ifndef GAME_WORLD_CHANGES_H
#define GAME_WORLD_CHANGES_H

#include "game/world/mesh/mesher.h"

#include <stdbool.h>
#include <stdint.h>

struct change {
    struct chunk_coord coord;
    struct change **owner; // the chunk's pointer to this; NULL: the chunk is no longer in memory
    struct mesh mesh;      // owned; empty where this is a removal, or nothing waits
    uint32_t detail, drawn_detail;
    bool queued, removed;
    bool drawn; // the pass draws it
    struct change *previous, *next;
};

// All zero is empty.
struct changes {
    struct change *first, *last;
    uint32_t count;
    uint64_t became_visible;
};

// Takes over the mesh, which is not empty, as what is to be drawn for *owner. `urgent`: before all
// others, if the chunk is drawn already. False where memory ran out; the mesh is then freed.
bool changes_put(struct changes *changes, struct change **owner, struct chunk_coord coord,
                 struct mesh *mesh, uint32_t detail, bool urgent);
// *owner is not to be drawn any more; NULL is allowed.
void changes_remove(struct changes *changes, struct change **owner);
// The chunk goes out of memory: its node stays only as long as a removal waits.
void changes_abandon(struct changes *changes, struct change **owner);
// The pass has done what the first change says.
void changes_done(struct changes *changes);
// Nothing is drawn any more: removals have nothing to remove. What is left of the chunks themselves
// is their owners' business: changes_show_again.
void changes_forget_removals(struct changes *changes);
// The pass that drew it has lost everything. False: its mesh was drawn and is gone, so the chunk
// has to be meshed again; *owner is then NULL.
bool changes_show_again(struct changes *changes, struct change **owner);
// Frees what waits. Nodes of chunks that are drawn are their owners'.
void changes_finish(struct changes *changes);

#endif
