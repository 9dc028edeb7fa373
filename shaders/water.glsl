// Water, which shows its ground where it is shallow; and glass.
#version 460

#include "shared.h"
#include "atmosphere.h"
#include "blocks.h"
#include "encode.h"
#include "light.h"
#include "wave.h"

// The sea from above, which what lies behind it says how much it is seen through; from below; glass.
const uint ABOVE = 0, BELOW = 1, GLASS = 2;
// Added to one of these: what is the same everywhere is read from the frame for each pixel, rather
// than handed from stage to stage, which a real GPU does for each pixel as well, and slower.
const uint FROM_FRAME = 4;
layout(constant_id = 0) const uint CONSTANT = ABOVE;
const uint VARIANT = CONSTANT & 3u;

layout(set = 0, binding = 0) uniform Frame { frame_uniforms frame; };

#ifdef VERTEX_STAGE
layout(std430, set = 0, binding = 2) readonly buffer Places { terrain_place places[]; };
layout(std430, set = 0, binding = 3) readonly buffer List { uvec2 list[]; };

layout(location = 0) out vec3 place; // relative to the camera; of glass, xy: texture
layout(location = 1) out vec4 haze;  // rgb: added; a: how much of the rest is seen
layout(location = 2) flat out vec3 body;
layout(location = 3) flat out vec3 zenith;
layout(location = 4) flat out vec3 horizon;
layout(location = 5) flat out vec3 sun;
layout(location = 6) flat out vec3 glow;
layout(location = 7) flat out vec4 to_light; // w: 1 on the surface, 0 on its sides
layout(location = 8) flat out vec3 light_color;
layout(location = 9) flat out vec3 camera; // xy: x and z in the world; z: seconds

void main()
{
    uvec2 drawn = gl_InstanceIndex < 0 ? list[QUAD_INDEX(gl_VertexIndex)]
                                       : uvec2(gl_InstanceIndex, QUAD_INDEX(gl_VertexIndex));
    terrain_place chunk = places[drawn.x];
    uvec2 quad = quad_load(chunk.quads, int(drawn.y));
    uint corner = quad_corner(quad, QUAD_VERTEX_CORNER(gl_VertexIndex));
    vec2 extent = quad_extent(quad, corner);
    float scale = chunk.origin_scale.w;
    place = chunk.origin_scale.xyz + quad_position(quad, extent) * scale;
    if (VARIANT == ABOVE) { // over its neighbours by a fraction of a pixel, as terrain.glsl has it
        vec2 over = (step(0.5, extent) - 0.5) * (length(place) * frame.camera.w * 0.02);
        place = chunk.origin_scale.xyz + quad_position(quad, extent + over) * scale;
    }
    vec3 normal = quad_normal(quad);
    bool top = normal.y > 0.5 || (normal.y == 0.0 && extent.y > 0.0);
    if (VARIANT != GLASS && top)
        place.y -= scale > 1.0 ? WATER_SURFACE_DROP_COARSE : WATER_SURFACE_DROP;
    // As block_level() wants it: w counts the texels that a pixel covers.
    gl_Position = frame.view_projection * vec4(place, 1.0) * frame.camera.w;

    float distance = length(place);
    float fog = fog_amount(frame, distance);
    atmosphere air = atmosphere_of(frame);
    haze = vec4(haze_color(air, place / distance) * fog, 1.0 - fog);
    zenith = air.zenith;
    horizon = air.horizon;
    sun = air.sun;
    glow = air.glow;
    to_light = vec4(frame.light_direction.xyz, max(normal.y, 0.0));
    light_color = frame.light_color.rgb;
    camera = vec3(frame.camera.xz, frame.fog.z);
    if (VARIANT == GLASS) {
        vec2 given = quad_light(quad, 0) + quad_light(quad, 1) + quad_light(quad, 2) +
                     quad_light(quad, 3);
        body = shade(light_at(frame, given * 0.25, normal, distance));
        place = vec3(quad_texture_coordinate(quad, extent, scale), 0.0);
    } else {
        body = frame.sea_deep.rgb;
    }
}
#endif

#ifdef FRAGMENT_STAGE
layout(set = 0, binding = 1) uniform sampler2D blocks;

