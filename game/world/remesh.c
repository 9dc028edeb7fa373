#include "game/world/world_state.h"

#include <stdlib.h>
#include <string.h>

#include "engine/assert.h"
#include "game/world/mesh/rows.h"

// Chunks around those of a column, with a layer below and one above the world.
enum { LAYERS = COLUMN_CHUNKS + 2 };

struct mesh_job {
    struct world_job head; // first, so that one is the other
    uint32_t mask;         // of the chunks to mesh
    uint8_t level;
    bool urgent;
    uint64_t versions[COLUMN_CHUNKS];         // of what is read
    const struct chunk *around[LAYERS][3][3]; // [y + 1][z][x]; those that are read
    struct blocks *held[COLUMN_CHUNKS][3][3]; // references, for `around`
    struct mesh meshes[COLUMN_CHUNKS];        // owned
};

static const struct chunk below = {NULL, BLOCK_STONE};
static const struct chunk above = {NULL, BLOCK_AIR};

bool remesh_possible(const struct world *world, struct column_coord coord)
{
    for (int32_t dz = -1; dz <= 1; dz++)
        for (int32_t dx = -1; dx <= 1; dx++)
            if (columns_find_ready(world, (struct column_coord){coord.x + dx, coord.z + dz}) ==
                NULL)
                return false;
    return true;
}

static const struct chunk_blocks *blocks_at(const struct world *world, struct column_coord coord,
                                            uint32_t y)
{
    return &columns_find_ready(world, coord)->chunks[y].blocks;
}

// Whether a chunk of one kind shows no face towards a neighbour. (Water shows faces towards air
// alone; everything else that is not opaque is left to the mesher.)
static bool hidden_behind(uint8_t kind, const struct chunk_blocks *neighbor)
{
    if (neighbor->blocks != NULL)
        return false;
    return block_types[kind].opaque ? block_types[neighbor->uniform].opaque
                                    : kind == BLOCK_WATER && neighbor->uniform != BLOCK_AIR;
}

// Whether a chunk surely has no quads: all air, or of one kind between hiding neighbours.
static bool needs_no_mesh(const struct world *world, struct column_coord coord, uint32_t y)
{
    const struct chunk_blocks *blocks = blocks_at(world, coord, y);
    if (blocks->blocks != NULL)
        return false;
    uint8_t kind = blocks->uniform;
    if (kind == BLOCK_AIR)
        return true;
    static const int8_t sides[4][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};
    for (uint32_t i = 0; i < 4; i++)
        if (!hidden_behind(
                kind,
                blocks_at(world,
                          (struct column_coord){coord.x + sides[i][0], coord.z + sides[i][1]}, y)))
            return false;
    // Below the world all is stone, above it air.
    return y + 1 < COLUMN_CHUNKS && hidden_behind(kind, blocks_at(world, coord, y + 1)) &&
           (y == 0 || hidden_behind(kind, blocks_at(world, coord, y - 1)));
}

// Makes a mesh, which may be empty, what is drawn for a chunk. False where memory ran out.
static bool set_mesh(struct world *world, struct column *column, uint32_t y, struct mesh *mesh,
                     uint8_t level, uint64_t version, bool urgent)
{
    struct world_chunk *chunk = &column->chunks[y];
    if (mesh->total == 0) {
        mesh_finish(mesh);
        changes_remove(&world->changes, &chunk->change);
    } else {
        struct chunk_coord coord = {column->coord.x, (int32_t)y, column->coord.z};
        if (!changes_put(&world->changes, &chunk->change, coord, mesh, level_details[level],
                         urgent))
            return false;
    }
    chunk->meshed_level = level;
    chunk->meshed_version = version;
    return true;
}

// Does at once what needs no mesher; returns the chunks that remain.
static uint32_t skip_empty(struct world *world, struct column *column, uint32_t mask, bool urgent)
{
    for (uint32_t y = 0; y < COLUMN_CHUNKS; y++) {
        struct mesh empty = {0};
        if ((mask & 1u << y) != 0 && needs_no_mesh(world, column->coord, y)) {
            (void)set_mesh(world, column, y, &empty, column->level, column->chunks[y].version,
                           urgent); // an empty mesh needs no memory
            mask &= ~(1u << y);
        }
    }
    return mask;
}

static void release(struct mesh_job *mesh)
{
    for (uint32_t y = 0; y < COLUMN_CHUNKS; y++) {
        mesh_finish(&mesh->meshes[y]);
        for (uint32_t i = 0; i < 9; i++)
            blocks_release(mesh->held[y][i / 3][i % 3], &mesh->head.world->block_bytes);
    }
    free(mesh);
}

// The layers of chunks that a job reads: those to mesh and one to each side; light comes from all.
static bool layer_is_read(const struct mesh_job *mesh, uint32_t y)
{
    return mesh->level == 0 || (mesh->mask & ((1u << y) | (1u << y << 1) | (1u << y >> 1))) != 0;
}

