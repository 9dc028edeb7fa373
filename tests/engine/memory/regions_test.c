// Labels: valgrind
// Regions against a map of bytes: after every random operation all invariants hold.
#include "engine/memory/regions.h"

#include <stdlib.h>
#include <string.h>

#include "engine/bits.h"
#include "engine/memory/host.h"
#include "engine/memory/optional/regions_check.h"
#include "tests/support/count.h"
#include "tests/support/failing_host.h"
#include "tests/support/test.h"

enum { SPANS = 3, SPAN_SIZE = 4096, CAPACITY = 1 << 16, MOST_BLOCKS = 600 };

struct block {
    uint32_t region, span, offset, size;
};

// The set under test, and what it should hold, byte by byte.
struct model {
    struct ash_region_pool pool;
    struct ash_region_stock stock;
    struct ash_regions *set;
    uint32_t edges[SPANS + 1]; // by span, from 1
    bool used[SPANS + 1][SPAN_SIZE];
    struct block blocks[MOST_BLOCKS];
    uint32_t block_count;
    uint64_t seed;
};

static uint32_t chance(struct model *model, uint32_t limit)
{
    model->seed = model->seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(model->seed >> 33) % limit;
}

static int setup(void **state)
{
    struct model *model = calloc(1, sizeof(*model));
    assert_non_null(model);
    model->set = calloc(1, sizeof(*model->set));
    assert_non_null(model->set);
    assert_true(ash_region_pool_init(&model->pool, CAPACITY));
    ash_region_stock_init(&model->stock, &model->pool);
    model->seed = 1;
    assert_true(ash_region_stock_ready(&model->stock));
    ash_regions_init(model->set, &model->stock);
    for (uint32_t span = 1; span <= SPANS; span++)
        model->edges[span] = ash_regions_add_span(model->set, (uint16_t)span, SPAN_SIZE);
    *state = model;
    return 0;
}

static int teardown(void **state)
{
    struct model *model = *state;
    ash_region_pool_finish(&model->pool);
    free(model->set);
    free(model);
    return 0;
}

static void check(const struct model *model)
{
    uint64_t free_count = 0, used_bytes = 0;
    for (uint32_t span = 1; span <= SPANS; span++) {
        if (model->edges[span] == ASH_REGION_NONE)
            continue;
        const char *wrong =
            ash_regions_check_span(model->set, model->edges[span], span, SPAN_SIZE, &free_count);
        if (wrong != NULL)
            fail_msg("span %u: %s", span, wrong);
        // Every byte is used or free as the map says.
        uint32_t edge = model->edges[span];
        for (uint32_t i = ash_region_at(model->set->regions, edge)->next; i != edge;
             i = ash_region_at(model->set->regions, i)->next) {
            const struct ash_region *region = ash_region_at(model->set->regions, i);
            bool used = ash_region_is_used(region);
            used_bytes += used ? region->size : 0;
            for (uint32_t byte = 0; byte < region->size; byte++)
                assert_int_equal(model->used[span][region->offset + byte], used);
        }
    }
    const char *wrong = ash_regions_check_bins(model->set, free_count);
    if (wrong != NULL)
        fail_msg("bins: %s", wrong);
    assert_int_equal(model->set->used_bytes, used_bytes);
    assert_int_equal(model->set->used_count, model->block_count);
}

// Whether any free bytes of the map hold the block, tried one by one.
static bool fits_anywhere(const struct model *model, uint32_t size, uint32_t alignment)
{
    for (uint32_t span = 1; span <= SPANS; span++) {
        for (uint32_t offset = 0; ash_range_inside(offset, size, SPAN_SIZE); offset += alignment) {
            uint32_t length = 0;
            while (length < size && !model->used[span][offset + length])
                length++;
            if (length == size && model->edges[span] != ASH_REGION_NONE)
                return true;
        }
    }
    return false;
}

static void take(struct model *model, uint32_t size, uint32_t alignment)
{
    bool expected = fits_anywhere(model, size, alignment);
    assert_true(ash_region_stock_ready(&model->stock));
    uint32_t index;
    uint64_t owner = model->block_count % 2 == 0 ? model->block_count : ASH_REGION_OWNER_BITS;
    bool taken = ash_regions_take(model->set, size, alignment, owner, &index);
    assert_int_equal(taken, expected);
    if (!taken)
        return;
    const struct ash_region *region = ash_region_at(model->pool.regions, index);
    assert_int_equal(region->size, size);
    assert_int_equal(region->offset % alignment, 0);
    assert_true(ash_region_is_used(region));
    assert_true((region->mark & ASH_REGION_OWNER_BITS) == owner);
    uint16_t span = ash_region_span(region->mark);
    for (uint32_t byte = 0; byte < size; byte++) {
        assert_false(model->used[span][region->offset + byte]);
        model->used[span][region->offset + byte] = true;
    }
    model->blocks[model->block_count++] = (struct block){index, span, region->offset, size};
}

