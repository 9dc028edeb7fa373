// Texels of the blocks' textures. GLSL only.
//
// One image of one level holds them all, a strip for each layer: its levels side by side, 16 pixels
// wide, then 8, 4, 2 and 1. On a software driver one fetch from that is many times cheaper than a
// sampler that blends eight texels, or that has to find its way among layers and levels.

const int BLOCK_STRIP = 2 * TEXTURE_EDGE; // pixels across

// The nearest texel: an sRGB code, and alpha as shared.h says. `uv` counts blocks.
vec4 block_texel(sampler2D blocks, vec2 uv, int layer, int level)
{
    int size = TEXTURE_EDGE >> level;
    ivec2 place = ivec2(floor(uv * float(size))) & (size - 1);
    place += ivec2(BLOCK_STRIP - (BLOCK_STRIP >> level), layer * TEXTURE_EDGE);
    return texelFetch(blocks, place, 0);
}

#ifdef FRAGMENT_STAGE
// The level whose texels are as large as a pixel, where w is how many texels of the first one a
// pixel covers: the exponent of w. What is at hand is 1 / w, whose exponent is the other way round.
int block_level()
{
    return clamp(126 - (floatBitsToInt(gl_FragCoord.w) >> 23), 0, TEXTURE_LAST_LEVEL);
}
#endif
