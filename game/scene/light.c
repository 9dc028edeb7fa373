#include "game/scene/scene.h"

#include <cglm/vec3.h>

#include <math.h>

// Colours of one moment of the day, linear.
struct palette {
    vec3 zenith, horizon, sun, ambient;
};

static const struct palette noon = {
    .zenith = {0.075f, 0.235f, 0.62f},
    .horizon = {0.46f, 0.66f, 0.86f},
    .sun = {0.98f, 0.89f, 0.74f},
    .ambient = {0.36f, 0.43f, 0.54f},
};
static const struct palette dusk = {
    .zenith = {0.075f, 0.10f, 0.27f},
    .horizon = {0.80f, 0.34f, 0.13f},
    .sun = {1.15f, 0.50f, 0.20f},
    .ambient = {0.24f, 0.20f, 0.26f},
};
static const struct palette night = {
    .zenith = {0.0022f, 0.0045f, 0.014f},
    .horizon = {0.009f, 0.017f, 0.042f},
    .sun = {0.050f, 0.068f, 0.12f}, // the moon's
    .ambient = {0.026f, 0.035f, 0.063f},
};

static float smooth_step(float from, float to, float value)
{
    const float t = fminf(fmaxf((value - from) / (to - from), 0.0f), 1.0f);
    return t * t * (3.0f - 2.0f * t);
}

static void mix(const vec3 from, const vec3 to, float amount, vec3 out)
{
    for (int i = 0; i < 3; i++)
        out[i] = from[i] + (to[i] - from[i]) * amount;
}

// The palette for a height of the sun (-1 to 1): night, dusk at the horizon, noon.
static struct palette palette_at(float height)
{
    const float dawn = smooth_step(-0.22f, 0.02f, height);
    const float day = smooth_step(0.02f, 0.38f, height);
    struct palette out;
    mix(night.zenith, dusk.zenith, dawn, out.zenith);
    mix(night.horizon, dusk.horizon, dawn, out.horizon);
    mix(night.ambient, dusk.ambient, dawn, out.ambient);
    mix(out.zenith, noon.zenith, day, out.zenith);
    mix(out.horizon, noon.horizon, day, out.horizon);
    mix(out.ambient, noon.ambient, day, out.ambient);
    // The light that casts shade changes hands while neither shines: the sun has set, the moon
    // has not yet risen.
    if (height >= 0.0f) {
        const vec3 dark = {0.0f, 0.0f, 0.0f};
        mix(dark, dusk.sun, smooth_step(0.0f, 0.12f, height), out.sun);
        mix(out.sun, noon.sun, day, out.sun);
    } else {
        glm_vec3_scale((float *)night.sun, smooth_step(0.04f, 0.25f, -height), out.sun);
    }
    return out;
}

// Water swallows red first; what is seen through it fades into its own colour within blocks.
static void dive(struct scene_light *light)
{
    const vec3 water = {0.05f, 0.34f, 0.46f};
    const float day = light->ambient_color[1] / noon.ambient[1];
    for (int i = 0; i < 3; i++) {
        light->sky_horizon[i] = water[i] * (0.02f + 0.55f * day);
        light->sky_zenith[i] = water[i] * (0.03f + 0.95f * day);
        light->sun_color[i] *= 0.25f + water[i];
        light->ambient_color[i] *= 0.55f + water[i];
    }
    light->fog_start = 1.0f;
    light->fog_end = 36.0f;
}

void scene_set_light(struct scene_light *light, float time_of_day, float view_distance,
                     bool under_water)
{
    const float turn =
        (time_of_day - 0.25f) * 2.0f * GLM_PIf; // the sun rises at a quarter, in the east
    light->time_of_day = time_of_day;
    // The path leans to the south, so that no face of a block is ever lit like its neighbour.
    glm_vec3_copy((vec3){cosf(turn), sinf(turn), 0.38f}, light->sun_direction);
    glm_vec3_normalize(light->sun_direction);

    const struct palette palette = palette_at(light->sun_direction[1]);
    glm_vec3_copy((float *)palette.zenith, light->sky_zenith);
    glm_vec3_copy((float *)palette.horizon, light->sky_horizon);
    glm_vec3_copy((float *)palette.sun, light->sun_color);
    glm_vec3_copy((float *)palette.ambient, light->ambient_color);
    light->fog_start = view_distance * 0.45f;
    light->fog_end = view_distance * 0.97f;
    if (under_water)
        dive(light);
}
