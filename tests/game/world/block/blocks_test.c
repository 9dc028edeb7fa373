// Labels: valgrind
//
// Blocks of one chunk: copies for edits while others read, and packing that loses nothing.
#include "game/world/block/blocks.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "game/world/block/block.h"

static struct chunk_blocks make(const uint8_t *kinds, uint64_t *bytes)
{
    struct chunk chunk = {malloc(CHUNK_BLOCKS), 0};
    assert_non_null(chunk.blocks);
    memcpy(chunk.blocks, kinds, CHUNK_BLOCKS);
    struct chunk_blocks owner;
    assert_true(blocks_init(&owner, chunk, bytes));
    return owner;
}

static void assert_kinds(const struct chunk_blocks *owner, const uint8_t *kinds)
{
    for (uint32_t i = 0; i < CHUNK_BLOCKS; i++)
        if (blocks_get(owner, i) != kinds[i])
            fail_msg("block %u is %u, not %u", i, blocks_get(owner, i), kinds[i]);
}

// Runs of random lengths up to `longest`.
static void fill_runs(uint8_t *kinds, uint32_t longest)
{
    for (uint32_t i = 0; i < CHUNK_BLOCKS;) {
        uint8_t kind = (uint8_t)(rand() % BLOCK_COUNT);
        for (uint32_t run = 1 + (uint32_t)rand() % longest; run > 0 && i < CHUNK_BLOCKS; run--)
            kinds[i++] = kind;
    }
}

// As a job does it.
static bool pack(struct chunk_blocks *owner, uint64_t *bytes)
{
    struct blocks *held;
    struct block_runs runs;
    if (!blocks_may_pack(owner))
        return false;
    const struct chunk *chunk = blocks_hold(owner, &held, bytes);
    assert_true(blocks_find_runs(chunk, &runs));
    const bool packed = blocks_pack(owner, held, &runs, bytes);
    assert_null(runs.pairs);
    blocks_release(held, bytes);
    return packed;
}

static void what_is_packed_comes_back(void **state)
{
    (void)state;
    static const uint32_t longest[] = {5, 40, 255, 256, 257, 600, 5000, CHUNK_BLOCKS * 2};
    static uint8_t kinds[CHUNK_BLOCKS];
    srand(1);
    for (uint32_t l = 0; l < sizeof(longest) / sizeof(longest[0]); l++) {
        uint64_t bytes = 0;
        fill_runs(kinds, longest[l]);
        struct chunk_blocks owner = make(kinds, &bytes);
        uint64_t before = bytes;
        bool packed = pack(&owner, &bytes);
        assert_int_equal(packed, longest[l] >= 40); // short runs do not pay
        assert_true(packed ? bytes <= before - CHUNK_BLOCKS / 2 : bytes == before);
        assert_kinds(&owner, kinds);
        assert_false(packed && pack(&owner, &bytes)); // it is already
        struct blocks *held;
        const struct chunk *chunk = blocks_hold(&owner, &held, &bytes);
        assert_non_null(chunk);
        assert_memory_equal(chunk->blocks, kinds, CHUNK_BLOCKS);
        assert_int_equal(bytes, before);
        assert_false(pack(&owner, &bytes)); // somebody reads it
        blocks_release(held, &bytes);
        blocks_finish(&owner, &bytes);
        assert_int_equal(bytes, 0);
    }
}

static void an_edit_leaves_readers_alone(void **state)
{
    (void)state;
    static uint8_t kinds[CHUNK_BLOCKS];
    uint64_t bytes = 0;
    srand(2);
    fill_runs(kinds, 9);
    kinds[77] = BLOCK_STONE;
    struct chunk_blocks owner = make(kinds, &bytes);
    struct blocks *held;
    const struct chunk *read = blocks_hold(&owner, &held, &bytes);
    assert_true(blocks_set(&owner, 77, BLOCK_LAMP, &bytes));
    assert_int_equal(read->blocks[77], BLOCK_STONE);
    assert_int_equal(blocks_get(&owner, 77), BLOCK_LAMP);
    assert_true(bytes > 2 * CHUNK_BLOCKS);
    // The copy is the owner's alone: no second one.
    const uint8_t *array = owner.blocks->chunk.blocks;
    assert_true(blocks_set(&owner, 78, BLOCK_LAMP, &bytes));
    assert_ptr_equal(owner.blocks->chunk.blocks, array);
    blocks_finish(&owner, &bytes);
    assert_int_equal(read->blocks[77], BLOCK_STONE); // readers outlive the owner
    blocks_release(held, &bytes);
    assert_int_equal(bytes, 0);
}

// While a job looks for runs, edits go into a copy, and others begin to read.
static void what_changes_meanwhile_is_not_packed(void **state)
{
    (void)state;
    static uint8_t kinds[CHUNK_BLOCKS];
    uint64_t bytes = 0;
    srand(3);
    fill_runs(kinds, 300);
    for (int edited = 0; edited < 2; edited++) {
        struct chunk_blocks owner = make(kinds, &bytes);
        struct blocks *held, *read = NULL;
        struct block_runs runs;
        const struct chunk *chunk = blocks_hold(&owner, &held, &bytes);
        assert_true(blocks_find_runs(chunk, &runs));
        assert_non_null(runs.pairs);
        if (edited)
            assert_true(blocks_set(&owner, 9, kinds[9] ^ 1, &bytes));
        else
            assert_non_null(blocks_hold(&owner, &read, &bytes));
        assert_false(blocks_pack(&owner, held, &runs, &bytes));
        assert_non_null(runs.pairs); // still the job's
        free(runs.pairs);
        assert_int_equal(blocks_get(&owner, 9), edited ? kinds[9] ^ 1 : kinds[9]);
        blocks_release(held, &bytes);
        blocks_release(read, &bytes);
        blocks_finish(&owner, &bytes);
        assert_int_equal(bytes, 0);
    }
}

static void a_uniform_chunk_takes_no_memory_until_it_is_edited(void **state)
{
    (void)state;
    uint64_t bytes = 0;
    struct chunk_blocks owner;
    assert_true(blocks_init(&owner, (struct chunk){NULL, BLOCK_WATER}, &bytes));
    struct blocks *held;
    const struct chunk *read = blocks_hold(&owner, &held, &bytes);
    assert_null(held);
    assert_int_equal(read->uniform, BLOCK_WATER);
    assert_int_equal(bytes, 0);
    assert_true(blocks_set(&owner, 5, BLOCK_SAND, &bytes));
    assert_int_equal(read->uniform, BLOCK_WATER);
    assert_null(read->blocks);
    assert_int_equal(blocks_get(&owner, 5), BLOCK_SAND);
    assert_int_equal(blocks_get(&owner, 6), BLOCK_WATER);
    assert_true(pack(&owner, &bytes));
    assert_true(blocks_set(&owner, 6, BLOCK_SAND, &bytes)); // unpacks
    assert_int_equal(blocks_get(&owner, 6), BLOCK_SAND);
    assert_int_equal(blocks_get(&owner, CHUNK_BLOCKS - 1), BLOCK_WATER);
    blocks_finish(&owner, &bytes);
    assert_int_equal(bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_packed_comes_back),
        cmocka_unit_test(what_changes_meanwhile_is_not_packed),
        cmocka_unit_test(an_edit_leaves_readers_alone),
        cmocka_unit_test(a_uniform_chunk_takes_no_memory_until_it_is_edited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
