#include "game/world/mesh/lighting.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "game/world/block/block.h"
#include "game/world/mesh/rows.h"

enum {
    MARGIN = 16, // blocks around the column from which light can come
    ROWS = CHUNK_SIZE + 2 * MARGIN,
    BITS = 4 // of a strength
};
_Static_assert(ROWS == 64 && MARGIN == LIGHT_MAX + 1, "a row of blocks is a word");

// Bit x + MARGIN of row [z + MARGIN].
typedef uint64_t layer[ROWS];

// The strength of all blocks, bit by bit, so that a few operations settle 64 blocks.
struct field {
    layer bits[WORLD_HEIGHT][BITS];
    uint32_t present[WORLD_HEIGHT]; // bit n: some block of the layer has strength n
};

struct lighting {
    int32_t low, high; // layers that are lit; above `high` there is nothing but daylight
    layer open[WORLD_HEIGHT];
    struct field sky, lamps;
    struct light_cells cells;
};

struct lighting *lighting_create(void)
{
    return calloc(1, sizeof(struct lighting));
}

void lighting_destroy(struct lighting *lighting)
{
    free(lighting);
}

// One row out of three chunks beside each other, from the row of each.
static uint64_t join(uint32_t west, uint32_t middle, uint32_t east)
{
    return west >> MARGIN | (uint64_t)middle << MARGIN | (uint64_t)east << (MARGIN + CHUNK_SIZE);
}

// Three chunks beside each other, of which a row is read.
struct strip {
    const struct chunk *const *chunks;
    uint32_t y, z; // in the chunk
};

static struct strip strip_at(column_surroundings around, int32_t y, uint32_t row)
{
    const uint32_t z = row + CHUNK_SIZE - MARGIN;
    return (struct strip){around[y / CHUNK_SIZE + 1][z / CHUNK_SIZE], (uint32_t)y % CHUNK_SIZE,
                          z % CHUNK_SIZE};
}

static uint64_t strip_open(struct strip strip)
{
    return ~join(chunk_opaque(strip.chunks[0], strip.y, strip.z),
                 chunk_opaque(strip.chunks[1], strip.y, strip.z),
                 chunk_opaque(strip.chunks[2], strip.y, strip.z));
}

static uint64_t strip_kind(struct strip strip, uint8_t kind)
{
    return join(chunk_kind(strip.chunks[0], strip.y, strip.z, kind),
                chunk_kind(strip.chunks[1], strip.y, strip.z, kind),
                chunk_kind(strip.chunks[2], strip.y, strip.z, kind));
}

// The lowest layer of blocks above which all is air.
static int32_t find_top(column_surroundings around)
{
    for (int32_t y = COLUMN_CHUNKS; y > 0; y--)
        for (uint32_t i = 0; i < 9; i++)
            if (around[y][i / 3][i % 3]->blocks != NULL ||
                around[y][i / 3][i % 3]->uniform != BLOCK_AIR)
                return y * CHUNK_SIZE < WORLD_HEIGHT ? y * CHUNK_SIZE : WORLD_HEIGHT - 1;
    return -1;
}

// From the top of the world down: what is open, and what the sky is seen from. Returns the lowest
// layer above which it is seen from everywhere.
static int32_t fall(struct lighting *lighting, column_surroundings around)
{
    int32_t high = lighting->low - 1;
    layer lit;
    memset(lit, 0xff, sizeof(lit));
    for (int32_t y = find_top(around); y >= lighting->low; y--) {
        uint64_t all = UINT64_MAX, any = 0;
        for (uint32_t z = 0; z < ROWS; z++) {
            uint64_t open = strip_open(strip_at(around, y, z));
            lighting->open[y][z] = open;
            lit[z] &= open;
            all &= lit[z];
            any |= lit[z];
        }
        high = all != UINT64_MAX && high < y ? y + 1 : high;
        for (uint32_t bit = 0; bit < BITS; bit++)
            memcpy(lighting->sky.bits[y][bit], lit, sizeof(lit));
        lighting->sky.present[y] = any != 0 ? 1u << LIGHT_MAX : 0;
    }
    return high < WORLD_HEIGHT ? high : WORLD_HEIGHT - 1;
}

