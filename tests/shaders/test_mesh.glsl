// Vertices with position and colour.
#version 460

#ifdef VERTEX_STAGE
layout(location = 0) in vec3 position;
layout(location = 1) in vec4 color;
layout(location = 0) out vec4 passed_color;
void main()
{
    gl_Position = vec4(position, 1.0);
    passed_color = color;
}
#endif

#ifdef FRAGMENT_STAGE
layout(location = 0) in vec4 passed_color;
layout(location = 0) out vec4 result;
void main()
{
    result = passed_color;
}
#endif
