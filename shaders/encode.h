// From linear light to the codes that the target holds. GLSL only.
//
// The target holds sRGB codes as plain numbers, and blends them as such. What pixels are made of is
// given as codes already: light is turned into them at vertices, and times a texture's code it is
// lit near enough.

// The sRGB curve, to a hundredth, from a square root.
vec3 encode(vec3 light)
{
    return max(1.235 * sqrt(light) - 0.207 * light - 0.028, 0.0);
}

// What a code is multiplied by to look lit so: exact for a colour that gives back a fifth.
vec3 shade(vec3 light)
{
    return encode(0.2 * light) * (1.0 / 0.4829);
}
