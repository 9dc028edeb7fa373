#include "game/world/mesher_grid.h"

static const uint8_t see_through_kinds[GRID_SEE_THROUGH] = {
    [GRID_WATER] = BLOCK_WATER, [GRID_GLASS] = BLOCK_GLASS};

// Which rows and blocks of a neighbour lie in the grid, by its place: before, here, behind.
static const uint32_t part_from[3] = {CHUNK_SIZE - 1, 0, 0};
static const uint32_t part_count[3] = {1, CHUNK_SIZE, 1};
static const uint32_t part_to[3] = {0, 1, CHUNK_SIZE + 1};

// The rows of three neighbours, west, middle and east, at one place in y and z.
static void read_opaque(struct mesh_grid *grid, const struct chunk *const chunks[3],
                        uint32_t part_y, uint32_t part_z)
{
    for (uint32_t i = 0; i < part_count[part_y]; i++) {
        uint32_t y = part_from[part_y] + i;
        uint64_t *out = &grid->opaque[part_to[part_y] + i][part_to[part_z]];
        for (uint32_t j = 0; j < part_count[part_z]; j++) {
            uint32_t z = part_from[part_z] + j;
            uint64_t west = block_opaque(chunk_get(chunks[0], CHUNK_SIZE - 1, y, z));
            uint64_t east = block_opaque(chunk_get(chunks[2], 0, y, z));
            out[j] = (uint64_t)chunk_opaque(chunks[1], y, z) << 1 | west | east << 33;
        }
    }
}

// Rows of one see-through kind, as read_opaque.
static void read_kind(struct mesh_grid *grid, const struct chunk *const chunks[3], uint32_t part_y,
                      uint32_t part_z, uint32_t index)
{
    const uint8_t kind = see_through_kinds[index];
    for (uint32_t i = 0; i < part_count[part_y]; i++) {
        uint32_t y = part_from[part_y] + i;
        uint64_t *out = &grid->see[index][part_to[part_y] + i][part_to[part_z]];
        for (uint32_t j = 0; j < part_count[part_z]; j++) {
            uint32_t z = part_from[part_z] + j;
            uint64_t west = chunk_get(chunks[0], CHUNK_SIZE - 1, y, z) == kind;
            uint64_t east = chunk_get(chunks[2], 0, y, z) == kind;
            out[j] = (uint64_t)chunk_kind(chunks[1], y, z, kind) << 1 | west | east << 33;
        }
    }
}

static bool has_kind(const struct chunk *chunk, uint8_t kind)
{
    uint32_t any = 0;
    if (chunk->blocks == NULL)
        return chunk->uniform == kind;
    for (uint32_t i = 0; i < CHUNK_BLOCKS; i += CHUNK_SIZE)
        any |= row_equal(&chunk->blocks[i], kind);
    return any != 0;
}

// Only the places that share a face with the chunk matter to see-through blocks.
static bool is_beside(uint32_t part)
{
    return part / 3 == 1 || part % 3 == 1;
}

static void read_see_through(struct mesh_grid *grid, const struct mesh_input *input)
{
    const bool glass = grid->has[GRID_GLASS];
    const bool water = grid->has[GRID_WATER];
    if (!glass && !water)
        return;
    for (uint32_t part = 0; part < 9; part++) {
        if (!is_beside(part))
            continue;
        read_kind(grid, input->chunks[part / 3][part % 3], part / 3, part % 3, GRID_GLASS);
        if (water)
            read_kind(grid, input->chunks[part / 3][part % 3], part / 3, part % 3, GRID_WATER);
    }
    for (uint32_t y = 0; y < MESH_PADDED; y++) {
        for (uint32_t z = 0; z < MESH_PADDED; z++) {
            uint64_t stops = grid->opaque[y][z] | grid->see[GRID_GLASS][y][z];
            grid->stops[GRID_GLASS][y][z] = stops;
            grid->stops[GRID_WATER][y][z] = stops | grid->see[GRID_WATER][y][z];
        }
    }
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
    for (uint32_t part = 0; part < 9; part++)
        read_opaque(grid, input->chunks[part / 3][part % 3], part / 3, part % 3);
    for (uint32_t index = 0; index < GRID_SEE_THROUGH; index++)
        grid->has[index] = has_kind(chunk, see_through_kinds[index]);
    read_see_through(grid, input);
}
