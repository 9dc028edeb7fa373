// What the mesher works on: a chunk's cells as rows of bits, with one cell of the neighbours all
// round. Private to the mesher.
//
// Bit x + 1 of rows[y + 1][z + 1] is the cell at x, y, z. At detail 0 a cell is a block; at detail
// 1 and 2 it is 2^3 or 4^3 blocks, and the border bits of `opaque` say whether the neighbour hides
// a face there, whatever the neighbour's own detail is.
#ifndef GAME_WORLD_MESHER_GRID_H
#define GAME_WORLD_MESHER_GRID_H

#include "game/world/mesher.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum {
    ROW_SLACK = CHUNK_SIZE, // readable bytes behind the kinds, as rows are read 32 at a time
    GRID_WATER = 0,
    GRID_GLASS = 1,
    GRID_SEE_THROUGH = 2
};

typedef uint64_t grid_rows[MESH_PADDED][MESH_PADDED];

struct mesh_grid {
    uint32_t size;        // cells along an edge: 32, 16 or 8
    uint32_t shift;       // its logarithm
    const uint8_t *kinds; // enum block of each cell that has a face; index y, z, x
    grid_rows opaque;
    bool has[GRID_SEE_THROUGH];        // whether there are any; the rows are not filled otherwise
    grid_rows see[GRID_SEE_THROUGH];   // the cells; border bits mean nothing
    grid_rows stops[GRID_SEE_THROUGH]; // what their faces are not drawn against
    uint8_t storage[CHUNK_BLOCKS + ROW_SLACK];
};

// Fills the grid from the blocks themselves (detail 0), or from cells.
void grid_from_blocks(struct mesh_grid *grid, const struct mesh_input *input);
void grid_from_cells(struct mesh_grid *grid, const struct mesh_input *input);

// Which of 32 bytes equal `value`: eight at a time, for machines without the instruction.
static inline uint32_t row_equal_portable(const uint8_t *bytes, uint8_t value)
{
    const uint64_t low = 0x7f7f7f7f7f7f7f7fu;
    uint32_t result = 0;
    for (uint32_t i = 0; i < 4; i++) {
        uint64_t word = 0;
        for (uint32_t byte = 0; byte < 8; byte++)
            word |= (uint64_t)bytes[i * 8 + byte] << 8 * byte;
        word ^= value * 0x0101010101010101u;
        uint64_t zero = ~(((word & low) + low) | word | low) >> 7;
        result |= (uint32_t)(zero * 0x0102040810204080u >> 56) << 8 * i;
    }
    return result;
}

#ifdef __SSE2__
static inline uint32_t row_equal(const uint8_t *bytes, uint8_t value)
{
    const __m128i wanted = _mm_set1_epi8((char)value);
    __m128i low = _mm_loadu_si128((const __m128i *)(const void *)bytes);
    __m128i high = _mm_loadu_si128((const __m128i *)(const void *)(bytes + 16));
    return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(low, wanted)) |
           (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(high, wanted)) << 16;
}
#else
static inline uint32_t row_equal(const uint8_t *bytes, uint8_t value)
{
    return row_equal_portable(bytes, value);
}
#endif

// Which kinds are see-through is known here, not looked up: it is what makes rows quick to read.
static inline bool block_opaque(uint8_t block)
{
    return block > BLOCK_WATER && block != BLOCK_GLASS;
}
_Static_assert(BLOCK_AIR == 0 && BLOCK_WATER == 1, "as block_opaque has it");

#ifdef __SSE2__
static inline uint32_t half_row_opaque(const uint8_t *blocks)
{
    __m128i kinds = _mm_loadu_si128((const __m128i *)(const void *)blocks);
    __m128i glass = _mm_cmpeq_epi8(kinds, _mm_set1_epi8(BLOCK_GLASS));
    __m128i solid = _mm_cmpeq_epi8(_mm_max_epu8(kinds, _mm_set1_epi8(BLOCK_WATER + 1)), kinds);
    return (uint32_t)_mm_movemask_epi8(_mm_andnot_si128(glass, solid));
}

static inline uint32_t row_opaque(const uint8_t *blocks)
{
    return half_row_opaque(blocks) | half_row_opaque(blocks + 16) << 16;
}
#else
static inline uint32_t row_opaque(const uint8_t *blocks)
{
    return ~(row_equal(blocks, BLOCK_AIR) | row_equal(blocks, BLOCK_WATER) |
             row_equal(blocks, BLOCK_GLASS));
}
#endif

// One row of a chunk as bits: its opaque blocks, or those of one kind.
static inline uint32_t chunk_opaque(const struct chunk *chunk, uint32_t y, uint32_t z)
{
    if (chunk->blocks == NULL)
        return block_opaque(chunk->uniform) ? UINT32_MAX : 0;
    return row_opaque(&chunk->blocks[chunk_index(0, y, z)]);
}

static inline uint32_t chunk_kind(const struct chunk *chunk, uint32_t y, uint32_t z, uint8_t kind)
{
    if (chunk->blocks == NULL)
        return chunk->uniform == kind ? UINT32_MAX : 0;
    return row_equal(&chunk->blocks[chunk_index(0, y, z)], kind);
}

#endif
