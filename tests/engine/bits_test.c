// Labels: valgrind

#include "engine/bits.h"

#include "tests/support/test.h"

static const uint64_t edges[] = {0,
                                 1,
                                 2,
                                 3,
                                 255,
                                 256,
                                 257,
                                 (uint64_t)1 << 32,
                                 ((uint64_t)1 << 32) + 1,
                                 (uint64_t)1 << 63,
                                 UINT64_MAX - 256,
                                 UINT64_MAX - 255,
                                 UINT64_MAX - 1,
                                 UINT64_MAX};
#define EDGE_COUNT (sizeof(edges) / sizeof(edges[0]))

static void a_power_of_two_has_one_bit(void **state)
{
    (void)state;
    assert_false(ash_is_power_of_two(0));
    for (uint32_t bit = 0; bit < 64; bit++) {
        uint64_t value = (uint64_t)1 << bit;
        assert_true(ash_is_power_of_two(value));
        assert_int_equal(ash_is_power_of_two(value + 1), value + 1 == 2);
        assert_int_equal(ash_is_power_of_two(value - 1), value == 2);
    }
}

static void aligning_finds_the_neighbouring_multiples(void **state)
{
    (void)state;
    for (uint32_t bit = 0; bit < 64; bit++) {
        uint64_t alignment = (uint64_t)1 << bit;
        for (size_t i = 0; i < EDGE_COUNT; i++) {
            uint64_t value = edges[i];
            uint64_t down = ash_align_down(value, alignment);
            uint64_t up = ash_align_up(value, alignment);
            assert_true(down % alignment == 0 && up % alignment == 0);
            assert_true(down <= value && value - down < alignment);
            // The last multiple below 2^64 is the answer where the next does not exist.
            uint64_t last = UINT64_MAX - (alignment - 1);
            if (value <= last)
                assert_true(up >= value && up - value < alignment);
            else
                assert_true(up == last);
        }
    }
}

// The same question, asked byte by byte.
static bool inside_by_bytes(uint64_t offset, uint64_t size, uint64_t total)
{
    return offset + size <= total;
}

static bool overlap_by_bytes(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
    for (uint64_t byte = a; byte < a + a_size; byte++)
        if (byte >= b && byte < b + b_size)
            return true;
    return false;
}

static void ranges_agree_with_counting_bytes(void **state)
{
    (void)state;
    for (uint64_t a = 0; a < 6; a++)
        for (uint64_t a_size = 0; a_size < 6; a_size++)
            for (uint64_t b = 0; b < 6; b++) {
                assert_int_equal(ash_range_inside(a, a_size, b), inside_by_bytes(a, a_size, b));
                for (uint64_t b_size = 0; b_size < 6; b_size++)
                    assert_int_equal(ash_ranges_overlap(a, a_size, b, b_size),
                                     overlap_by_bytes(a, a_size, b, b_size));
            }
}

static void ranges_at_the_end_of_the_numbers_do_not_wrap(void **state)
{
    (void)state;
    assert_false(ash_range_inside(UINT64_MAX, 2, UINT64_MAX));
    assert_false(ash_range_inside(2, UINT64_MAX, UINT64_MAX));
    assert_false(ash_range_inside(UINT64_MAX - 1, UINT64_MAX - 1, 4096));
    assert_true(ash_range_inside(0, UINT64_MAX, UINT64_MAX));
    assert_true(ash_range_inside(UINT64_MAX, 0, UINT64_MAX));
    assert_true(ash_ranges_overlap(UINT64_MAX - 4, 4, UINT64_MAX - 1, 1));
    assert_true(ash_ranges_overlap(UINT64_MAX - 1, UINT64_MAX, UINT64_MAX, 1));
    assert_false(ash_ranges_overlap(0, 16, UINT64_MAX - 4, UINT64_MAX));
}

static void minimum_and_maximum(void **state)
{
    (void)state;
    assert_true(ash_min_u64(3, UINT64_MAX) == 3 && ash_min_u64(UINT64_MAX, 3) == 3);
    assert_true(ash_max_u64(3, UINT64_MAX) == UINT64_MAX &&
                ash_max_u64(UINT64_MAX, 3) == UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_power_of_two_has_one_bit),
        cmocka_unit_test(aligning_finds_the_neighbouring_multiples),
        cmocka_unit_test(ranges_agree_with_counting_bytes),
        cmocka_unit_test(ranges_at_the_end_of_the_numbers_do_not_wrap),
        cmocka_unit_test(minimum_and_maximum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
