// The part of the world that is in memory: generated, edited, meshed and kept around a centre.
//
//     generate column  ->  mesh chunk  ->  (a pass uploads it)  ->  removed when left behind
//
// Blocks and meshes are made by worker threads (game/base/jobs.h) and committed by world_update, on
// the main thread. Knows no Vulkan: finished meshes wait in a queue that the terrain pass empties
// as far as its staging ring allows.
//
// The rule for blocks that workers read: while a job holds a reference to a chunk's blocks nobody
// writes them; an edit then goes into a copy, and the chunk is meshed again
// (game/world/block/blocks.h). References are taken and given back on the main thread alone, so
// they need no atomics.
//
// Levels of detail go by distance, with one chunk of slack so that walking to and fro changes
// nothing: a mesh stays until it is one chunk beyond its ring or the radius, the blocks one more.
//
// Thread-safety: the main thread.
#ifndef GAME_WORLD_WORLD_H
#define GAME_WORLD_WORLD_H

#include "game/base/jobs.h"
#include "game/world/block/block.h"
#include "game/world/block/chunk.h"
#include "game/world/mesh/mesher.h"

#include <stdbool.h>
#include <stdint.h>

struct save;
struct world; // opaque

struct world_params {
    uint32_t seed;
    uint32_t radius;    // columns around the centre's, a square of (2R+1)^2
    struct jobs *jobs;  // borrowed
    struct save *save;  // borrowed; NULL: edits are kept for this run only
    bool deterministic; // commit results in a fixed order, however many workers there are
};
struct world *world_create(const struct world_params *params); // NULL: the log says why
void world_destroy(struct world *world);

// Commits finished work, starts new work around the centre (block coordinates), drops what has
// been left behind. Never waits, except in a deterministic world, where it is world_complete.
void world_update(struct world *world, float x, float z);
// How long world_update may take, and after it the taking of changes; 0 (at first): any time. What
// is not done in time is done by the next ones. A world that is deterministic takes its time.
void world_set_budget(struct world *world, double seconds);
// Runs updates until every mesh within the radius is finished (they may still wait for upload).
// False: memory ran out on the way (logged); it can be tried again.
bool world_complete(struct world *world, float x, float z);
// Where the player looks or moves to, in any length: what lies there comes first. (0, 0): nowhere.
void world_set_heading(struct world *world, float x, float z);
// Valid usage: radius <= world_params.radius.
void world_set_radius(struct world *world, uint32_t radius);

// BLOCK_AIR above the world, BLOCK_STONE below; in a column that is not there yet, BLOCK_STONE, so
// that nobody falls out of the world.
enum block world_get(const struct world *world, struct block_coord at);
bool world_loaded(const struct world *world, struct block_coord at);
// False where the column is not there yet, y is outside the world, or memory ran out (logged).
// The chunks that show it are meshed by the next world_update, before it returns, as long as they
// are few.
bool world_set(struct world *world, struct block_coord at, enum block block);

// What the terrain pass takes: the next change to what is drawn, oldest first.
struct world_change {
    struct chunk_coord coord;
    uint32_t detail;
    bool removed;            // the chunk is no longer drawn; mesh is empty
    const struct mesh *mesh; // borrowed until world_change_done; never without quads
};
// False: nothing waits, or the time is up. The same change is shown again until world_change_done
// is called, which is before the next call of anything else of the world, or not at all.
bool world_next_change(struct world *world, struct world_change *out);
void world_change_done(struct world *world);

// Whoever took changes has lost all of them (the device was lost, a new pass begins): everything is
// meshed and handed out again.
void world_show_again(struct world *world);

struct world_stats {
    uint32_t columns_wanted, columns_loaded; // within the radius, as chunks are
    uint32_t chunks_wanted;                  // within the radius
    uint32_t chunks_complete;                // meshed, and their change taken
    bool complete;                           // all of them
    uint64_t chunks_meshed;                  // since creation, repeats counted
    uint64_t chunks_became_visible; // chunks (at a level of detail) whose mesh was drawn first
    uint64_t columns_generated;
    uint64_t host_bytes;      // of blocks
    uint32_t changes_waiting; // for world_next_change
    uint32_t jobs_in_flight;
};
void world_stats(struct world *world, struct world_stats *out);

#endif
