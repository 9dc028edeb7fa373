// What device memory looked like at one moment: every chunk, every block with its owner, every
// heap. A copy, so that it can be drawn, searched and written without holding the allocator's lock.
//
// Taken some times a second while somebody looks, and never otherwise.
//
// Units: bytes, seconds. Thread-safety: the thread that draws.
#ifndef GAME_TOOLS_MEMORY_SNAPSHOT_H
#define GAME_TOOLS_MEMORY_SNAPSHOT_H

#include "game/world/block/chunk.h"

#include "engine/memory/optional/report.h"
#include "engine/memory/retire.h"

// Who owns a block: known by how its label begins.
enum memory_owner {
    OWNER_TERRAIN_NEAR, // level of detail 0
    OWNER_TERRAIN_MIDDLE,
    OWNER_TERRAIN_FAR,
    OWNER_STAGING,
    OWNER_UNIFORMS,
    OWNER_TEXTURES,
    OWNER_TARGETS,
    OWNER_OTHERS,
    OWNER_COUNT
};
const char *memory_owner_name(enum memory_owner owner); // "terrain, near"

enum { MEMORY_LABEL_SIZE = 32 };

struct memory_block {
    uint64_t id; // no other block ever has the same
    VkDeviceSize offset, size;
    double seen_since;
    bool seen_born; // it was not there when memory was looked at before: seen_since is its age
    bool retiring;  // its owner is gone, and the GPU may still use it
    bool has_chunk; // it holds the mesh of a chunk of terrain,
    struct chunk_coord coord; // this one
    enum memory_owner owner;
    char label[MEMORY_LABEL_SIZE]; // cut at its end
};

struct memory_chunk {
    VkDeviceMemory memory;
    VkDeviceSize size, live, free, largest_free;
    uint32_t free_regions, memory_type, heap;
    uint32_t open_views; // of its blocks: while there are some, it is mapped
    bool dedicated;      // memory of its own for one block
    uint32_t first_block, block_count;
};

struct memory_heap {
    VkDeviceSize size, budget, used; // budget and used by this process, as the driver says
    VkDeviceSize reserved, live;
    bool device_local;
};

// All zero is a snapshot of nothing.
struct memory_snapshot {
    struct memory_chunk *chunks; // owned
    struct memory_block *blocks; // owned; each chunk's in order of offset
    uint32_t chunk_count, chunk_capacity, block_count, block_capacity;
    struct memory_heap heaps[VK_MAX_MEMORY_HEAPS];
    uint32_t heap_count;
    VkDeviceSize reserved, live, largest_free, retiring_bytes;
    uint32_t retiring_count, open_views;
    double taken; // 0: never
};

// Takes a new one at the time `now`; what of the old one is still there keeps its age. `retire`
// may be NULL. False: host memory ran out; *snapshot is as before.
bool memory_snapshot_take(struct memory_snapshot *snapshot, struct ash_allocator *allocator,
                          const struct ash_retire *retire, double now);
void memory_snapshot_finish(struct memory_snapshot *snapshot);

// The block that lies nearest to the middle of the bytes `from` to `to` of a chunk, if any lies in
// them; else NULL.
const struct memory_block *memory_snapshot_find(const struct memory_snapshot *snapshot,
                                                uint32_t chunk, VkDeviceSize from, VkDeviceSize to);
// The block that holds the mesh of a chunk of terrain, and the memory chunk that it is in; or NULL.
const struct memory_block *memory_snapshot_find_terrain(const struct memory_snapshot *snapshot,
                                                        struct chunk_coord coord, uint32_t *chunk);

// A terrain chunk's coordinates as the pointer that its block carries (ash_buffer_params.user): by
// value, so that it outlives the mesh. Never NULL. Exact for x and z within 2^28 chunks.
void *memory_tag_of_chunk(struct chunk_coord coord);

#endif
