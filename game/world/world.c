#include "game/world/world.h"

#include <stdlib.h>

#include "engine/assert.h"
#include "engine/log.h"
#include "game/world/world_state.h"

enum { LARGEST_RADIUS = 256, HALF_BUSY = 96 };

static bool create_tools(struct world *world)
{
    world->tool_count = jobs_worker_count(world->jobs) + 1;
    world->tools = calloc(world->tool_count, sizeof(world->tools[0]));
    if (world->tools == NULL)
        return false;
    for (uint32_t i = 0; i < world->tool_count; i++) {
        struct world_tools tools = {mesher_create(), lighting_create()};
        world->tools[i] = tools;
        if (tools.mesher == NULL || tools.lighting == NULL)
            return false;
    }
    return true;
}

static void destroy_tools(struct world *world)
{
    for (uint32_t i = 0; i < world->tool_count && world->tools != NULL; i++) {
        mesher_destroy(world->tools[i].mesher);
        lighting_destroy(world->tools[i].lighting);
    }
    free(world->tools);
}

struct world *world_create(const struct world_params *params)
{
    ASH_ASSERT(params->jobs != NULL && params->radius <= LARGEST_RADIUS);
    struct world *world = calloc(1, sizeof(*world));
    if (world != NULL) {
        world->seed = params->seed;
        world->radius = params->radius;
        world->counts_stale = true;
        world->jobs = params->jobs;
        world->save = params->save;
        world->deterministic = params->deterministic;
        world->sector = -1;
        atomic_init(&world->stopping, false);
        if (create_tools(world) && columns_init(world) && order_init(world)) {
            if (world->save == NULL || save_load_edits(world->save, &world->edits))
                return world;
            world_destroy(world); // the save has said why
            return NULL;
        }
    }
    world_destroy(world);
    ash_log(ASH_LOG_ERROR,
            "No memory for a world of radius %u; close other programs or choose a smaller "
            "--radius.",
            params->radius);
    return NULL;
}

void world_destroy(struct world *world)
{
    if (world == NULL)
        return;
    atomic_store(&world->stopping, true); // jobs that have not begun do nothing
    while (work_commit(world, true))
        continue;
    columns_finish(world);
    changes_finish(&world->changes);
    edits_finish(&world->edits);
    destroy_tools(world);
    order_finish(world);
    free(world);
}

void world_set_budget(struct world *world, double seconds)
{
    world->budget = seconds;
}

void world_update(struct world *world, float x, float z)
{
    work_begin(world);
    world->handing_over = false;
    if (world->deterministic) {
        (void)world_complete(world, x, z);
    } else {
        if (world->pause > 0)
            world->pause--;
        stream_center(world, x, z);
        // Only what was under way: a frame does not wait for work that it started itself.
        for (uint32_t i = world->in_flight; i > 0 && work_commit(world, false); i--)
            if (work_late(world))
                break;
        stream_sweep(world);
        stream_mesh_edited(world);
        stream_start(world, true);
    }
    pack_some(world);
}

bool world_complete(struct world *world, float x, float z)
{
    const double budget = world->budget;
    world->budget = 0;
    world->pause = 0;
    stream_center(world, x, z);
    stream_sweep(world);
    stream_mesh_edited(world);
    do {
        if (world->in_flight < HALF_BUSY)
            stream_start(world, false);
    } while (work_commit(world, true));
    world->budget = budget;
    return stream_settled(world);
}

static struct column_coord column_of(struct block_coord at)
{
    return (struct column_coord){at.x >> CHUNK_SHIFT, at.z >> CHUNK_SHIFT};
}

static uint32_t index_of(struct block_coord at)
{
    const uint32_t mask = CHUNK_SIZE - 1;
    return chunk_index((uint32_t)at.x & mask, (uint32_t)at.y & mask, (uint32_t)at.z & mask);
}

enum block world_get(const struct world *world, struct block_coord at)
{
    if (at.y < 0)
        return BLOCK_STONE;
    if (at.y >= WORLD_HEIGHT)
        return BLOCK_AIR;
    const struct column *column = columns_find_ready(world, column_of(at));
    if (column == NULL)
        return BLOCK_STONE;
    return (enum block)blocks_get(&column->chunks[at.y >> CHUNK_SHIFT].blocks, index_of(at));
}

bool world_loaded(const struct world *world, struct block_coord at)
{
    return columns_find_ready(world, column_of(at)) != NULL;
}

// Whether what lies `reach` blocks over the border of a chunk `side` (-1, 0 or 1) chunks away along
// an axis includes this block.
static bool reaches(int32_t side, uint32_t local, uint32_t reach)
{
    return side == 0 || (side < 0 ? local < reach : local >= CHUNK_SIZE - reach);
}

// Whether the mesh of a chunk shows a change here: of a block itself, as its cells at the border
// reach 1, 2 or 4 blocks over it; or of the light around, which also falls down from there.
static bool shows(const struct column *column, int32_t y, struct block_coord at, bool as_light)
{
    const uint32_t mask = CHUNK_SIZE - 1;
    const uint8_t meshed_level = column->chunks[y].meshed_level;
    struct column_coord home = column_of(at);
    int32_t side = y - (at.y >> CHUNK_SHIFT);
    uint8_t level = column->level;
    if (as_light && level > 0)
        return false;
    if (meshed_level != LEVEL_NONE && meshed_level > level)
        level = meshed_level;
    uint32_t reach = as_light ? LIGHT_REACH : 1u << level_details[level];
    bool in_height =
        (as_light && side < 0) || (abs(side) <= 1 && reaches(side, (uint32_t)at.y & mask, reach));
    return in_height && reaches(column->coord.x - home.x, (uint32_t)at.x & mask, reach) &&
           reaches(column->coord.z - home.z, (uint32_t)at.z & mask, reach);
}

