// Water, which shows its ground where it is shallow, by the depth of what lies behind it; and, as
// the variant 1, glass.
#version 460

#include "shared.h"
#include "atmosphere.h"
#include "blocks.h"
#include "encode.h"
#include "wave.h"

layout(constant_id = 0) const uint GLASS = 0;

#ifdef VERTEX_STAGE
layout(set = 0, binding = 0) uniform Frame { frame_uniforms frame; };
layout(std430, set = 0, binding = 3) readonly buffer Places { terrain_place places[]; };
layout(std430, set = 0, binding = 4) readonly buffer List { uvec2 list[]; };

layout(location = 0) out vec3 place;    // relative to the camera
layout(location = 1) out vec4 haze;     // rgb: added; a: how much of the rest is seen
layout(location = 2) out vec4 uv_level; // xy: texture; z: texels that a pixel covers; w: 1 surface
layout(location = 3) flat out vec4 lit;     // rgb: on what the water holds; a: 1 under water
layout(location = 4) flat out vec3 zenith;
layout(location = 5) flat out vec3 horizon;
layout(location = 6) flat out vec3 sun;
layout(location = 7) flat out vec3 glow;
layout(location = 8) flat out vec3 to_light;
layout(location = 9) flat out vec3 light_color;
layout(location = 10) flat out vec3 camera; // xy: x and z in the world; z: seconds

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
    vec3 normal = quad_normal(quad);
    bool top = normal.y > 0.5 || (normal.y == 0.0 && extent.y > 0.0);
    if (GLASS == 0 && top)
        place.y -= scale > 1.0 ? WATER_SURFACE_DROP_COARSE : WATER_SURFACE_DROP;
    gl_Position = frame.view_projection * vec4(place, 1.0);

    float distance = length(place);
    float fog = fog_amount(frame, distance);
    atmosphere air = atmosphere_of(frame);
    haze = vec4(haze_color(air, place / distance) * fog, 1.0 - fog);
    uv_level = vec4(quad_texture_coordinate(quad, extent, scale),
                    gl_Position.w * frame.camera.w, normal.y);
    lit = vec4(frame.ambient_color.rgb * 1.1 + frame.light_color.rgb * 0.55, frame.fog.w);
    zenith = air.zenith;
    horizon = air.horizon;
    sun = air.sun;
    glow = air.glow;
    to_light = frame.light_direction.xyz;
    light_color = frame.light_color.rgb;
    camera = vec3(frame.camera.xz, frame.fog.z);
}
#endif

#ifdef FRAGMENT_STAGE
layout(set = 0, binding = 1) uniform sampler2DArray blocks;
layout(set = 0, binding = 2) uniform sampler2D depth;

layout(location = 0) in vec3 place;
layout(location = 1) in vec4 haze;
layout(location = 2) in vec4 uv_level;
layout(location = 3) flat in vec4 lit;
layout(location = 4) flat in vec3 zenith;
layout(location = 5) flat in vec3 horizon;
layout(location = 6) flat in vec3 sun;
layout(location = 7) flat in vec3 glow;
layout(location = 8) flat in vec3 to_light;
layout(location = 9) flat in vec3 light_color;
layout(location = 10) flat in vec3 camera;
layout(location = 0) out vec4 color; // premultiplied

vec4 glass()
{
    vec4 texel = block_texel(blocks, uv_level.xy, float(TEXTURE_GLASS), uv_level.z);
    return vec4((texel.rgb * lit.rgb * haze.a + haze.rgb) * texel.a, texel.a);
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

vec4 water()
{
    float distance = length(place);
    vec3 direction = place / distance;
    vec2 slope = slope_at(place.xz + camera.xy, camera.z);
    slope *= clamp(uv_level.w, 0.0, 1.0) / (1.0 + distance * distance * 0.0006);

    // The look mirrored at a plane that leans by the slope, to the first order.
    float down = abs(direction.y) + dot(slope, direction.xz);
    vec3 mirrored = normalize(vec3(direction.xz - 2.0 * down * slope, abs(direction.y)).xzy);
    float away = 1.0 - clamp(down, 0.0, 1.0);
    float away_2 = away * away;
    float mirror = 0.02 + 0.98 * away_2 * away_2 * away;
    float shine = clamp(dot(mirrored, to_light), 0.0, 1.0);
    shine *= shine; shine *= shine; shine *= shine; shine *= shine;
    shine *= shine; shine *= shine; shine *= shine; shine *= shine;

    // How much water the look passes: reversed depth is near / distance along the view. From below
    // there is air behind.
    float behind = texelFetch(depth, ivec2(gl_FragCoord.xy), 0).r;
    float through = distance * max(gl_FragCoord.z / max(behind, 1e-6) - 1.0, 0.0);
    float clear = mix(exp2(-0.21 * through), 0.8, lit.a);
    float cover = 1.0 - clear * 0.88;

    vec3 body = mix(vec3(0.006, 0.085, 0.16), vec3(0.02, 0.42, 0.44), clear) * lit.rgb;
    vec3 sky = haze_color(atmosphere(zenith, horizon, sun, glow), mirrored);
    vec3 surface = body * (cover * (1.0 - mirror)) + sky * mirror +
                   light_color * (shine * 0.9);
    return vec4(surface * haze.a + haze.rgb, 1.0 - (1.0 - cover) * (1.0 - mirror) * haze.a);
}

void main()
{
    color = encode_premultiplied(GLASS != 0 ? glass() : water());
}
#endif
