#include "game/world/mesher.h"

#include <stdlib.h>
#include <string.h>

#include "engine/assert.h"
#include "game/world/mesher_grid.h"
#include "shaders/shared.h"

enum {
    // Between two cells there is at most one face.
    QUADS_MAX = 3 * (CHUNK_SIZE + 1) * CHUNK_SIZE * CHUNK_SIZE,
    OPEN = 0xff, // no occlusion at any of the four corners
    AREA = CHUNK_SIZE * CHUNK_SIZE
};

// Faces in one plane, as rows of bits along the quads' width, and what they look like.
struct plane {
    uint32_t rows[CHUNK_SIZE];
    const uint8_t *kinds;     // of the cell behind row 0, bit 0
    uint32_t kinds_stride;    // from row to row
    const uint8_t *occlusion; // [row][bit]; NULL: all open
};

struct mesher {
    mesh_quad *quads; // QUADS_MAX
    uint32_t count;
    bool occlusion;          // wanted for the chunk at hand
    const grid_rows *source; // the cells whose faces are looked for
    const grid_rows *stops;  // what they are not drawn against
    struct mesh_grid grid;

    // East and west faces are found in rows that cross the planes they lie in, and sorted.
    uint32_t side_rows[CHUNK_SIZE][CHUNK_SIZE];       // [x][y], bit z
    uint8_t side_kinds[CHUNK_SIZE][AREA + ROW_SLACK]; // [x][y * 32 + z]
    uint8_t side_occlusion[CHUNK_SIZE][AREA];         // likewise
    uint8_t plane_occlusion[AREA];                    // of other faces, a plane at a time
    // Occlusion of the corners in each arrangement of the nine cells before a face: bit 0 is at
    // the lower width and height, width runs first. [1]: for faces whose corners are mirrored.
    uint8_t corners[2][512];
};

// The corners of these run along the height first (shaders/shared.h).
static bool face_mirrored(uint32_t face)
{
    return face == FACE_EAST || face == FACE_UP || face == FACE_NORTH;
}

static uint32_t corner_occlusion(bool side_a, bool side_b, bool corner)
{
    if (side_a && side_b)
        return 0;
    return QUAD_OCCLUSION_MAX - (uint32_t)side_a - (uint32_t)side_b - (uint32_t)corner;
}

static void fill_corners(struct mesher *mesher)
{
    for (uint32_t cells = 0; cells < 512; cells++) {
        bool low = cells >> 1 & 1, left = cells >> 3 & 1, right = cells >> 5 & 1;
        bool high = cells >> 7 & 1;
        uint32_t at_00 = corner_occlusion(left, low, cells & 1);
        uint32_t at_10 = corner_occlusion(right, low, cells >> 2 & 1);
        uint32_t at_01 = corner_occlusion(left, high, cells >> 6 & 1);
        uint32_t at_11 = corner_occlusion(right, high, cells >> 8 & 1);
        mesher->corners[0][cells] = (uint8_t)(at_00 | at_10 << 2 | at_11 << 4 | at_01 << 6);
        mesher->corners[1][cells] = (uint8_t)(at_00 | at_01 << 2 | at_11 << 4 | at_10 << 6);
    }
}

struct mesher *mesher_create(void)
{
    struct mesher *mesher = calloc(1, sizeof(*mesher));
    if (mesher == NULL)
        return NULL;
    mesher->quads = malloc(QUADS_MAX * sizeof(*mesher->quads));
    if (mesher->quads == NULL) {
        free(mesher);
        return NULL;
    }
    fill_corners(mesher);
    return mesher;
}

void mesher_destroy(struct mesher *mesher)
{
    if (mesher == NULL)
        return;
    free(mesher->quads);
    free(mesher);
}

static uint32_t lowest_bit(uint32_t bits)
{
    return (uint32_t)__builtin_ctz(bits);
}

// How many ones follow each other from bit 0.
static uint32_t run_length(uint32_t bits)
{
    return bits == UINT32_MAX ? 32 : lowest_bit(~bits);
}

static uint32_t bits_below(uint32_t count)
{
    return count == 32 ? UINT32_MAX : (1u << count) - 1u;
}

