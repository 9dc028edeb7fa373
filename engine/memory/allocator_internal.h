// What the files behind engine/memory/allocator.h share.
//
//     allocator  >  arena (one per thread)  >  regions (per memory type)  >  chunk  >  block
//
// Each thread takes from an arena of its own, so that threads do not wait for each other, and
// looks into the others' before the driver is asked. A block goes back to the arena that its chunk
// belongs to, whichever thread frees it.
//
// Large blocks and small ones keep to chunks of their own as long as there is room, so that a
// chunk is not kept from a large block by a few small ones.
//
// Locks: arenas_lock, under which arenas are made, comes first. An arena's lock guards its regions
// and chunks. Who takes two arenas or all takes them in order of number. Under them may be taken:
// the pool's lock, table_lock (which guards slots, the table of notes and spare chunks). A chunk's
// map_lock and the accounts' lock come last. No lock is held while the driver makes memory.
#ifndef ASH_MEMORY_ALLOCATOR_INTERNAL_H
#define ASH_MEMORY_ALLOCATOR_INTERNAL_H

#include "engine/memory/allocator.h"
#include "engine/memory/lock.h"
#include "engine/memory/regions.h"

enum {
    ASH_ARENA_COUNT = 16,                      // threads beyond share
    ASH_ARENA_NONE = UINT16_MAX,               // of a slot without a chunk, or with one on its way
    ASH_ARENA_SPARE = UINT16_MAX - 1,          // of an empty chunk that waits for any arena
    ASH_CHUNK_CAPACITY = 1 << 16,              // VkDeviceMemory objects at once
    ASH_REGION_CAPACITY = 1 << 25,             // blocks and free regions at once
    ASH_CHOICE_COUNT = 8,                      // remembered choices of memory types
    ASH_MEMORY_TYPE_NONE = VK_MAX_MEMORY_TYPES // a type in which nothing fits
};

// A block's id is the mark of its region. Its owner's bits are whether the block has a note (which
// the id is without), the number of the arena, and how many blocks that has made before: an arena
// would have to make 2^41 for an id to come again.
#define ASH_BLOCK_NOTED (UINT64_C(1) << (ASH_REGION_SPAN_SHIFT - 1))
enum { ASH_BLOCK_ARENA_SHIFT = 41 };
#define ASH_BLOCK_SERIAL ((UINT64_C(1) << ASH_BLOCK_ARENA_SHIFT) - 1)

enum ash_size_class { ASH_CLASS_SMALL, ASH_CLASS_LARGE, ASH_CLASS_COUNT };

// One VkDeviceMemory. Its slot's index is the name of its span; slot 0 is never used.
struct ash_chunk {
    VkDeviceMemory memory;
    struct ash_regions *regions; // borrowed; that its free regions are in; NULL: memory of its own,
                                 // all of it one block
    VkDeviceSize size;
    uint32_t arena; // its number; written atomically, under that arena's lock
    uint32_t memory_type_index;
    uint32_t edge; // of its regions, see ash_regions_add_span; of dedicated memory, its block's
    uint32_t next_slot; // of the unused ones, or of the spare ones of this type
    struct ash_lock map_lock;
    void *data;         // the mapping; NULL without views
    uint32_t map_count; // views that share the mapping
    bool dedicated;     // memory of its own: all of it one block
} __attribute__((aligned(64)));

// What is known of a memory type from the start.
struct ash_memory_type {
    VkDeviceSize chunk_size;
    VkDeviceSize large;        // blocks from this size on are ASH_CLASS_LARGE
    VkDeviceSize alignment[2]; // at least; of linear resources, of optimal images
    VkMemoryPropertyFlags flags;
    uint32_t heap;
    bool only_on_demand; // protected and the like: nobody gets it without asking
};

// The memory type that was found for what an allocation asked; at first, none for no type bits.
struct ash_type_choice {
    VkMemoryPropertyFlags properties, preferred;
    uint32_t memory_type_bits;
    uint32_t memory_type_index;         // or ASH_MEMORY_TYPE_NONE
    const struct ash_memory_type *type; // borrowed
    struct ash_regions **regions;       // borrowed; the arena's for this type, by class
};