static void give(struct model *model, uint32_t at)
{
    struct block block = model->blocks[at];
    memset(&model->used[block.span][block.offset], 0, block.size);
    model->blocks[at] = model->blocks[--model->block_count];
    const struct ash_region *merged =
        ash_region_at(model->pool.regions, ash_regions_give(model->set, block.region));
    assert_false(ash_region_is_used(merged));
    assert_false(ash_region_is_used(ash_region_at(model->pool.regions, block.region)));
    // Merged at once: the bytes before and behind are used, or the span's ends.
    uint32_t offset = merged->offset, end = offset + merged->size;
    assert_true(offset == 0 || model->used[block.span][offset - 1]);
    assert_true(end == SPAN_SIZE || model->used[block.span][end]);
}

static void random_operations_keep_all_invariants(void **state)
{
    struct model *model = *state;
    for (uint32_t i = 0; i < 6000; i++) {
        // Now mostly taking, now mostly giving, so that the spans fill up and run empty.
        bool filling = i / 500 % 2 == 0;
        bool takes = chance(model, 4) != 0 ? filling : !filling;
        if (takes && model->block_count < MOST_BLOCKS) {
            uint32_t alignment = 1u << chance(model, 9);
            uint32_t size = 1 + chance(model, chance(model, 4) == 0 ? 1500 : 100);
            take(model, chance(model, 2) == 0 ? size : (uint32_t)ash_align_up(size, alignment),
                 alignment);
        } else if (model->block_count > 0) {
            give(model, chance(model, model->block_count));
        }
        check(model);
    }
    while (model->block_count > 0)
        give(model, chance(model, model->block_count));
    check(model);
    test_count("operations of the allocator checked", 6000);
    for (uint32_t span = 1; span <= SPANS; span++)
        assert_true(ash_region_is_whole(
            model->set, ash_region_at(model->pool.regions, model->edges[span])->next));
}

static void a_hole_of_exactly_the_size_is_used(void **state)
{
    struct model *model = *state;
    for (uint32_t i = 0; i < 12; i++)
        take(model, 1000, 8);
    for (uint32_t size = 1; size < 1000; size += 37) {
        give(model, 0);
        take(model, size, 1);
        take(model, 1000 - size, 1);
        check(model);
        give(model, model->block_count - 1);
        give(model, model->block_count - 1);
        take(model, 1000, 8);
        check(model);
    }
}

// OffsetAllocator's fault: a request rounded up to its bin misses a hole that is large enough.
static void a_hole_in_the_same_bin_is_found_at_any_place_of_its_list(void **state)
{
    struct model *model = *state;
    // Sizes of one bin (of 16 bytes: 1024 / 64), separated by used bytes.
    uint32_t sizes[] = {1024, 1025, 1031, 1026};
    uint32_t kept[4];
    for (uint32_t span = 0; span < 3; span++)
        take(model, SPAN_SIZE, 1);
    for (uint32_t span = 0; span < 3; span++)
        give(model, 0);
    for (uint32_t i = 0; i < 4; i++) {
        take(model, sizes[i], 1);
        kept[i] = model->blocks[model->block_count - 1].region;
        take(model, 1, 1);
    }
    while (fits_anywhere(model, 300, 1))
        take(model, 300, 1);
    for (uint32_t i = 0; i < 4; i++) {
        for (uint32_t at = 0; at < model->block_count; at++) {
            if (model->blocks[at].region == kept[i]) {
                give(model, at);
                break;
            }
        }
    }
    take(model, 1031, 1);
    take(model, 1026, 1);
    take(model, 1025, 1);
    take(model, 1024, 1);
    check(model);
}

static void misaligned_holes_are_passed_over_and_aligned_ones_found(void **state)
{
    struct model *model = *state;
    for (uint32_t i = 0; i < 48; i++) {
        take(model, 16, 16);
        take(model, 240, 16);
    }
    assert_false(fits_anywhere(model, 240, 256));
    for (uint32_t at = 0; at < model->block_count; at++) {
        if (model->blocks[at].size == 16 && model->blocks[at].offset % 1024 == 0)
            give(model, at--);
    }
    take(model, 16, 1024);
    take(model, 16, 256);
    take(model, 16, 2048);
    check(model);
}