// Faces whose occlusion changes along the width or height look different when stretched that way.
static bool same_along_width(uint8_t occlusion, bool mirrored)
{
    uint32_t a = occlusion & 3, b = occlusion >> 2 & 3, c = occlusion >> 4 & 3, d = occlusion >> 6;
    return mirrored ? a == d && b == c : a == b && c == d;
}

static bool same_along_height(uint8_t occlusion, bool mirrored)
{
    return same_along_width(occlusion, !mirrored);
}

// The diagonal joins the brighter pair of corners.
static bool is_turned(uint8_t occlusion)
{
    uint32_t a = occlusion & 3, b = occlusion >> 2 & 3, c = occlusion >> 4 & 3, d = occlusion >> 6;
    return a + c < b + d;
}

static uint32_t face_texture(uint8_t kind, uint32_t face)
{
    const struct block_type *type = &block_types[kind];
    return type->texture[face == FACE_UP ? 0 : (face == FACE_DOWN ? 2 : 1)];
}

// Where a plane lies: a face, and its cells' coordinate on the face's axis.
struct where {
    uint32_t face, layer;
};

static void emit(struct mesher *mesher, struct where where, uint32_t along, uint32_t up,
                 uint32_t width, uint32_t height, uint8_t kind, uint8_t occlusion)
{
    uint32_t layer = where.layer + ((where.face & 1) == 0 ? 1 : 0);
    uint32_t axis = where.face >> 1;
    uint32_t x = axis == 0 ? layer : along;
    uint32_t y = axis == 1 ? layer : up;
    uint32_t z = axis == 0 ? along : (axis == 1 ? up : layer);
    uint32_t first = QUAD_WORD_0(x, y, z, width, height, where.face);
    uint32_t second =
        QUAD_WORD_1(face_texture(kind, where.face), occlusion, 0u, is_turned(occlusion) ? 1u : 0u);
    mesher->quads[mesher->count++] = QUAD_PACK(first, second);
}

static uint32_t alike(const struct plane *plane, uint32_t row, uint8_t kind, uint8_t occlusion)
{
    uint32_t same = row_equal(plane->kinds + row * plane->kinds_stride, kind);
    if (plane->occlusion != NULL)
        same &= row_equal(plane->occlusion + row * CHUNK_SIZE, occlusion);
    return same;
}

// Covers the plane's faces with quads: each grows along the width first, then along the height.
static void cover(struct mesher *mesher, struct plane *plane, struct where where)
{
    const uint32_t size = mesher->grid.size;
    const bool mirrored = face_mirrored(where.face);
    for (uint32_t row = 0; row < size; row++) {
        uint32_t left = plane->rows[row];
        while (left != 0) {
            uint32_t bit = lowest_bit(left);
            uint8_t kind = plane->kinds[row * plane->kinds_stride + bit];
            uint8_t occlusion =
                plane->occlusion != NULL ? plane->occlusion[row * CHUNK_SIZE + bit] : OPEN;
            uint32_t width = 1, height = 1;
            if (occlusion == OPEN || same_along_width(occlusion, mirrored))
                width = run_length((left & alike(plane, row, kind, occlusion)) >> bit);
            uint32_t taken = bits_below(width) << bit;
            if (occlusion == OPEN || same_along_height(occlusion, mirrored)) {
                while (row + height < size && (plane->rows[row + height] & taken) == taken &&
                       (alike(plane, row + height, kind, occlusion) & taken) == taken) {
                    plane->rows[row + height] &= ~taken;
                    height++;
                }
            }
            left &= ~taken;
            emit(mesher, where, bit, row, width, height, kind, occlusion);
        }
    }
}

// Occlusion of one row of faces whose width runs along x: `below`, `beside` and `above` are the
// rows of cells before them, in order of rising height.
static void shade_row(struct mesher *mesher, uint32_t faces, uint32_t row, uint64_t below,
                      uint64_t beside, uint64_t above, bool mirrored)
{
    uint64_t any = below | beside | above;
    uint32_t shaded = faces & (uint32_t)((any | any << 1 | any >> 1) >> 1);
    uint8_t *out = &mesher->plane_occlusion[row * CHUNK_SIZE];
    memset(out, OPEN, CHUNK_SIZE);
    for (; shaded != 0; shaded &= shaded - 1) {
        uint32_t x = lowest_bit(shaded);
        uint32_t cells = (uint32_t)(below >> x & 7) | (uint32_t)(beside >> x & 7) << 3 |
                         (uint32_t)(above >> x & 7) << 6;
        out[x] = mesher->corners[mirrored][cells];
    }
}

