// Cells of 2^3 and 4^3 blocks: what far chunks are meshed from.
//
// The blocks of a cell are counted with sums of many cells in one word: a row of 32 blocks becomes
// 16 fields of 4 bits, or 8 fields of 8.
#include "game/world/mesher_grid.h"

// Cells of one row, bit by bit.
struct cells {
    uint32_t opaque, filled; // at least half of it opaque; not air
};

// Blocks from x to x + count - 1 of a row; the other bits are zero.
struct span {
    uint32_t x, count;
};

static struct row read_span(const struct chunk *chunk, uint32_t y, uint32_t z, struct span span)
{
    if (span.count == CHUNK_SIZE || chunk->blocks == NULL)
        return chunk_row(chunk, y, z);
    struct row row = {0};
    for (uint32_t x = span.x; x < span.x + span.count; x++) {
        struct row bit = row_of(chunk_get(chunk, x, y, z));
        row.opaque |= bit.opaque & 1u << x;
        row.water |= bit.water & 1u << x;
        row.glass |= bit.glass & 1u << x;
    }
    return row;
}

// Counts each cell's bits, in fields of 4 bits (detail 1) or 8 (detail 2).
static uint64_t count_bits(uint32_t row, uint32_t detail)
{
    uint32_t pairs = (row & 0x55555555u) + (row >> 1 & 0x55555555u);
    uint64_t fields = detail == 1 ? pairs : (pairs & 0x33333333u) + (pairs >> 2 & 0x33333333u);
    fields = (fields | fields << 16) & 0x0000ffff0000ffffu;
    fields = (fields | fields << 8) & 0x00ff00ff00ff00ffu;
    fields = (fields | fields << 4) & 0x0f0f0f0f0f0f0f0fu;
    return detail == 1 ? (fields | fields << 2) & 0x3333333333333333u : fields;
}

// One bit a cell: whether it counts at least half of its blocks.
static uint32_t at_least_half(uint64_t fields, uint32_t detail)
{
    if (detail == 2)
        return (uint32_t)(((fields + 0x6060606060606060u) >> 7 & 0x0101010101010101u) *
                              0x0102040810204080u >>
                          56);
    uint64_t bits = (fields + 0x4444444444444444u) >> 3 & 0x1111111111111111u;
    bits = (bits | bits >> 3) & 0x0303030303030303u;
    bits = (bits | bits >> 6) & 0x000f000f000f000fu;
    bits = (bits | bits >> 12) & 0x000000ff000000ffu;
    return (uint32_t)(bits | bits >> 24) & 0xffffu;
}

static struct cells read_cells(const struct chunk *chunk, uint32_t detail, uint32_t cell_y,
                               uint32_t cell_z, struct span span)
{
    const uint32_t edge = 1u << detail;
    uint64_t opaque = 0, filled = 0;
    for (uint32_t i = 0; i < edge * edge; i++) {
        struct row row = read_span(chunk, cell_y * edge + i / edge, cell_z * edge + i % edge, span);
        opaque += count_bits(row.opaque, detail);
        filled += count_bits(row.opaque | row.water | row.glass, detail);
    }
    return (struct cells){at_least_half(opaque, detail), at_least_half(filled, detail)};
}

// Whether all blocks of the layer that touches the cells are opaque, a bit a cell; the layer is
// the neighbour's at z, and the cells are those at cell_y.
static uint32_t layer_opaque(const struct chunk *chunk, uint32_t detail, uint32_t cell_y,
                             uint32_t z)
{
    const uint32_t edge = 1u << detail;
    uint32_t all = UINT32_MAX, result = 0;
    for (uint32_t i = 0; i < edge; i++)
        all &= chunk_row(chunk, cell_y * edge + i, z).opaque;
    for (uint32_t x = 0; x < (uint32_t)CHUNK_SIZE >> detail; x++)
        result |= (uint32_t)((all >> x * edge & ((1u << edge) - 1u)) == (1u << edge) - 1u) << x;
    return result;
}

// The same of the layer at x, for the one cell at cell_y, cell_z.
static bool side_layer_opaque(const struct chunk *chunk, uint32_t detail, uint32_t x,
                              uint32_t cell_y, uint32_t cell_z)
{
    const uint32_t edge = 1u << detail;
    for (uint32_t i = 0; i < edge * edge; i++) {
        uint8_t block = chunk_get(chunk, x, cell_y * edge + i / edge, cell_z * edge + i % edge);
        if (row_of(block).opaque == 0)
            return false;
    }
    return true;
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
    const uint32_t size = grid->size, detail = input->detail, edge = 1u << detail;
    const struct chunk *north = input->chunks[1][0][1], *south = input->chunks[1][2][1];
    const struct chunk *west = input->chunks[1][1][0], *east = input->chunks[1][1][2];
    const struct span all = {0, CHUNK_SIZE};
    for (uint32_t y = 0; y < size; y++) {
        grid->opaque[y + 1][0] = (uint64_t)(read_cells(north, detail, y, size - 1, all).opaque &
                                            layer_opaque(north, detail, y, CHUNK_SIZE - 1))
                                 << 1;
        grid->opaque[y + 1][size + 1] = (uint64_t)(read_cells(south, detail, y, 0, all).opaque &
                                                   layer_opaque(south, detail, y, 0))
                                        << 1;
        for (uint32_t z = 0; z < size; z++) {
            // Where there is no cell of ours there is nothing to hide.
            uint64_t row = grid->opaque[y + 1][z + 1];
            if ((row >> 1 & 1) != 0 && side_layer_opaque(west, detail, CHUNK_SIZE - 1, y, z) &&
                read_cells(west, detail, y, z, (struct span){CHUNK_SIZE - edge, edge}).opaque >>
                    (size - 1))
                grid->opaque[y + 1][z + 1] |= 1;
            if ((row >> size & 1) != 0 && side_layer_opaque(east, detail, 0, y, z) &&
                (read_cells(east, detail, y, z, (struct span){0, edge}).opaque & 1) != 0)
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
    for (uint32_t i = 0; i < edge * edge * edge; i++) {
        uint8_t block =
            chunk_get(chunk, x * edge + i % edge, y * edge + edge - 1 - i / (edge * edge),
                      z * edge + i / edge % edge);
        if (block != BLOCK_AIR && block_types[block].opaque == opaque)
            return block;
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
    const struct span all = {0, CHUNK_SIZE};
    grid->size = size;
    grid->shift = CHUNK_SHIFT - detail;
    grid->kinds = grid->storage;
    for (uint32_t z = 0; z < size; z++) {
        store_cells(grid, 0, z + 1, read_cells(input->chunks[0][1][1], detail, size - 1, z, all));
        store_cells(grid, size + 1, z + 1, read_cells(input->chunks[2][1][1], detail, 0, z, all));
        for (uint32_t y = 0; y < size; y++)
            store_cells(grid, y + 1, z + 1, read_cells(input->chunks[1][1][1], detail, y, z, all));
    }
    read_sides(grid, input);
    read_kinds(grid, input);
    settle_see_through(grid);
}
