// Labels: valgrind
//
// The light of the day: what a player expects of noon, dusk and night, and no jumps in between.
#include "game/scene/scene.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct scene_light light_at(float time, bool under_water)
{
    struct scene_light light = {0};
    scene_set_light(&light, time, 320.0f, under_water);
    return light;
}

static float brightness(const struct scene_light *light)
{
    return light->sun_color[1] * fmaxf(fabsf(light->sun_direction[1]), 0.0f) +
           light->ambient_color[1];
}

static void sun_rises_in_the_east_and_stands_high_at_noon(void **state)
{
    (void)state;
    const struct scene_light morning = light_at(0.25f, false), noon = light_at(0.5f, false);
    const struct scene_light evening = light_at(0.75f, false), night = light_at(0.0f, false);
    assert_true(morning.sun_direction[0] > 0.9f && fabsf(morning.sun_direction[1]) < 0.01f);
    assert_true(noon.sun_direction[1] > 0.9f);
    assert_true(evening.sun_direction[0] < -0.9f);
    assert_true(night.sun_direction[1] < -0.9f);
}

static void noon_is_brighter_than_dusk_and_dusk_than_night(void **state)
{
    (void)state;
    const struct scene_light noon = light_at(0.5f, false), dusk = light_at(0.73f, false);
    const struct scene_light night = light_at(0.0f, false);
    assert_true(brightness(&noon) > 1.5f * brightness(&dusk));
    assert_true(brightness(&dusk) > 3.0f * brightness(&night));
    assert_true(dusk.sky_horizon[0] > 1.5f * dusk.sky_horizon[2]); // orange
    assert_true(night.sky_zenith[2] > 2.0f * night.sky_zenith[0]); // blue
    assert_true(night.ambient_color[2] > 0.0f);                    // never black
}

static void nothing_jumps_in_the_course_of_a_day(void **state)
{
    (void)state;
    enum { STEPS = 4000 };
    struct scene_light before = light_at(0.0f, false);
    for (int i = 1; i <= STEPS; i++) {
        const struct scene_light now = light_at((float)i / STEPS, false);
        for (int c = 0; c < 3; c++) {
            assert_true(fabsf(now.sun_color[c] - before.sun_color[c]) < 0.03f);
            assert_true(fabsf(now.ambient_color[c] - before.ambient_color[c]) < 0.02f);
            assert_true(fabsf(now.sky_horizon[c] - before.sky_horizon[c]) < 0.02f);
            assert_true(now.sun_color[c] >= 0.0f && now.sky_zenith[c] > 0.0f);
        }
        before = now;
    }
}

static void fog_ends_within_the_view(void **state)
{
    (void)state;
    const struct scene_light air = light_at(0.5f, false), water = light_at(0.5f, true);
    assert_true(air.fog_start > 0.0f && air.fog_start < air.fog_end && air.fog_end < 320.0f);
    assert_true(water.fog_end < 0.25f * air.fog_end);
    assert_true(water.sky_horizon[2] > 2.0f * water.sky_horizon[0]); // blue
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sun_rises_in_the_east_and_stands_high_at_noon),
        cmocka_unit_test(noon_is_brighter_than_dusk_and_dusk_than_night),
        cmocka_unit_test(nothing_jumps_in_the_course_of_a_day),
        cmocka_unit_test(fog_ends_within_the_view),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
