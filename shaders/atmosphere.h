// The sky's colour in a direction, for the sky itself and for whatever fades into it. GLSL only.

// Cheap enough for every vertex: a gradient, and a glow around the low sun.
vec3 haze_color(frame_uniforms frame, vec3 direction)
{
    float up = clamp(direction.y, 0.0, 1.0);
    float rise = 1.0 - up;
    float low = rise * rise;
    low *= low;
    vec3 color = mix(frame.sky_zenith.rgb, frame.sky_horizon.rgb, low);
    float toward = max(dot(direction, frame.sun_direction.xyz), 0.0);
    toward *= toward;
    toward *= toward;
    return color + frame.sun_glow.rgb * toward * (0.35 + 0.65 * low);
}

// 0 near, 1 where the world ends.
float fog_amount(frame_uniforms frame, float distance)
{
    float amount = clamp((distance - frame.fog.x) * frame.fog.y, 0.0, 1.0);
    return amount * amount * (3.0 - 2.0 * amount);
}
