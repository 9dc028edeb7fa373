#include "game/world/mesh/mesher.h"

#include <stdlib.h>
#include <string.h>

#include "engine/assert.h"
#include "game/world/mesh/mesher_grid.h"
#include "game/world/mesh/rows.h"
#include "shaders/shared.h"

enum {
    // Between two cells there is at most one face.
    QUADS_MAX = 3 * (CHUNK_SIZE + 1) * CHUNK_SIZE * CHUNK_SIZE,
    AREA = CHUNK_SIZE * CHUNK_SIZE
};

// Faces in one plane, as rows of bits along the quads' width, and what they look like.
struct plane {
    uint32_t *rows;
    uint32_t used;         // which rows may have faces, a bit each
    const uint8_t *kinds;  // of the cell behind row 0, bit 0
    uint32_t kinds_stride; // from row to row
    const uint32_t *light; // of the corners, as QUAD_WORD_1's: [row][bit]; NULL: plain daylight
};

// Where a plane lies: a face, and its cells' coordinate on the face's axis.
struct where {
    uint32_t face, layer;
};

// Where quads go.
struct quad_sink {
    mesh_quad *quads; // room for as many as there can be
    uint32_t count;
    uint8_t textures[FACE_COUNT][BLOCK_COUNT];
};

struct mesher {
    struct quad_sink sink;
    const struct light_cells *light; // NULL: plain daylight
    bool plain;                      // of the faces at hand: in daylight, and none is wet

    // The cells whose faces are looked for, and what these are not drawn against.
    const grid_rows *source, *stops;
    uint32_t present; // levels (y) that hold such cells, a bit each
    uint64_t lids;    // levels that stop all faces from below or above; bit y + 1
    uint32_t walls;   // levels that stop all faces from the side

    struct mesh_grid grid;
    uint32_t planes[CHUNK_SIZE][CHUNK_SIZE]; // by x or z; [y], bits along z or x
    // East and west faces are found in rows that cross the planes they lie in: what their planes
    // look like is sorted along.
    uint8_t side_kinds[CHUNK_SIZE][AREA + ROW_SLACK]; // [x][y * 32 + z]
    uint32_t side_light[CHUNK_SIZE][AREA];            // likewise
    uint32_t plane_light[AREA];                       // of the other faces, a plane at a time
};

static void fill_textures(struct mesher *mesher)
{
    for (uint32_t face = 0; face < FACE_COUNT; face++)
        for (uint32_t kind = 0; kind < BLOCK_COUNT; kind++)
            mesher->sink.textures[face][kind] =
                block_types[kind].texture[face == FACE_UP ? 0 : (face == FACE_DOWN ? 2 : 1)];
}

struct mesher *mesher_create(void)
{
    struct mesher *mesher = calloc(1, sizeof(*mesher));
    if (mesher == NULL)
        return NULL;
    mesher->sink.quads = malloc(QUADS_MAX * sizeof(*mesher->sink.quads));
    if (mesher->sink.quads == NULL) {
        free(mesher);
        return NULL;
    }
    fill_textures(mesher);
    return mesher;
}

void mesher_destroy(struct mesher *mesher)
{
    if (mesher == NULL)
        return;
    free(mesher->sink.quads);
    free(mesher);
}

// The corners of these run along the height first (shaders/shared.h).
static bool face_mirrored(uint32_t face)
{
    return face == FACE_EAST || face == FACE_UP || face == FACE_NORTH;
}

// ---- The light at a face's corners ----

// In rows of cells.
enum { Z_STRIDE = 1, Y_STRIDE = LIGHT_PADDED };
_Static_assert((int)LIGHT_PADDED == (int)MESH_PADDED, "rows of light lie like those of cells");

// The cells of a row that are water; of coarse ones beside the chunk it is not known.
static uint64_t water_row(const struct mesher *mesher, uint32_t y, uint32_t z)
{
    const uint32_t size = mesher->grid.size;
    if (!mesher->grid.has[GRID_WATER])
        return 0;
    const uint64_t row = mesher->grid.see[GRID_WATER][y][z];
    if (size == CHUNK_SIZE)
        return row;
    return y < 1 || y > size || z < 1 || z > size ? 0 : row & (uint64_t)bits_below(size) << 1;
}

