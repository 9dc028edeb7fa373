// A sine of turns, near enough for a wave, and much cheaper than a real one. GLSL only.
vec2 wave(vec2 turns)
{
    vec2 t = fract(turns) * 2.0 - 1.0;
    return t * (1.0 - abs(t)) * 4.0;
}
