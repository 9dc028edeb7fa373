#include "game/world/block/textures.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"

static uint8_t *fill(void)
{
    uint8_t *pixels = malloc(textures_level_offset(TEXTURE_LEVELS));
    assert_non_null(pixels);
    memset(pixels, 0xcd, textures_level_offset(TEXTURE_LEVELS));
    textures_fill(pixels);
    return pixels;
}

static const uint8_t *pixel(const uint8_t *pixels, uint32_t layer, uint32_t x, uint32_t y)
{
    return pixels + ((layer * TEXTURE_SIZE + y) * TEXTURE_SIZE + x) * TEXTURE_PIXEL_SIZE;
}

static int difference(const uint8_t *a, const uint8_t *b)
{
    int sum = 0;
    for (uint32_t i = 0; i < 3; i++)
        sum += abs(a[i] - b[i]);
    return sum;
}

static void levels_halve_down_to_one_pixel(void **state)
{
    (void)state;
    size_t offset = 0;
    for (uint32_t level = 0; level < TEXTURE_LEVELS; level++) {
        size_t edge = (size_t)TEXTURE_SIZE >> level;
        assert_int_equal(textures_level_offset(level), offset);
        assert_int_equal(textures_level_size(level),
                         edge * edge * TEXTURE_PIXEL_SIZE * TEXTURE_LAYERS);
        offset += textures_level_size(level);
    }
    assert_int_equal(TEXTURE_SIZE >> (TEXTURE_LEVELS - 1), 1);
    assert_int_equal(textures_level_offset(TEXTURE_LEVELS), offset);
}

static void the_same_every_time_and_all_of_it(void **state)
{
    (void)state;
    size_t size = textures_level_offset(TEXTURE_LEVELS);
    uint8_t *a = fill(), *b = malloc(size);
    assert_non_null(b);
    memset(b, 0x31, size);
    textures_fill(b);
    assert_memory_equal(a, b, size);
    free(a);
    free(b);
}

static void layers_are_told_apart(void **state)
{
    (void)state;
    uint8_t *pixels = fill();
    const uint8_t *last = pixels + textures_level_offset(TEXTURE_LEVELS - 1);
    for (uint32_t a = 0; a < TEXTURE_LAYERS; a++)
        for (uint32_t b = a + 1; b < TEXTURE_LAYERS; b++)
            if (memcmp(pixel(pixels, a, 0, 0), pixel(pixels, b, 0, 0), 1024) == 0 ||
                difference(last + 4 * (size_t)a, last + 4 * (size_t)b) < 6)
                fail_msg("layers %u and %u look alike", a, b);
    free(pixels);
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
        for (uint32_t at = 0; at < TEXTURE_SIZE; at++) {
            for (uint32_t along = 0; along < TEXTURE_SIZE; along++) {
                uint32_t next = (along + 1) % TEXTURE_SIZE;
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
        if (across > inside / (TEXTURE_SIZE - 1) * 2)
            fail_msg("layer %u has a seam: %d across, %d inside", seamless[i], across, inside / 15);
    }
    free(pixels);
}

static float mean_alpha(const uint8_t *pixels, uint32_t layer)
{
    float sum = 0.0f;
    for (uint32_t i = 0; i < TEXTURE_SIZE * TEXTURE_SIZE; i++)
        sum += pixel(pixels, layer, i % TEXTURE_SIZE, i / TEXTURE_SIZE)[3];
    return sum / (255.0f * TEXTURE_SIZE * TEXTURE_SIZE);
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
        cmocka_unit_test(levels_halve_down_to_one_pixel),
        cmocka_unit_test(the_same_every_time_and_all_of_it),
        cmocka_unit_test(layers_are_told_apart),
        cmocka_unit_test(layers_tile),
        cmocka_unit_test(only_what_is_hot_glows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