// A thread's part of the allocator.
struct ash_arena {
    struct ash_lock lock;
    bool used;       // has regions, or had; written atomically: the others need not be looked at
    uint32_t number; // from 1 to ASH_ARENA_COUNT
    // The owner's bits of the last block made here, and of the last before they come again.
    uint64_t owner, last_owner;
    struct ash_region_stock stock;
    struct ash_type_choice choices[ASH_CHOICE_COUNT];
    // Owned; NULL until a chunk comes.
    struct ash_regions *regions[VK_MAX_MEMORY_TYPES + 1][ASH_CLASS_COUNT];
} __attribute__((aligned(64)));

// What was taken from the driver.
struct ash_accounts {
    struct ash_lock lock;
    uint32_t objects;
    VkDeviceSize types[VK_MAX_MEMORY_TYPES], heaps[VK_MAX_MEMORY_HEAPS];
    VkDeviceSize dedicated_bytes[VK_MAX_MEMORY_TYPES];
    VkDeviceSize all_dedicated, peak_dedicated;
    VkDeviceSize reserved, peak_reserved;
    uint32_t chunks[VK_MAX_MEMORY_TYPES], dedicated[VK_MAX_MEMORY_TYPES];
    uint64_t allocate_calls, free_calls, map_calls, unmap_calls;
};

// A block's name and its owner's pointer; most blocks have neither.
struct ash_block_note {
    char *label; // owned
    void *user;
};

struct ash_allocator {
    struct ash_region_pool pool;
    struct ash_chunk *chunks; // slots; committed as they are used
    ash_allocator_observer observer;
    void *observer_user;
    bool lacks_device_address; // the device has no such thing
    bool fill;                 // see ash_allocator_params
    uint32_t type_count;
    struct ash_memory_type types[VK_MAX_MEMORY_TYPES + 1];

    struct ash_context *context; // borrowed
    struct ash_context_child child;
    char *label;                  // owned
    struct ash_block_note *notes; // parallel to the pool's regions
    size_t notes_committed;       // bytes
    struct ash_lock table_lock;
    uint32_t chunk_count; // slots that exist, the first included; grows only
    uint32_t unused_slot;
    uint32_t spare[VK_MAX_MEMORY_TYPES]; // empty chunks: one, but for what was grown ahead
    uint32_t resources;                  // buffers and images that live
    struct ash_accounts accounts;
    struct ash_lock arenas_lock;
    // By number, from 1; owned; NULL until a thread needs it. The one of the thread that made the
    // allocator is there from the start, for whoever can't have one. Written atomically.
    struct ash_arena *arenas[2 * ASH_ARENA_COUNT];
    struct ash_arena *first_arena;
};

// What is asked of one memory type.
struct ash_request {
    const struct ash_alloc_params *params;
    VkDeviceSize size, alignment; // of the block
    uint32_t memory_type_index;
    enum ash_size_class size_class;
};

// ---- memory_type.c

void ash_memory_types_init(struct ash_allocator *allocator, VkDeviceSize chunk_size);

// ---- notes.c

// Under the lock of the block's arena. False: no host memory; the block has no note then.
bool ash_block_note_set(struct ash_allocator *allocator, uint32_t region, const char *label,
                        void *user);
void ash_block_note_drop(struct ash_allocator *allocator, uint32_t region);
struct ash_block_note ash_block_note_get(const struct ash_allocator *allocator, uint32_t region);

// ---- chunk.c

struct ash_device_memory_params {
    VkDeviceSize size;
    uint32_t memory_type_index;
    bool dedicated;
    VkBuffer buffer; // the one resource that it is for, or
    VkImage image;   // this, or neither
};
// A slot with memory behind it, which belongs to no arena yet; and back.
// Errors: OUT_OF_DEVICE_MEMORY, also where heap, budget or a limit of the device says no;
// OUT_OF_HOST_MEMORY; whatever else the driver says. Not logged: the caller has ways on.
enum ash_result ash_chunk_make(struct ash_allocator *allocator,
                               const struct ash_device_memory_params *params,
                               struct ash_chunk **out);
void ash_chunk_release(struct ash_allocator *allocator, struct ash_chunk *chunk);
// Puts an empty chunk aside for the next arena that needs one.
void ash_chunk_put_aside(struct ash_allocator *allocator, struct ash_chunk *chunk);
// The same, if there is none for its memory type. False: there is; the caller releases this one.
bool ash_chunk_keep(struct ash_allocator *allocator, struct ash_chunk *chunk);
// One that was put aside; NULL: there is none.
struct ash_chunk *ash_chunk_take_spare(struct ash_allocator *allocator, uint32_t memory_type_index);
// Gives all that were put aside back to the driver, and answers their bytes.
VkDeviceSize ash_chunk_release_spares(struct ash_allocator *allocator);

