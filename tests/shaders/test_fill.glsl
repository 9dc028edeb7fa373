// One colour at one depth over the whole target.
#version 460

layout(push_constant) uniform Fill
{
    vec4 color;
    float depth;
} fill;

#ifdef VERTEX_STAGE
void main()
{
    vec2 corner = vec2(gl_VertexIndex == 1 ? 3.0 : -1.0, gl_VertexIndex == 2 ? 3.0 : -1.0);
    gl_Position = vec4(corner, fill.depth, 1.0);
}
#endif

#ifdef FRAGMENT_STAGE
layout(location = 0) out vec4 result;
void main()
{
    result = fill.color;
}
#endif
