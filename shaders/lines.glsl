// Lines in the world, as ribbons that are equally wide on the screen wherever they are.
#version 460

#include "shared.h"

#ifdef VERTEX_STAGE
layout(set = 0, binding = 0) uniform Frame { frame_uniforms frame; };
layout(std430, set = 0, binding = 1) readonly buffer Lines { world_line lines[]; };

layout(location = 0) flat out vec4 line_color;

const float NEAR = 0.02; // blocks; what lies behind it is cut off

vec4 cut(vec4 end, vec4 other)
{
    return end.w >= NEAR ? end : mix(end, other, (NEAR - end.w) / max(other.w - end.w, 1e-6));
}

void main()
{
    const vec2 corners[6] = vec2[](vec2(0, -1), vec2(1, -1), vec2(1, 1),
                                   vec2(0, -1), vec2(1, 1), vec2(0, 1));
    vec2 corner = corners[gl_VertexIndex % 6];
    world_line line = lines[gl_VertexIndex / 6];
    vec4 from = frame.view_projection * vec4(line.from.xyz, 1.0);
    vec4 to = frame.view_projection * vec4(line.to.xyz, 1.0);
    vec4 start = cut(from, to), end = cut(to, from);
    vec2 along = (end.xy / end.w - start.xy / start.w) * frame.viewport.xy;
    float size = length(along);
    vec2 across = size > 1e-4 ? vec2(-along.y, along.x) / size : vec2(0.0);
    vec4 place = corner.x < 0.5 ? start : end;
    place.xy += across * corner.y * line.from.w * frame.viewport.zw * place.w;
    // A hair nearer than the block that it surrounds.
    place.z *= 1.0008;
    gl_Position = place;
    line_color = line.color;
}
#endif

#ifdef FRAGMENT_STAGE
layout(location = 0) flat in vec4 line_color;
layout(location = 0) out vec4 color;

void main()
{
    color = line_color;
}
#endif
