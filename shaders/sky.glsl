// The sky behind everything: gradient, sun, moon, stars and clouds; and, as the variant BELOW, what
// lies under the horizon, where there is nothing of all that.
#version 460

#include "shared.h"
#include "atmosphere.h"
#include "encode.h"

// By day there are no stars to look for.
const uint DAY = 0, NIGHT = 1, BELOW = 2;
layout(constant_id = 0) const uint VARIANT = DAY;

#ifdef VERTEX_STAGE
layout(set = 0, binding = 0) uniform Frame { frame_uniforms frame; };

layout(location = 0) out vec3 ray;
layout(location = 1) flat out vec4 zenith; // a: how visible stars are
layout(location = 2) flat out vec4 horizon; // a: 0 under water, where there is nothing but haze
layout(location = 3) flat out vec3 sun;
layout(location = 4) flat out vec3 glow;
layout(location = 5) flat out vec3 cloud_color;
layout(location = 6) flat out vec3 cloud_place; // xy: of the camera over the map, z: blocks below

const float CLOUD_HEIGHT = 150.0; // blocks
const float CLOUD_SPEED = 1.6;    // blocks a second

// How far down something of the sky is seen, as the y of a unit vector: clouds may be below.
const float LOWEST = -0.02;

vec3 ray_at(vec2 place)
{
    vec4 far = frame.inverse_view_projection * vec4(place, 0.5, 1.0);
    return far.xyz / far.w;
}

// Where the picture is parted, from -1 (its top) to 1: the camera never leans to a side.
float border()
{
    if (frame.fog.w > 0.5)
        return -1.0;
    if (frame.camera.y > CLOUD_HEIGHT - 1.0)
        return 1.0;
    vec3 top = ray_at(vec2(1.0, -1.0)), bottom = ray_at(vec2(1.0, 1.0));
    float lowest = LOWEST * max(length(top), length(bottom));
    return clamp((lowest - top.y) / (bottom.y - top.y), 0.0, 1.0) * 2.0 - 1.0;
}

void main()
{
    vec2 corner = vec2(gl_VertexIndex & 1, gl_VertexIndex >> 1) * 2.0 - 1.0;
    bool upper = corner.y < 0.0;
    if (upper == (VARIANT == BELOW))
        corner.y = border();
    // Depth 0 is the far end: nothing that was drawn before is hidden.
    gl_Position = vec4(corner, 0.0, 1.0);
    ray = ray_at(corner);
    zenith = frame.sky_zenith;
    horizon = vec4(frame.sky_horizon.rgb, 1.0 - frame.fog.w);
    sun = frame.sun_direction.xyz;
    glow = frame.sun_glow.rgb;
    cloud_color = frame.ambient_color.rgb * 0.9 + frame.light_color.rgb * 0.62 + glow * 0.4;
    cloud_place = vec3(frame.camera.x + CLOUD_SPEED * frame.fog.z, frame.camera.z,
                       CLOUD_HEIGHT - frame.camera.y);
}
#endif

#ifdef FRAGMENT_STAGE
layout(set = 0, binding = 1) uniform sampler2D clouds;

layout(location = 0) in vec3 ray;
layout(location = 1) flat in vec4 zenith;
layout(location = 2) flat in vec4 horizon;
layout(location = 3) flat in vec3 sun;
layout(location = 4) flat in vec3 glow;
layout(location = 5) flat in vec3 cloud_color;
layout(location = 6) flat in vec3 cloud_place;
layout(location = 0) out vec4 color;

float hash(ivec2 cell)
{
    uint value = uint(cell.x) * 0x9E3779B1u ^ uint(cell.y) * 0x85EBCA77u;
    value = (value ^ (value >> 15)) * 0x2C1B3C6Du;
    value ^= value >> 13;
    return float(value & 0xFFFFu) / 65535.0;
}

const float CLOUD_CELL = 16.0; // blocks, so that the map's 256 cells are CAMERA_WRAP

// How thick the cloud is that one looks at: flat ones of square cells, as blocks would make them.
float cloud(vec3 direction)
{
    float steep = abs(direction.y);
    vec2 place = cloud_place.xy + direction.xz * (abs(cloud_place.z) / max(steep, 0.04));
    float cover = texelFetch(clouds, ivec2(floor(place / CLOUD_CELL)) & 255, 0).r;
    // Far ones are lost in the haze.
    float near = clamp(steep * 5.5 - 0.25, 0.0, 1.0);
    return direction.y * cloud_place.z > 0.0 ? cover * near : 0.0;
}

// A star in few of the cells of a cube around the camera that turns with the sun.
float stars(vec3 direction)
{
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
    vec3 sky = haze_color(atmosphere(zenith.rgb, horizon.rgb, sun, glow), direction);
    if (VARIANT == BELOW) {
        color = vec4(encode(sky), 1.0);
        return;
    }
    float covered = cloud(direction) * horizon.a;
    float clear = 1.0 - covered;
    // What stands in the sky is seen above the horizon, through gaps.
    float seen = clamp(direction.y * 20.0 + 0.4, 0.0, 1.0) * clear * horizon.a;
    float toward = dot(direction, sun);
    float disc = clamp((toward - 0.99905) * 5000.0, 0.0, 1.0);
    sky = mix(sky, cloud_color, covered * 0.82) + (glow + vec3(0.9, 0.78, 0.5)) * (disc * 4.0 * seen);
    if (VARIANT == NIGHT) {
        float moon = clamp((-toward - 0.99930) * 6000.0, 0.0, 1.0) * seen * zenith.a;
        sky += stars(direction) * zenith.a * seen;
        sky = mix(sky, vec3(0.62, 0.66, 0.72), moon);
    }
    color = vec4(encode(sky), 1.0);
}
#endif
