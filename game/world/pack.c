// Blocks that nobody reads for a while are kept as runs: workers find them.
#include "game/world/world_state.h"

#include <stdlib.h>

enum {
    // Packing saves memory where the radius is large; nearer than this, detail still changes.
    PACK_DISTANCE = 9,
    VISITS = 128,     // places looked at per update
    VISITS_A_MS = 20, // of an update's time, where that is limited
    MOST_STARTED = 4, // jobs per update,
    MOST_PACKING = 16 // and under way
};

struct pack_job {
    struct world_job head; // first, so that one is the other
    struct blocks *held[COLUMN_CHUNKS];
    struct block_runs runs[COLUMN_CHUNKS]; // owned
};

// Whether a column and all around it are meshed as they should be, so that nobody reads its blocks
// until detail changes or the player comes near.
static bool at_rest(const struct world *world, struct column_coord coord)
{
    for (int32_t dz = -1; dz <= 1; dz++) {
        for (int32_t dx = -1; dx <= 1; dx++) {
            const struct column *column =
                columns_find_ready(world, (struct column_coord){coord.x + dx, coord.z + dz});
            if (column == NULL || column->meshing || columns_stale_chunks(column) != 0)
                return false;
        }
    }
    return true;
}

static void pack_run(struct job *job, uint32_t worker)
{
    (void)worker;
    struct pack_job *pack = (struct pack_job *)job;
    if (atomic_load(&pack->head.world->stopping))
        return;
    for (uint32_t y = 0; y < COLUMN_CHUNKS; y++)
        if (pack->held[y] != NULL && !blocks_find_runs(&pack->held[y]->chunk, &pack->runs[y]))
            return; // memory is short: what could be packed is
}

static void pack_commit(struct world_job *job)
{
    struct pack_job *pack = (struct pack_job *)job;
    struct world *world = job->world;
    struct column *column = columns_find(world, job->coord);
    const bool there = column != NULL && column->id == job->id;
    for (uint32_t y = 0; y < COLUMN_CHUNKS; y++) {
        if (pack->held[y] != NULL && there)
            (void)blocks_pack(&column->chunks[y].blocks, pack->held[y], &pack->runs[y],
                              &world->block_bytes);
        blocks_release(pack->held[y], &world->block_bytes);
        free(pack->runs[y].pairs);
    }
    world->packing--;
    free(pack);
}

// Starts a job where there is something to pack. True: it has begun.
static bool submit(struct world *world, struct column *column)
{
    struct pack_job *pack = NULL;
    for (uint32_t y = 0; y < COLUMN_CHUNKS; y++) {
        if (!blocks_may_pack(&column->chunks[y].blocks))
            continue;
        if (pack == NULL)
            pack = calloc(1, sizeof(*pack));
        if (pack == NULL)
            return false;
        (void)blocks_hold(&column->chunks[y].blocks, &pack->held[y], &world->block_bytes);
    }
    if (pack == NULL)
        return false;
    pack->head = (struct world_job){.job.run = pack_run,
                                    .job.name = "pack a column",
                                    .world = world,
                                    .commit = pack_commit,
                                    .coord = column->coord,
                                    .id = column->id};
    world->packing++;
    work_submit(world, &pack->head, INT32_MAX);
    return true;
}

void pack_some(struct world *world)
{
    const uint32_t slots = (world->grid_mask + 1) * (world->grid_mask + 1);
    uint32_t started = 0, visits = VISITS;
    if (world->budget > 0)
        visits = 1 + (uint32_t)(world->budget * 1000 * VISITS_A_MS);
    for (uint32_t i = 0; i < visits && started < MOST_STARTED && world->packing < MOST_PACKING;
         i++) {
        struct column *column = world->grid[world->pack_cursor];
        world->pack_cursor = (world->pack_cursor + 1) % slots;
        if (column == NULL || !column->ready)
            continue;
        int32_t distance = columns_distance(world, column->coord);
        if (distance >= PACK_DISTANCE && distance < (int32_t)world->radius &&
            at_rest(world, column->coord))
            started += submit(world, column);
    }
}
