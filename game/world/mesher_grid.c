#include "game/world/mesher_grid.h"

// One bit of each sort.
struct bit {
    uint64_t opaque, water, glass;
};

static struct bit bit_of(const struct chunk *chunk, uint32_t x, uint32_t y, uint32_t z)
{
    uint8_t block = chunk_get(chunk, x, y, z);
    return (struct bit){block != BLOCK_AIR && block != BLOCK_WATER && block != BLOCK_GLASS,
                        block == BLOCK_WATER, block == BLOCK_GLASS};
}

static void store_row(struct mesh_grid *grid, uint32_t y, uint32_t z, struct row row,
                      struct bit west, struct bit east)
{
    uint64_t opaque = (uint64_t)row.opaque << 1 | west.opaque | east.opaque << 33;
    uint64_t water = (uint64_t)row.water << 1 | west.water | east.water << 33;
    uint64_t glass = (uint64_t)row.glass << 1 | west.glass | east.glass << 33;
    grid->opaque[y][z] = opaque;
    grid->see[GRID_WATER][y][z] = water;
    grid->see[GRID_GLASS][y][z] = glass;
    grid->stops[GRID_WATER][y][z] = opaque | water | glass;
    grid->stops[GRID_GLASS][y][z] = opaque | glass;
}

// The rows that a row of three neighbours (west, middle, east) has in the grid.
static void read_rows(struct mesh_grid *grid, const struct chunk *const chunks[3], uint32_t part_y,
                      uint32_t part_z)
{
    static const uint32_t from[3] = {CHUNK_SIZE - 1, 0, 0};
    static const uint32_t count[3] = {1, CHUNK_SIZE, 1};
    static const uint32_t to[3] = {0, 1, CHUNK_SIZE + 1};
    for (uint32_t i = 0; i < count[part_y]; i++) {
        uint32_t y = from[part_y] + i;
        for (uint32_t j = 0; j < count[part_z]; j++) {
            uint32_t z = from[part_z] + j;
            store_row(grid, to[part_y] + i, to[part_z] + j, chunk_row(chunks[1], y, z),
                      bit_of(chunks[0], CHUNK_SIZE - 1, y, z), bit_of(chunks[2], 0, y, z));
        }
    }
}

static bool any_row(const struct mesh_grid *grid, uint32_t kind)
{
    uint64_t any = 0;
    for (uint32_t y = 1; y <= CHUNK_SIZE; y++)
        for (uint32_t z = 1; z <= CHUNK_SIZE; z++)
            any |= grid->see[kind][y][z];
    return any != 0;
}

void grid_from_blocks(struct mesh_grid *grid, const struct mesh_input *input)
{
    const struct chunk *chunk = input->chunks[1][1][1];
    grid->size = CHUNK_SIZE;
    grid->shift = CHUNK_SHIFT;
    grid->kinds = chunk->blocks;
    if (chunk->blocks == NULL) {
        memset(grid->storage, chunk->uniform, CHUNK_BLOCKS);
        grid->kinds = grid->storage;
    }
    for (uint32_t i = 0; i < 9; i++)
        read_rows(grid, input->chunks[i / 3][i % 3], i / 3, i % 3);
    for (uint32_t kind = 0; kind < GRID_SEE_THROUGH; kind++)
        grid->has[kind] = any_row(grid, kind);
}