static void touch_column(struct world *world, struct column *column, struct block_coord at)
{
    bool touched = false;
    for (int32_t y = 0; y < COLUMN_CHUNKS; y++) {
        bool block = shows(column, y, at, false);
        if (block || shows(column, y, at, true))
            column->chunks[y].version = ++world->last_version;
        touched |= block;
    }
    // What is merely lit anew may wait for a worker.
    if (touched && world->edited_count < EDITED_MAX)
        world->edited[world->edited_count++] = column->coord;
}

// Every chunk whose mesh shows the block or the light around it has to be meshed again.
static void touch(struct world *world, struct block_coord at)
{
    struct column_coord home = column_of(at);
    for (int32_t dz = -1; dz <= 1; dz++) {
        for (int32_t dx = -1; dx <= 1; dx++) {
            struct column *column =
                columns_find_ready(world, (struct column_coord){home.x + dx, home.z + dz});
            if (column != NULL)
                touch_column(world, column, at);
        }
    }
    order_mark(world, home, 1);
    world->counts_stale = true;
}

static bool remember(struct world *world, struct block_coord at, enum block block)
{
    if (!edits_set(&world->edits, edit_column(at), edit_place(at), (uint8_t)block))
        return false;
    if (world->save != NULL)
        save_set_block(world->save, at, block);
    return true;
}

bool world_set(struct world *world, struct block_coord at, enum block block)
{
    ASH_ASSERT(block < BLOCK_COUNT);
    struct column *column = columns_find_ready(world, column_of(at));
    if (column == NULL || at.y < 0 || at.y >= WORLD_HEIGHT)
        return false;
    struct chunk_blocks *blocks = &column->chunks[at.y >> CHUNK_SHIFT].blocks;
    uint8_t before = blocks_get(blocks, index_of(at));
    if (before == block)
        return true;
    if (!blocks_set(blocks, index_of(at), (uint8_t)block, &world->block_bytes)) {
        work_no_memory(world, "change a block");
        return false;
    }
    if (!remember(world, at, block)) {
        (void)blocks_set(blocks, index_of(at), before, &world->block_bytes); // needs no memory now
        work_no_memory(world, "remember a change");
        return false;
    }
    touch(world, at);
    return true;
}

bool world_next_change(struct world *world, struct world_change *out)
{
    const struct change *change = world->changes.first;
    if (change == NULL || (world->handing_over && work_late(world)))
        return false;
    if (!world->handing_over)
        work_begin(world);
    world->handing_over = true;
    *out = (struct world_change){.coord = change->coord,
                                 .detail = change->detail,
                                 .removed = change->removed,
                                 .mesh = &change->mesh};
    return true;
}

void world_change_done(struct world *world)
{
    ASH_ASSERT(world->changes.first != NULL);
    changes_done(&world->changes);
    world->counts_stale = true;
}

static void show_column_again(struct world *world, struct column *column)
{
    for (uint32_t y = 0; y < COLUMN_CHUNKS; y++) {
        struct world_chunk *chunk = &column->chunks[y];
        if (chunk->change != NULL && !changes_show_again(&world->changes, &chunk->change))
            chunk->meshed_level = LEVEL_NONE;
    }
}

void world_show_again(struct world *world)
{
    changes_forget_removals(&world->changes);
    columns_each(world, show_column_again);
    order_mark_all(world);
    world->counts_stale = true;
}

static void count_column(struct world *world, struct column *column)
{
    if (!column->ready || columns_distance(world, column->coord) > (int32_t)world->radius)
        return;
    world->columns_counted++;
    uint32_t wrong = columns_stale_chunks(column);
    for (uint32_t y = 0; y < COLUMN_CHUNKS; y++) {
        const struct change *change = column->chunks[y].change;
        if ((wrong & 1u << y) == 0 && (change == NULL || !change->queued))
            world->chunks_counted++;
    }
}

void world_stats(struct world *world, struct world_stats *out)
{
    if (world->counts_stale) {
        world->columns_counted = world->chunks_counted = 0;
        columns_each(world, count_column);
        world->counts_stale = false;
    }
    uint32_t side = 2 * world->radius + 1;
    *out = (struct world_stats){
        .columns_wanted = side * side,
        .columns_loaded = world->columns_counted,
        .chunks_wanted = side * side * COLUMN_CHUNKS,
        .chunks_complete = world->chunks_counted,
        .complete = world->chunks_counted == side * side * COLUMN_CHUNKS,
        .chunks_meshed = world->chunks_meshed,
        .chunks_became_visible = world->changes.became_visible,
        .columns_generated = world->columns_generated,
        .host_bytes = world->block_bytes,
        .changes_waiting = world->changes.count,
        .jobs_in_flight = world->in_flight,
    };
}
