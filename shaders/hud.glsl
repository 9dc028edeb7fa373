// What lies over the picture: rectangles, text and block icons, all of them parallelograms.
#version 460

#include "shared.h"
#include "blocks.h"

#ifdef VERTEX_STAGE
layout(std430, set = 0, binding = 0) readonly buffer Quads { hud_quad quads[]; };
layout(push_constant) uniform Push { vec4 target; };

layout(location = 0) out vec3 uv; // z: layer
layout(location = 1) flat out vec4 quad_color;
layout(location = 2) flat out float fill;

void main()
{
    const vec2 corners[6] = vec2[](vec2(0, 0), vec2(0, 1), vec2(1, 1),
                                   vec2(0, 0), vec2(1, 1), vec2(1, 0));
    vec2 corner = corners[gl_VertexIndex % 6];
    hud_quad quad = quads[gl_VertexIndex / 6];
    vec2 place = quad.origin.xy + corner.x * quad.origin.zw + corner.y * quad.edge.xy;
    gl_Position = vec4(place * target.zw * 2.0 - 1.0, 0.0, 1.0);
    uv = vec3(quad.uv.xy + corner * quad.uv.zw, quad.edge.w);
    quad_color = quad.color;
    fill = quad.edge.z;
}
#endif

#ifdef FRAGMENT_STAGE
layout(set = 0, binding = 1) uniform sampler2D font;
layout(set = 0, binding = 2) uniform sampler2D blocks;
layout(std430, set = 0, binding = 3) readonly buffer Cells { uint cells[]; };

layout(location = 0) in vec3 uv;
layout(location = 1) flat in vec4 quad_color;
layout(location = 2) flat in float fill;
layout(location = 0) out vec4 color;

void main()
{
    color = quad_color;
    if (fill == HUD_FILL_GLYPH)
        color.a *= texelFetch(font, ivec2(uv.xy), 0).r;
    else if (fill == HUD_FILL_BLOCK)
        color.rgb *= block_texel(blocks, uv.xy, int(uv.z + 0.5), 0).rgb;
    else if (fill == HUD_FILL_CELLS)
        color = unpackUnorm4x8(cells[int(uv.x)]);
}
#endif
