// What C and the shaders have to agree on: the packed quad, the texture layers, and the structs of
// uniforms and push constants. Included by both; C sees plain floats and uint32_t, GLSL vectors.
//
// A quad is two words of 32 bits (in C one uint64_t, the first word in its lower half):
//
//     word 0   x 6 | y 6 | z 6 | width - 1  5 | height - 1  5 | face 3 | 1 unused
//     word 1   texture 6 | light of corners 0 to 3, 6 each: daylight 3, lamps 3 | turned 1 | wet 1
//
// x, y, z is the corner with the smallest coordinates, 0 to 32, in cells of (1 << detail) blocks
// from the chunk's origin; terrain_place carries the size of a cell. Width and height run along
//
//     face              width  height       corner 3 --- 2
//     east, west (x)      z      y             |         |      as seen from outside, the face
//     up, down   (y)      x      z             0 --- 1          turned or mirrored to fit
//     south, north (z)    x      y
//
// Corner 0 is x, y, z itself. Corners 0 1 2 3 run counter-clockwise seen from outside, so the
// triangles are 0 1 2 and 2 3 0.
//
// Light is the mean of the four cells that meet at a corner, of which opaque ones give none: 7 is
// all of it, and what lies in an angle is darker. `turned` moves corner k to k + 1, so that the
// diagonal runs between the corners where the light shows no seam; quad_corner does it.
#ifndef SHADERS_SHARED_H
#define SHADERS_SHARED_H

// Layers of the texture array, as game/world/textures/textures.h fills it. In the layers of opaque
// blocks alpha is how much of the colour is given off as light (0: none, 1: it glows); in that of
// glass it is opacity. Water has a number, but no layer: its shader makes all that is seen of it.
#define TEXTURE_STONE      0
#define TEXTURE_BASALT     1
#define TEXTURE_SAND       2
#define TEXTURE_DIRT       3
#define TEXTURE_GRASS_TOP  4
#define TEXTURE_GRASS_SIDE 5
#define TEXTURE_ASH        6
#define TEXTURE_LAVA       7
#define TEXTURE_LOG_TOP    8
#define TEXTURE_LOG_SIDE   9
#define TEXTURE_LEAVES     10
#define TEXTURE_ORE        11
#define TEXTURE_OBSIDIAN   12
#define TEXTURE_PLANKS     13
#define TEXTURE_GLASS      14
#define TEXTURE_LAMP       15
#define TEXTURE_LAYERS     16
#define TEXTURE_WATER      16
#define TEXTURE_EDGE       16 // pixels of the first level, a power of two
#define TEXTURE_LAST_LEVEL 4

// The water's surface lies below the top of its block. Sea level is one block below a multiple of
// four, so coarse cells (size over 1) reach one block too high, which is taken off as well.
#define SEA_TOP                   31 // y of the top of the sea's highest blocks
#define WATER_SURFACE_DROP        0.125
#define WATER_SURFACE_DROP_COARSE 1.125

// frame_uniforms.camera is the camera's place modulo this many blocks in x and z: patterns that
// hang on the world and repeat after it do not jump.
#define CAMERA_WRAP 4096

// The sky's dome: its columns around, and its rows below and above where clouds begin.
#define SKY_COLUMNS    24
#define SKY_LOWER_ROWS 4
#define SKY_UPPER_ROWS 10

#define QUAD_LIGHT_MAX   7
#define QUAD_LIGHT_PLAIN 0x1C71C7u // daylight at all corners, no lamp
// Of faces that look into water, as light: they are lit plainly, since water hides what angles do
// to light, and are told from others, since it hides themselves.
#define QUAD_LIGHT_WET (QUAD_LIGHT_PLAIN | 1u << 25)

// Ranges of a mesh's quads: 0 to 5 one for each direction of enum face; those that look into water,
// by how many cells they lie under the chunk's top, so that the deep ones can be left out; glass up
// to the sea's surface, water, and other glass.
#define TERRAIN_WET       6
#define TERRAIN_LOW_GLASS 39
#define TERRAIN_WATER     40
#define TERRAIN_GLASS     41
#define TERRAIN_RANGES    42

#define TERRAIN_INDEXED_QUADS 16384 // in one draw: as far as 16 bits of an index reach

#ifdef __STDC__
#include <stdint.h>

#define SHARED_MAT4(name)   float name[4][4]
#define SHARED_VEC4(name)   float name[4]
#define SHARED_UVEC2(name)  uint64_t name
#define SHARED_IVEC4(name)  int32_t name[4]
#define SHARED_UINT(name)   uint32_t name
#define SHARED_STRUCT(name) struct name

#define QUAD_WORD_0(x, y, z, width, height, face)                                                  \
    ((uint32_t)(x) | (uint32_t)(y) << 6 | (uint32_t)(z) << 12 | (uint32_t)((width)-1) << 18 |      \
     (uint32_t)((height)-1) << 23 | (uint32_t)(face) << 28)
// `light` holds corner 0 in its lowest six bits, and there daylight in the lowest three.
#define QUAD_WORD_1(texture, light, turned)                                                        \
    ((uint32_t)(texture) | (uint32_t)(light) << 6 | (uint32_t)(turned) << 30)