// Blocks that give off light.
static void kindle(struct lighting *lighting, column_surroundings around)
{
    struct field *lamps = &lighting->lamps;
    const size_t layers = (size_t)(lighting->high - lighting->low + 1);
    memset(&lamps->bits[lighting->low], 0, layers * sizeof(lamps->bits[0]));
    memset(&lamps->present[lighting->low], 0, layers * sizeof(lamps->present[0]));
    for (uint8_t kind = 0; kind < BLOCK_COUNT; kind++) {
        const uint32_t strength = block_types[kind].light;
        if (strength == 0)
            continue;
        for (int32_t y = lighting->low; y <= lighting->high; y++) {
            uint64_t any = 0;
            for (uint32_t z = 0; z < ROWS; z++) {
                uint64_t row = strip_kind(strip_at(around, y, z), kind);
                any |= row;
                for (uint32_t bit = 0; bit < BITS && row != 0; bit++)
                    lamps->bits[y][bit][z] |= (strength >> bit & 1) != 0 ? row : 0;
            }
            lamps->present[y] |= (uint32_t)(any != 0) << strength;
        }
    }
}

// Where a layer has one strength; false: nowhere, and nothing is written.
static bool find(const struct field *field, int32_t y, uint32_t strength, layer out)
{
    if ((field->present[y] >> strength & 1) == 0)
        return false;
    uint64_t flip[BITS];
    for (uint32_t bit = 0; bit < BITS; bit++)
        flip[bit] = (strength >> bit & 1) != 0 ? 0 : UINT64_MAX;
    const layer *bits = field->bits[y];
    for (uint32_t z = 0; z < ROWS; z++)
        out[z] = (bits[0][z] ^ flip[0]) & (bits[1][z] ^ flip[1]) & (bits[2][z] ^ flip[2]) &
                 (bits[3][z] ^ flip[3]);
    return true;
}

// What is open, dark yet, and beside light gets one less than it.
static void brighten(struct field *field, int32_t y, const layer open, const layer below,
                     const layer here, const layer above, uint32_t strength)
{
    layer *bits = field->bits[y];
    uint64_t any = 0;
    for (uint32_t z = 1; z < ROWS - 1; z++) {
        uint64_t beside =
            here[z] << 1 | here[z] >> 1 | here[z - 1] | here[z + 1] | below[z] | above[z];
        uint64_t dark = ~(bits[0][z] | bits[1][z] | bits[2][z] | bits[3][z]);
        uint64_t reached = beside & dark & open[z];
        any |= reached;
        for (uint32_t bit = 0; bit < BITS; bit++)
            bits[bit][z] |= (strength >> bit & 1) != 0 ? reached : 0;
    }
    field->present[y] |= (uint32_t)(any != 0) << strength;
}

static void spread(struct lighting *lighting, struct field *field)
{
    static const layer none;
    for (uint32_t strength = LIGHT_MAX; strength > 1; strength--) {
        // Three layers at a time, rolling upward: what they get does not change where they have it.
        layer rolling[3];
        bool lit[3] = {false, find(field, lighting->low, strength, rolling[1]), false};
        for (int32_t y = lighting->low, i = 1; y <= lighting->high; y++, i = (i + 1) % 3) {
            const int32_t below = (i + 2) % 3, above = (i + 1) % 3;
            lit[above] = y < lighting->high && find(field, y + 1, strength, rolling[above]);
            if (lit[below] || lit[i] || lit[above])
                brighten(field, y, lighting->open[y], lit[below] ? rolling[below] : none,
                         lit[i] ? rolling[i] : none, lit[above] ? rolling[above] : none,
                         strength - 1);
        }
    }
}

void lighting_spread(struct lighting *lighting, column_surroundings around, uint32_t first,
                     uint32_t last)
{
    int32_t low = (int32_t)first * CHUNK_SIZE - MARGIN;
    int32_t high = (int32_t)last * CHUNK_SIZE + CHUNK_SIZE - 1 + MARGIN;
    lighting->low = low > 0 ? low : 0;
    lighting->high = fall(lighting, around);
    lighting->high = lighting->high < high ? lighting->high : high;
    kindle(lighting, around);
    spread(lighting, &lighting->sky);
    spread(lighting, &lighting->lamps);
}