// Light of one row of faces whose width runs along x. The cells before them begin at y, z (from 1)
// and go on by `height` rows.
static void light_row(struct mesher *mesher, uint32_t faces, uint32_t row, uint32_t y, uint32_t z,
                      ptrdiff_t height, uint32_t face)
{
    uint32_t *out = &mesher->plane_light[row * CHUNK_SIZE];
    for (uint32_t x = 0; x < CHUNK_SIZE; x++)
        out[x] = QUAD_LIGHT_PLAIN;
    const bool upright = height == Y_STRIDE;
    uint32_t wet = faces & (uint32_t)(water_row(mesher, y + upright, z + !upright) >> 1);
    uint64_t any = 0;
    if (mesher->light != NULL)
        for (ptrdiff_t i = 0; i < 3; i++)
            any |= (&mesher->light->dim[y][z])[i * height];
    uint32_t shaded = faces & ~wet & (uint32_t)((any | any << 1 | any >> 1) >> 1);
    for (; wet != 0; wet &= wet - 1)
        out[lowest_bit(wet)] = QUAD_LIGHT_WET;
    for (; shaded != 0; shaded &= shaded - 1) {
        uint32_t x = lowest_bit(shaded);
        out[x] =
            light_face(&mesher->light->at[y][z][x], 1, height * LIGHT_STRIDE, face_mirrored(face));
    }
}

// ---- From faces to quads ----

// How many ones follow each other from bit 0.
static uint32_t run_length(uint32_t bits)
{
    return bits == UINT32_MAX ? 32 : lowest_bit(~bits);
}

// The diagonal joins the brighter pair of corners.
static bool is_turned(uint32_t light)
{
    int32_t brighter = 0;
    for (uint32_t corner = 0; corner < 4; corner++) {
        int32_t sum = (int32_t)(QUAD_CORNER_SKY(light, corner) + QUAD_CORNER_LAMP(light, corner));
        brighter += (corner & 1) != 0 ? sum : -sum;
    }
    return brighter > 0;
}

static void emit(struct quad_sink *sink, struct where where, uint32_t along, uint32_t up,
                 uint32_t width, uint32_t height, uint8_t kind, uint32_t light)
{
    uint32_t layer = where.layer + ((where.face & 1) == 0 ? 1 : 0);
    uint32_t axis = where.face >> 1;
    uint32_t x = axis == 0 ? layer : along;
    uint32_t y = axis == 1 ? layer : up;
    uint32_t z = axis == 0 ? along : (axis == 1 ? up : layer);
    uint32_t first = QUAD_WORD_0(x, y, z, width, height, where.face);
    uint32_t turned = light != QUAD_LIGHT_PLAIN && is_turned(light) ? 1u : 0u;
    uint32_t second = QUAD_WORD_1(sink->textures[where.face][kind], light, turned);
    sink->quads[sink->count++] = QUAD_PACK(first, second);
}

// Which cells of a row look like the one given.
static uint32_t alike(const struct plane *plane, uint32_t row, uint8_t kind, uint32_t light)
{
    uint32_t same = row_equal(plane->kinds + row * plane->kinds_stride, kind);
    if (plane->light != NULL)
        same &= words_equal(plane->light + row * CHUNK_SIZE, light);
    return same;
}

// Quads grow along the width first, then along the height. Neighbours in a plane share two corners
// and their light, so those that are alike are so all along: no gradient is stretched.
static void cover(struct quad_sink *sink, uint32_t size, const struct plane *plane,
                  struct where where)
{
    for (uint32_t rows_left = plane->used; rows_left != 0; rows_left &= rows_left - 1) {
        uint32_t row = lowest_bit(rows_left);
        for (uint32_t left = plane->rows[row]; left != 0;) {
            uint32_t bit = lowest_bit(left), height = 1;
            uint8_t kind = plane->kinds[row * plane->kinds_stride + bit];
            uint32_t light = QUAD_LIGHT_PLAIN;
            if (plane->light != NULL)
                light = plane->light[row * CHUNK_SIZE + bit];
            uint32_t width = run_length((left & alike(plane, row, kind, light)) >> bit);
            uint32_t taken = bits_below(width) << bit;
            while (row + height < size && (plane->rows[row + height] & taken) == taken &&
                   (alike(plane, row + height, kind, light) & taken) == taken)
                plane->rows[row + height++] &= ~taken;
            left &= ~taken;
            emit(sink, where, bit, row, width, height, kind, light);
        }
    }
}

// ---- Faces ----