// Faces up and down: rows run along z.
static void mesh_level(struct mesher *mesher, struct where where)
{
    const uint32_t y = where.layer + 1, before = where.face == FACE_UP ? y + 1 : y - 1;
    const uint32_t size = mesher->grid.size;
    grid_rows *opaque = &mesher->grid.opaque;
    struct plane plane = {.kinds = &mesher->grid.kinds[where.layer << 2 * mesher->grid.shift],
                          .kinds_stride = size,
                          .occlusion = mesher->occlusion ? mesher->plane_occlusion : NULL};
    uint32_t any = 0;
    for (uint32_t z = 0; z < size; z++) {
        uint64_t faces = (*mesher->source)[y][z + 1] & ~(*mesher->stops)[before][z + 1];
        plane.rows[z] = (uint32_t)(faces >> 1) & bits_below(size);
        any |= plane.rows[z];
        if (plane.occlusion != NULL && plane.rows[z] != 0)
            shade_row(mesher, plane.rows[z], z, (*opaque)[before][z], (*opaque)[before][z + 1],
                      (*opaque)[before][z + 2], face_mirrored(where.face));
    }
    if (any != 0)
        cover(mesher, &plane, where);
}

// Faces south and north: rows run along y.
static void mesh_upright(struct mesher *mesher, struct where where)
{
    const uint32_t z = where.layer + 1, before = where.face == FACE_SOUTH ? z + 1 : z - 1;
    const uint32_t size = mesher->grid.size;
    grid_rows *opaque = &mesher->grid.opaque;
    struct plane plane = {.kinds = &mesher->grid.kinds[where.layer << mesher->grid.shift],
                          .kinds_stride = size * size,
                          .occlusion = mesher->occlusion ? mesher->plane_occlusion : NULL};
    uint32_t any = 0;
    for (uint32_t y = 0; y < size; y++) {
        uint64_t faces = (*mesher->source)[y + 1][z] & ~(*mesher->stops)[y + 1][before];
        plane.rows[y] = (uint32_t)(faces >> 1) & bits_below(size);
        any |= plane.rows[y];
        if (plane.occlusion != NULL && plane.rows[y] != 0)
            shade_row(mesher, plane.rows[y], y, (*opaque)[y][before], (*opaque)[y + 1][before],
                      (*opaque)[y + 2][before], face_mirrored(where.face));
    }
    if (any != 0)
        cover(mesher, &plane, where);
}

// The occlusion of a face east or west, before which the cell `x` (as a bit of rows) lies.
static uint8_t side_shade(const struct mesher *mesher, uint32_t x, uint32_t y, uint32_t z,
                          bool mirrored)
{
    const grid_rows *opaque = &mesher->grid.opaque;
    uint32_t cells = 0;
    for (uint32_t i = 0; i < 9; i++)
        cells |= (uint32_t)((*opaque)[y + i / 3][z + i % 3] >> x & 1) << i;
    return mesher->corners[mirrored][cells];
}

// Sorts one row's faces into the planes that they lie in.
static void sort_row(struct mesher *mesher, uint32_t faces, uint32_t y, uint32_t z, uint32_t face)
{
    const uint8_t *kinds =
        &mesher->grid.kinds[(y << 2 * mesher->grid.shift) | (z << mesher->grid.shift)];
    const uint32_t before = face == FACE_EAST ? 2 : 0; // the bit of rows beside bit x + 1, from x
    uint64_t any = 0;
    for (uint32_t i = 0; mesher->occlusion && i < 9; i++)
        any |= mesher->grid.opaque[y + i / 3][z + i % 3];
    for (; faces != 0; faces &= faces - 1) {
        uint32_t x = lowest_bit(faces);
        mesher->side_rows[x][y] |= 1u << z;
        mesher->side_kinds[x][y * CHUNK_SIZE + z] = kinds[x];
        if (mesher->occlusion)
            mesher->side_occlusion[x][y * CHUNK_SIZE + z] =
                (any >> (x + before) & 1) != 0
                    ? side_shade(mesher, x + before, y, z, face_mirrored(face))
                    : OPEN;
    }
}

