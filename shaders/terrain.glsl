// Blocks: quads pulled from a chunk's list, lit per vertex, textured per pixel. What can be worked
// out at the four corners is, since pixels outnumber them.
#version 460

#include "shared.h"
#include "atmosphere.h"
#include "blocks.h"
#include "encode.h"

#ifdef VERTEX_STAGE
layout(set = 0, binding = 0) uniform Frame { frame_uniforms frame; };
layout(std430, set = 0, binding = 2) readonly buffer Places { terrain_place places[]; };
layout(std430, set = 0, binding = 3) readonly buffer List { uvec2 list[]; };

layout(location = 0) out vec3 uv;    // z: layer
layout(location = 1) out vec4 light; // rgb times the texture's; a: times its glow
layout(location = 2) out vec4 haze;  // rgb: added; a: texels that a pixel covers

const vec3 LAMP_COLOR = vec3(1.0, 0.56, 0.24);
const float DARKNESS = 0.032; // what is left to see by where no light comes

// Chunks that are meshed with light are at least FAR blocks of it around the camera; where those
// begin that are not, all is daylight.
const float NEAR = 88.0, FAR = 124.0;

void main()
{
    uvec2 drawn = gl_InstanceIndex < 0 ? list[QUAD_INDEX(gl_VertexIndex)]
                                       : uvec2(gl_InstanceIndex, QUAD_INDEX(gl_VertexIndex));
    terrain_place chunk = places[drawn.x];
    uvec2 quad = quad_load(chunk.quads, int(drawn.y));
    uint corner = quad_corner(quad, QUAD_VERTEX_CORNER(gl_VertexIndex));
    vec2 extent = quad_extent(quad, corner);
    vec3 place = chunk.origin_scale.xyz + quad_position(quad, extent) * chunk.origin_scale.w;
    float distance = length(place);
    // Where a long edge meets two short ones, rounding leaves pixels that nobody draws: each quad
    // reaches a fraction of a pixel over its neighbours.
    vec2 over = (step(0.5, extent) - 0.5) * (distance * frame.camera.w * 0.02);
    place = chunk.origin_scale.xyz + quad_position(quad, extent + over) * chunk.origin_scale.w;
    gl_Position = frame.view_projection * vec4(place, 1.0);
    uv = vec3(quad_texture_coordinate(quad, extent, chunk.origin_scale.w), quad_texture(quad));

    vec3 normal = quad_normal(quad);
    vec2 given = mix(quad_light(quad, corner), vec2(1.0, 0.0),
                     clamp((distance - NEAR) / (FAR - NEAR), 0.0, 1.0));
    float open = given.x * (1.5 - 0.5 * given.x);
    float facing = max(dot(normal, frame.light_direction.xyz), 0.0);
    // The sky lights what looks up, the ground throws a little back at what looks down.
    float around = 0.78 + 0.22 * normal.y;
    // Lamps and lava pale beside the day, not in a cave.
    float night = frame.ambient_color.w;
    float lamp = given.y * given.y * (1.1 - 0.75 * open * (1.0 - night));
    vec3 lit = (frame.light_color.rgb * facing + frame.ambient_color.rgb * around) * open +
               LAMP_COLOR * lamp + DARKNESS * around;

    float fog = fog_amount(frame, distance);
    light = vec4(lit, 1.1 + 0.7 * night) * (1.0 - fog);
    haze = vec4(haze_color(atmosphere_of(frame), place / distance) * fog, gl_Position.w * frame.camera.w);
}
#endif

#ifdef FRAGMENT_STAGE
layout(set = 0, binding = 1) uniform sampler2DArray blocks;

layout(location = 0) in vec3 uv;
layout(location = 1) in vec4 light;
layout(location = 2) in vec4 haze;
layout(location = 0) out vec4 color;

void main()
{
    vec4 texel = block_texel(blocks, uv.xy, uv.z, haze.a);
    color = vec4(encode(texel.rgb * (light.rgb + light.a * texel.a) + haze.rgb), 1.0);
}
#endif
