// From linear light to the codes that the target holds. GLSL only.
//
// The target holds sRGB codes as plain numbers, and blends them as such: on a software driver,
// decoding and encoding around each blend cost more than shading does.

// The sRGB curve, to a hundredth, from a square root: below 0 is black, as the target sees to it.
vec3 encode(vec3 light)
{
    return 1.235 * sqrt(light) - 0.207 * light - 0.028;
}

// Of colour that is multiplied by how much it covers: what encode() gives, times that.
vec4 encode_premultiplied(vec4 light)
{
    return vec4(1.235 * sqrt(light.rgb * light.a) - 0.207 * light.rgb - 0.028 * light.a, light.a);
}
