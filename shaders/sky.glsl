// The sky behind everything: a dome around the camera with a gradient from corner to corner, on
// whose upper part flat clouds drift; and what shines, added to it: the sun, moon and stars.
#version 460

#include "shared.h"
#include "atmosphere.h"
#include "encode.h"

// The parts of the dome, whose rows are instances: HAZE the lower one, CLOUDS and STARS the upper
// one; and DISC, a patch around the sun, or the moon.
const uint CLOUDS = 0, HAZE = 1, STARS = 2, DISC = 3;
layout(constant_id = 0) const uint VARIANT = CLOUDS;

const float LOWEST = 0.045; // y of the lowest directions with clouds

#ifdef VERTEX_STAGE
layout(set = 0, binding = 0) uniform Frame { frame_uniforms frame; };

layout(location = 0) out vec3 haze;  // CLOUDS, HAZE: the colour; else the direction
layout(location = 1) out vec3 cloud; // xy: place on the map; z: how much of one is seen
layout(location = 2) flat out vec4 bright; // rgb: clouds' colour, or the disc's; a: how visible
                                           // stars are, or the disc
layout(location = 3) flat out vec4 center; // xyz: of the disc; w: map cells up to the clouds

const float CLOUD_HEIGHT = 150.0; // blocks
const float CLOUD_SPEED = 1.6;    // blocks a second
const float CLOUD_CELL = 16.0;    // blocks, so that the map's 256 cells are CAMERA_WRAP

// The y of the directions between rows.
const float UPPER[SKY_UPPER_ROWS + 1] = float[](LOWEST, 0.06, 0.09, 0.14, 0.227, 0.35, 0.5, 0.68,
                                                0.85, 0.96, 1.0);
const float LOWER[SKY_LOWER_ROWS + 1] = float[](-1.0, -0.5, -0.1, 0.0, LOWEST);

vec2 around_at(vec2 screen)
{
    vec4 far = frame.inverse_view_projection * vec4(screen, 0.5, 1.0);
    return far.xz / far.w;
}

// From where to where around one sees, as angles: what is clipped costs more than what is drawn.
vec2 seen_around()
{
    vec2 top = around_at(vec2(0.0, -1.0)), bottom = around_at(vec2(0.0, 1.0));
    if (dot(top, bottom) <= 0.0)
        return vec2(0.0, 6.2831853); // straight above or below is in sight
    vec2 look = normalize(top);
    float side = min(dot(look, normalize(around_at(vec2(1.0, -1.0)))),
                     dot(look, normalize(around_at(vec2(1.0, 1.0)))));
    float middle = atan(look.y, look.x), half_width = acos(clamp(side, -1.0, 1.0)) + 0.02;
    return middle + vec2(-half_width, half_width);
}

vec3 on_dome()
{
    int row = gl_InstanceIndex + (gl_VertexIndex & 1);
    float up = VARIANT == HAZE ? LOWER[row] : UPPER[row];
    vec2 ends = seen_around();
    float around = mix(ends.x, ends.y, float(gl_VertexIndex >> 1) / float(SKY_COLUMNS));
    return vec3(vec2(cos(around), sin(around)) * sqrt(1.0 - up * up), up).xzy;
}

vec3 on_patch()
{
    vec2 corner = vec2(gl_VertexIndex & 1, gl_VertexIndex >> 1) * 0.12 - 0.06;
    vec3 middle = frame.light_direction.xyz;
    vec3 across = normalize(vec3(-middle.z, 0.0, middle.x));
    return middle + across * corner.x + cross(across, middle) * corner.y;
}

