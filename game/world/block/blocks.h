// The blocks of one chunk, counted by who reads them, and packed where nobody does.
//
// The rule that keeps worker threads and edits apart: an array that somebody else holds a reference
// to is never written. blocks_set then leaves it to its readers and goes on with a copy. References
// are taken and released by the main thread alone (workers only read what their job holds), so that
// the count needs no atomics.
//
// Thread-safety: the main thread; `chunk` may be read by any thread whose job holds a reference.
#ifndef GAME_WORLD_BLOCK_BLOCKS_H
#define GAME_WORLD_BLOCK_BLOCKS_H

#include "game/world/block/chunk.h"

#include <stdbool.h>
#include <stdint.h>

struct blocks {
    struct chunk chunk;   // its array is NULL while packed
    uint8_t *packed;      // owned; pairs of (how many - 1, kind), in the order of chunk_index
    uint32_t packed_size; // bytes
    uint32_t references;
};

// A chunk of the world: uniform ones need no memory.
struct chunk_blocks {
    struct blocks *blocks; // a reference; NULL: all are `uniform`
    uint8_t uniform;
};

// `bytes` is the owner's count of memory, which these keep up to date.

// Takes over the chunk's array. False where memory ran out; the array is then freed.
bool blocks_init(struct chunk_blocks *owner, struct chunk chunk, uint64_t *bytes);
void blocks_finish(struct chunk_blocks *owner, uint64_t *bytes);

// What a job reads until it releases *held; NULL is held where the chunk is uniform. Unpacks. NULL
// where memory ran out.
const struct chunk *blocks_hold(struct chunk_blocks *owner, struct blocks **held, uint64_t *bytes);
void blocks_release(struct blocks *held, uint64_t *bytes); // NULL is allowed

uint8_t blocks_get(const struct chunk_blocks *owner, uint32_t index);
// False where memory ran out; nothing has changed then.
bool blocks_set(struct chunk_blocks *owner, uint32_t index, uint8_t kind, uint64_t *bytes);

// Packing: a job holds the blocks, finds their runs, and gives them back.
struct block_runs {
    uint8_t *pairs; // owned; NULL: packing would not save at least half
    uint32_t size;  // bytes
};
// Whether they are not packed, and nobody else holds them.
bool blocks_may_pack(const struct chunk_blocks *owner);
// Any thread. False where memory ran out. Valid usage: the chunk has an array.
bool blocks_find_runs(const struct chunk *chunk, struct block_runs *out);
// Puts runs in the place of the array that they were found in, and takes them over; where others
// hold it, or the owner has gone on with a copy, nothing changes. True: it is packed.
bool blocks_pack(struct chunk_blocks *owner, const struct blocks *held, struct block_runs *runs,
                 uint64_t *bytes);

#endif
