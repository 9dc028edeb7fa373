#include "game/world/terrain/trees.h"

#include <stdlib.h>
#include <string.h>

#include "game/world/block/block.h"
#include "tests/support/test.h"

enum { COLUMNS = 9 };

// Three by three columns of air; the middle one is at 0, 0.
struct grove {
    struct chunk chunks[COLUMNS][COLUMN_CHUNKS];
};

static void grow(struct grove *grove, const struct tree *tree)
{
    for (int32_t i = 0; i < COLUMNS; i++)
        assert_true(tree_grow(tree, (struct column_coord){i % 3 - 1, i / 3 - 1}, grove->chunks[i]));
}

static uint8_t grove_get(const struct grove *grove, int32_t x, int32_t y, int32_t z)
{
    int32_t column_x = (x + CHUNK_SIZE) / CHUNK_SIZE, column_z = (z + CHUNK_SIZE) / CHUNK_SIZE;
    return chunk_get(&grove->chunks[column_z * 3 + column_x][y / CHUNK_SIZE], (uint32_t)x & 31,
                     (uint32_t)y & 31, (uint32_t)z & 31);
}

static void clear(struct grove *grove)
{
    for (int32_t i = 0; i < COLUMNS * COLUMN_CHUNKS; i++)
        free(grove->chunks[i / COLUMN_CHUNKS][i % COLUMN_CHUNKS].blocks);
    memset(grove, 0, sizeof(*grove));
}

static struct tree some_tree(uint32_t i, int32_t x, int32_t y, int32_t z)
{
    static const enum tree_kind kinds[] = {TREE_BROAD, TREE_GIANT, TREE_FIR, TREE_PALM, TREE_DEAD};
    return (struct tree){kinds[i % 5], x, y, z, i * 0x9e3779b1u};
}

// The same shape wherever it stands, in however many columns, and not beyond its reach.
static void a_tree_is_whole_wherever_it_stands(void **state)
{
    (void)state;
    static const int32_t places[][3] = {{0, 40, 0}, {31, 61, 2}, {3, 30, 31}, {31, 90, 31}};
    static struct grove whole, split;
    for (uint32_t i = 0; i < 40; i++) {
        struct tree middle = some_tree(i, 16, 40, 16);
        grow(&whole, &middle);
        for (uint32_t place = 0; place < 4; place++) {
            const int32_t *at = places[place];
            struct tree border = some_tree(i, at[0], at[1], at[2]);
            uint32_t blocks = 0;
            grow(&split, &border);
            for (int32_t j = 0; j < 13 * 13 * 20; j++) {
                int32_t dx = j % 13 - 6, dz = j / 13 % 13 - 6, dy = j / 169 - 2;
                uint8_t block = grove_get(&whole, 16 + dx, 40 + dy, 16 + dz);
                assert_int_equal(grove_get(&split, at[0] + dx, at[1] + dy, at[2] + dz), block);
                bool within = abs(dx) <= TREE_REACH && abs(dz) <= TREE_REACH;
                assert_true(within || block == BLOCK_AIR);
                blocks += block != BLOCK_AIR;
            }
            assert_true(blocks >= 4);
            clear(&split);
        }
        clear(&whole);
    }
}

static void the_order_of_trees_does_not_matter(void **state)
{
    (void)state;
    static struct grove forwards, backwards;
    for (uint32_t i = 0; i < 20; i++) {
        struct tree first = some_tree(i, 10, 40, 10), second = some_tree(3 * i + 1, 13, 41, 11);
        grow(&forwards, &first);
        grow(&forwards, &second);
        grow(&backwards, &second);
        grow(&backwards, &first);
        for (int32_t j = 0; j < WORLD_HEIGHT * CHUNK_SIZE * CHUNK_SIZE; j++)
            assert_int_equal(grove_get(&forwards, j & 31, j >> 10, j >> 5 & 31),
                             grove_get(&backwards, j & 31, j >> 10, j >> 5 & 31));
        clear(&forwards);
        clear(&backwards);
    }
}

static void trees_leave_the_ground_alone(void **state)
{
    (void)state;
    static struct grove grove;
    for (uint32_t i = 0; i < COLUMNS * COLUMN_CHUNKS; i++)
        grove.chunks[i / COLUMN_CHUNKS][i % COLUMN_CHUNKS].uniform = BLOCK_STONE;
    for (uint32_t i = 0; i < 5; i++) {
        struct tree tree = some_tree(i, 16, 40, 16);
        grow(&grove, &tree);
    }
    for (int32_t j = 0; j < WORLD_HEIGHT * CHUNK_SIZE * CHUNK_SIZE; j++)
        assert_int_equal(grove_get(&grove, j & 31, j >> 10, j >> 5 & 31), BLOCK_STONE);
    clear(&grove);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_is_whole_wherever_it_stands),
        cmocka_unit_test(the_order_of_trees_does_not_matter),
        cmocka_unit_test(trees_leave_the_ground_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
