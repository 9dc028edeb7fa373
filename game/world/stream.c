#include "game/world/world_state.h"

#include <math.h>

enum {
    // Jobs queued or running at once: enough to keep a few workers busy for a frame, few enough
    // that what becomes urgent does not wait long. The same for any number of workers, so that a
    // deterministic world does not depend on it.
    JOBS_MAX = 192,
    // Finished meshes that wait for the terrain pass, beyond which no more are made.
    CHANGES_MAX = 1024,
    // Blocks unpacked by one patient start: each chunk of them costs some 10 us.
    UNPACKED_MAX = 48 * CHUNK_BLOCKS,
    // Chunks meshed at once after edits, on the main thread: at most about a millisecond.
    EDITED_CHUNKS_MAX = 12,
    SWEEP_STEP = 64,                           // places looked at between two looks at the clock
    LOOK_STEP = 16,                            // the same, of the order
    HORIZON = (1 << (31 - CHUNK_SHIFT)) - 256, // chunks from the origin to the end of numbers
};

// ---- The centre ----

// Drops what is far away by now, or only its meshes.
static void leave_behind(struct world *world, struct column *column)
{
    int32_t distance = columns_distance(world, column->coord);
    if (distance > (int32_t)world->radius + COLUMN_SLACK) {
        columns_drop(world, column);
        return;
    }
    if (distance <= (int32_t)world->radius + MESH_SLACK)
        return;
    for (uint32_t y = 0; y < COLUMN_CHUNKS; y++) {
        changes_remove(&world->changes, &column->chunks[y].change);
        column->chunks[y].meshed_level = LEVEL_NONE;
    }
}

void stream_sweep(struct world *world)
{
    while (world->sweep > 0) {
        struct column *column = world->grid[--world->sweep];
        if (column != NULL)
            leave_behind(world, column);
        if (world->sweep % SWEEP_STEP == 0 && work_late(world))
            return;
    }
}

// In chunks, kept where all that surrounds the centre has numbers, too.
static int32_t chunk_of(float block)
{
    float chunk = floorf(block / CHUNK_SIZE);
    if (!(chunk > (float)-HORIZON))
        return -HORIZON;
    return chunk < (float)HORIZON ? (int32_t)chunk : HORIZON;
}

static void apply_center(struct world *world)
{
    const uint32_t side = world->grid_mask + 1;
    world->sweep = side * side;
    world->counts_stale = true;
    order_mark_all(world);
}

void stream_center(struct world *world, float x, float z)
{
    struct column_coord center = {chunk_of(x), chunk_of(z)};
    if (world->centered && center.x == world->center.x && center.z == world->center.z)
        return;
    world->center = center;
    world->centered = true;
    apply_center(world);
}

void world_set_radius(struct world *world, uint32_t radius)
{
    world->radius = radius;
    apply_center(world);
}

// ---- Work ----

bool stream_settled(struct world *world)
{
    return world->in_flight == 0 && order_next(world) == world->order_count;
}

void stream_mesh_edited(struct world *world)
{
    uint32_t meshed = 0;
    for (uint32_t i = 0; i < world->edited_count && meshed < EDITED_CHUNKS_MAX; i++) {
        struct column *column = columns_find_ready(world, world->edited[i]);
        if (column == NULL || !remesh_possible(world, column->coord) ||
            columns_distance(world, column->coord) > (int32_t)world->radius + MESH_SLACK)
            continue;
        uint32_t mask = 0;
        for (uint32_t y = 0; y < COLUMN_CHUNKS; y++) {
            const struct world_chunk *chunk = &column->chunks[y];
            if (chunk->meshed_level != LEVEL_NONE && chunk->meshed_version != chunk->version) {
                mask |= 1u << y;
                meshed++;
            }
        }
        if (mask != 0 && !remesh_now(world, column, mask))
            work_no_memory(world, "mesh a chunk");
    }
    // What was left out is found like everything else that is not as it should be.
    world->edited_count = 0;
}

// Starts what a column needs, if that is possible yet; else it is marked when it is. False: no
// memory.
static bool start_column(struct world *world, struct column_coord coord, int32_t priority)
{
    const int32_t distance = columns_distance(world, coord);
    if (distance > (int32_t)world->radius + 1)
        return true; // as long as the view is smaller than it was made for
    struct column *column = columns_find(world, coord);
    if (column == NULL)
        return generate_submit(world, coord, priority);
    column->level = level_at(distance, column->level);
    if (!column->ready || column->meshing || distance > (int32_t)world->radius)
        return true;
    uint32_t mask = columns_stale_chunks(column);
    return mask == 0 || !remesh_possible(world, coord) ||
           remesh_submit(world, column, mask, priority);
}

void stream_start(struct world *world, bool patient)
{
    if (world->pause > 0 || (patient && world->changes.count >= CHANGES_MAX))
        return;
    const uint64_t bytes_before = world->block_bytes;
    uint32_t looked = 0;
    for (uint32_t i; (i = order_next(world)) < world->order_count && world->in_flight < JOBS_MAX;) {
        struct column_coord coord = {world->center.x + world->order[i].x,
                                     world->center.z + world->order[i].z};
        if (!start_column(world, coord, (int32_t)i)) {
            work_no_memory(world, "go on");
            return;
        }
        order_unmark(world, i);
        if (patient && world->block_bytes > bytes_before + UNPACKED_MAX)
            return;
        if (++looked % LOOK_STEP == 0 && work_late(world))
            return;
    }
}