#define QUAD_CORNER_SKY(light, corner)  ((light) >> 6 * (corner)&7u)
#define QUAD_CORNER_LAMP(light, corner) ((light) >> (6 * (corner) + 3) & 7u)
#define QUAD_PACK(word_0, word_1)       ((uint64_t)(word_0) | (uint64_t)(word_1) << 32)

#define QUAD_X(quad)       ((uint32_t)(quad)&63u)
#define QUAD_Y(quad)       ((uint32_t)((quad) >> 6) & 63u)
#define QUAD_Z(quad)       ((uint32_t)((quad) >> 12) & 63u)
#define QUAD_WIDTH(quad)   (((uint32_t)((quad) >> 18) & 31u) + 1u)
#define QUAD_HEIGHT(quad)  (((uint32_t)((quad) >> 23) & 31u) + 1u)
#define QUAD_FACE(quad)    ((uint32_t)((quad) >> 28) & 7u)
#define QUAD_TEXTURE(quad) ((uint32_t)((quad) >> 32) & 63u)
#define QUAD_LIGHT(quad)   ((uint32_t)((quad) >> 38) & 0xffffffu)
#define QUAD_TURNED(quad)  ((uint32_t)((quad) >> 62) & 1u)
#define QUAD_WET(quad)     ((uint32_t)((quad) >> 63) & 1u)

#else // GLSL
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require

#define SHARED_MAT4(name)   mat4 name
#define SHARED_VEC4(name)   vec4 name
#define SHARED_UVEC2(name)  uvec2 name
#define SHARED_IVEC4(name)  ivec4 name
#define SHARED_UINT(name)   uint name
#define SHARED_STRUCT(name) name
#endif

// Once a frame; std140 and C lay it out alike, as it has nothing but vectors of four. Copy into it
// with memcpy: it is aligned to 4 in C, where cglm may want 16 or 32.
struct frame_uniforms {
    SHARED_MAT4(view_projection); // of positions relative to the camera
    SHARED_MAT4(inverse_view_projection);
    SHARED_VEC4(camera);          // xyz: place, x and z modulo CAMERA_WRAP; w: texels
                                  // that a pixel covers at a distance of one block
    SHARED_VEC4(sun_direction);   // xyz: to the sun
    SHARED_VEC4(light_direction); // xyz: to what casts shade, the sun or the moon
    SHARED_VEC4(light_color);     // linear, as is the next
    SHARED_VEC4(ambient_color);   // w: how much lamps and lava stand out, 0 day to 1 night
    SHARED_VEC4(sky_zenith);      // an sRGB code, as are the next four; w: how visible stars are
    SHARED_VEC4(sky_horizon);
    SHARED_VEC4(sun_glow);    // around the sun, added
    SHARED_VEC4(sea_deep);    // the water's own colour
    SHARED_VEC4(sea_shallow); // added where one sees the ground
    SHARED_VEC4(fog); // x: start (blocks), y: 1 / (end - start), z: seconds for waves and lava,
                      // w: 1 where the camera is under water
    SHARED_VEC4(viewport); // xy: pixels, zw: 1 / pixels
};

// Where a chunk that is drawn lies.
struct terrain_place {
    SHARED_VEC4(origin_scale); // xyz: chunk's origin relative to the camera; w: blocks per cell
    SHARED_UVEC2(quads);       // device address of the mesh's first quad, a multiple of 8
    SHARED_UVEC2(unused);      // an array of these has them 16 bytes apart
};

// A mesh as the GPU knows it, to choose by. Without quads: none.
struct terrain_record {
    SHARED_IVEC4(chunk);                    // xyz: its coordinates; w: detail
    SHARED_UVEC2(quads);                    // as in terrain_place
    SHARED_UINT(first[TERRAIN_RANGES + 1]); // range r is first[r] to first[r + 1]
    SHARED_UINT(unused[3]);
};

// A record that is new.
struct terrain_change {
    SHARED_UINT(index); // of the record
    SHARED_UINT(slot);  // of the grid of columns (game/passes/terrain_meshes.h), which leads there
    SHARED_UINT(unused[2]);
    SHARED_STRUCT(terrain_record) record;
};

// What chunks are chosen by.
struct terrain_view {
    SHARED_VEC4(frustum[6]); // planes, inward, relative to the camera
    SHARED_IVEC4(cell);      // xyz: the camera's chunk; w: the side of the grid
    SHARED_VEC4(inside);     // xyz: the camera's place in its chunk; w: the sea's surface
    SHARED_UINT(changes);
    SHARED_UINT(records);
    SHARED_UVEC2(unused);
};

// What the GPU has chosen to draw: opaque quads, glass under the sea's surface, water, other glass,
// each a list of its own and a few draws of it.
#define TERRAIN_LISTS 4
#define TERRAIN_DRAWS 256 // of a list, at most
struct terrain_draws {
    SHARED_UINT(count[TERRAIN_LISTS]); // draws
    SHARED_UINT(quads[TERRAIN_LISTS]);
    SHARED_UINT(draw[TERRAIN_LISTS * TERRAIN_DRAWS * 5]); // VkDrawIndexedIndirectCommand
};
// firstInstance of such draws, which makes gl_InstanceIndex negative: the chunk's place and the
// quad come from a list. Of other draws it is the place.
#define TERRAIN_LISTED 0x80000000u