static inline bool ash_chunk_in_use(const struct ash_chunk *chunk)
{
    return chunk->arena != ASH_ARENA_NONE;
}

// The regions of a chunk, used and free, in order of offset; ASH_REGION_NONE after the last.
static inline uint32_t ash_chunk_next_region(const struct ash_allocator *allocator,
                                             const struct ash_chunk *chunk, uint32_t region)
{
    uint32_t next = ash_region_at(allocator->pool.regions, region)->next;
    return next != chunk->edge ? next : ASH_REGION_NONE;
}

static inline uint32_t ash_chunk_first_region(const struct ash_allocator *allocator,
                                              const struct ash_chunk *chunk)
{
    if (chunk->arena == ASH_ARENA_SPARE)
        return ASH_REGION_NONE;
    return chunk->dedicated ? chunk->edge : ash_chunk_next_region(allocator, chunk, chunk->edge);
}

// ---- arena.c

// The arena of the calling thread. NULL: there is none yet, and no host memory for the first.
struct ash_arena *ash_arena_of_thread(struct ash_allocator *allocator);
// Frees all arenas.
void ash_arenas_finish(struct ash_allocator *allocator);
// The arena of this number, which may be any; NULL: nobody has needed it.
static inline struct ash_arena *ash_arena_at(const struct ash_allocator *allocator, uint32_t number)
{
    return __atomic_load_n(&allocator->arenas[number], __ATOMIC_ACQUIRE);
}
// The memory type for what is asked, as found before or anew. The arena is locked.
const struct ash_type_choice *ash_arena_choose(const struct ash_allocator *allocator,
                                               struct ash_arena *arena,
                                               const struct ash_alloc_params *params);
// What a block needs in one memory type (memory_type_index apart). False: it can't lie in a chunk,
// but needs memory of its own or can't be had.
bool ash_request_fill(const struct ash_memory_type *type, const struct ash_alloc_params *params,
                      struct ash_request *out);
// A block from a free region of this set, whose arena is locked. NOT_READY: none fits.
enum ash_result ash_arena_cut(struct ash_allocator *allocator, struct ash_arena *arena,
                              struct ash_regions *set, const struct ash_request *request,
                              struct ash_memory_block *out);
// The owner's bits of the next block. The arena is locked.
static inline uint64_t ash_arena_next_owner(struct ash_arena *arena)
{
    if (arena->owner == arena->last_owner)
        arena->owner -= ASH_BLOCK_SERIAL;
    return ++arena->owner;
}
// Hands a used region out as a block. The arena is locked. False: there is no host memory for its
// name, and nothing has changed.
bool ash_arena_hand_out(struct ash_allocator *allocator, uint32_t region,
                        const struct ash_request *request, struct ash_memory_block *out);
// A block in use.
struct ash_found_block {
    struct ash_arena *arena;
    struct ash_chunk *chunk;
    uint32_t region; // index
    bool noted;
};
// Finds a block and locks its arena. False, and nothing locked: it is not in use.
bool ash_arena_lock_block(struct ash_allocator *allocator, const struct ash_memory_block *block,
                          struct ash_found_block *out);
// Gives a chunk, all of it free, to an arena, which is locked. False: no host memory.
bool ash_arena_add_chunk(struct ash_allocator *allocator, struct ash_arena *arena,
                         enum ash_size_class size_class, struct ash_chunk *chunk);
// Nothing moves between these two: neither blocks nor chunks.
void ash_allocator_lock_all(const struct ash_allocator *allocator);
void ash_allocator_unlock_all(const struct ash_allocator *allocator);

// ---- exhaustion.c

// ash_allocator_alloc, where the thread's own arena has no free region for the block.
enum ash_result ash_allocator_alloc_slowly(struct ash_allocator *allocator,
                                           const struct ash_alloc_params *params,
                                           struct ash_memory_block *out);

// ---- optional/fill.c

// Fills a block, if it is in use and the CPU can reach it. No lock is held.
#ifdef NDEBUG
static inline void ash_block_fill(struct ash_allocator *allocator,
                                  const struct ash_memory_block *block, int byte)
{
    (void)allocator, (void)block, (void)byte;
}
#else
void ash_block_fill(struct ash_allocator *allocator, const struct ash_memory_block *block,
                    int byte);
#endif

#endif
