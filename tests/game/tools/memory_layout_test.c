// Labels: valgrind
//
// The memory map's geometry: strips have room, a point finds its bytes and a block its pixels, and
// cells show what lies in them.
#include "game/tools/memory_layout.h"

#include "tests/support/test.h"

#include <math.h>

enum { CHUNKS = 300 };
#define MIB (UINT64_C(1) << 20)

static struct memory_chunk chunks[CHUNKS];
static struct memory_block blocks[8];

static struct memory_snapshot make(uint32_t count, uint64_t size)
{
    for (uint32_t i = 0; i < count; i++)
        chunks[i] = (struct memory_chunk){.size = size};
    return (struct memory_snapshot){.chunks = chunks, .blocks = blocks, .chunk_count = count};
}

static struct memory_layout_params room(float width, float height, float unit)
{
    return (struct memory_layout_params){.x = 20,
                                         .y = 100,
                                         .width = width,
                                         .height = height,
                                         .title = floorf(17 * unit),
                                         .least_row = fmaxf(4, floorf(8 * unit)),
                                         .most_row = floorf(26 * unit)};
}

// Strips stand below each other inside the room, whatever its size.
static void strips_have_room(void **state)
{
    (void)state;
    static const struct {
        float width, height, unit;
        uint32_t chunks, shown, least_rows;
    } cases[] = {
        {280, 100, 0.6f, 1, 1, 16}, {560, 400, 1, 1, 1, 32},  {560, 400, 1, 4, 4, 8},
        {560, 400, 1, 12, 12, 1},   {560, 400, 1, 40, 40, 1}, {280, 60, 0.6f, 9, 9, 1},
        {1900, 1500, 3, 8, 8, 4},   {560, 400, 1, 300, 0, 0},
    };
    for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
        const struct memory_snapshot snapshot = make(cases[c].chunks, 64 * MIB);
        const struct memory_layout_params params =
            room(cases[c].width, cases[c].height, cases[c].unit);
        struct memory_layout layout;
        memory_layout_make(&layout, &snapshot, &params);
        if (cases[c].shown > 0)
            assert_int_equal(layout.count, cases[c].shown);
        assert_true(layout.count > 0 && layout.count <= cases[c].chunks);
        float below = params.y;
        for (uint32_t i = 0; i < layout.count; i++) {
            assert_true(layout.strips[i].y >= below + layout.title);
            assert_true(layout.strips[i].rows >= cases[c].least_rows);
            assert_true(layout.strips[i].rows * layout.row_bytes >= 64 * MIB);
            below = layout.strips[i].y + (float)layout.strips[i].rows * layout.row_height;
        }
        assert_true(below <= params.y + params.height);
        assert_float_equal(layout.end, below, 0.01f);
    }
}

// Every pixel of a strip stands for bytes of its own, and together they are the whole chunk.
static void a_point_finds_its_bytes(void **state)
{
    (void)state;
    struct memory_snapshot snapshot = make(3, 64 * MIB);
    chunks[1].size = 10 * MIB + 12345; // the last row is not full
    chunks[2].dedicated = true;
    const struct memory_layout_params params = room(500, 400, 1);
    struct memory_layout layout;
    memory_layout_make(&layout, &snapshot, &params);
    assert_int_equal(layout.count, 3);
    for (uint32_t wanted = 0; wanted < 3; wanted++) {
        uint64_t reached = 0;
        for (uint32_t row = 0; row < layout.strips[wanted].rows; row++) {
            const float y = layout.strips[wanted].y + ((float)row + 0.5f) * layout.row_height;
            for (int column = 0; column < 500; column++) {
                uint32_t chunk = UINT32_MAX;
                uint64_t from = 0, to = 0;
                if (!memory_layout_find(&layout, 20.5f + (float)column, y, &chunk, &from, &to))
                    continue;
                assert_int_equal(chunk, wanted);
                assert_true(from <= reached && to > reached && to <= chunks[wanted].size);
                reached = to;
                float x, width;
                assert_true(memory_layout_span(&layout, chunk, row, from, from + 1, &x, &width));
                assert_true(fabsf(x - (20 + (float)column)) < 1.0f);
            }
        }
        assert_int_equal(reached, chunks[wanted].size);
    }
    uint32_t chunk;
    uint64_t from, to;
    assert_false(memory_layout_find(&layout, 19, layout.strips[0].y + 1, &chunk, &from, &to));
    assert_false(memory_layout_find(&layout, 520, layout.strips[0].y + 1, &chunk, &from, &to));
    assert_false(memory_layout_find(&layout, 100, layout.strips[0].y - 1, &chunk, &from, &to));
    assert_false(memory_layout_find(&layout, 100, layout.end + 1, &chunk, &from, &to));
    assert_false(memory_layout_find(&layout, NAN, NAN, &chunk, &from, &to));
}

