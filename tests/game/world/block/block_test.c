// Labels: valgrind

#include "game/world/block/block.h"

#include "game/world/mesh/lighting.h"

#include <string.h>

#include "shaders/shared.h"
#include "tests/support/test.h"

static void every_kind_is_described(void **state)
{
    (void)state;
    for (uint32_t block = 0; block < BLOCK_COUNT; block++) {
        const struct block_type *type = &block_types[block];
        assert_non_null(type->name);
        assert_true(strlen(type->name) > 0 && strlen(type->name) < 16);
        assert_true(type->light <= LIGHT_MAX);
        for (uint32_t side = 0; side < 3; side++)
            assert_true(type->texture[side] < TEXTURE_LAYERS || block == BLOCK_WATER);
    }
}

static void properties_fit_together(void **state)
{
    (void)state;
    for (uint32_t block = 0; block < BLOCK_COUNT; block++) {
        const struct block_type *type = &block_types[block];
        assert_false(type->solid && type->liquid); // one either stands or swims
        assert_true(!type->opaque || type->solid); // nobody's head is inside rock
        assert_true(!type->placeable || type->solid);
    }
    assert_false(block_types[BLOCK_AIR].solid);
    assert_true(block_types[BLOCK_WATER].liquid);
    assert_true(block_types[BLOCK_LAVA].light > 8);
    assert_false(block_types[BLOCK_GLASS].opaque);
}

// Saved worlds hold these numbers.
static void numbers_stay(void **state)
{
    (void)state;
    static const char *const names[] = {
        "Air",  "Water", "Stone",  "Basalt",    "Sand",     "Dirt",   "Grass", "Ash",
        "Lava", "Log",   "Leaves", "Ember ore", "Obsidian", "Planks", "Glass", "Lamp"};
    for (uint32_t block = 0; block < sizeof(names) / sizeof(names[0]); block++)
        assert_string_equal(block_types[block].name, names[block]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_described),
        cmocka_unit_test(properties_fit_together),
        cmocka_unit_test(numbers_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
