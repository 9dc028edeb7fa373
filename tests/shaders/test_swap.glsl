// As test_fill, with red and blue exchanged: what a shader may become while the program runs.
#version 460

#ifdef VERTEX_STAGE
layout(push_constant) uniform Constants { vec4 color; float depth; };

void main()
{
    vec2 corner = vec2((gl_VertexIndex << 1) & 2, gl_VertexIndex & 2);
    gl_Position = vec4(corner * 2.0 - 1.0, depth, 1.0);
}
#endif

#ifdef FRAGMENT_STAGE
layout(push_constant) uniform Constants { vec4 color; float depth; };
layout(location = 0) out vec4 result;

void main()
{
    result = color.bgra;
}
#endif