static void a_span_that_is_whole_can_leave_and_come_back(void **state)
{
    struct model *model = *state;
    ash_regions_remove_span(model->set, model->edges[2]);
    model->edges[2] = ASH_REGION_NONE;
    check(model);
    take(model, SPAN_SIZE, 1);
    take(model, SPAN_SIZE, 1);
    take(model, 1, 1);
    assert_true(ash_region_stock_ready(&model->stock));
    model->edges[2] = ash_regions_add_span(model->set, 2, SPAN_SIZE);
    take(model, SPAN_SIZE, 1);
    check(model);
}

static void the_largest_span_and_block_are_handled(void **state)
{
    struct model *model = *state;
    struct ash_regions *set = calloc(1, sizeof(*set));
    assert_non_null(set);
    assert_true(ash_region_stock_ready(&model->stock));
    ash_regions_init(set, &model->stock);
    assert_int_equal(ash_regions_largest(set), 0);
    uint32_t edge = ash_regions_add_span(set, 9, ASH_REGION_MAX_SPAN);
    assert_true(ash_regions_largest(set) == ASH_REGION_MAX_SPAN);
    uint32_t all, half, odd, none;
    assert_true(ash_regions_take(set, ASH_REGION_MAX_SPAN, ASH_REGION_MAX_SPAN, 0, &all));
    assert_int_equal(ash_region_at(set->regions, edge)->next, all);
    assert_false(ash_regions_take(set, 1, 1, 0, &none));
    ash_regions_give(set, all);
    assert_true(ash_regions_take(set, ASH_REGION_MAX_SPAN / 2, 1, 0, &half));
    assert_true(ash_regions_take(set, 3, 1u << 30, 0, &odd));
    assert_true(ash_region_at(set->regions, odd)->offset == 1u << 30);
    assert_false(ash_regions_take(set, 1u << 30, 1u << 30, 0, &none));
    uint64_t free_count = 0;
    assert_null(ash_regions_check_span(set, edge, 9, ASH_REGION_MAX_SPAN, &free_count));
    assert_int_equal(free_count, 1);
    assert_null(ash_regions_check_bins(set, free_count));
    ash_regions_give(set, half);
    ash_regions_give(set, odd);
    assert_true(ash_region_is_whole(set, ash_region_at(set->regions, edge)->next));
    ash_regions_remove_span(set, edge);
    assert_int_equal(ash_regions_largest(set), 0);
    free(set);
}

// Every bin's regions are within 1/32 of each other, and no bin comes before a smaller one.
static void bins_are_in_order_and_narrow(void **state)
{
    (void)state;
    uint32_t last = 0, smallest = 1;
    for (uint64_t size = 1; size <= ASH_REGION_MAX_SPAN; size += 1 + size / 400) {
        uint32_t bin = ash_region_bin((uint32_t)size);
        assert_true(bin < ASH_REGION_BIN_COUNT);
        assert_true(bin >= last);
        if (bin != last)
            smallest = (uint32_t)size;
        assert_true(size - smallest <= size / (1 << ASH_REGION_BIN_BITS));
        last = bin;
    }
    assert_true(ash_region_bin(UINT32_MAX) == ASH_REGION_BIN_COUNT - 1);
}

// The check itself has to notice what it is there for.
static void the_checks_see_damage(void **state)
{
    struct model *model = *state;
    uint64_t count = 0;
    take(model, 100, 4);
    take(model, 100, 4);
    take(model, 100, 4);
    give(model, 1);
    struct ash_region *regions = model->set->regions;
    uint32_t used = model->blocks[0].region;
    struct ash_region *used_region = ash_region_at(regions, used);
    const uint64_t owned = used_region->mark;
    uint32_t span = ash_region_span(owned), edge = model->edges[span], hole = used_region->next;
    struct ash_region *hole_region = ash_region_at(regions, hole);
    struct ash_region *edge_region = ash_region_at(regions, edge);
    assert_false(ash_region_is_used(hole_region));
#define DAMAGE(lvalue, value)                                                                      \
    do {                                                                                           \
        __typeof__(lvalue) before = (lvalue);                                                      \
        (lvalue) = (__typeof__(lvalue))(value);                                                    \
        count = 0;                                                                                 \
        bool seen = ash_regions_check_span(model->set, edge, span, SPAN_SIZE, &count) != NULL;     \
        seen = seen || ash_regions_check_bins(model->set, count + 2) != NULL;                      \
        (lvalue) = before;                                                                         \
        assert_true(seen);                                                                         \
    } while (0)
    hole_region->size += 50;
    assert_non_null(ash_regions_check_bins(model->set, 10));
    hole_region->size -= 50;
    DAMAGE(hole_region->size, 99);
    DAMAGE(hole_region->offset, hole_region->offset + 4);
    DAMAGE(hole_region->mark, owned);
    DAMAGE(used_region->mark, 0);
    DAMAGE(used_region->mark, owned ^ UINT64_C(1) << ASH_REGION_SPAN_SHIFT);
    DAMAGE(hole_region->previous, edge);
    DAMAGE(edge_region->previous, used);
    DAMAGE(edge_region->mark, 0);
    DAMAGE(edge_region->size, 1);
    DAMAGE(hole_region->link.bin_next, hole_region->next);
    DAMAGE(hole_region->link.bin_previous, used);
    DAMAGE(model->set->bins[ash_region_bin(hole_region->size)], ASH_REGION_NONE);
    DAMAGE(model->set->bins[1], used);
    DAMAGE(model->set->words[0], model->set->words[0] | 2);
    DAMAGE(model->set->summary, 0);
#undef DAMAGE
    check(model);
}

