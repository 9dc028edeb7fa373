// The sky: gradient, sun, moon, stars and clouds, on one triangle behind everything.
#version 460

#include "shared.h"
#include "atmosphere.h"

// By day there are no stars to look for.
layout(constant_id = 0) const uint NIGHT = 0;

layout(set = 0, binding = 0) uniform Frame { frame_uniforms frame; };

#ifdef VERTEX_STAGE
layout(location = 0) out vec3 ray;

void main()
{
    vec2 corner = vec2((gl_VertexIndex << 1) & 2, gl_VertexIndex & 2) * 2.0 - 1.0;
    // Depth 0 is the far end: nothing that was drawn before is hidden.
    gl_Position = vec4(corner, 0.0, 1.0);
    vec4 far = frame.inverse_view_projection * vec4(corner, 0.5, 1.0);
    ray = far.xyz / far.w;
}
#endif

#ifdef FRAGMENT_STAGE
layout(set = 0, binding = 1) uniform sampler2D clouds;

layout(location = 0) in vec3 ray;
layout(location = 0) out vec4 color;

float hash(ivec2 cell)
{
    uint value = uint(cell.x) * 0x9E3779B1u ^ uint(cell.y) * 0x85EBCA77u;
    value = (value ^ (value >> 15)) * 0x2C1B3C6Du;
    value ^= value >> 13;
    return float(value & 0xFFFFu) / 65535.0;
}

const float CLOUD_HEIGHT = 150.0; // blocks
const float CLOUD_CELL = 16.0;    // so that the map's 256 cells are CAMERA_WRAP

// Flat clouds of square cells, as blocks would make them.
float cloud(vec3 direction)
{
    float height = CLOUD_HEIGHT - frame.camera.y;
    float steep = abs(direction.y);
    vec2 place = frame.camera.xz + direction.xz * (abs(height) / max(steep, 0.04));
    ivec2 cell = ivec2(floor((place + vec2(frame.fog.z * 1.6, 0.0)) / CLOUD_CELL));
    float cover = texelFetch(clouds, cell & 255, 0).r;
    return direction.y * height > 0.0 ? cover * smoothstep(0.045, 0.22, steep) : 0.0;
}

// A star in few of the cells of a cube around the camera that turns with the sun.
float stars(vec3 direction)
{
    vec3 sun = frame.sun_direction.xyz;
    vec3 side = normalize(cross(sun, vec3(0.0, 0.3, 1.0)));
    vec3 turned = vec3(dot(direction, sun), dot(direction, side), dot(direction, cross(side, sun)));
    vec3 size = abs(turned);
    float largest = max(size.x, max(size.y, size.z));
    vec2 face = largest == size.x ? turned.yz : largest == size.y ? turned.xz : turned.xy;
    vec2 place = face / largest * 70.0;
    ivec2 cell = ivec2(floor(place));
    float chance = hash(cell + (largest == size.x ? 1000 : largest == size.y ? 2000 : 3000));
    if (chance < 0.93)
        return 0.0;
    vec2 middle = vec2(cell) + 0.2 + 0.6 * vec2(hash(cell + 77), hash(cell + 191));
    float near = 1.0 - min(length(place - middle) * 7.0, 1.0);
    return near * (0.25 + 0.75 * hash(cell + 311));
}

void main()
{
    vec3 direction = normalize(ray);
    vec3 sky = haze_color(frame, direction);
    if (frame.fog.w < 0.5) {
        float toward = dot(direction, frame.sun_direction.xyz);
        float clear = 1.0 - cloud(direction);
        float above = smoothstep(-0.02, 0.03, direction.y);
        if (NIGHT != 0)
            sky += stars(direction) * frame.sky_zenith.w * above * clear;
        vec3 lit = frame.ambient_color.rgb * 0.9 + frame.light_color.rgb * 0.62 + frame.sun_glow.rgb * 0.4;
        sky = mix(lit, sky, mix(1.0, clear, 0.82));
        float disc = smoothstep(0.99905, 0.99925, toward);
        sky += (frame.sun_glow.rgb + vec3(0.9, 0.78, 0.5)) * disc * 4.0 * above * clear;
        if (NIGHT != 0) {
            float moon = smoothstep(0.99930, 0.99945, -toward);
            sky = mix(sky, vec3(0.62, 0.66, 0.72), moon * above * clear * frame.sky_zenith.w);
        }
    }
    color = vec4(sky, 1.0);
}
#endif