void main()
{
    float height = CLOUD_HEIGHT - frame.camera.y, side = height > 0.0 ? 1.0 : -1.0;
    vec3 direction = VARIANT == DISC ? on_patch() : on_dome();
    if (VARIANT == CLOUDS || VARIANT == HAZE)
        direction.y *= side; // clouds may lie below
    // On a plane, so that what lies between corners on the clouds lies there on the screen too.
    vec3 place = direction / max(abs(direction.y), LOWEST);
    gl_Position = frame.view_projection * vec4(place, 1.0);
    gl_Position.z = 0.0; // the far end: nothing that was drawn before is hidden

    bool day = frame.light_direction.y == frame.sun_direction.y;
    vec2 over = frame.camera.xz + vec2(CLOUD_SPEED * frame.fog.z, 0.0);
    cloud = vec3(over / CLOUD_CELL, 0.0);
    center = vec4(frame.light_direction.xyz, height / CLOUD_CELL);
    if (VARIANT == DISC) {
        haze = direction;
        // Chosen without a branch: lavapipe compiles a shader anew for each frame that branches by
        // uniforms alone, and keeps all of them, 256 KiB a frame.
        bright = mix(vec4(0.81, 0.83, 0.86, frame.sky_zenith.a),
                     vec4(frame.sun_glow.rgb + vec3(0.95, 0.9, 0.73), 1.0), bvec4(day));
        bright.a *= 1.0 - frame.fog.w;
        return;
    }
    haze = VARIANT == STARS ? place : haze_color(atmosphere_of(frame), direction);
    // Far ones are lost in the haze.
    float near = clamp(direction.y * side * 5.5 - 0.25, 0.0, 1.0) * (1.0 - frame.fog.w);
    cloud = vec3(cloud.xy + place.xz * abs(center.w), side > 0.0 || VARIANT != STARS ? near : 0.0);
    bright = vec4(encode(frame.ambient_color.rgb * 0.9 + frame.light_color.rgb * 0.62) +
                      frame.sun_glow.rgb * 0.3,
                  frame.sky_zenith.a);
}
#endif

#ifdef FRAGMENT_STAGE
layout(set = 0, binding = 1) uniform sampler2D clouds;

layout(location = 0) in vec3 haze;
layout(location = 1) in vec3 cloud;
layout(location = 2) flat in vec4 bright;
layout(location = 3) flat in vec4 center;
layout(location = 0) out vec4 color; // a: 0, nothing is seen through the sea

// How thick the cloud is there: flat ones of square cells, as blocks would make them.
float cover(vec2 place)
{
    return texelFetch(clouds, ivec2(floor(place)) & 255, 0).r;
}

float hash(ivec2 cell)
{
    uint value = uint(cell.x) * 0x9E3779B1u ^ uint(cell.y) * 0x85EBCA77u;
    value = (value ^ (value >> 15)) * 0x2C1B3C6Du;
    value ^= value >> 13;
    return float(value & 0xFFFFu) / 65535.0;
}

// A star in few of the cells of a cube around the camera that turns with the sun.
float stars(vec3 direction)
{
    vec3 side = normalize(cross(center.xyz, vec3(0.0, 0.3, 1.0)));
    vec3 turned =
        vec3(dot(direction, center.xyz), dot(direction, side), dot(direction, cross(side, center.xyz)));
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

// The sun or the moon, sharp at its rim, above the horizon and through gaps.
float disc(vec3 direction)
{
    float seen = clamp(direction.y * 20.0 + 0.4, 0.0, 1.0);
    float near = clamp(direction.y * 5.5 - 0.25, 0.0, 1.0);
    if (center.w > 0.0)
        seen *= 1.0 - near * cover(cloud.xy + direction.xz * (center.w / max(direction.y, LOWEST)));
    return clamp((dot(direction, center.xyz) - 0.99915) * 5000.0, 0.0, 1.0) * seen;
}

void main()
{
    if (VARIANT == HAZE)
        color = vec4(haze, 0.0);
    else if (VARIANT == CLOUDS)
        color = vec4(mix(haze, bright.rgb, cover(cloud.xy) * cloud.z * 0.82), 0.0);
    else if (VARIANT == STARS)
        color = vec4(vec3(stars(normalize(haze)) * bright.a * (1.0 - cover(cloud.xy) * cloud.z)), 0.0);
    else
        color = vec4(bright.rgb * (bright.a * disc(normalize(haze))), 0.0);
}
#endif
