#include "bench/mesher/mesher_naive.h"

#include <stdlib.h>
#include <string.h>

#include "shaders/shared.h"

struct cell {
    int32_t at[3]; // x, y, z in cells
};

struct list {
    mesh_quad *quads;
    uint32_t count, capacity;
};

// x, y, z may lie one chunk outside.
static enum block block_at(const struct mesh_input *input, int32_t x, int32_t y, int32_t z)
{
    const struct chunk *chunk =
        input->chunks[(y + CHUNK_SIZE) / CHUNK_SIZE][(z + CHUNK_SIZE) / CHUNK_SIZE]
                     [(x + CHUNK_SIZE) / CHUNK_SIZE];
    const uint32_t mask = CHUNK_SIZE - 1;
    return chunk_get(chunk, (uint32_t)x & mask, (uint32_t)y & mask, (uint32_t)z & mask);
}

static bool opaque_at(const struct mesh_input *input, int32_t x, int32_t y, int32_t z)
{
    return block_types[block_at(input, x, y, z)].opaque;
}

// What a cell looks like: its topmost opaque block where at least half of it is opaque, a trunk
// runs through it or it has some leaves, else the topmost of the others where at least half is not
// air.
static enum block cell_block(const struct mesh_input *input, struct cell cell)
{
    const int32_t edge = 1 << input->detail;
    if (input->detail == 0)
        return block_at(input, cell.at[0], cell.at[1], cell.at[2]);
    int32_t opaque_count = 0, filled_count = 0, wood_count = 0, leaf_count = 0;
    enum block opaque = BLOCK_AIR, other = BLOCK_AIR;
    for (int32_t i = edge * edge * edge - 1; i >= 0; i--) {
        // From the top down; within a layer from north-west.
        int32_t inside = edge * edge - 1 - i % (edge * edge);
        enum block block =
            block_at(input, cell.at[0] * edge + inside % edge,
                     cell.at[1] * edge + i / (edge * edge), cell.at[2] * edge + inside / edge);
        opaque_count += block_types[block].opaque;
        filled_count += block != BLOCK_AIR;
        wood_count += block == BLOCK_LOG;
        leaf_count += block == BLOCK_LEAVES;
        if (block_types[block].opaque)
            opaque = opaque == BLOCK_AIR ? block : opaque;
        else if (block != BLOCK_AIR)
            other = other == BLOCK_AIR ? block : other;
    }
    const int32_t half = (edge * edge * edge + 1) / 2;
    if (opaque_count >= half || wood_count >= edge || leaf_count >= edge * edge / 2)
        return opaque;
    return filled_count >= half ? other : BLOCK_AIR;
}

static bool outside(const struct mesh_input *input, struct cell cell)
{
    const int32_t size = CHUNK_SIZE >> input->detail;
    for (int32_t axis = 0; axis < 3; axis++)
        if (cell.at[axis] < 0 || cell.at[axis] >= size)
            return true;
    return false;
}

static struct cell beside(struct cell cell, uint32_t face)
{
    cell.at[face / 2] += face % 2 == 0 ? 1 : -1;
    return cell;
}

// Whether all blocks of the neighbour's cell that touch the face are opaque.
static bool touching_opaque(const struct mesh_input *input, struct cell neighbor, uint32_t face)
{
    const int32_t edge = 1 << input->detail;
    for (int32_t i = 0; i < edge * edge * edge; i++) {
        int32_t inside[3] = {i % edge, i / edge % edge, i / (edge * edge)};
        if (inside[face / 2] != (face % 2 == 0 ? 0 : edge - 1))
            continue;
        if (!opaque_at(input, neighbor.at[0] * edge + inside[0], neighbor.at[1] * edge + inside[1],
                       neighbor.at[2] * edge + inside[2]))
            return false;
    }
    return true;
}

static bool shows_face(const struct mesh_input *input, struct cell cell, enum block block,
                       uint32_t face)
{
    struct cell neighbor = beside(cell, face);
    enum block other = cell_block(input, neighbor);
    // At coarse detail the neighbour's detail may differ.
    bool border = input->detail > 0 && outside(input, neighbor);
    bool side = face != FACE_UP && face != FACE_DOWN;
    if (block_types[block].opaque) {
        if (!block_types[other].opaque)
            return true;
        return border && side && !touching_opaque(input, neighbor, face);
    }
    if (border && side)
        return false;
    if (block == BLOCK_WATER)
        return other == BLOCK_AIR;
    // Cells above and below the chunk are not told apart at coarse detail.
    return !block_types[other].opaque && (other != block || border);
}

// The light at the corner of a face that lies towards +1 or -1 along its width and height, as one
// of QUAD_LIGHT's.
static uint32_t corner_light(const struct light_cells *light, struct cell before, uint32_t axis,
                             int32_t width_sign, int32_t height_sign)
{
    const uint32_t width_axis = axis == 0 ? 2 : 0, height_axis = axis == 1 ? 2 : 1;
    uint32_t daylight = 0, lamps = 0;
    bool seen = false;
    for (int32_t i = 0; i < 4; i++) {
        struct cell cell = before;
        cell.at[width_axis] += i % 2 * width_sign;
        cell.at[height_axis] += i / 2 * height_sign;
        uint32_t value = light->at[cell.at[1] + 1][cell.at[2] + 1][cell.at[0] + 1];
        // The cell across is seen only past one beside.
        if (i == 3 && !seen)
            break;
        seen = seen || (i > 0 && value != 0);
        daylight += value & 15;
        lamps += value >> 4;
    }
    return (daylight * 30 / 256) | (lamps * 30 / 256) << 3;
}

