// A triangle without a vertex buffer: its corners stand in the shader.
#version 460

#ifdef VERTEX_STAGE
layout(location = 0) out vec3 color;
void main()
{
    // Counter-clockwise; y runs down.
    const vec2 corners[3] = {vec2(0.0, -0.8), vec2(-0.8, 0.8), vec2(0.8, 0.8)};
    const vec3 colors[3] = {vec3(1.0, 0.2, 0.1), vec3(0.2, 1.0, 0.2), vec3(0.2, 0.3, 1.0)};
    gl_Position = vec4(corners[gl_VertexIndex], 0.5, 1.0);
    color = colors[gl_VertexIndex];
}
#endif

#ifdef FRAGMENT_STAGE
layout(location = 0) in vec3 color;
layout(location = 0) out vec4 result;
void main()
{
    result = vec4(color, 1.0);
}
#endif
