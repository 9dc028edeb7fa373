// What is done to the picture as a whole: under water it sways, blurs with distance, loses its red,
// and light plays on what is near.
#version 460

#include "shared.h"
#include "wave.h"

#ifdef VERTEX_STAGE
layout(set = 0, binding = 0) uniform Frame { frame_uniforms frame; };

layout(location = 0) out vec3 ray; // along the look; 1 block deep
layout(location = 1) flat out vec4 place; // xy: camera's x and z, z: seconds, w: of the near plane
layout(location = 2) flat out vec4 screen; // xy: 1 / pixels, z: brightness of the light

void main()
{
    vec2 corner = vec2((gl_VertexIndex << 1) & 2, gl_VertexIndex & 2) * 2.0 - 1.0;
    gl_Position = vec4(corner, 1.0, 1.0);
    // Depth 1 is the near plane, whose distance is what the projection divided by.
    vec4 near = frame.inverse_view_projection * vec4(corner, 1.0, 1.0);
    ray = near.xyz;
    place = vec4(frame.camera.xz, frame.fog.z, 1.0 / near.w);
    screen = vec4(frame.viewport.zw, dot(frame.light_color.rgb, vec3(0.2, 0.7, 0.1)), 0.0);
}
#endif

#ifdef FRAGMENT_STAGE
layout(set = 0, binding = 1) uniform sampler2D scene;
layout(set = 0, binding = 2) uniform sampler2D depth;

layout(location = 0) in vec3 ray;
layout(location = 1) flat in vec4 place;
layout(location = 2) flat in vec4 screen;
layout(location = 0) out vec4 color;

// All codes, not light: the scene is read as it was encoded. Three samples are enough where the
// picture sways, and each costs a software driver 4 ms at 1280x720.
vec3 blurred(vec2 at, float radius)
{
    vec2 side = vec2(screen.x / screen.y, 0.6) * radius;
    return texture(scene, at).rgb * 0.4 +
           (texture(scene, at + side).rgb + texture(scene, at - side).rgb) * 0.3;
}

// Bright lines where two waves of the surface above meet; they repeat after CAMERA_WRAP blocks.
float caustics(vec2 at, float seconds)
{
    const vec2 a = vec2(1103.0, 653.0) / CAMERA_WRAP, b = vec2(-877.0, 1271.0) / CAMERA_WRAP;
    vec2 bend = wave(at.yx * (331.0 / CAMERA_WRAP) + vec2(0.05, -0.04) * seconds) * 0.22;
    vec2 lines = 1.0 - abs(wave(vec2(dot(a, at), dot(b, at)) + bend + vec2(0.13, 0.11) * seconds));
    lines *= lines;
    return dot(lines * lines, lines);
}

void main()
{
    vec2 at = gl_FragCoord.xy * screen.xy, middle = at * 2.0 - 1.0;
    vec2 inside = 1.0 - middle * middle; // nothing from beyond the edge sways in
    vec2 sway = wave(vec2(1.7, 1.3) * at.yx + vec2(0.17, 0.21) * place.z) * inside.yx * 0.006;
    float distance = place.w / max(texture(depth, at + sway).r, 0.001);
    vec3 seen = blurred(at + sway, 0.003 * min(distance * 0.04, 1.0));

    vec3 hit = ray * distance;
    float near = exp2(distance * -0.1) * screen.z;
    seen *= 1.0 + near * (0.55 * caustics(place.xy + hit.xz + 0.6 * hit.y, place.z) - 0.08);
    seen *= vec3(0.72, 0.95, 1.0) * (1.0 - 0.22 * dot(middle, middle));
    color = vec4(seen, 1.0);
}
#endif
