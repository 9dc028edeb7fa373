// Texels of the blocks' textures. GLSL only.
//
// A layer holds all its levels side by side, 16 pixels wide, then 8, 4, 2 and 1, and colours as
// their square roots: on a software driver one fetch from an image of one level and a product are
// many times cheaper than a sampler that blends eight texels and decodes sRGB.

const int BLOCK_STRIP = 2 * TEXTURE_EDGE; // pixels across a layer

// The nearest texel of the nearest level: linear colour, and alpha as shared.h says. `uv` counts
// blocks, `covered` the texels of the first level that a pixel covers.
vec4 block_texel(sampler2DArray blocks, vec2 uv, float layer, float covered)
{
    // The level is the exponent of what is covered.
    int level = clamp((floatBitsToInt(covered) >> 23) - 127, 0, TEXTURE_LAST_LEVEL);
    int size = TEXTURE_EDGE >> level;
    ivec2 place = ivec2(floor(uv * float(size))) & (size - 1);
    place.x += BLOCK_STRIP - (BLOCK_STRIP >> level);
    vec4 texel = texelFetch(blocks, ivec3(place, int(layer + 0.5)), 0);
    return vec4(texel.rgb * texel.rgb, texel.a);
}