layout(location = 0) in vec3 place;
layout(location = 1) in vec4 haze;
layout(location = 2) flat in vec3 body;
layout(location = 3) flat in vec3 zenith;
layout(location = 4) flat in vec3 horizon;
layout(location = 5) flat in vec3 sun;
layout(location = 6) flat in vec3 glow;
layout(location = 7) flat in vec4 to_light;
layout(location = 8) flat in vec3 light_color;
layout(location = 9) flat in vec3 camera;
layout(location = 0) out vec4 color;

vec4 glass()
{
    vec4 texel = block_texel(blocks, place.xy, TEXTURE_GLASS, block_level());
    return vec4((texel.rgb * body * haze.a + haze.rgb) * texel.a, texel.a);
}

// The slope of the surface. All waves repeat after CAMERA_WRAP blocks.
vec2 slope_at(vec2 at, float seconds)
{
    const vec2 a = vec2(395.0, 148.0) / CAMERA_WRAP, b = vec2(-206.0, 507.0) / CAMERA_WRAP,
               c = vec2(941.0, -697.0) / CAMERA_WRAP, d = vec2(-760.0, -1113.0) / CAMERA_WRAP;
    vec2 slow = wave(vec2(dot(a, at) + 0.17 * seconds, dot(b, at) + 0.22 * seconds));
    vec2 fast = wave(vec2(dot(c, at) + 0.37 * seconds, dot(d, at) + 0.41 * seconds));
    return a * slow.x * 0.38 + b * slow.y * 0.3 + c * fast.x * 0.1 + d * fast.y * 0.08;
}

#define GIVEN(input, uniform) ((CONSTANT & FROM_FRAME) != 0u ? (uniform) : (input))

vec4 water()
{
    vec3 at = GIVEN(camera, vec3(frame.camera.xz, frame.fog.z));
    vec3 light = GIVEN(light_color, frame.light_color.rgb);
    vec3 toward = GIVEN(to_light.xyz, frame.light_direction.xyz);
    atmosphere air = atmosphere(GIVEN(zenith, frame.sky_zenith.rgb),
                                GIVEN(horizon, frame.sky_horizon.rgb),
                                GIVEN(sun, frame.sun_direction.xyz),
                                GIVEN(glow, frame.sun_glow.rgb));
    float near = inversesqrt(dot(place, place));
    vec3 direction = place * near;
    direction.y = -abs(direction.y);
    // Far waves are smaller than pixels.
    vec2 slope = slope_at(place.xz + at.xy, at.z);
    slope *= to_light.w * min(near * near * 1400.0, 0.7);

    // The look mirrored at a plane that leans by the slope, whose square is next to nothing.
    float down = dot(slope, direction.xz) - direction.y;
    float twice = 2.0 * down * (1.0 - dot(slope, slope));
    vec3 mirrored = direction + vec3(-slope.x, 1.0, -slope.y) * twice;
    float away = 1.0 - clamp(down, 0.0, 1.0);
    float away_2 = away * away;
    float mirror = 0.02 + 0.98 * away_2 * away_2 * away;
    float shine = clamp(dot(mirrored, toward), 0.0, 1.0);
    shine *= shine; shine *= shine; shine *= shine; shine *= shine;
    shine *= shine; shine *= shine; shine *= shine; shine *= shine;

    if (VARIANT == BELOW) {
        // What is above is seen through a window overhead, where the waves bend the light; around
        // it the sea mirrors itself. A quad reaches farther than one sees here: haze by the pixel.
        float window = smoothstep(0.45, 0.85, down + 4.0 * dot(slope, direction.xz + 0.5));
        float fog = fog_amount(frame, 1.0 / near);
        vec3 bright = air.zenith + light * 0.1;
        vec3 surface = mix(body, bright, 0.35 + 0.65 * window) + light * (shine * 0.6);
        return vec4(mix(surface, haze_color(air, place * near), fog), 1.0 - 0.4 * window * (1.0 - fog));
    }
    vec3 sky = haze_color(air, mirrored);
    vec3 surface = body * (1.0 - mirror) + sky * mirror + light * (shine * 0.9);
    // All is seen of what now lies there: where quads overlap, the second adds nothing.
    return vec4(surface * haze.a + haze.rgb, 1.0);
}

void main()
{
    color = VARIANT == GLASS ? glass() : water();
}
#endif
