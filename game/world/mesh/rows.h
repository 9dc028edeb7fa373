// Rows of a chunk's blocks along x as words of bits. Pure.
#ifndef GAME_WORLD_MESH_ROWS_H
#define GAME_WORLD_MESH_ROWS_H

#include "game/world/block/block.h"
#include "game/world/block/chunk.h"

#include <stdbool.h>
#include <stdint.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

// Which of 32 words equal `value`.
static inline uint32_t words_equal(const uint32_t *words, uint32_t value)
{
    uint32_t result = 0;
#ifdef __SSE2__
    const __m128i wanted = _mm_set1_epi32((int)value);
    for (uint32_t i = 0; i < CHUNK_SIZE; i += 4) {
        __m128i four = _mm_loadu_si128((const __m128i *)(const void *)&words[i]);
        four = _mm_cmpeq_epi32(four, wanted);
        result |= (uint32_t)_mm_movemask_ps(_mm_castsi128_ps(four)) << i;
    }
#else
    for (uint32_t i = 0; i < CHUNK_SIZE; i++)
        result |= (uint32_t)(words[i] == value) << i;
#endif
    return result;
}

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

static inline uint32_t lowest_bit(uint32_t bits)
{
    return (uint32_t)__builtin_ctz(bits);
}

static inline uint32_t highest_bit(uint32_t bits)
{
    return 31u - (uint32_t)__builtin_clz(bits);
}

static inline uint32_t bits_below(uint32_t count)
{
    // NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): it can't count rows
    return count == 32 ? UINT32_MAX : (1u << count) - 1u;
}

#endif