// Takes references to all that the job will read. False where memory ran out.
static bool hold(struct mesh_job *mesh)
{
    struct world *world = mesh->head.world;
    for (uint32_t i = 0; i < 9; i++) {
        uint32_t z = i / 3, x = i % 3;
        struct column *column =
            columns_find_ready(world, (struct column_coord){mesh->head.coord.x + (int32_t)x - 1,
                                                            mesh->head.coord.z + (int32_t)z - 1});
        mesh->around[0][z][x] = &below;
        mesh->around[LAYERS - 1][z][x] = &above;
        for (uint32_t y = 0; y < COLUMN_CHUNKS; y++) {
            if (!layer_is_read(mesh, y))
                continue;
            mesh->around[y + 1][z][x] =
                blocks_hold(&column->chunks[y].blocks, &mesh->held[y][z][x], &world->block_bytes);
            if (mesh->around[y + 1][z][x] == NULL)
                return false;
        }
    }
    return true;
}

static void mesh_run(struct job *job, uint32_t worker)
{
    struct mesh_job *mesh = (struct mesh_job *)job;
    struct world *world = mesh->head.world;
    if (atomic_load(&world->stopping))
        return;
    struct world_tools tools = world->tools[worker];
    const bool lit = mesh->level == 0;
    if (lit)
        lighting_spread(tools.lighting, mesh->around, lowest_bit(mesh->mask),
                        highest_bit(mesh->mask));
    for (uint32_t y = 0; y < COLUMN_CHUNKS; y++) {
        if ((mesh->mask & 1u << y) == 0)
            continue;
        struct mesh_input input = {.detail = level_details[mesh->level],
                                   .light = lit ? lighting_cells(tools.lighting, y) : NULL};
        memcpy(input.chunks, mesh->around[y], sizeof(input.chunks));
        if (!mesher_mesh(tools.mesher, &input, &mesh->meshes[y]))
            return;
    }
    mesh->head.done = true;
}

// What was edited meanwhile is not taken over: its version has risen, and it is meshed again. The
// same goes for a column that is out of sight by now.
static void mesh_commit(struct world_job *job)
{
    struct mesh_job *mesh = (struct mesh_job *)job;
    struct world *world = job->world;
    struct column *column = columns_find(world, job->coord);
    bool ok = job->done;
    order_mark(world, job->coord, 0);
    if (column != NULL && column->id == job->id) {
        if (!mesh->urgent)
            column->meshing = false;
        bool seen = columns_distance(world, job->coord) <= (int32_t)world->radius + MESH_SLACK;
        for (uint32_t y = 0; y < COLUMN_CHUNKS && ok && seen; y++)
            if ((mesh->mask & 1u << y) != 0 && column->chunks[y].version == mesh->versions[y])
                ok = set_mesh(world, column, y, &mesh->meshes[y], mesh->level, mesh->versions[y],
                              mesh->urgent);
    }
    for (uint32_t mask = mesh->mask; mask != 0; mask &= mask - 1)
        world->chunks_meshed++;
    release(mesh);
    if (!ok && !atomic_load(&world->stopping))
        work_no_memory(world, "mesh a chunk");
}

// A job that holds all it reads; NULL where memory ran out.
static struct mesh_job *make_job(struct world *world, struct column *column, uint32_t mask,
                                 bool urgent)
{
    struct mesh_job *mesh = calloc(1, sizeof(*mesh));
    if (mesh == NULL)
        return NULL;
    mesh->head = (struct world_job){.job.run = mesh_run,
                                    .job.name = "mesh chunks",
                                    .world = world,
                                    .commit = mesh_commit,
                                    .coord = column->coord,
                                    .id = column->id};
    mesh->mask = mask;
    mesh->level = column->level;
    mesh->urgent = urgent;
    for (uint32_t y = 0; y < COLUMN_CHUNKS; y++)
        mesh->versions[y] = column->chunks[y].version;
    if (hold(mesh))
        return mesh;
    release(mesh);
    return NULL;
}

bool remesh_submit(struct world *world, struct column *column, uint32_t mask, int32_t priority)
{
    ASH_ASSERT(!column->meshing);
    mask = skip_empty(world, column, mask, false);
    if (mask == 0)
        return true;
    struct mesh_job *mesh = make_job(world, column, mask, false);
    if (mesh == NULL)
        return false;
    column->meshing = true;
    work_submit(world, &mesh->head, priority);
    return true;
}

bool remesh_now(struct world *world, struct column *column, uint32_t mask)
{
    mask = skip_empty(world, column, mask, true);
    if (mask == 0)
        return true;
    struct mesh_job *mesh = make_job(world, column, mask, true);
    if (mesh == NULL)
        return false;
    mesh_run(&mesh->head.job, world->tool_count - 1); // the main thread's tools are the last
    mesh_commit(&mesh->head);
    return true;
}
