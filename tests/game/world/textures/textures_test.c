#include "game/world/textures/textures.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"

static uint8_t *fill(void)
{
    uint8_t *strips = malloc(TEXTURES_SIZE);
    assert_non_null(strips);
    memset(strips, 0xcd, TEXTURES_SIZE);
    textures_fill(strips);
    return strips;
}

static const uint8_t *pixel(const uint8_t *strips, uint32_t layer, uint32_t x, uint32_t y)
{
    return strips + textures_at(layer, 0, x, y);
}

static int difference(const uint8_t *a, const uint8_t *b)
{
    int sum = 0;
    for (uint32_t i = 0; i < 3; i++)
        sum += abs(a[i] - b[i]);
    return sum;
}

static void levels_halve_side_by_side(void **state)
{
    (void)state;
    assert_int_equal(TEXTURE_EDGE >> TEXTURE_LAST_LEVEL, 1);
    for (uint32_t level = 1; level <= TEXTURE_LAST_LEVEL; level++)
        assert_int_equal(textures_at(3, level, 0, 0),
                         textures_at(3, level - 1, (uint32_t)TEXTURE_EDGE >> (level - 1), 0));
    assert_int_equal(textures_at(TEXTURE_LAYERS, 0, 0, 0), TEXTURES_SIZE);
    // Each pixel of a level is what four of the one before are on average.
    uint8_t *strips = fill();
    for (uint32_t i = 0; i < 16; i++) {
        const size_t from = textures_at(TEXTURE_LAVA, 1, i % 4 * 2, i / 4 * 2) + 3;
        const size_t row = TEXTURE_STRIP * 4;
        const int sum =
            strips[from] + strips[from + 4] + strips[from + row] + strips[from + row + 4];
        assert_int_equal(strips[textures_at(TEXTURE_LAVA, 2, i % 4, i / 4) + 3], (sum + 2) / 4);
    }
    free(strips);
}

static void the_same_every_time_and_all_of_it(void **state)
{
    (void)state;
    uint8_t *a = fill(), *b = malloc(TEXTURES_SIZE);
    assert_non_null(b);
    memset(b, 0x31, TEXTURES_SIZE);
    textures_fill(b);
    assert_memory_equal(a, b, TEXTURES_SIZE);
    free(a);
    free(b);
}

static void layers_are_told_apart(void **state)
{
    (void)state;
    uint8_t *strips = fill();
    for (uint32_t a = 0; a < TEXTURE_LAYERS; a++)
        for (uint32_t b = a + 1; b < TEXTURE_LAYERS; b++)
            if (difference(strips + textures_at(a, TEXTURE_LAST_LEVEL, 0, 0),
                           strips + textures_at(b, TEXTURE_LAST_LEVEL, 0, 0)) < 6)
                fail_msg("layers %u and %u look alike", a, b);
    free(strips);
}

// Across the border neighbours differ no more than they do inside.
static void layers_tile(void **state)
{
    (void)state;
    static const uint8_t seamless[] = {TEXTURE_STONE, TEXTURE_BASALT,    TEXTURE_SAND,
                                       TEXTURE_DIRT,  TEXTURE_GRASS_TOP, TEXTURE_ASH,
                                       TEXTURE_LAVA,  TEXTURE_LEAVES,    TEXTURE_OBSIDIAN};
    uint8_t *pixels = fill();
    for (uint32_t i = 0; i < sizeof(seamless); i++) {
        int inside = 0, across = 0;
        for (uint32_t at = 0; at < TEXTURE_EDGE; at++) {
            for (uint32_t along = 0; along < TEXTURE_EDGE; along++) {
                uint32_t next = (along + 1) % TEXTURE_EDGE;
                int step = difference(pixel(pixels, seamless[i], along, at),
                                      pixel(pixels, seamless[i], next, at)) +
                           difference(pixel(pixels, seamless[i], at, along),
                                      pixel(pixels, seamless[i], at, next));
                if (next == 0)
                    across += step;
                else
                    inside += step;
            }
        }
        if (across > inside / (TEXTURE_EDGE - 1) * 2)
            fail_msg("layer %u has a seam: %d across, %d inside", seamless[i], across, inside / 15);
    }
    free(pixels);
}

static float mean_alpha(const uint8_t *pixels, uint32_t layer)
{
    float sum = 0.0f;
    for (uint32_t i = 0; i < TEXTURE_EDGE * TEXTURE_EDGE; i++)
        sum += pixel(pixels, layer, i % TEXTURE_EDGE, i / TEXTURE_EDGE)[3];
    return sum / (255.0f * TEXTURE_EDGE * TEXTURE_EDGE);
}

static void only_what_is_hot_glows(void **state)
{
    (void)state;
    uint8_t *pixels = fill();
    for (uint32_t layer = 0; layer < TEXTURE_LAYERS; layer++) {
        float alpha = mean_alpha(pixels, layer);
        if (layer == TEXTURE_LAVA || layer == TEXTURE_LAMP)
            assert_true(alpha > 0.5f);
        else if (layer == TEXTURE_ORE || layer == TEXTURE_GLASS)
            assert_true(alpha > 0.02f && alpha < 0.8f);
        else
            assert_true(alpha == 0.0f);
    }
    free(pixels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_halve_side_by_side),
        cmocka_unit_test(the_same_every_time_and_all_of_it),
        cmocka_unit_test(layers_are_told_apart),
        cmocka_unit_test(layers_tile),
        cmocka_unit_test(only_what_is_hot_glows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
