#include "game/world/mesh/mesher_grid.h"

#include <string.h>

#include "game/world/mesh/rows.h"

static const uint8_t see_through_kinds[GRID_SEE_THROUGH] = {
    [GRID_WATER] = BLOCK_WATER, [GRID_GLASS] = BLOCK_GLASS};

// Which rows and blocks of a neighbour lie in the grid, by its place: before, here, behind.
static const uint32_t part_from[3] = {CHUNK_SIZE - 1, 0, 0};
static const uint32_t part_count[3] = {1, CHUNK_SIZE, 1};
static const uint32_t part_to[3] = {0, 1, CHUNK_SIZE + 1};

// The rows of three neighbours, west, middle and east, at one place in y and z.
static void read_opaque(struct mesh_grid *grid, const struct chunk *const chunks[3],
                        uint32_t part_y, uint32_t part_z, bool all)
{
    for (uint32_t i = 0; i < part_count[part_y]; i++) {
        uint32_t y = part_from[part_y] + i;
        uint64_t *out = &grid->opaque[part_to[part_y] + i][part_to[part_z]];
        for (uint32_t j = 0; j < part_count[part_z]; j++) {
            uint32_t z = part_from[part_z] + j;
            uint64_t row = (uint64_t)chunk_opaque(chunks[1], y, z) << 1, west = 0, east = 0;
            // The neighbours' blocks are far apart in memory: those that hide nothing are left.
            if (all || (row & 2) != 0)
                west = block_opaque(chunk_get(chunks[0], CHUNK_SIZE - 1, y, z));
            if (all || row >> CHUNK_SIZE != 0)
                east = block_opaque(chunk_get(chunks[2], 0, y, z));
            out[j] = row | west | east << (CHUNK_SIZE + 1);
        }
    }
}

// Levels of the grid (y + 1) from first to last; none where last is below first.
struct levels {
    uint32_t first, last;
};

// Rows of one see-through kind, as read_opaque, on some levels.
static void read_kind(struct mesh_grid *grid, const struct chunk *const chunks[3], uint32_t part_y,
                      uint32_t part_z, uint32_t index, struct levels levels)
{
    const uint8_t kind = see_through_kinds[index];
    for (uint32_t i = 0; i < part_count[part_y]; i++) {
        uint32_t y = part_from[part_y] + i, level = part_to[part_y] + i;
        if (level < levels.first || level > levels.last)
            continue;
        uint64_t *out = &grid->see[index][level][part_to[part_z]];
        for (uint32_t j = 0; j < part_count[part_z]; j++) {
            uint32_t z = part_from[part_z] + j;
            uint64_t west = chunk_get(chunks[0], CHUNK_SIZE - 1, y, z) == kind;
            uint64_t east = chunk_get(chunks[2], 0, y, z) == kind;
            out[j] =
                (uint64_t)chunk_kind(chunks[1], y, z, kind) << 1 | west | east << (CHUNK_SIZE + 1);
        }
    }
}

// On which levels a chunk has blocks of a kind.
static struct levels levels_of(const struct chunk *chunk, uint8_t kind)
{
    const struct levels none = {1, 0};
    if (chunk->blocks == NULL)
        return chunk->uniform == kind ? (struct levels){1, CHUNK_SIZE} : none;
    const uint8_t *first = memchr(chunk->blocks, kind, CHUNK_BLOCKS);
    if (first == NULL)
        return none;
    const uint8_t *last = memrchr(chunk->blocks, kind, CHUNK_BLOCKS);
    const ptrdiff_t level_size = CHUNK_SIZE * CHUNK_SIZE;
    return (struct levels){1 + (uint32_t)((first - chunk->blocks) / level_size),
                           1 + (uint32_t)((last - chunk->blocks) / level_size)};
}

// Only the places that share a face with the chunk matter to see-through blocks.
static bool is_beside(uint32_t part)
{
    return part / 3 == 1 || part % 3 == 1;
}

// Levels without such blocks have no such faces; one more above and below stops some.
static struct levels levels_with_see_through(struct mesh_grid *grid, const struct chunk *chunk)
{
    struct levels all = {CHUNK_SIZE + 1, 0};
    for (uint32_t index = 0; index < GRID_SEE_THROUGH; index++) {
        struct levels levels = levels_of(chunk, see_through_kinds[index]);
        grid->has[index] = levels.first <= levels.last;
        if (!grid->has[index])
            continue;
        all.first = levels.first - 1 < all.first ? levels.first - 1 : all.first;
        all.last = levels.last + 1 > all.last ? levels.last + 1 : all.last;
    }
    // All faces that look into water are told from others.
    return grid->has[GRID_WATER] ? (struct levels){0, CHUNK_SIZE + 1} : all;
}

static void read_see_through(struct mesh_grid *grid, const struct mesh_input *input,
                             struct levels levels)
{
    memset(grid->see, 0, sizeof(grid->see));
    for (uint32_t part = 0; part < 9; part++) {
        if (!is_beside(part))
            continue;
        for (uint32_t index = 0; index < GRID_SEE_THROUGH; index++)
            read_kind(grid, input->chunks[part / 3][part % 3], part / 3, part % 3, index, levels);
    }
    for (uint32_t y = levels.first; y <= levels.last; y++) {
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
    // Faces look past the chunk's own ends only if they are see-through.
    const struct levels levels = levels_with_see_through(grid, chunk);
    const bool see_through = levels.first <= levels.last;
    for (uint32_t part = 0; part < 9; part++)
        if (is_beside(part))
            read_opaque(grid, input->chunks[part / 3][part % 3], part / 3, part % 3, see_through);
    if (see_through)
        read_see_through(grid, input, levels);
}