static void the_pool_has_an_end(void **state)
{
    (void)state;
    struct ash_region_pool pool;
    assert_true(ash_region_pool_init(&pool, 1024));
    struct ash_region_stock stock, other;
    ash_region_stock_init(&stock, &pool);
    ash_region_stock_init(&other, &pool);
    assert_true(ash_region_stock_ready(&stock));
    assert_true(ash_region_stock_ready(&other));
    // Each region once; and what is left is not lost when more is asked for.
    bool seen[1024] = {false};
    uint32_t count = 0;
    for (; ash_region_stock_ready(&stock); count++) {
        uint32_t region = ash_region_stock_take_edge(&stock, 5, 3);
        assert_int_equal(region % ASH_REGION_STEP, 0);
        uint32_t number = region / ASH_REGION_STEP;
        assert_true(number > 0 && number < 1024 && !seen[number]);
        seen[number] = true;
        assert_int_equal(ash_region_span(ash_region_at(pool.regions, region)->mark), 5);
        assert_int_equal(ash_region_at(pool.regions, region)->mark & ASH_REGION_OWNER_BITS, 3);
    }
    assert_int_equal(count, 851); // of 852 (the other has a page) one is left: one too few
    assert_false(ash_region_stock_ready(&stock));
    const uint32_t seventh = 7 * ASH_REGION_STEP;
    ash_region_stock_give(&stock, pool.regions, seventh);
    assert_int_equal(ash_region_stock_take_edge(&stock, 6, 0), seventh);
    assert_int_equal(ash_region_span(ash_region_at(pool.regions, seventh)->mark), 6);
    ash_region_pool_finish(&pool);
    assert_null(pool.regions);
    ash_region_pool_finish(&pool);
}

// By a sixteenth, so that the system is seldom asked, and by no more than 64 KiB.
static void the_pool_grows_by_a_share_of_itself(void **state)
{
    (void)state;
    enum { LEAST = ASH_HOST_PAGE, MOST = 64 << 10, REGIONS = 1 << 17 };
    struct ash_region_pool pool;
    struct ash_region_stock stock;
    assert_true(ash_region_pool_init(&pool, REGIONS));
    ash_region_stock_init(&stock, &pool);
    size_t had, step = 0;
    do {
        had = ash_region_pool_bytes(&pool);
        const uint64_t committed = failing_host_committed();
        assert_true(ash_region_stock_fill(&stock));
        step = ash_region_pool_bytes(&pool) - had;
        assert_int_equal(failing_host_committed() - committed, step);
        assert_int_equal(step,
                         ash_min_u64(ash_max_u64(ash_align_down(had / 16, LEAST), LEAST), MOST));
    } while (had < 2 << 20);
    assert_int_equal(step, MOST);
    ash_region_pool_finish(&pool);
}

int main(void)
{
#define MODEL_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        MODEL_TEST(random_operations_keep_all_invariants),
        MODEL_TEST(a_hole_of_exactly_the_size_is_used),
        MODEL_TEST(a_hole_in_the_same_bin_is_found_at_any_place_of_its_list),
        MODEL_TEST(misaligned_holes_are_passed_over_and_aligned_ones_found),
        MODEL_TEST(a_span_that_is_whole_can_leave_and_come_back),
        MODEL_TEST(the_largest_span_and_block_are_handled),
        cmocka_unit_test(bins_are_in_order_and_narrow),
        MODEL_TEST(the_checks_see_damage),
        cmocka_unit_test(the_pool_has_an_end),
        cmocka_unit_test(the_pool_grows_by_a_share_of_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