static bool has_water(const struct mesh_input *input)
{
    const struct chunk *chunk = input->chunks[1][1][1];
    if (chunk->blocks == NULL)
        return chunk->uniform == BLOCK_WATER;
    return memchr(chunk->blocks, BLOCK_WATER, CHUNK_BLOCKS) != NULL;
}

// Whether a face looks into water; of coarse cells, and in chunks without any, only inside.
static bool is_wet(const struct mesh_input *input, struct cell before)
{
    if (outside(input, before) && (input->detail > 0 || !has_water(input)))
        return false;
    return cell_block(input, before) == BLOCK_WATER;
}

static uint32_t face_light(const struct mesh_input *input, struct cell cell, uint32_t face)
{
    const bool lit = input->light != NULL && input->detail == 0;
    if (is_wet(input, beside(cell, face)))
        return QUAD_LIGHT_WET;
    if (!lit)
        return QUAD_LIGHT_PLAIN;
    // Corners 0 to 3 of faces whose width and height turn counter-clockwise seen from outside.
    static const int32_t straight[4][2] = {{-1, -1}, {1, -1}, {1, 1}, {-1, 1}};
    const bool mirrored = face == FACE_EAST || face == FACE_UP || face == FACE_NORTH;
    uint32_t result = 0;
    for (uint32_t corner = 0; corner < 4; corner++) {
        const int32_t *sign = straight[mirrored ? (4 - corner) % 4 : corner];
        result |= corner_light(input->light, beside(cell, face), face / 2, sign[0], sign[1])
                  << 6 * corner;
    }
    return result;
}

static uint32_t brightness(uint32_t light, uint32_t corner)
{
    return QUAD_CORNER_SKY(light, corner) + QUAD_CORNER_LAMP(light, corner);
}

static bool add(struct list *list, mesh_quad quad)
{
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity == 0 ? 256 : 2 * list->capacity;
        mesh_quad *quads = realloc(list->quads, capacity * sizeof(*quads));
        if (quads == NULL)
            return false;
        list->quads = quads;
        list->capacity = capacity;
    }
    list->quads[list->count++] = quad;
    return true;
}

static mesh_quad face_quad(const struct mesh_input *input, struct cell cell, enum block block,
                           uint32_t face)
{
    const struct block_type *type = &block_types[block];
    const bool pane = block == BLOCK_GLASS && input->light != NULL && input->detail == 0;
    uint32_t light = type->opaque || pane ? face_light(input, cell, face) : QUAD_LIGHT_PLAIN;
    uint32_t even = brightness(light, 0) + brightness(light, 2);
    uint32_t odd = brightness(light, 1) + brightness(light, 3);
    uint32_t texture = type->texture[face == FACE_UP ? 0 : (face == FACE_DOWN ? 2 : 1)];
    cell.at[face / 2] += face % 2 == 0;
    return QUAD_PACK(QUAD_WORD_0(cell.at[0], cell.at[1], cell.at[2], 1, 1, face),
                     QUAD_WORD_1(texture, light, even < odd));
}

// The faces of one cell, each to the list of its direction, or of what is see-through.
static bool add_faces(const struct mesh_input *input, struct cell cell,
                      struct list lists[FACE_COUNT + 1])
{
    enum block block = cell_block(input, cell);
    if (block == BLOCK_AIR)
        return true;
    for (uint32_t face = 0; face < FACE_COUNT; face++) {
        struct list *list = &lists[block_types[block].opaque ? face : FACE_COUNT];
        if (shows_face(input, cell, block, face) && !add(list, face_quad(input, cell, block, face)))
            return false;
    }
    return true;
}

// The lists behind each other.
static bool join(const struct list lists[FACE_COUNT + 1], struct mesh *out)
{
    struct mesh mesh = {.water_count = lists[FACE_COUNT].count};
    for (uint32_t i = 0; i <= FACE_COUNT; i++)
        mesh.total += lists[i].count;
    if (mesh.total == 0)
        return true;
    mesh.quads = malloc(mesh.total * sizeof(*mesh.quads));
    if (mesh.quads == NULL)
        return false;
    mesh_quad *next = mesh.quads;
    for (uint32_t i = 0; i <= FACE_COUNT; i++) {
        if (i < FACE_COUNT)
            mesh.counts[i] = lists[i].count;
        if (lists[i].count > 0)
            memcpy(next, lists[i].quads, lists[i].count * sizeof(*next));
        next += lists[i].count;
    }
    *out = mesh;
    return true;
}

bool mesher_naive_mesh(const struct mesh_input *input, struct mesh *out)
{
    const int32_t size = CHUNK_SIZE >> input->detail;
    struct list lists[FACE_COUNT + 1] = {0};
    bool complete = true;
    *out = (struct mesh){0};
    for (int32_t i = 0; i < size * size * size && complete; i++)
        complete =
            add_faces(input, (struct cell){{i % size, i / (size * size), i / size % size}}, lists);
    complete = complete && join(lists, out);
    for (uint32_t i = 0; i <= FACE_COUNT; i++)
        free(lists[i].quads);
    return complete;
}
