#include "game/world/world_state.h"

#include <math.h>
#include <stdlib.h>

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
    SCAN_STEP = 32,                            // the same, of the order
    SECTORS = 16,                              // directions of looking that are told apart
    HORIZON = (1 << (31 - CHUNK_SHIFT)) - 256, // chunks from the origin to the end of numbers
};

#define AHEAD (2.0f / 3) // how much looking there counts, of 1

// ---- The order in which columns are wanted: near ones first, and those in front ----

static int compare_offsets(const void *left, const void *right)
{
    const struct stream_offset *a = left, *b = right;
    if (a->cost != b->cost)
        return a->cost < b->cost ? -1 : 1;
    return a->z != b->z ? a->z - b->z : a->x - b->x;
}

static void sort_order(struct world *world)
{
    float angle = (float)world->sector * (6.2831853f / SECTORS);
    // Straight ahead counts a third of the square of the distance, straight behind five thirds.
    float ahead_x = world->sector < 0 ? 0 : AHEAD * cosf(angle);
    float ahead_z = world->sector < 0 ? 0 : AHEAD * sinf(angle);
    for (uint32_t i = 0; i < world->order_count; i++) {
        struct stream_offset *offset = &world->order[i];
        float x = offset->x, z = offset->z;
        float distance = sqrtf(x * x + z * z);
        offset->cost = distance * (distance - (ahead_x * x + ahead_z * z));
    }
    qsort(world->order, world->order_count, sizeof(world->order[0]), compare_offsets);
    world->order_stale = false;
    world->cursor = world->scan = 0;
}

// All columns that are generated: those within the radius and the ring around, for their edges.
bool stream_init(struct world *world)
{
    int32_t reach = (int32_t)world->radius + 1;
    uint32_t side = 2 * (uint32_t)reach + 1;
    world->order = malloc((size_t)side * side * sizeof(*world->order));
    if (world->order == NULL)
        return false;
    for (int32_t z = -reach; z <= reach; z++)
        for (int32_t x = -reach; x <= reach; x++)
            world->order[world->order_count++] = (struct stream_offset){(int16_t)x, (int16_t)z, 0};
    world->order_stale = true;
    return true;
}

void world_set_heading(struct world *world, float x, float z)
{
    int32_t sector = -1;
    if (x != 0 || z != 0)
        sector = ((int32_t)lroundf(atan2f(z, x) * (SECTORS / 6.2831853f)) + SECTORS) % SECTORS;
    world->order_stale = world->order_stale || sector != world->sector;
    world->sector = sector;
}

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
    world->cursor = world->scan = 0;
    world->counts_stale = true;
    world->events++;
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

bool stream_settled(const struct world *world)
{
    return world->in_flight == 0 && !world->order_stale && world->cursor == world->order_count;
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

enum progress { NEEDS_NOTHING, UNDER_WAY, NO_MEMORY };

// Starts what a column needs, if that is possible yet.
static enum progress start_column(struct world *world, struct column_coord coord, int32_t priority)
{
    if (columns_distance(world, coord) > (int32_t)world->radius + 1)
        return NEEDS_NOTHING; // as long as the view is smaller than it was made for
    struct column *column = columns_find(world, coord);
    if (column == NULL)
        return generate_submit(world, coord, priority) ? UNDER_WAY : NO_MEMORY;
    column->level = level_at(columns_distance(world, coord), column->level);
    if (!column->ready || column->meshing)
        return UNDER_WAY;
    if (columns_distance(world, coord) > (int32_t)world->radius)
        return NEEDS_NOTHING;
    uint32_t mask = columns_stale_chunks(column);
    if (mask == 0)
        return NEEDS_NOTHING;
    if (!remesh_possible(world, coord))
        return UNDER_WAY;
    if (!remesh_submit(world, column, mask, priority))
        return NO_MEMORY;
    return column->meshing ? UNDER_WAY : NEEDS_NOTHING;
}

// Whether there is anything to look at, from world->scan on.
static bool scan_goes_on(struct world *world)
{
    if (world->scan == world->order_count) {
        if (world->events == world->scanned_events)
            return false;
        world->scan = 0;
    }
    if (world->scan <= world->cursor) {
        world->scan = world->cursor;
        world->scanned_events = world->events;
    }
    return true;
}

void stream_start(struct world *world, bool patient)
{
    if (world->pause > 0 || (patient && world->changes.count >= CHANGES_MAX))
        return;
    if (world->order_stale)
        sort_order(world);
    if (!scan_goes_on(world))
        return;
    uint64_t bytes_before = world->block_bytes;
    uint32_t i = world->scan;
    world->scan = 0; // unless all of it is looked at, or the time is up
    while (i < world->order_count && world->in_flight < JOBS_MAX) {
        struct column_coord coord = {world->center.x + world->order[i].x,
                                     world->center.z + world->order[i].z};
        enum progress progress = start_column(world, coord, (int32_t)i);
        if (progress == NO_MEMORY) {
            work_no_memory(world, "go on");
            return;
        }
        if (progress == NEEDS_NOTHING && i == world->cursor)
            world->cursor++;
        i++;
        if (patient && world->block_bytes > bytes_before + UNPACKED_MAX)
            return;
        if (i % SCAN_STEP == 0 && work_late(world)) {
            world->scan = i;
            return;
        }
    }
    if (i == world->order_count)
        world->scan = i;
}
