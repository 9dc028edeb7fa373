// Cells of 2^3 and 4^3 blocks: what far chunks are meshed from.
//
// The blocks of a cell are counted with sums of many cells in one word: every second cell of a row
// of 32 blocks is a field of 4 bits (detail 1) or 8 (detail 2) of one word, the others of another.
#include "game/world/mesh/mesher_grid.h"

#include "game/world/mesh/rows.h"

// Cells of one row, bit by bit: at least half of it opaque, or a trunk, or some leaves; at least
// half not air.
struct cells {
    uint32_t opaque, filled;
};

struct counts {
    uint32_t even, odd;
};

static void add_row(struct counts *counts, uint32_t row, uint32_t detail)
{
    uint32_t pairs = (row & 0x55555555u) + (row >> 1 & 0x55555555u);
    uint32_t even = pairs & 0x33333333u, odd = pairs >> 2 & 0x33333333u;
    if (detail == 2) {
        uint32_t fours = even + odd;
        even = fours & 0x0f0f0f0fu;
        odd = fours >> 4 & 0x0f0f0f0fu;
    }
    counts->even += even;
    counts->odd += odd;
}

// Gathers bits 0, 2, 4 and so on.
static uint32_t gather_even_bits(uint32_t bits)
{
    bits &= 0x55555555u;
    bits = (bits | bits >> 1) & 0x33333333u;
    bits = (bits | bits >> 2) & 0x0f0f0f0fu;
    bits = (bits | bits >> 4) & 0x00ff00ffu;
    return (bits | bits >> 8) & 0xffffu;
}

// One bit a cell: whether it counts at least `least`, which is at most half of its blocks.
static uint32_t at_least(struct counts counts, uint32_t least, uint32_t detail)
{
    // Makes the field's highest bit say so.
    if (detail == 1) {
        uint32_t add = 0x11111111u * (8 - least);
        uint32_t even = (counts.even + add) >> 3 & 0x11111111u;
        uint32_t odd = (counts.odd + add) >> 3 & 0x11111111u;
        return gather_even_bits(even | odd << 2);
    }
    uint32_t add = 0x01010101u * (128 - least);
    uint32_t even = (counts.even + add) >> 7 & 0x01010101u;
    uint32_t odd = (counts.odd + add) >> 7 & 0x01010101u;
    return gather_even_bits(gather_even_bits(even | odd << 4));
}

// Half of a cell's blocks, and a trunk's length in it.
static uint32_t half_of(uint32_t detail)
{
    return 1u << (3 * detail - 1);
}

static uint32_t trunk_of(uint32_t detail)
{
    return 1u << detail;
}

// Fewer than half: a crown is thin, and without it a tree far away would be a post.
static uint32_t leaves_of(uint32_t detail)
{
    return 1u << (2 * detail - 1);
}

// The rows of blocks that a row of cells is made of.
struct bundle {
    uint32_t rows[16], count;
};

// The cells that have at least so many blocks of the bundle, a bit a cell. Often there are none.
static uint32_t count_cells(const struct bundle *bundle, uint32_t least, uint32_t detail)
{
    struct counts counts = {0};
    uint32_t any = 0;
    for (uint32_t i = 0; i < bundle->count; i++)
        any |= bundle->rows[i];
    for (uint32_t i = 0; i < bundle->count && any != 0; i++)
        add_row(&counts, bundle->rows[i], detail);
    return any != 0 ? at_least(counts, least, detail) : 0;
}

// Most rows of cells are all rock or all air: these are not counted.
static struct cells read_cells(const struct chunk *chunk, uint32_t detail, uint32_t cell_y,
                               uint32_t cell_z)
{
    const uint32_t edge = 1u << detail, count = edge * edge;
    struct bundle opaque = {.count = count}, filled = {.count = count};
    struct bundle wood = {.count = count}, leaves = {.count = count};
    uint32_t all = UINT32_MAX, any = 0, any_filled = 0;
    for (uint32_t i = 0; i < count; i++) {
        opaque.rows[i] = chunk_opaque(chunk, cell_y * edge + i / edge, cell_z * edge + i % edge);
        all &= opaque.rows[i];
        any |= opaque.rows[i];
    }
    if (all == UINT32_MAX) {
        const uint32_t every = bits_below((uint32_t)CHUNK_SIZE >> detail);
        return (struct cells){every, every};
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t y = cell_y * edge + i / edge, z = cell_z * edge + i % edge;
        filled.rows[i] = ~chunk_kind(chunk, y, z, BLOCK_AIR);
        any_filled |= filled.rows[i];
        wood.rows[i] = any != 0 ? chunk_kind(chunk, y, z, BLOCK_LOG) : 0;
        leaves.rows[i] = any != 0 ? chunk_kind(chunk, y, z, BLOCK_LEAVES) : 0;
    }
    if (any_filled == 0)
        return (struct cells){0};
    return (struct cells){count_cells(&opaque, half_of(detail), detail) |
                              count_cells(&wood, trunk_of(detail), detail) |
                              count_cells(&leaves, leaves_of(detail), detail),
                          count_cells(&filled, half_of(detail), detail)};
}

