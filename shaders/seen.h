// Which chunks are looked at in which order, and what of them is seen. Included by C and GLSL: the
// CPU (game/passes/terrain_cull.c) and the GPU (cull.glsl) must decide alike, to the last bit. So
// there is nothing in it but what IEEE 754 rounds the same everywhere: sums, products, comparisons.
//
// Units: blocks, relative to the camera; `column` and `cell` count chunks.
#ifndef SHADERS_SEEN_H
#define SHADERS_SEEN_H

#define SEEN_SIZE 32 // blocks along a chunk's edge
#define SEEN_CLEAR_WATER                                                                           \
    20 // what lies under more of it is not told from water: sea_clear() of
       // sea.h is 0.002

#ifdef __STDC__
#include <math.h>
#define SEEN_FUNCTION static inline
#define SEEN_EXACT    const float // C11 itself forbids to join a product and a sum
#define SEEN_COLUMN   struct seen_column
#define SEEN_INT(x)   ((int)(x))
#define SEEN_FLOAT(x) ((float)(x))
#define SEEN_SQRT(x)  sqrtf(x)
#else // GLSL
#define SEEN_FUNCTION
#define SEEN_EXACT    precise float
#define SEEN_COLUMN   seen_column
#define SEEN_INT(x)   int(x)
#define SEEN_FLOAT(x) float(x)
#define SEEN_SQRT(x)  sqrt(x)
#endif

struct seen_column {
    int x, z; // from the camera's column
};

// The columns around the camera's, index 0, ring by ring; in a ring, those first that are less far
// along its side. No look ever passes them in another order: on its way neither |x| nor |z| gets
// smaller. The rings up to n are (2n + 1)^2 columns.
SEEN_FUNCTION SEEN_COLUMN seen_column_at(int index)
{
    int ring = SEEN_INT((SEEN_SQRT(SEEN_FLOAT(index)) + 1.0f) * 0.5f);
    // A root may be off by its last bit.
    ring += (2 * ring + 1) * (2 * ring + 1) <= index ? 1 : 0;
    ring -= (2 * ring - 1) * (2 * ring - 1) > index && index > 0 ? 1 : 0;
    // Four sides; along each there are two columns as far from its middle, but for the middle
    // itself and for the corner, which the next side has too.
    int place = index - (2 * ring - 1) * (2 * ring - 1) + 4;
    int aside = (place & 4) == 0 ? place >> 3 : -(place >> 3);
    int side = index == 0 ? 0 : place & 3;
    SEEN_COLUMN column;
    column.x = side == 0 ? ring : side == 1 ? -aside : side == 2 ? -ring : aside;
    column.z = side == 0 ? aside : side == 1 ? ring : side == 2 ? -aside : -ring;
    return column;
}

// The chunks of a column, 0 to 3, from the camera's own height on: the n-th.
SEEN_FUNCTION int seen_level_at(int camera_level, int n)
{
    int orders = camera_level <= 0   ? 0x3210
                 : camera_level == 1 ? 0x3021
                 : camera_level == 2 ? 0x0312
                                     : 0x0123;
    return orders >> 4 * n & 3;
}

// The slot of a chunk in a grid of side x side columns, which repeats. (The remainder of a negative
// number is not the same everywhere.)
SEEN_FUNCTION int seen_slot(int x, int y, int z, int side)
{
    int column = (z + (1 << 30)) % side * side + (x + (1 << 30)) % side;
    return column * 4 + y;
}

// Where a chunk begins, of the axis: `camera_cell` is the camera's chunk, `inside` its place there.
SEEN_FUNCTION float seen_origin(int cell, int camera_cell, float inside)
{
    return SEEN_FLOAT((cell - camera_cell) * SEEN_SIZE) - inside;
}

// Whether a chunk reaches over a plane (a, b, c, d) to its inner side: its corner does that lies
// farthest inside.
SEEN_FUNCTION bool seen_inside(float a, float b, float c, float d, float x, float y, float z)
{
    SEEN_EXACT distance = d + a * (x + (a > 0.0f ? SEEN_FLOAT(SEEN_SIZE) : 0.0f)) +
                          b * (y + (b > 0.0f ? SEEN_FLOAT(SEEN_SIZE) : 0.0f)) +
                          c * (z + (c > 0.0f ? SEEN_FLOAT(SEEN_SIZE) : 0.0f));
    return distance >= 0.0f;
}

// Whether the camera is in front of some of a chunk's faces: those that look along an axis, or
// (`back`) against it. A face that looks east is seen only from farther east than its chunk begins.
SEEN_FUNCTION bool seen_face(float origin, bool back)
{
    return back ? origin > -SEEN_FLOAT(SEEN_SIZE) : origin < 0.0f;
}

// Whether the ground is seen through the sea, `depth` under its surface, in a chunk at x and z; the
// camera is `height` above the surface. A look that goes s far to it passes s * depth / (height +
// depth) of water.
SEEN_FUNCTION bool seen_through_water(float x, float z, float height, float depth)
{
    float beside_x = x > 0.0f ? x : x < -SEEN_FLOAT(SEEN_SIZE) ? x + SEEN_FLOAT(SEEN_SIZE) : 0.0f;
    float beside_z = z > 0.0f ? z : z < -SEEN_FLOAT(SEEN_SIZE) ? z + SEEN_FLOAT(SEEN_SIZE) : 0.0f;
    SEEN_EXACT distance = height * height + beside_x * beside_x + beside_z * beside_z;
    SEEN_EXACT passed = depth * depth * distance;
    SEEN_EXACT most = SEEN_FLOAT(SEEN_CLEAR_WATER) * (height + depth);
    SEEN_EXACT most_2 = most * most;
    return height <= 0.0f || depth <= 0.0f || passed < most_2;
}

// How many layers of a chunk's cells can be seen through the sea, from its top down; SEEN_SIZE + 1:
// all. The chunk begins at x, y, z, and `bottom` blocks up in the world, as `surface` is the sea's.
SEEN_FUNCTION int seen_wet_layers(float x, float y, float z, int bottom, int cell, float surface)
{
    float height = SEEN_FLOAT(bottom) - y - surface;
    int layers = 0;
    while (
        layers <= SEEN_SIZE &&
        seen_through_water(x, z, height, surface - SEEN_FLOAT(bottom + SEEN_SIZE - layers * cell)))
        layers++;
    return layers;
}

#endif