// One parallelogram of the HUD, in pixels.
struct hud_quad {
    SHARED_VEC4(origin); // xy: corner; zw: the edge along u
    SHARED_VEC4(edge);   // xy: the edge along v; z: HUD_FILL_*; w: layer of the block textures
    SHARED_VEC4(uv);     // of the corner; size
    SHARED_VEC4(color);  // an sRGB code, straight alpha
};
#define HUD_FILL_SOLID 0.0
#define HUD_FILL_GLYPH 1.0 // uv in pixels of the font's grid
#define HUD_FILL_BLOCK 2.0 // uv from 0 to 1
#define HUD_FILL_CELLS 3.0 // u is the index of a cell, whose colour it has

// One line in the world, with a width in pixels.
struct world_line {
    SHARED_VEC4(from);  // xyz: relative to the camera; w: width
    SHARED_VEC4(to);    // xyz
    SHARED_VEC4(color); // an sRGB code, straight alpha
};

#ifdef __STDC__
_Static_assert(sizeof(struct frame_uniforms) == 2 * 64 + 12 * 16, "std140 has no padding here");
_Static_assert(sizeof(struct terrain_place) == 32, "as GLSL lays it out");
_Static_assert(sizeof(struct terrain_record) == 208, "as GLSL lays it out");
_Static_assert(sizeof(struct terrain_change) == 224, "as GLSL lays it out");
_Static_assert(sizeof(struct terrain_view) == 144, "as GLSL lays it out");
_Static_assert(sizeof(struct hud_quad) == 64, "as GLSL lays it out");
_Static_assert(sizeof(struct world_line) == 48, "as GLSL lays it out");

#else // GLSL

layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer quad_list
{
    uvec2 quads[];
};

// Quad and corner of a vertex that is pulled: 4 vertices a quad with a static index buffer of
// 0 1 2 2 3 0, 4 5 6 6 7 4 and so on.
#define QUAD_INDEX(vertex)         ((vertex) >> 2)
#define QUAD_VERTEX_CORNER(vertex) ((vertex)&3)

uvec2 quad_load(uvec2 address, int index)
{
    return quad_list(address).quads[index];
}

uint quad_face(uvec2 quad)
{
    return quad.x >> 28 & 7u;
}

bool quad_wet(uvec2 quad)
{
    return quad.y >> 31 != 0u;
}

uint quad_texture(uvec2 quad)
{
    return quad.y & 63u;
}

// Of the corner that quad_corner returned: daylight and the light of lamps and lava, 0 to 1.
vec2 quad_light(uvec2 quad, uint corner)
{
    uint light = quad.y >> (6u + 6u * corner);
    return vec2(light & 7u, light >> 3 & 7u) / float(QUAD_LIGHT_MAX);
}

// The corner that vertex 0 to 3 of the quad is at.
uint quad_corner(uvec2 quad, int vertex)
{
    return (uint(vertex) + (quad.y >> 30)) & 3u;
}

// How far the corner is along width and height, in cells.
vec2 quad_extent(uvec2 quad, uint corner)
{
    // East, up and north run the other way round: width x height points inward there.
    uint face = quad_face(quad);
    bool mirrored = (0x25u >> face & 1u) != 0u;
    bool first = corner == 1u || corner == 2u;
    bool second = corner >= 2u;
    bvec2 far = mirrored ? bvec2(second, first) : bvec2(first, second);
    vec2 size = vec2(quad.x >> 18 & 31u, quad.x >> 23 & 31u) + 1.0;
    return mix(vec2(0.0), size, far);
}

// The corner's place in cells from the chunk's origin; `extent` is what quad_extent gave.
vec3 quad_position(uvec2 quad, vec2 extent)
{
    uint axis = quad_face(quad) >> 1;
    vec3 corner = vec3(quad.x & 63u, quad.x >> 6 & 63u, quad.x >> 12 & 63u);
    vec3 along = axis == 0u   ? vec3(0.0, extent.y, extent.x)
                 : axis == 1u ? vec3(extent.x, 0.0, extent.y)
                              : vec3(extent.x, extent.y, 0.0);
    return corner + along;
}

// Where in the texture, in blocks: upright on the sides, north at the top on the others.
vec2 quad_texture_coordinate(uvec2 quad, vec2 extent, float scale)
{
    bool lying = quad_face(quad) >> 1 == 1u;
    return vec2(extent.x, lying ? extent.y : -extent.y) * scale;
}

vec3 quad_normal(uvec2 quad)
{
    uint face = quad_face(quad);
    vec3 axis = vec3(face >> 1 == 0u, face >> 1 == 1u, face >> 1 == 2u);
    return (face & 1u) == 0u ? axis : -axis;
}
#endif

#endif