// Whether all blocks of a neighbour's layer that touch the cells are opaque, a bit a cell; the
// layer lies at z, and the cells are those at cell_y.
static uint32_t layer_opaque(const struct chunk *chunk, uint32_t detail, uint32_t cell_y,
                             uint32_t z)
{
    const uint32_t edge = 1u << detail;
    uint32_t all = UINT32_MAX;
    for (uint32_t i = 0; i < edge; i++)
        all &= chunk_opaque(chunk, cell_y * edge + i, z);
    all = gather_even_bits(all & all >> 1);
    return detail == 2 ? gather_even_bits(all & all >> 1) : all;
}

// Whether one cell at a neighbour's western or eastern end hides a face at every detail up to this
// one: the layer that touches it is opaque, and so is the cell.
static bool end_opaque(const struct chunk *chunk, uint32_t detail, uint32_t cell_y, uint32_t cell_z,
                       bool western)
{
    const uint32_t edge = 1u << detail, touching = edge * edge;
    if (chunk->blocks == NULL)
        return block_opaque(chunk->uniform);
    const uint8_t *first = &chunk->blocks[chunk_index(western ? 0 : CHUNK_SIZE - 1,
                                                      cell_y << detail, cell_z << detail)];
    for (uint32_t i = 0; i < touching; i++)
        if (!block_opaque(first[chunk_index(0, i >> detail, i & (edge - 1))]))
            return false;
    // At detail 1 that is half of the cell already.
    uint32_t opaque = touching, wood = 0, leaves = 0;
    for (uint32_t i = 0; i < touching && opaque < half_of(detail); i++) {
        const uint8_t *row = first + chunk_index(0, i >> detail, i & (edge - 1));
        wood += *row == BLOCK_LOG;
        leaves += *row == BLOCK_LEAVES;
        for (uint32_t inward = 1; inward < edge; inward++) {
            uint8_t block = western ? row[inward] : *(row - inward);
            opaque += block_opaque(block);
            wood += block == BLOCK_LOG;
            leaves += block == BLOCK_LEAVES;
        }
    }
    return opaque >= half_of(detail) || wood >= trunk_of(detail) || leaves >= leaves_of(detail);
}

// The same for a row of cells at a neighbour's northern or southern end.
static uint32_t row_of_ends_opaque(const struct chunk *chunk, uint32_t detail, uint32_t cell_y,
                                   bool northern)
{
    const uint32_t size = (uint32_t)CHUNK_SIZE >> detail;
    uint32_t opaque = layer_opaque(chunk, detail, cell_y, northern ? 0 : CHUNK_SIZE - 1);
    if (opaque != 0 && detail > 1)
        opaque &= read_cells(chunk, detail, cell_y, northern ? 0 : size - 1).opaque;
    return opaque;
}

static void store_cells(struct mesh_grid *grid, uint32_t y, uint32_t z, struct cells cells)
{
    uint64_t see = cells.filled & ~cells.opaque;
    grid->opaque[y][z] = (uint64_t)cells.opaque << 1;
    grid->see[GRID_WATER][y][z] = see << 1;
    grid->stops[GRID_WATER][y][z] = (uint64_t)(cells.filled | cells.opaque) << 1;
    grid->stops[GRID_GLASS][y][z] = (uint64_t)cells.opaque << 1;
}

// The borders towards the sides: opaque where the neighbour is so at every detail up to this one.
static void read_sides(struct mesh_grid *grid, const struct mesh_input *input)
{
    const uint32_t size = grid->size, detail = input->detail;
    const struct chunk *north = input->chunks[1][0][1], *south = input->chunks[1][2][1];
    const struct chunk *west = input->chunks[1][1][0], *east = input->chunks[1][1][2];
    for (uint32_t y = 0; y < size; y++) {
        grid->opaque[y + 1][0] = (uint64_t)row_of_ends_opaque(north, detail, y, false) << 1;
        grid->opaque[y + 1][size + 1] = (uint64_t)row_of_ends_opaque(south, detail, y, true) << 1;
        for (uint32_t z = 0; z < size; z++) {
            // Where there is no cell of ours there is nothing to hide.
            uint64_t row = grid->opaque[y + 1][z + 1];
            if ((row >> 1 & 1) != 0 && end_opaque(west, detail, y, z, false))
                grid->opaque[y + 1][z + 1] |= 1;
            if ((row >> size & 1) != 0 && end_opaque(east, detail, y, z, true))
                grid->opaque[y + 1][z + 1] |= (uint64_t)2 << size;
        }
    }
}

