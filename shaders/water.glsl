// Water and glass. Water shows its ground where it is shallow, by the depth of what lies behind it.
#version 460

#include "shared.h"
#include "atmosphere.h"

layout(set = 0, binding = 0) uniform Frame { frame_uniforms frame; };

#ifdef VERTEX_STAGE
layout(push_constant) uniform Push { terrain_push push; };

layout(location = 0) out vec3 uv; // z: layer
layout(location = 1) out vec3 place; // relative to the camera
layout(location = 2) flat out vec3 normal;

void main()
{
    uvec2 quad = quad_load(push.quads, QUAD_INDEX(gl_VertexIndex));
    uint corner = quad_corner(quad, QUAD_VERTEX_CORNER(gl_VertexIndex));
    vec2 extent = quad_extent(quad, corner);
    float scale = push.origin_scale.w;
    place = push.origin_scale.xyz + quad_position(quad, extent) * scale;
    normal = quad_normal(quad);
    bool top = normal.y > 0.5 || (normal.y == 0.0 && extent.y > 0.0);
    if (quad_texture(quad) == TEXTURE_WATER && top)
        place.y -= scale > 1.0 ? WATER_SURFACE_DROP_COARSE : WATER_SURFACE_DROP;
    gl_Position = frame.view_projection * vec4(place, 1.0);
    uv = vec3(quad_texture_coordinate(quad, extent, scale), quad_texture(quad));
}
#endif

#ifdef FRAGMENT_STAGE
layout(set = 0, binding = 1) uniform sampler2DArray blocks;
layout(set = 0, binding = 2) uniform sampler2D depth;

layout(location = 0) in vec3 uv;
layout(location = 1) in vec3 place;
layout(location = 2) flat in vec3 normal;
layout(location = 0) out vec4 color; // premultiplied

const float PI = 3.14159265;

// The slope of a few waves that all repeat after CAMERA_WRAP blocks.
vec2 wave_slope(vec2 at, float seconds)
{
    const float turn = 2.0 * PI / CAMERA_WRAP;
    const vec2 a = vec2(312.0, 117.0) * turn, b = vec2(-163.0, 401.0) * turn,
               c = vec2(745.0, -552.0) * turn;
    return a * (0.10 * cos(dot(a, at) + 1.1 * seconds)) +
           b * (0.08 * cos(dot(b, at) + 1.4 * seconds)) +
           c * (0.035 * cos(dot(c, at) + 2.3 * seconds));
}

vec4 glass(float distance, vec3 direction)
{
    vec4 texel = texture(blocks, uv);
    vec3 lit = frame.ambient_color.rgb + frame.light_color.rgb * 0.5;
    float fog = fog_amount(frame, distance);
    vec3 shaded = mix(texel.rgb * lit, haze_color(frame, direction), fog);
    return vec4(shaded * texel.a, texel.a);
}

void main()
{
    float distance = length(place);
    vec3 direction = place / distance;
    if (uv.z < float(TEXTURE_WATER) - 0.5) {
        color = glass(distance, direction);
        return;
    }
    vec3 facing = normal;
    if (normal.y > 0.5) {
        float calm = 1.0 / (1.0 + distance * distance * 0.0004);
        vec2 slope = wave_slope(place.xz + frame.camera.xz, frame.fog.z) * calm;
        facing = normalize(vec3(-slope.x, 1.0, -slope.y));
    }
    bool from_below = dot(normal, direction) > 0.0;
    if (from_below)
        facing = -facing;
    float toward = clamp(-dot(direction, facing), 0.0, 1.0);
    float away = 1.0 - toward;
    float fresnel = 0.02 + 0.98 * away * away * away * away * away;

    // How much water the look passes: reversed depth is near / distance along the view.
    float behind = texelFetch(depth, ivec2(gl_FragCoord.xy), 0).r;
    float through = distance * max(gl_FragCoord.z / max(behind, 1e-6) - 1.0, 0.0);
    vec3 mirrored = reflect(direction, facing);
    mirrored.y = abs(mirrored.y);
    vec3 sky = haze_color(frame, mirrored);
    float shine = max(dot(mirrored, frame.light_direction.xyz), 0.0);
    shine *= shine; shine *= shine; shine *= shine; shine *= shine;
    shine *= shine; shine *= shine; shine *= shine;
    vec3 lit = frame.ambient_color.rgb + frame.light_color.rgb * 0.55;
    float clear = from_below ? 0.75 : exp(-through * 0.16);
    vec3 body = mix(vec3(0.012, 0.105, 0.175), vec3(0.05, 0.30, 0.33), clear) * lit;
    float cover = mix(1.0 - clear * 0.86, 1.0, fresnel);
    vec3 surface = mix(body * (1.0 - clear * 0.86), sky * cover, fresnel) +
                   frame.light_color.rgb * shine * 1.6;
    float fog = fog_amount(frame, distance);
    color = vec4(mix(surface, haze_color(frame, direction), fog), mix(cover, 1.0, fog));
}
#endif