// Faces up and down: rows run along z.
static void mesh_level(struct mesher *mesher, struct where where)
{
    const uint32_t y = where.layer + 1, before = where.face == FACE_UP ? y + 1 : y - 1;
    const uint32_t size = mesher->grid.size, inside = bits_below(size);
    const uint64_t *source = (*mesher->source)[y] + 1, *stops = (*mesher->stops)[before] + 1;
    uint32_t *rows = mesher->planes[0], used = 0;
    if ((mesher->present >> where.layer & 1) == 0 || (mesher->lids >> before & 1) != 0)
        return;
    for (uint32_t z = 0; z < size; z++)
        rows[z] = (uint32_t)((source[z] & ~stops[z]) >> 1) & inside;
    for (uint32_t z = 0; z < size; z++)
        used |= (uint32_t)(rows[z] != 0) << z;
    struct plane plane = {rows, used, &mesher->grid.kinds[where.layer << 2 * mesher->grid.shift],
                          size, mesher->plain ? NULL : mesher->plane_light};
    for (uint32_t left = mesher->plain ? 0 : used; left != 0; left &= left - 1) {
        uint32_t z = lowest_bit(left);
        light_row(mesher, rows[z], z, before, z, Z_STRIDE, where.face);
    }
    cover(&mesher->sink, mesher->grid.size, &plane, where);
}

// Faces south or north: rows run along y.
static void mesh_upright(struct mesher *mesher, uint32_t face)
{
    const uint32_t size = mesher->grid.size, inside = bits_below(size);
    const uint32_t beside = face == FACE_SOUTH ? 2 : 0; // of rows before z + 1, from z
    const uint32_t levels = mesher->present & ~mesher->walls;
    uint32_t used = 0; // planes
    memset(mesher->planes, 0, sizeof(mesher->planes));
    for (uint32_t left = levels; left != 0; left &= left - 1) {
        uint32_t y = lowest_bit(left);
        const uint64_t *source = (*mesher->source)[y + 1] + 1;
        const uint64_t *stops = (*mesher->stops)[y + 1] + beside;
        for (uint32_t z = 0; z < size; z++) {
            uint32_t row = (uint32_t)((source[z] & ~stops[z]) >> 1) & inside;
            mesher->planes[z][y] = row;
            used |= (uint32_t)(row != 0) << z;
        }
    }
    for (; used != 0; used &= used - 1) {
        uint32_t z = lowest_bit(used);
        struct plane plane = {mesher->planes[z], levels,
                              &mesher->grid.kinds[z << mesher->grid.shift], size * size,
                              mesher->plain ? NULL : mesher->plane_light};
        for (uint32_t left = mesher->plain ? 0 : levels; left != 0; left &= left - 1) {
            uint32_t y = lowest_bit(left);
            if (plane.rows[y] != 0)
                light_row(mesher, plane.rows[y], y, y, z + beside, Y_STRIDE, face);
        }
        cover(&mesher->sink, mesher->grid.size, &plane, (struct where){face, z});
    }
}

// Sorts one row's faces into the planes that they lie in.
static void sort_row(struct mesher *mesher, uint32_t faces, uint32_t y, uint32_t z)
{
    const uint32_t shift = mesher->grid.shift;
    const uint8_t *kinds = &mesher->grid.kinds[y << 2 * shift | z << shift];
    for (; faces != 0; faces &= faces - 1) {
        uint32_t x = lowest_bit(faces);
        mesher->planes[x][y] |= 1u << z;
        mesher->side_kinds[x][y * CHUNK_SIZE + z] = kinds[x];
    }
}

static void light_sides(struct mesher *mesher, uint32_t faces, uint32_t y, uint32_t z,
                        uint32_t face)
{
    const uint32_t before = face == FACE_EAST ? 2 : 0; // the bit of rows beside bit x + 1, from x
    const uint64_t wet = water_row(mesher, y + 1, z + 1);
    uint64_t any = 0;
    if (mesher->light != NULL)
        for (uint32_t i = 0; i < 9; i++)
            any |= mesher->light->dim[y + i / 3][z + i % 3];
    for (; faces != 0; faces &= faces - 1) {
        uint32_t x = lowest_bit(faces);
        uint32_t *out = &mesher->side_light[x][y * CHUNK_SIZE + z];
        *out = QUAD_LIGHT_PLAIN;
        if ((wet >> (x + before) & 1) != 0)
            *out = QUAD_LIGHT_WET;
        else if ((any >> (x + before) & 1) != 0)
            *out = light_face(&mesher->light->at[y][z][x + before], Z_STRIDE * LIGHT_STRIDE,
                              Y_STRIDE * LIGHT_STRIDE, face_mirrored(face));
    }
}

