// Blocks: quads pulled from a chunk's list, lit per vertex, textured per pixel. What can be worked
// out at the four corners is, since pixels outnumber them.
#version 460

#include "shared.h"
#include "atmosphere.h"
#include "blocks.h"
#include "encode.h"
#include "light.h"
#include "sea.h"

#ifdef VERTEX_STAGE
layout(set = 0, binding = 0) uniform Frame { frame_uniforms frame; };
layout(std430, set = 0, binding = 2) readonly buffer Places { terrain_place places[]; };
layout(std430, set = 0, binding = 3) readonly buffer List { uvec2 list[]; };

// As few as hold it: lavapipe stores 48 bytes of each with every triangle.
layout(location = 0) out vec4 texture_of; // xy: where in it; z: its layer; w: blocks of water before it
layout(location = 1) out vec4 light;      // rgb times the texture's; a: times its glow
layout(location = 2) out vec3 haze;       // added

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
    // As block_level() wants it: w counts the texels that a pixel covers.
    gl_Position = frame.view_projection * vec4(place, 1.0) * frame.camera.w;
    float passed = sea_passed(frame.camera.y, place, distance);
    texture_of = vec4(quad_texture_coordinate(quad, extent, chunk.origin_scale.w),
                      float(quad_texture(quad)) + 0.5, passed);

    vec3 lit = shade(light_at(frame, quad_light(quad, corner), quad_normal(quad), distance));
    float fog = fog_amount(frame, distance);
    // What glows is as bright by night as by day.
    light = vec4(lit, max(1.35 - lit.g, 0.0)) * (1.0 - fog);
    haze = haze_color(atmosphere_of(frame), place / distance) * fog;
    if (quad_wet(quad))
        haze += frame.sea_shallow.rgb * ((1.0 - clamp(sea_clear(passed), 0.0, 1.0)) * (1.0 - fog));
}
#endif

#ifdef FRAGMENT_STAGE
layout(set = 0, binding = 1) uniform sampler2D blocks;

layout(location = 0) in vec4 texture_of;
layout(location = 1) in vec4 light;
layout(location = 2) in vec3 haze;
layout(location = 0) out vec4 color;

void main()
{
    vec4 texel = block_texel(blocks, texture_of.xy, int(texture_of.z), block_level());
    color = vec4(texel.rgb * (light.rgb + light.a * texel.a) + haze, sea_clear(texture_of.w));
}
#endif
