// What a world is made of. Private to the files below; each calls only those under it.
//
//     world.c     what the game calls
//     stream.c    what is to be done next
//     generate.c  the job that makes a column's blocks
//     remesh.c    the job that meshes a column's chunks
//     pack.c      the job that packs a column's blocks
//     order.c     which columns are to be looked at, and in which order
//     work.c      jobs on their way, and what happens when memory runs out
//     columns.c   the columns in memory, by coordinate
#ifndef GAME_WORLD_WORLD_STATE_H
#define GAME_WORLD_WORLD_STATE_H

#include "game/base/jobs.h"
#include "game/world/block/blocks.h"
#include "game/world/changes.h"
#include "game/world/mesh/level.h"
#include "game/world/mesh/mesher.h"
#include "game/world/save/edits.h"
#include "game/world/save/save.h"
#include "game/world/world.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    // Distances beyond the radius at which things go: one chunk of slack, so that walking to and
    // fro across a border does not make and drop the same things over and over.
    MESH_SLACK = 1,
    COLUMN_SLACK = 2,
    EDITED_MAX = 64, // columns with edits that are remembered for meshing at once
};

struct world_chunk {
    struct chunk_blocks blocks;
    struct change *change; // what the pass draws or is going to; NULL: nothing
    uint64_t version;      // of what the mesh shows: rises with edits here and beside
    uint64_t meshed_version;
    uint8_t meshed_level; // LEVEL_NONE: never meshed, or its mesh was given up
};

struct column {
    struct column_coord coord;
    uint64_t id;   // no other column ever had it, so that late results find out that theirs is gone
    bool ready;    // generated
    bool meshing;  // a job is under way
    uint8_t level; // of detail, wanted
    struct world_chunk chunks[COLUMN_CHUNKS];
};

// The columns to look at, in the order in which they are wanted.
struct stream_offset {
    int16_t x, z;
    float cost;
};

// Scratch memory that a thread works with.
struct world_tools {
    struct mesher *mesher;
    struct lighting *lighting;
};

struct world {
    uint32_t seed, radius;
    struct jobs *jobs; // borrowed
    struct save *save; // borrowed; NULL: edits are for this run
    bool deterministic;
    struct edits edits; // all that players changed, also what the save has

    // The columns: a square of pointers that wraps around, large enough for all that can be in
    // memory at once, so that a coordinate has one place.
    struct column **grid; // owned, as are the columns
    uint32_t grid_mask;   // side - 1
    struct column_coord center;
    bool centered;
    uint64_t last_id, last_version;
    uint64_t block_bytes;
    uint32_t pack_cursor, packing; // where pack.c looks next; its jobs under way

    // What is to be looked at, see order.c.
    struct stream_offset *order; // owned, as the next two
    uint32_t *places;            // in the order, of each offset of the square
    uint64_t *marks;             // a bit for each place: something has happened to that column
    uint32_t order_count;
    uint32_t first_marks; // before these there are none
    int32_t order_reach;  // of the square, from the centre
    int32_t sector;       // where the player looks
    bool order_stale;
    uint32_t pause; // updates without new work, after memory ran out
    uint32_t sweep; // slots of the grid that have not been looked at since the centre moved

    // How long an update, and after it the handing over of changes, may last.
    double budget; // seconds; 0: any time
    double until;  // clock_seconds
    bool handing_over;

    // What is being done.
    struct job_results results;
    struct job *finished;             // taken, and not yet committed
    uint64_t next_order, next_commit; // of jobs
    uint32_t in_flight;
    atomic_bool stopping;
    struct world_tools *tools; // owned; one per worker and one for the main thread
    uint32_t tool_count;

    // What was done.
    struct changes changes;
    struct column_coord edited[EDITED_MAX];
    uint32_t edited_count;
    uint64_t chunks_meshed, columns_generated;
    uint32_t columns_counted, chunks_counted; // within the radius: loaded, complete
    bool counts_stale;
    bool out_of_memory; // said already
};

// The head of every job of a world.
struct world_job {
    struct job job; // first, so that one is the other
    struct world *world;
    void (*commit)(struct world_job *job); // on the main thread; frees the job
    struct column_coord coord;
    uint64_t id; // the column's
    bool done;   // false: memory ran out, or the world is stopping
};

// columns.c
bool columns_init(struct world *world); // false: no memory
void columns_finish(struct world *world);
struct column *columns_find(const struct world *world, struct column_coord coord);
struct column *columns_find_ready(const struct world *world, struct column_coord coord);
// In the place of one that is far away by now. NULL: no memory.
struct column *columns_add(struct world *world, struct column_coord coord);
void columns_drop(struct world *world, struct column *column);
// Calls `visit` for each column in memory.
void columns_each(struct world *world, void (*visit)(struct world *world, struct column *column));
// The chunks of a column whose mesh is not what it should be, one bit each.
uint32_t columns_stale_chunks(const struct column *column);
// Chunks from the centre's column to another, along the longer axis.
int32_t columns_distance(const struct world *world, struct column_coord coord);

// order.c
bool order_init(struct world *world); // false: no memory
void order_finish(struct world *world);
// What a column needs may have changed: this one's, and those' up to `around` columns away.
void order_mark(struct world *world, struct column_coord coord, int32_t around);
void order_mark_all(struct world *world);
// The place of the first that is marked; order_count: none is.
uint32_t order_next(struct world *world);
void order_unmark(struct world *world, uint32_t place);

// work.c
void work_submit(struct world *world, struct world_job *job, int32_t priority);
// Commits one finished job; false: there is none (with `wait`: none under way).
bool work_commit(struct world *world, bool wait);
void work_no_memory(struct world *world, const char *what); // logs once, pauses
void work_begin(struct world *world);                       // the time of what follows begins
bool work_late(const struct world *world);

// generate.c
bool generate_submit(struct world *world, struct column_coord coord, int32_t priority);

// remesh.c
bool remesh_possible(const struct world *world, struct column_coord coord); // all around is there
// Meshes these chunks; what needs no mesh is done at once, and without a job if that is all. False:
// no memory.
bool remesh_submit(struct world *world, struct column *column, uint32_t mask, int32_t priority);
bool remesh_now(struct world *world, struct column *column, uint32_t mask);

// pack.c
void pack_some(struct world *world);

// stream.c
void stream_center(struct world *world, float x, float z);
void stream_sweep(struct world *world); // drops some of what was left behind
void stream_mesh_edited(struct world *world);
// Starts what is wanted next. With `patient` it leaves costly preparations for later.
void stream_start(struct world *world, bool patient);
bool stream_settled(struct world *world);

#endif
