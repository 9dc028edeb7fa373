// Regions against an adversary: thousands of holes of just the size that is asked for, every one of
// which lies so badly that alignment makes it too small. Counted in instructions, one by one.
#include "engine/memory/regions.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/memory/optional/regions_check.h"
#include "tests/support/test.h"

#if defined(__x86_64__) && defined(__linux__)

enum { SIZE = 1 << 16, MOST_HOLES = 500, CAPACITY = 1 << 16 };

struct fixture {
    struct ash_region_pool pool;
    struct ash_region_stock stock;
    struct ash_regions set;
    uint32_t edge;
};

static volatile uint64_t steps;

static void count_step(int signal)
{
    (void)signal;
    steps++;
}

// The instructions of one taking, a few of our own included: the processor's trap flag raises a
// signal after each.
static uint64_t steps_of_take(struct fixture *fixture, uint32_t alignment, uint32_t *out)
{
    const unsigned long long trap_flag = 0x100;
    assert_true(ash_region_stock_ready(&fixture->stock));
    steps = 0;
    __builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() | trap_flag);
    bool found = ash_regions_take(&fixture->set, SIZE, alignment, 0, out);
    __builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() & ~trap_flag);
    if (!found)
        *out = ASH_REGION_NONE;
    return steps;
}

static uint32_t take(struct fixture *fixture, uint32_t size)
{
    uint32_t region = ASH_REGION_NONE;
    assert_true(ash_region_stock_ready(&fixture->stock));
    assert_true(ash_regions_take(&fixture->set, size, 1, 0, &region));
    return region;
}

// | 1 |  hole  | 1 |  hole  | 1 | ... : no hole begins at a multiple of its size. Behind the last
// one lies `rest`.
static struct fixture *begin(uint32_t holes, uint32_t rest)
{
    static uint32_t regions[MOST_HOLES];
    struct fixture *fixture = aligned_alloc(64, sizeof(*fixture));
    assert_non_null(fixture);
    *fixture = (struct fixture){0};
    assert_true(ash_region_pool_init(&fixture->pool, CAPACITY));
    ash_region_stock_init(&fixture->stock, &fixture->pool);
    assert_true(ash_region_stock_ready(&fixture->stock));
    ash_regions_init(&fixture->set, &fixture->stock);
    fixture->edge = ash_regions_add_span(&fixture->set, 1, holes * (SIZE + 1) + 1 + rest);
    for (uint32_t i = 0; i < holes; i++) {
        (void)take(fixture, 1);
        regions[i] = take(fixture, SIZE);
    }
    (void)take(fixture, 1);
    for (uint32_t i = 0; i < holes; i++)
        (void)ash_regions_give(&fixture->set, regions[i]);
    return fixture;
}

static void end(struct fixture *fixture)
{
    ash_region_pool_finish(&fixture->pool);
    free(fixture);
}

// As long as something larger is left, some holes are tried and then that is cut: the number of
// holes does not matter.
static void holes_that_lie_badly_are_passed_by(void **state)
{
    (void)state;
    uint64_t first = 0;
    for (uint32_t holes = 5; holes <= MOST_HOLES; holes *= 10) {
        struct fixture *fixture = begin(holes, 3 * SIZE);
        uint32_t region;
        uint64_t taken = steps_of_take(fixture, SIZE, &region);
        assert_int_not_equal(region, ASH_REGION_NONE);
        assert_int_equal(ash_region_at(fixture->set.regions, region)->offset % SIZE, 0);
        first = holes == 5 ? taken : first;
        printf("%u holes, and room behind them: %llu instructions\n", holes,
               (unsigned long long)taken);
        assert_in_range(taken, 1, first + 50);
        end(fixture);
    }
}

// Where nothing larger is left, every hole is looked at before anybody asks the driver for more:
// some twenty instructions each in a release build.
static void every_hole_is_looked_at_before_there_is_none(void **state)
{
    (void)state;
    for (uint32_t holes = 5; holes <= MOST_HOLES; holes *= 10) {
        struct fixture *fixture = begin(holes, 0);
        uint32_t region;
        uint64_t taken = steps_of_take(fixture, SIZE, &region);
        assert_int_equal(region, ASH_REGION_NONE);
        printf("%u holes, and nothing else: %llu instructions\n", holes, (unsigned long long)taken);
        assert_in_range(taken, 1, 2000 + 200 * (uint64_t)holes);
        uint64_t count = 0;
        assert_null(ash_regions_check_span(&fixture->set, fixture->edge, 1, holes * (SIZE + 1) + 1,
                                           &count));
        assert_int_equal(count, holes);
        // The one that lies well is found, wherever in its bin it stands; and one whose alignment
        // asks for less is the first.
        assert_in_range(steps_of_take(fixture, 1, &region), 1, 1000);
        assert_int_not_equal(region, ASH_REGION_NONE);
        end(fixture);
    }
}

// Alone among thousands, and last in its bin, which is a list with the newest at its front.
static void the_only_hole_that_fits_is_found(void **state)
{
    (void)state;
    struct fixture *fixture = begin(MOST_HOLES, 0);
    struct ash_regions *set = &fixture->set;
    uint32_t bin = ash_region_bin(SIZE), oldest = set->bins[bin], region;
    while (ash_region_at(set->regions, oldest)->link.bin_next != ASH_REGION_NONE)
        oldest = ash_region_at(set->regions, oldest)->link.bin_next;
    assert_int_equal(ash_region_at(set->regions, oldest)->offset, 1);
    ash_region_at(set->regions, oldest)->offset = 0; // over the block before it, for a moment
    printf("%u holes, of which the last fits: %llu instructions\n", MOST_HOLES,
           (unsigned long long)steps_of_take(fixture, SIZE, &region));
    assert_int_equal(region, oldest);
    (void)steps_of_take(fixture, SIZE, &region);
    assert_int_equal(region, ASH_REGION_NONE);
    end(fixture);
}

int main(void)
{
    const struct sigaction action = {.sa_handler = count_step};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holes_that_lie_badly_are_passed_by),
        cmocka_unit_test(every_hole_is_looked_at_before_there_is_none),
        cmocka_unit_test(the_only_hole_that_fits_is_found),
    };
    if (sigaction(SIGTRAP, &action, NULL) != 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
    return 0; // nothing to count with
}

#endif