static void mesh_sides(struct mesher *mesher, uint32_t face)
{
    const uint32_t size = mesher->grid.size;
    uint32_t used = 0; // planes
    memset(mesher->side_rows, 0, sizeof(mesher->side_rows));
    for (uint32_t y = 0; y < size; y++) {
        for (uint32_t z = 0; z < size; z++) {
            uint64_t stops = (*mesher->stops)[y + 1][z + 1];
            uint64_t faces =
                (*mesher->source)[y + 1][z + 1] & ~(face == FACE_EAST ? stops >> 1 : stops << 1);
            uint32_t row = (uint32_t)(faces >> 1) & bits_below(size);
            if (row == 0)
                continue;
            used |= row;
            sort_row(mesher, row, y, z, face);
        }
    }
    for (; used != 0; used &= used - 1) {
        uint32_t x = lowest_bit(used);
        struct plane plane = {.kinds = mesher->side_kinds[x],
                              .kinds_stride = CHUNK_SIZE,
                              .occlusion = mesher->occlusion ? mesher->side_occlusion[x] : NULL};
        memcpy(plane.rows, mesher->side_rows[x], sizeof(plane.rows));
        cover(mesher, &plane, (struct where){face, x});
    }
}

static void mesh_face(struct mesher *mesher, uint32_t face)
{
    if (face == FACE_EAST || face == FACE_WEST) {
        mesh_sides(mesher, face);
        return;
    }
    for (uint32_t layer = 0; layer < mesher->grid.size; layer++) {
        if (face == FACE_UP || face == FACE_DOWN)
            mesh_level(mesher, (struct where){face, layer});
        else
            mesh_upright(mesher, (struct where){face, layer});
    }
}

static bool is_opaque(const struct chunk *chunk)
{
    return chunk->blocks == NULL && block_types[chunk->uniform].opaque;
}

// Air, or rock inside rock: most of the world.
static bool has_no_faces(const struct mesh_input *input)
{
    const struct chunk *chunk = input->chunks[1][1][1];
    if (chunk->blocks == NULL && chunk->uniform == BLOCK_AIR)
        return true;
    return is_opaque(chunk) && is_opaque(input->chunks[0][1][1]) &&
           is_opaque(input->chunks[2][1][1]) && is_opaque(input->chunks[1][0][1]) &&
           is_opaque(input->chunks[1][2][1]) && is_opaque(input->chunks[1][1][0]) &&
           is_opaque(input->chunks[1][1][2]);
}

static void mesh_grid_faces(struct mesher *mesher, struct mesh *counts)
{
    const struct mesh_grid *grid = &mesher->grid;
    mesher->source = &grid->opaque;
    mesher->stops = &grid->opaque;
    for (uint32_t face = 0; face < FACE_COUNT; face++) {
        uint32_t before = mesher->count;
        mesh_face(mesher, face);
        counts->counts[face] = mesher->count - before;
    }
    uint32_t before = mesher->count;
    mesher->occlusion = false;
    for (uint32_t kind = 0; kind < GRID_SEE_THROUGH; kind++) {
        mesher->source = &grid->see[kind];
        mesher->stops = &grid->stops[kind];
        for (uint32_t face = 0; grid->has[kind] && face < FACE_COUNT; face++)
            mesh_face(mesher, face);
    }
    counts->water_count = mesher->count - before;
    counts->total = mesher->count;
}

bool mesher_mesh(struct mesher *mesher, const struct mesh_input *input, struct mesh *out)
{
    ASH_ASSERT(input->detail <= 2);
    *out = (struct mesh){0};
    if (has_no_faces(input))
        return true;
    mesher->count = 0;
    mesher->occlusion = input->ambient_occlusion && input->detail == 0;
    if (input->detail == 0)
        grid_from_blocks(&mesher->grid, input);
    else
        grid_from_cells(&mesher->grid, input);
    struct mesh mesh = {0};
    mesh_grid_faces(mesher, &mesh);
    if (mesh.total == 0)
        return true;
    mesh.quads = malloc(mesh.total * sizeof(*mesh.quads));
    if (mesh.quads == NULL)
        return false;
    memcpy(mesh.quads, mesher->quads, mesh.total * sizeof(*mesh.quads));
    *out = mesh;
    return true;
}

void mesh_finish(struct mesh *mesh)
{
    if (mesh == NULL)
        return;
    free(mesh->quads);
    *mesh = (struct mesh){0};
}
