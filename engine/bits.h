// Sums over sizes and offsets that can't overflow unseen. Units: bytes.
#ifndef ASH_BITS_H
#define ASH_BITS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Whether exactly one bit is set.
static inline bool ash_is_power_of_two(uint64_t value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

// The largest multiple of `alignment` (a power of two) that is not above `value`.
static inline uint64_t ash_align_down(uint64_t value, uint64_t alignment)
{
    return value & ~(alignment - 1);
}

// The smallest multiple of `alignment` (a power of two) that is not below `value`, or
// UINT64_MAX - (alignment - 1), the largest multiple there is, where that would overflow: callers
// compare it with a limit next, which it does not pass.
static inline uint64_t ash_align_up(uint64_t value, uint64_t alignment)
{
    if (value > UINT64_MAX - (alignment - 1))
        return ~(alignment - 1);
    return (value + alignment - 1) & ~(alignment - 1);
}

// Whether [offset, offset + size) lies inside [0, total). Never adds, so never wraps.
static inline bool ash_range_inside(uint64_t offset, uint64_t size, uint64_t total)
{
    return size <= total && offset <= total - size;
}

// Whether two ranges, each known to lie inside something, share a byte.
static inline bool ash_ranges_overlap(uint64_t a_offset, uint64_t a_size, uint64_t b_offset,
                                      uint64_t b_size)
{
    return a_offset < b_offset ? b_offset - a_offset < a_size && b_size > 0
                               : a_offset - b_offset < b_size && a_size > 0;
}

// The smaller and the larger of two.
static inline uint64_t ash_min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}
static inline uint64_t ash_max_u64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

#ifdef __cplusplus
}
#endif

#endif
