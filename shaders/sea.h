// The sea as seen from above. GLSL only.
//
// Water is blended by the target's alpha: how much of what lies there is seen through the water
// before it. Terrain writes that, since it knows how deep it lies; where there is nothing it is 0.

const float SEA_SURFACE = float(SEA_TOP) - WATER_SURFACE_DROP;

// How many blocks of water a look to `place` (relative to the camera, `distance` away) passes;
// below 0 for what lies above the sea, and of no use where the camera is below it.
float sea_passed(float camera_height, vec3 place, float distance)
{
    float below = SEA_SURFACE - camera_height - place.y;
    return clamp(distance * below / max(-place.y, 0.1), -8.0, 60.0);
}

// How much is seen through so much water: about 2^(-passed / 5), without a power. Nothing is after
// a little more than CLEAR_WATER (shaders/seen.h).
float sea_clear(float passed)
{
    float left = max(1.0 - 0.04 * passed, 0.0);
    left *= left;
    return left * left * 0.88;
}
