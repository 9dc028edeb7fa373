// The sky's colour in a direction, for the sky itself and for whatever fades into it. GLSL only.
//
// Colours are sRGB codes here: mixed as they are seen, and never encoded for each pixel.

struct atmosphere {
    vec3 zenith, horizon, sun, glow;
};

atmosphere atmosphere_of(frame_uniforms frame)
{
    return atmosphere(frame.sky_zenith.rgb, frame.sky_horizon.rgb, frame.sun_direction.xyz,
                      frame.sun_glow.rgb);
}

// Cheap enough for every vertex: a gradient, and a glow around the low sun.
vec3 haze_color(atmosphere air, vec3 direction)
{
    float rise = 1.0 - clamp(direction.y, 0.0, 1.0);
    float low = rise * rise;
    low *= low;
    float toward = max(dot(direction, air.sun), 0.0);
    toward *= toward;
    toward *= toward;
    return mix(air.zenith, air.horizon, low) + air.glow * (toward * (0.35 + 0.65 * low));
}

// 0 near, 1 where the world ends.
float fog_amount(frame_uniforms frame, float distance)
{
    float amount = clamp((distance - frame.fog.x) * frame.fog.y, 0.0, 1.0);
    return amount * amount * (3.0 - 2.0 * amount);
}
