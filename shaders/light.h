// What light falls on a block's face. GLSL only.

const vec3 LAMP_COLOR = vec3(1.0, 0.56, 0.24);
const float DARKNESS = 0.032; // what is left to see by where no light comes

// Chunks that are meshed with light are at least LIGHT_FAR blocks of it around the camera; where
// those begin that are not, all is daylight.
const float LIGHT_NEAR = 88.0, LIGHT_FAR = 124.0;

// Linear, from what quad_light says of the face.
vec3 light_at(frame_uniforms frame, vec2 given, vec3 normal, float distance)
{
    given = mix(given, vec2(1.0, 0.0),
                clamp((distance - LIGHT_NEAR) / (LIGHT_FAR - LIGHT_NEAR), 0.0, 1.0));
    float open = given.x * (1.5 - 0.5 * given.x);
    float facing = max(dot(normal, frame.light_direction.xyz), 0.0);
    // The sky lights what looks up, the ground throws a little back at what looks down.
    float around = 0.78 + 0.22 * normal.y;
    // Lamps and lava pale beside the day, not in a cave.
    float lamp = given.y * given.y * (1.1 - 0.75 * open * (1.0 - frame.ambient_color.w));
    return (frame.light_color.rgb * facing + frame.ambient_color.rgb * around) * open +
           LAMP_COLOR * lamp + DARKNESS * around;
}