// Faces east or west: rows run along y; those at hand run across the planes and are sorted.
static void mesh_sides(struct mesher *mesher, uint32_t face)
{
    const uint32_t size = mesher->grid.size, inside = bits_below(size);
    const uint32_t levels = mesher->present & ~mesher->walls;
    uint32_t used = 0; // planes
    memset(mesher->planes, 0, sizeof(mesher->planes));
    for (uint32_t levels_left = levels; levels_left != 0; levels_left &= levels_left - 1) {
        uint32_t y = lowest_bit(levels_left);
        for (uint32_t z = 0; z < size; z++) {
            uint64_t stops = (*mesher->stops)[y + 1][z + 1];
            stops = face == FACE_EAST ? stops >> 1 : stops << 1;
            uint32_t row = (uint32_t)(((*mesher->source)[y + 1][z + 1] & ~stops) >> 1) & inside;
            if (row == 0)
                continue;
            used |= row;
            sort_row(mesher, row, y, z);
            if (!mesher->plain)
                light_sides(mesher, row, y, z, face);
        }
    }
    for (; used != 0; used &= used - 1) {
        uint32_t x = lowest_bit(used);
        struct plane plane = {mesher->planes[x], levels, mesher->side_kinds[x], CHUNK_SIZE,
                              mesher->plain ? NULL : mesher->side_light[x]};
        cover(&mesher->sink, mesher->grid.size, &plane, (struct where){face, x});
    }
}

static void mesh_face(struct mesher *mesher, uint32_t face)
{
    if (face == FACE_EAST || face == FACE_WEST)
        mesh_sides(mesher, face);
    else if (face == FACE_SOUTH || face == FACE_NORTH)
        mesh_upright(mesher, face);
    else
        for (uint32_t layer = 0; layer < mesher->grid.size; layer++)
            mesh_level(mesher, (struct where){face, layer});
}

// What the next faces are of; finds the levels that have none.
static void look_at(struct mesher *mesher, const grid_rows *source, const grid_rows *stops)
{
    const uint32_t size = mesher->grid.size;
    const uint64_t inside = (uint64_t)bits_below(size) << 1;
    const uint64_t across = inside | 1 | (uint64_t)2 << size;
    mesher->source = source;
    mesher->stops = stops;
    mesher->present = mesher->walls = 0;
    mesher->lids = 0;
    for (uint32_t y = 0; y < size + 2; y++) {
        uint64_t any = 0, all = UINT64_MAX;
        for (uint32_t z = 1; z <= size; z++) {
            any |= (*source)[y][z];
            all &= (*stops)[y][z];
        }
        mesher->lids |= (uint64_t)((all & inside) == inside) << y;
        if (y == 0 || y == size + 1)
            continue;
        bool walled =
            (all & across) == across && ((*stops)[y][0] & (*stops)[y][size + 1] & inside) == inside;
        mesher->present |= (uint32_t)((any & inside) != 0) << (y - 1);
        mesher->walls |= (uint32_t)walled << (y - 1);
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
    mesher->plain = mesher->light == NULL && !grid->has[GRID_WATER];
    look_at(mesher, &grid->opaque, &grid->opaque);
    for (uint32_t face = 0; face < FACE_COUNT; face++) {
        uint32_t before = mesher->sink.count;
        mesh_face(mesher, face);
        counts->counts[face] = mesher->sink.count - before;
    }
    uint32_t before = mesher->sink.count;
    for (uint32_t kind = 0; kind < GRID_SEE_THROUGH; kind++) {
        if (!grid->has[kind])
            continue;
        mesher->plain = kind == GRID_WATER || mesher->light == NULL;
        look_at(mesher, &grid->see[kind], &grid->stops[kind]);
        for (uint32_t face = 0; face < FACE_COUNT; face++)
            mesh_face(mesher, face);
    }
    counts->water_count = mesher->sink.count - before;
    counts->total = mesher->sink.count;
}

bool mesher_mesh(struct mesher *mesher, const struct mesh_input *input, struct mesh *out)
{
    ASH_ASSERT(input->detail <= 2);
    *out = (struct mesh){0};
    if (has_no_faces(input))
        return true;
    mesher->sink.count = 0;
    mesher->light = input->detail == 0 ? input->light : NULL;
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
    memcpy(mesh.quads, mesher->sink.quads, mesh.total * sizeof(*mesh.quads));
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
