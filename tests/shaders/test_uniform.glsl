// The colour comes from a uniform.
#version 460

layout(binding = 0) uniform Color
{
    vec4 color;
};

#ifdef VERTEX_STAGE
void main()
{
    gl_Position = vec4(gl_VertexIndex == 1 ? 3.0 : -1.0, gl_VertexIndex == 2 ? 3.0 : -1.0, 0.0, 1.0);
}
#endif

#ifdef FRAGMENT_STAGE
layout(location = 0) out vec4 result;
void main()
{
    result = color;
}
#endif
