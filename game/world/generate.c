#include "game/world/world_state.h"

#include <stdlib.h>
#include <string.h>

#include "game/world/terrain/terrain.h"

struct generate_job {
    struct world_job head; // first, so that one is the other
    struct edit *edits;    // owned
    uint32_t edit_count;
    struct chunk chunks[COLUMN_CHUNKS]; // owned
};

static void free_chunks(struct chunk chunks[COLUMN_CHUNKS])
{
    for (uint32_t y = 0; y < COLUMN_CHUNKS; y++) {
        free(chunks[y].blocks);
        chunks[y] = (struct chunk){0};
    }
}

static bool apply_edit(struct chunk chunks[COLUMN_CHUNKS], struct edit edit)
{
    struct chunk *chunk = &chunks[edit.place / CHUNK_BLOCKS];
    if (chunk->blocks == NULL) {
        if (chunk->uniform == edit.block)
            return true;
        chunk->blocks = malloc(CHUNK_BLOCKS);
        if (chunk->blocks == NULL)
            return false;
        memset(chunk->blocks, chunk->uniform, CHUNK_BLOCKS);
    }
    chunk->blocks[edit.place % CHUNK_BLOCKS] = edit.block;
    return true;
}

// On a worker.
static void generate_run(struct job *job, uint32_t worker)
{
    (void)worker;
    struct generate_job *generate = (struct generate_job *)job;
    struct world *world = generate->head.world;
    if (atomic_load(&world->stopping))
        return;
    if (!terrain_generate(world->seed, generate->head.coord, generate->chunks))
        return;
    generate->head.done = true;
    for (uint32_t i = 0; i < generate->edit_count && generate->head.done; i++)
        generate->head.done = apply_edit(generate->chunks, generate->edits[i]);
}

// Hands the blocks over to the column. False where memory ran out.
static bool take_chunks(struct world *world, struct column *column, struct chunk *chunks)
{
    bool ok = true;
    for (uint32_t y = 0; y < COLUMN_CHUNKS; y++) {
        ok = blocks_init(&column->chunks[y].blocks, chunks[y], &world->block_bytes) && ok;
        chunks[y] = (struct chunk){0}; // taken over in any case
    }
    return ok;
}

static void generate_commit(struct world_job *job)
{
    struct generate_job *generate = (struct generate_job *)job;
    struct world *world = job->world;
    struct column *column = columns_find(world, job->coord);
    order_mark(world, job->coord, 1);
    if (column != NULL && column->id == job->id) {
        column->ready = job->done && take_chunks(world, column, generate->chunks);
        if (column->ready) {
            world->columns_generated++;
        } else {
            columns_drop(world, column);
            if (!atomic_load(&world->stopping))
                work_no_memory(world, "generate a column");
        }
    }
    free_chunks(generate->chunks);
    free(generate->edits);
    free(generate);
}

bool generate_submit(struct world *world, struct column_coord coord, int32_t priority)
{
    struct generate_job *generate = calloc(1, sizeof(*generate));
    if (generate == NULL)
        return false;
    struct column *column = NULL;
    if (edits_copy(&world->edits, coord, &generate->edits, &generate->edit_count))
        column = columns_add(world, coord);
    if (column == NULL) {
        free(generate->edits);
        free(generate);
        return false;
    }
    generate->head = (struct world_job){.job.run = generate_run,
                                        .job.name = "generate a column",
                                        .world = world,
                                        .commit = generate_commit,
                                        .coord = coord,
                                        .id = column->id};
    work_submit(world, &generate->head, priority);
    return true;
}
