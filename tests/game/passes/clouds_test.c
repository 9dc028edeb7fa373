// The map of clouds: some sky, some cloud, and no seam where it repeats.
#include "game/passes/clouds.h"

#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>

static uint8_t cells[CLOUDS_SIZE * CLOUDS_SIZE];

static void part_of_the_sky_is_covered(void **state)
{
    (void)state;
    clouds_fill(cells);
    uint32_t covered = 0, clear = 0;
    for (uint32_t i = 0; i < CLOUDS_SIZE * CLOUDS_SIZE; i++) {
        covered += cells[i] > 200;
        clear += cells[i] == 0;
    }
    const uint32_t all = CLOUDS_SIZE * CLOUDS_SIZE;
    assert_true(covered > all / 12 && covered < all / 2);
    assert_true(clear > all / 3);
}

// How much neighbours differ along two columns of the map.
static uint32_t step_between(uint32_t a, uint32_t b)
{
    uint32_t sum = 0;
    for (uint32_t y = 0; y < CLOUDS_SIZE; y++)
        sum += (uint32_t)abs(cells[y * CLOUDS_SIZE + a] - cells[y * CLOUDS_SIZE + b]);
    return sum;
}

static void the_map_repeats_without_a_seam(void **state)
{
    (void)state;
    clouds_fill(cells);
    uint32_t largest = 0;
    for (uint32_t x = 0; x + 1 < CLOUDS_SIZE; x++) {
        const uint32_t step = step_between(x, x + 1);
        largest = step > largest ? step : largest;
    }
    assert_true(step_between(CLOUDS_SIZE - 1, 0) <= largest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(part_of_the_sky_is_covered),
        cmocka_unit_test(the_map_repeats_without_a_seam),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
