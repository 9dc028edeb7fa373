// A cube that turns: rotated, moved away and projected here, so that one angle is all it takes.
#version 460

layout(binding = 0) uniform Turn
{
    float angle;  // radians
    float aspect; // width of the target over its height
};
layout(binding = 1) uniform sampler2D pattern;

#ifdef VERTEX_STAGE
layout(location = 0) in vec3 position; // y up
layout(location = 1) in vec2 uv;
layout(location = 0) out vec2 uv_out;
layout(location = 1) out vec3 place;
void main()
{
    const float near = 0.1, focal = 2.0, tilt = 0.5;
    vec3 p = position;
    p.xz = mat2(cos(angle), sin(angle), -sin(angle), cos(angle)) * p.xz;
    p.yz = mat2(cos(tilt), sin(tilt), -sin(tilt), cos(tilt)) * p.yz;
    p.z -= 5.0; // the eye looks along -z
    // Depth is reversed: near / distance, 1 at the near plane and 0 far away. On the screen, y
    // runs down.
    gl_Position = vec4(p.x * focal / aspect, -p.y * focal, near, -p.z);
    uv_out = uv;
    place = p;
}
#endif

#ifdef FRAGMENT_STAGE
layout(location = 0) in vec2 uv;
layout(location = 1) in vec3 place;
layout(location = 0) out vec4 result;
void main()
{
    // A face is flat: where it lies tells how it faces.
    vec3 normal = normalize(cross(dFdy(place), dFdx(place)));
    float light = 0.35 + 0.65 * max(0.0, dot(normal, normalize(vec3(0.4, 0.7, 0.6))));
    // Characters are texels here: a space is stone, anything else glows.
    bool glows = texture(pattern, uv).r * 255.0 > 32.5;
    result = vec4(glows ? vec3(1.0, 0.55, 0.15) : vec3(0.45, 0.42, 0.5) * light, 1.0);
}
#endif
