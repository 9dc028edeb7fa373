#include "game/world/world_state.h"

#include <stdlib.h>

static struct column **slot_of(struct column **grid, uint32_t mask, struct column_coord coord)
{
    return &grid[((uint32_t)coord.z & mask) * (mask + 1) + ((uint32_t)coord.x & mask)];
}

// The side of the grid, less one: a power of two that holds all columns of a radius with slack.
static uint32_t mask_for(uint32_t radius)
{
    uint32_t side = 1;
    while (side < 2 * (radius + COLUMN_SLACK) + 1)
        side *= 2;
    return side - 1;
}

bool columns_init(struct world *world)
{
    world->grid_mask = mask_for(world->radius);
    const size_t side = (size_t)world->grid_mask + 1;
    world->grid = calloc(side * side, sizeof(struct column *));
    return world->grid != NULL;
}

void columns_finish(struct world *world)
{
    if (world->grid != NULL)
        columns_each(world, columns_drop);
    free(world->grid);
    world->grid = NULL;
}

struct column *columns_find(const struct world *world, struct column_coord coord)
{
    struct column *column = *slot_of(world->grid, world->grid_mask, coord);
    return column != NULL && column->coord.x == coord.x && column->coord.z == coord.z ? column
                                                                                      : NULL;
}

struct column *columns_find_ready(const struct world *world, struct column_coord coord)
{
    struct column *column = columns_find(world, coord);
    return column != NULL && column->ready ? column : NULL;
}

void columns_drop(struct world *world, struct column *column)
{
    for (uint32_t y = 0; y < COLUMN_CHUNKS; y++) {
        changes_abandon(&world->changes, &column->chunks[y].change);
        blocks_finish(&column->chunks[y].blocks, &world->block_bytes);
    }
    *slot_of(world->grid, world->grid_mask, column->coord) = NULL;
    free(column);
}

struct column *columns_add(struct world *world, struct column_coord coord)
{
    struct column *column = calloc(1, sizeof(*column));
    if (column == NULL)
        return NULL;
    struct column **slot = slot_of(world->grid, world->grid_mask, coord);
    if (*slot != NULL)
        columns_drop(world, *slot);
    column->coord = coord;
    column->id = ++world->last_id;
    column->level = level_at(columns_distance(world, coord), LEVEL_NONE);
    for (uint32_t y = 0; y < COLUMN_CHUNKS; y++) {
        column->chunks[y].meshed_level = LEVEL_NONE;
        column->chunks[y].version = ++world->last_version;
    }
    *slot = column;
    return column;
}

void columns_each(struct world *world, void (*visit)(struct world *world, struct column *column))
{
    uint32_t side = world->grid_mask + 1;
    for (uint32_t i = 0; i < side * side; i++)
        if (world->grid[i] != NULL)
            visit(world, world->grid[i]);
}

uint32_t columns_stale_chunks(const struct column *column)
{
    uint32_t mask = 0;
    for (uint32_t y = 0; y < COLUMN_CHUNKS; y++) {
        const struct world_chunk *chunk = &column->chunks[y];
        if (chunk->meshed_level != column->level || chunk->meshed_version != chunk->version)
            mask |= 1u << y;
    }
    return mask;
}

int32_t columns_distance(const struct world *world, struct column_coord coord)
{
    int32_t x = abs(coord.x - world->center.x), z = abs(coord.z - world->center.z);
    return x > z ? x : z;
}