static void a_block_that_is_folded_has_a_part_in_each_row(void **state)
{
    (void)state;
    const struct memory_snapshot snapshot = make(1, 64 * MIB);
    const struct memory_layout_params params = room(500, 400, 1);
    struct memory_layout layout;
    memory_layout_make(&layout, &snapshot, &params);
    const uint64_t from = layout.row_bytes / 2, to = 2 * layout.row_bytes + layout.row_bytes / 4;
    float x, width;
    assert_true(memory_layout_span(&layout, 0, 0, from, to, &x, &width));
    assert_float_equal(x, 20 + 250, 0.01f);
    assert_float_equal(width, 250, 0.01f);
    assert_true(memory_layout_span(&layout, 0, 1, from, to, &x, &width));
    assert_float_equal(width, 500, 0.01f);
    assert_true(memory_layout_span(&layout, 0, 2, from, to, &x, &width));
    assert_float_equal(x, 20, 0.01f);
    assert_float_equal(width, 125, 0.01f);
    assert_false(memory_layout_span(&layout, 0, 3, from, to, &x, &width));
    assert_false(memory_layout_span(&layout, 1, 0, from, to, &x, &width));
}

static void cells_show_who_has_most_of_them(void **state)
{
    (void)state;
    struct memory_snapshot snapshot = make(1, 1000);
    chunks[0].block_count = snapshot.block_count = 4;
    blocks[0] = (struct memory_block){.offset = 0, .size = 250, .owner = OWNER_STAGING};
    blocks[1] = (struct memory_block){.offset = 250, .size = 10, .owner = OWNER_UNIFORMS};
    blocks[2] = (struct memory_block){.offset = 270, .size = 20, .owner = OWNER_TARGETS};
    blocks[3] = (struct memory_block){
        .offset = 500, .size = 100, .owner = OWNER_TERRAIN_FAR, .retiring = true};
    struct memory_layout layout = {.width = 100, .row_bytes = 1200, .count = 1};
    layout.strips[0].rows = 1;
    struct memory_cell cells[12];
    memory_layout_row(&layout, &snapshot, 0, 0, cells, 12);
    assert_float_equal(cells[0].used, 1, 0.001f);
    assert_int_equal(cells[0].owner, OWNER_STAGING);
    assert_float_equal(cells[2].used, 0.5f + 0.1f + 0.2f, 0.001f);
    assert_int_equal(cells[2].owner, OWNER_STAGING);
    assert_float_equal(cells[3].used, 0, 0.001f);
    assert_float_equal(cells[5].used, 1, 0.001f);
    assert_int_equal(cells[5].owner, OWNER_COUNT);
    assert_float_equal(cells[9].used, 0, 0.001f);
    assert_true(cells[10].used < 0 && cells[11].used < 0); // the chunk has ended
}

static void the_block_nearest_to_the_point_is_found(void **state)
{
    (void)state;
    struct memory_snapshot snapshot = make(1, 1000);
    chunks[0].block_count = snapshot.block_count = 3;
    blocks[0] = (struct memory_block){.offset = 0, .size = 100};
    blocks[1] = (struct memory_block){.offset = 100, .size = 1};
    blocks[2] = (struct memory_block){.offset = 300, .size = 100};
    assert_ptr_equal(memory_snapshot_find(&snapshot, 0, 10, 12), &blocks[0]);
    assert_ptr_equal(memory_snapshot_find(&snapshot, 0, 99, 102), &blocks[1]);
    assert_ptr_equal(memory_snapshot_find(&snapshot, 0, 290, 320), &blocks[2]);
    assert_ptr_equal(memory_snapshot_find(&snapshot, 0, 101, 302), &blocks[2]);
    assert_null(memory_snapshot_find(&snapshot, 0, 101, 300));
    assert_null(memory_snapshot_find(&snapshot, 0, 400, 1000));
    chunks[0].block_count = 0;
    assert_null(memory_snapshot_find(&snapshot, 0, 0, 1000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strips_have_room),
        cmocka_unit_test(a_point_finds_its_bytes),
        cmocka_unit_test(a_block_that_is_folded_has_a_part_in_each_row),
        cmocka_unit_test(cells_show_who_has_most_of_them),
        cmocka_unit_test(the_block_nearest_to_the_point_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
