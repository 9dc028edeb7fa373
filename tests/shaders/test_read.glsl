// Shows what earlier passes left: constant 0 inverts their colour, 1 shows their depth, 2 inverts
// from the lower right corner on.
#version 460

layout(constant_id = 0) const uint show_depth = 0;
layout(binding = 0) uniform sampler2D source;

#ifdef VERTEX_STAGE
void main()
{
    gl_Position = vec4(gl_VertexIndex == 1 ? 3.0 : -1.0, gl_VertexIndex == 2 ? 3.0 : -1.0, 1.0, 1.0);
}
#endif

#ifdef FRAGMENT_STAGE
layout(location = 0) out vec4 result;
void main()
{
    ivec2 place = ivec2(gl_FragCoord.xy);
    vec4 texel = texelFetch(source, show_depth == 2 ? textureSize(source, 0) - 1 - place : place, 0);
    result = show_depth == 1 ? vec4(texel.r, 0.0, 0.0, 1.0) : vec4(1.0 - texel.rgb, 1.0);
}
#endif
