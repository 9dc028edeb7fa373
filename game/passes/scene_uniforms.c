#include "game/passes/scene_uniforms.h"

#include <math.h>
#include <string.h>

#include "game/scene/scene.h"

#include "shaders/shared.h"

static void set(float out[4], const float xyz[3], float w)
{
    memcpy(out, xyz, 3 * sizeof(float));
    out[3] = w;
}

static float wrap(double value)
{
    return (float)(value - floor(value / CAMERA_WRAP) * CAMERA_WRAP);
}

// The sRGB code of a linear colour.
static void set_code(float out[4], const float linear[3], float w)
{
    for (uint32_t i = 0; i < 3; i++)
        out[i] = linear[i] <= 0.0031308f ? linear[i] * 12.92f
                                         : 1.055f * powf(linear[i], 1.0f / 2.4f) - 0.055f;
    out[3] = w;
}

static void set_sea(struct frame_uniforms *out, const struct scene_light *light, bool under_water)
{
    static const float deep[3] = {0.006f, 0.085f, 0.16f}, shallow[3] = {0.02f, 0.42f, 0.44f};
    float in_deep[3], in_shallow[3];
    for (uint32_t i = 0; i < 3; i++) {
        const float lit = light->ambient_color[i] * 1.1f + light->sun_color[i] * 0.55f;
        in_deep[i] = deep[i] * lit;
        in_shallow[i] = shallow[i] * lit;
    }
    set_code(out->sea_deep, in_deep, 0.0f);
    set_code(out->sea_shallow, in_shallow, 0.0f);
    for (uint32_t i = 0; i < 3; i++)
        out->sea_shallow[i] = under_water ? 0.0f : out->sea_shallow[i] - out->sea_deep[i];
}

static void set_sky(struct frame_uniforms *out, const struct scene_light *light,
                    const float glow[3], float stars)
{
    float glowing[3];
    for (uint32_t i = 0; i < 3; i++)
        glowing[i] = light->sky_horizon[i] + glow[i];
    set_code(out->sky_zenith, light->sky_zenith, stars);
    set_code(out->sky_horizon, light->sky_horizon, 0.0f);
    set_code(out->sun_glow, glowing, 0.0f);
    for (uint32_t i = 0; i < 3; i++)
        out->sun_glow[i] -= out->sky_horizon[i];
}

static void set_light(struct frame_uniforms *out, const struct scene_light *light, bool under_water)
{
    const float height = light->sun_direction[1];
    const float night = fminf(fmaxf((0.12f - height) / 0.3f, 0.0f), 1.0f);
    const float stars = fminf(fmaxf((-0.02f - height) / 0.2f, 0.0f), 1.0f);
    // Below the horizon the moon shines, from the other side.
    const float side = height >= 0.0f ? 1.0f : -1.0f;
    const float shade[3] = {light->sun_direction[0] * side, light->sun_direction[1] * side,
                            light->sun_direction[2] * side};
    // Strongest while the sun touches the horizon, gone at noon and in the deep of night.
    const float low = fmaxf(1.0f - fabsf(height - 0.03f) / 0.26f, 0.0f);
    const float glow = under_water ? 0.0f : low * low * 0.85f + (height > 0.0f ? 0.09f : 0.0f);
    const float glow_color[3] = {glow, glow * 0.52f, glow * (0.20f + 0.3f * (1.0f - low))};

    set(out->sun_direction, light->sun_direction, 0.0f);
    set(out->light_direction, shade, 0.0f);
    set(out->light_color, light->sun_color, 0.0f);
    set(out->ambient_color, light->ambient_color, night);
    set_sky(out, light, glow_color, under_water ? 0.0f : stars);
    set_sea(out, light, under_water);
    const float fog[3] = {light->fog_start, 1.0f / fmaxf(light->fog_end - light->fog_start, 1.0f),
                          light->animation_seconds};
    set(out->fog, fog, under_water ? 1.0f : 0.0f);
}

enum ash_result scene_uniforms(struct ash_frame *frame, VkDescriptorBufferInfo *out)
{
    const struct scene *scene = frame->scene;
    const struct scene_camera *camera = &scene->camera;
    const float width = (float)frame->extent.width, height = (float)frame->extent.height;

    struct frame_uniforms uniforms;
    memset(&uniforms, 0, sizeof(uniforms));
    memcpy(uniforms.view_projection, camera->view_projection, sizeof(uniforms.view_projection));
    memcpy(uniforms.inverse_view_projection, camera->inverse_view_projection,
           sizeof(uniforms.inverse_view_projection));
    const float place[3] = {wrap(camera->x), (float)camera->y, wrap(camera->z)};
    const float texels = 2.0f * tanf(camera->field_of_view * 0.5f) / height * TEXTURE_EDGE;
    set(uniforms.camera, place, texels);
    set_light(&uniforms, &scene->light, camera->under_water);
    const float viewport[4] = {width, height, 1.0f / width, 1.0f / height};
    memcpy(uniforms.viewport, viewport, sizeof(viewport));
    return ash_frame_uniform(frame, &uniforms, sizeof(uniforms), out);
}