// See-through cells draw nothing towards the sides' neighbours; glass is told from water.
static void settle_see_through(struct mesh_grid *grid)
{
    const uint32_t size = grid->size;
    const uint64_t borders = 1 | (uint64_t)2 << size;
    grid->has[GRID_WATER] = grid->has[GRID_GLASS] = false;
    for (uint32_t y = 1; y <= size; y++) {
        for (uint32_t z = 1; z <= size; z++) {
            uint64_t see = grid->see[GRID_WATER][y][z], glass = 0;
            for (uint64_t left = see; left != 0; left &= left - 1) {
                uint32_t x = (uint32_t)__builtin_ctzll(left) - 1;
                uint32_t index = (y - 1) << 2 * grid->shift | (z - 1) << grid->shift | x;
                glass |= (uint64_t)(grid->kinds[index] == BLOCK_GLASS) << (x + 1);
            }
            grid->see[GRID_WATER][y][z] = see & ~glass;
            grid->see[GRID_GLASS][y][z] = glass;
            grid->has[GRID_WATER] |= (see & ~glass) != 0;
            grid->has[GRID_GLASS] |= glass != 0;
            for (uint32_t kind = 0; kind < GRID_SEE_THROUGH; kind++)
                grid->stops[kind][y][z] |= borders | (kind == GRID_GLASS ? glass : 0);
        }
        for (uint32_t kind = 0; kind < GRID_SEE_THROUGH; kind++)
            grid->stops[kind][y][0] = grid->stops[kind][y][size + 1] = UINT64_MAX;
    }
}

// The topmost block of a cell that is opaque, or is not but not air either.
static uint8_t cell_kind(const struct chunk *chunk, uint32_t detail, uint32_t x, uint32_t y,
                         uint32_t z, bool opaque)
{
    const uint32_t edge = 1u << detail;
    if (chunk->blocks == NULL)
        return chunk->uniform;
    for (uint32_t up = edge; up-- > 0;) {
        for (uint32_t along = 0; along < edge; along++) {
            const uint8_t *row =
                &chunk->blocks[chunk_index(x << detail, (y << detail) + up, (z << detail) + along)];
            for (uint32_t i = 0; i < edge; i++)
                if (row[i] != BLOCK_AIR && block_opaque(row[i]) == opaque)
                    return row[i];
        }
    }
    return BLOCK_AIR;
}

// Kinds of the cells that can have a face.
static void read_kinds(struct mesh_grid *grid, const struct mesh_input *input)
{
    const struct chunk *chunk = input->chunks[1][1][1];
    for (uint32_t i = 0; i < grid->size * grid->size; i++) {
        uint32_t y = i >> grid->shift, z = i & (grid->size - 1);
        uint64_t opaque = grid->opaque[y + 1][z + 1];
        uint64_t hidden = opaque >> 1 & opaque << 1 & grid->opaque[y][z + 1] &
                          grid->opaque[y + 2][z + 1] & grid->opaque[y + 1][z] &
                          grid->opaque[y + 1][z + 2];
        uint64_t see = grid->see[GRID_WATER][y + 1][z + 1];
        uint64_t inside = ((uint64_t)1 << (grid->size + 1)) - 2;
        for (uint64_t left = ((opaque & ~hidden) | see) & inside; left != 0; left &= left - 1) {
            uint32_t bit = (uint32_t)__builtin_ctzll(left), x = bit - 1;
            uint32_t index = y << 2 * grid->shift | z << grid->shift | x;
            grid->storage[index] =
                cell_kind(chunk, input->detail, x, y, z, (opaque >> bit & 1) != 0);
        }
    }
}

void grid_from_cells(struct mesh_grid *grid, const struct mesh_input *input)
{
    const uint32_t detail = input->detail, size = (uint32_t)CHUNK_SIZE >> detail;
    grid->size = size;
    grid->shift = CHUNK_SHIFT - detail;
    grid->kinds = grid->storage;
    for (uint32_t z = 0; z < size; z++) {
        store_cells(grid, 0, z + 1, read_cells(input->chunks[0][1][1], detail, size - 1, z));
        store_cells(grid, size + 1, z + 1, read_cells(input->chunks[2][1][1], detail, 0, z));
        for (uint32_t y = 0; y < size; y++)
            store_cells(grid, y + 1, z + 1, read_cells(input->chunks[1][1][1], detail, y, z));
    }
    read_sides(grid, input);
    read_kinds(grid, input);
    settle_see_through(grid);
}
