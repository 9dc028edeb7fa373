#include "game/world/terrain/caves.h"

#include "game/world/block/block.h"
#include "game/world/terrain/noise.h"

enum {
    CELL = 8, // blocks between the points where noise is evaluated
    CELLS = CHUNK_SIZE / CELL,
    NODES = CELLS + 1,
    LEVELS_MAX = WORLD_HEIGHT / CELL + 1,
    CHANNEL_A = 60,
    CHANNEL_B = 61,
    LOG2_WAVELENGTH = 6
};

// Of the two noises at the eight corners of a cell: x runs fastest, then z, then y.
struct cell {
    float a[8], b[8];
};

struct nodes {
    float a[LEVELS_MAX][NODES][NODES], b[LEVELS_MAX][NODES][NODES]; // [y][z][x]
};

// Wider at depth. Tunnels are flatter than they are wide, as y counts twice.
static float tunnel_width(int32_t y)
{
    return y < 20 ? 0.115f : (y < 60 ? 0.115f - 0.0009f * (float)(y - 20) : 0.079f);
}

static float noise_a(uint32_t seed, int32_t x, int32_t y, int32_t z)
{
    return noise3(seed, CHANNEL_A, x, 2 * y, z, LOG2_WAVELENGTH);
}

static float noise_b(uint32_t seed, int32_t x, int32_t y, int32_t z)
{
    return noise3(seed, CHANNEL_B, x, 2 * y, z, LOG2_WAVELENGTH);
}

static float interpolate(const float corner[8], float tx, float ty, float tz)
{
    float low = lerp(lerp(corner[0], corner[1], tx), lerp(corner[2], corner[3], tx), tz);
    float high = lerp(lerp(corner[4], corner[5], tx), lerp(corner[6], corner[7], tx), tz);
    return lerp(low, high, ty);
}

// At a place inside a cell, 0 to CELL - 1 each way.
static bool open_in_cell(const struct cell *cell, int32_t x, int32_t y, int32_t z, float width)
{
    float tx = (float)x / (float)CELL, ty = (float)y / (float)CELL, tz = (float)z / (float)CELL;
    float a = interpolate(cell->a, tx, ty, tz);
    float b = interpolate(cell->b, tx, ty, tz);
    return a * a + b * b < width * width;
}

bool caves_open(uint32_t seed, int32_t x, int32_t y, int32_t z)
{
    int32_t inside_x = x & (CELL - 1), inside_y = y & (CELL - 1), inside_z = z & (CELL - 1);
    struct cell cell;
    for (int32_t i = 0; i < 8; i++) {
        int32_t corner_x = x - inside_x + (i & 1) * CELL;
        int32_t corner_z = z - inside_z + (i >> 1 & 1) * CELL;
        int32_t corner_y = y - inside_y + (i >> 2) * CELL;
        cell.a[i] = noise_a(seed, corner_x, corner_y, corner_z);
        cell.b[i] = noise_b(seed, corner_x, corner_y, corner_z);
    }
    return open_in_cell(&cell, inside_x, inside_y, inside_z, tunnel_width(y));
}

static void fill_nodes(struct nodes *nodes, uint32_t seed, int32_t x0, int32_t z0, int32_t levels)
{
    for (int32_t y = 0; y < levels; y++) {
        for (int32_t z = 0; z < NODES; z++) {
            for (int32_t x = 0; x < NODES; x++) {
                nodes->a[y][z][x] = noise_a(seed, x0 + x * CELL, y * CELL, z0 + z * CELL);
                nodes->b[y][z][x] = noise_b(seed, x0 + x * CELL, y * CELL, z0 + z * CELL);
            }
        }
    }
}

static void read_corners(float nodes[LEVELS_MAX][NODES][NODES], int32_t x, int32_t y, int32_t z,
                         float corner[8])
{
    for (int32_t i = 0; i < 8; i++)
        corner[i] = nodes[y + (i >> 2)][z + (i >> 1 & 1)][x + (i & 1)];
}

// Interpolated values stay between the corners', so most cells are settled by those.
static bool never_near_zero(const float corner[8], float width)
{
    float lowest = corner[0], highest = corner[0];
    for (int32_t i = 1; i < 8; i++) {
        lowest = corner[i] < lowest ? corner[i] : lowest;
        highest = corner[i] > highest ? corner[i] : highest;
    }
    return lowest > width || highest < -width;
}

static void carve_cell(const struct cell *cell, int32_t cell_x, int32_t cell_y, int32_t cell_z,
                       uint8_t tops[CHUNK_SIZE][CHUNK_SIZE], struct chunk chunks[COLUMN_CHUNKS])
{
    for (int32_t i = 0; i < CELL * CELL * CELL; i++) {
        int32_t inside_x = i % CELL, inside_z = i / CELL % CELL, inside_y = i / (CELL * CELL);
        int32_t x = cell_x + inside_x, y = cell_y + inside_y, z = cell_z + inside_z;
        if (y < CAVE_BOTTOM || y > tops[z][x] ||
            !open_in_cell(cell, inside_x, inside_y, inside_z, tunnel_width(y)))
            continue;
        uint32_t index = chunk_index((uint32_t)x, (uint32_t)y % CHUNK_SIZE, (uint32_t)z);
        chunks[y / CHUNK_SIZE].blocks[index] = y <= CAVE_LAVA_LEVEL ? BLOCK_LAVA : BLOCK_AIR;
    }
}

void caves_carve(uint32_t seed, struct column_coord column, uint8_t tops[CHUNK_SIZE][CHUNK_SIZE],
                 struct chunk chunks[COLUMN_CHUNKS])
{
    int32_t highest = 0;
    for (int32_t i = 0; i < CHUNK_SIZE * CHUNK_SIZE; i++)
        if (tops[i / CHUNK_SIZE][i % CHUNK_SIZE] > highest)
            highest = tops[i / CHUNK_SIZE][i % CHUNK_SIZE];
    if (highest < CAVE_BOTTOM)
        return;
    struct nodes nodes;
    int32_t cells_up = highest / CELL + 1;
    fill_nodes(&nodes, seed, column.x * CHUNK_SIZE, column.z * CHUNK_SIZE, cells_up + 1);
    for (int32_t i = 0; i < cells_up * CELLS * CELLS; i++) {
        int32_t x = i % CELLS, z = i / CELLS % CELLS, y = i / (CELLS * CELLS);
        struct cell cell;
        // A cell's lowest row has its widest tunnels.
        float width = tunnel_width(y * CELL);
        read_corners(nodes.a, x, y, z, cell.a);
        if (never_near_zero(cell.a, width))
            continue;
        read_corners(nodes.b, x, y, z, cell.b);
        if (!never_near_zero(cell.b, width))
            carve_cell(&cell, x * CELL, y * CELL, z * CELL, tops, chunks);
    }
}