// Bit n of a byte becomes byte n of a word.
static uint64_t bytes_of(uint64_t bits)
{
    // Copies of the byte, of each copy another bit, and that bit moved to the copy's lowest place.
    uint64_t copies = (bits & 0xff) * 0x0101010101010101u & 0x8040201008040201u;
    return (copies + 0x7f7f7f7f7f7f7f7fu) >> 7 & 0x0101010101010101u;
}

// One row of blocks as bytes; returns which are anything but plain daylight.
static uint64_t read_row(const struct lighting *lighting, int32_t y, uint32_t z, uint8_t *out)
{
    const uint64_t padded = ((uint64_t)1 << LIGHT_PADDED) - 1;
    uint64_t rows[2 * BITS], plain = UINT64_MAX;
    for (uint32_t bit = 0; bit < BITS; bit++) {
        rows[bit] = lighting->sky.bits[y][bit][z] >> (MARGIN - 1);
        rows[BITS + bit] = lighting->lamps.bits[y][bit][z] >> (MARGIN - 1);
        plain &= rows[bit] & ~rows[BITS + bit];
    }
    if ((~plain & padded) == 0)
        return 0;
    for (uint32_t x = 0; x < LIGHT_STRIDE; x += 8) {
        uint64_t word = 0;
        for (uint32_t bit = 0; bit < 2 * BITS; bit++)
            word |= bytes_of(rows[bit] >> x) << bit;
        memcpy(out + x, &word, sizeof(word));
    }
    return ~plain & padded;
}

const struct light_cells *lighting_cells(struct lighting *lighting, uint32_t chunk)
{
    struct light_cells *cells = &lighting->cells;
    const uint64_t padded = ((uint64_t)1 << LIGHT_PADDED) - 1;
    memset(cells->at, LIGHT_MAX, sizeof(cells->at));
    memset(cells->dim, 0, sizeof(cells->dim));
    for (int32_t i = 0; i < LIGHT_PADDED; i++) {
        int32_t y = (int32_t)chunk * CHUNK_SIZE + i - 1;
        for (uint32_t z = 0; z < LIGHT_PADDED && y <= lighting->high; z++) {
            if (y >= 0) {
                cells->dim[i][z] = read_row(lighting, y, z + MARGIN - 1, cells->at[i][z]);
            } else {
                memset(cells->at[i][z], 0, LIGHT_STRIDE);
                cells->dim[i][z] = padded;
            }
        }
    }
    return cells;
}

// A corner takes the mean of the cell before the face and the three others that meet there. Where
// both cells beside are dark (most often rock) the one across is not seen. Fields of 16 bits:
// daylight, lamps.
static uint32_t corner_light(uint32_t before, uint32_t side_a, uint32_t side_b, uint32_t across)
{
    uint32_t sum = before + side_a + side_b + ((side_a | side_b) != 0 ? across : 0);
    // Of 4 * LIGHT_MAX, in QUAD_LIGHT_MAX steps.
    sum = sum * 30 >> 8;
    return (sum & 7) | (sum >> 13 & 56);
}

uint32_t light_face(const uint8_t *low, ptrdiff_t width, ptrdiff_t height, bool mirrored)
{
    uint32_t cells[9];
    for (ptrdiff_t i = 0; i < 9; i++) {
        uint32_t cell = low[i / 3 * height + i % 3 * width];
        cells[i] = (cell & LIGHT_MAX) | (cell >> 4) << 16;
    }
    uint32_t at_00 = corner_light(cells[4], cells[3], cells[1], cells[0]);
    uint32_t at_10 = corner_light(cells[4], cells[5], cells[1], cells[2]);
    uint32_t at_01 = corner_light(cells[4], cells[3], cells[7], cells[6]);
    uint32_t at_11 = corner_light(cells[4], cells[5], cells[7], cells[8]);
    return mirrored ? at_00 | at_01 << 6 | at_11 << 12 | at_10 << 18
                    : at_00 | at_10 << 6 | at_11 << 12 | at_01 << 18;
}
