// What players changed, by column: a table in memory.
//
// A column's edits are looked up in one step; of several edits at one place the last one counts.
//
// Thread-safety: none of its own; the owner locks where it is shared.
#ifndef GAME_WORLD_SAVE_EDITS_H
#define GAME_WORLD_SAVE_EDITS_H

#include "game/world/block/chunk.h"

#include <stdbool.h>
#include <stdint.h>

// A place within a column: its chunk's number above the chunk_index within the chunk.
enum { COLUMN_BLOCKS = COLUMN_CHUNKS * CHUNK_BLOCKS };

struct edit {
    uint32_t place; // below COLUMN_BLOCKS
    uint8_t block;
};

struct edits_column {
    struct column_coord coord;
    struct edit *list; // owned
    uint32_t count, capacity;
    bool used; // private: this slot of the table is taken
};

// All zero is empty.
struct edits {
    struct edits_column *slots; // owned; a hash table with linear probing
    uint32_t slot_count;        // zero or a power of two
    uint32_t column_count;
    uint64_t edit_count;
};

void edits_finish(struct edits *edits);
// False where memory ran out; nothing has changed then.
bool edits_set(struct edits *edits, struct column_coord coord, uint32_t place, uint8_t block);
// The same for a place that has no edit yet.
bool edits_add(struct edits *edits, struct column_coord coord, uint32_t place, uint8_t block);
// A copy of a column's edits for the caller to free; NULL with *count == 0 where it has none. False
// where memory ran out.
bool edits_copy(const struct edits *edits, struct column_coord coord, struct edit **out,
                uint32_t *count);

// Where a block lies: its column, and its place within it. `at.y` is inside the world.
static inline struct column_coord edit_column(struct block_coord at)
{
    return (struct column_coord){at.x >> CHUNK_SHIFT, at.z >> CHUNK_SHIFT};
}
static inline uint32_t edit_place(struct block_coord at)
{
    const uint32_t mask = CHUNK_SIZE - 1;
    // y runs slowest within a chunk, so that chunks above each other are simply more y.
    return chunk_index((uint32_t)at.x & mask, (uint32_t)at.y, (uint32_t)at.z & mask);
}

#endif
