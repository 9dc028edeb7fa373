#include "game/world/mesher_cover.h"

#include "game/world/mesher_grid.h"
#include "shaders/shared.h"

// How many ones follow each other from bit 0.
static uint32_t run_length(uint32_t bits)
{
    return bits == UINT32_MAX ? 32 : lowest_bit(~bits);
}

// The diagonal joins the brighter pair of corners.
static bool is_turned(uint8_t occlusion)
{
    uint32_t a = occlusion & 3, b = occlusion >> 2 & 3, c = occlusion >> 4 & 3, d = occlusion >> 6;
    return a + c < b + d;
}

static void emit(struct quad_sink *sink, struct where where, uint32_t along, uint32_t up,
                 uint32_t width, uint32_t height, uint8_t kind, uint8_t occlusion)
{
    uint32_t layer = where.layer + ((where.face & 1) == 0 ? 1 : 0);
    uint32_t axis = where.face >> 1;
    uint32_t x = axis == 0 ? layer : along;
    uint32_t y = axis == 1 ? layer : up;
    uint32_t z = axis == 0 ? along : (axis == 1 ? up : layer);
    uint32_t first = QUAD_WORD_0(x, y, z, width, height, where.face);
    uint32_t second = QUAD_WORD_1(sink->textures[where.face][kind], occlusion, 0u,
                                  is_turned(occlusion) ? 1u : 0u);
    sink->quads[sink->count++] = QUAD_PACK(first, second);
}

// Which cells of a row look like the one given.
static uint32_t alike(const struct plane *plane, uint32_t row, uint8_t kind, uint8_t occlusion)
{
    uint32_t same = row_equal(plane->kinds + row * plane->kinds_stride, kind);
    if (plane->occlusion != NULL)
        same &= row_equal(plane->occlusion + row * CHUNK_SIZE, occlusion);
    return same;
}

// Quads grow along the width first, then along the height. Neighbours in a plane share two corners
// and their occlusion, so those that are alike are so all along: no gradient is stretched.
void mesher_cover(struct quad_sink *sink, uint32_t size, const struct plane *plane,
                  struct where where)
{
    for (uint32_t rows_left = plane->used; rows_left != 0; rows_left &= rows_left - 1) {
        uint32_t row = lowest_bit(rows_left);
        for (uint32_t left = plane->rows[row]; left != 0;) {
            uint32_t bit = lowest_bit(left), height = 1;
            uint8_t kind = plane->kinds[row * plane->kinds_stride + bit];
            uint8_t occlusion = OCCLUSION_OPEN;
            if (plane->occlusion != NULL)
                occlusion = plane->occlusion[row * CHUNK_SIZE + bit];
            uint32_t width = run_length((left & alike(plane, row, kind, occlusion)) >> bit);
            uint32_t taken = bits_below(width) << bit;
            while (row + height < size && (plane->rows[row + height] & taken) == taken &&
                   (alike(plane, row + height, kind, occlusion) & taken) == taken)
                plane->rows[row + height++] &= ~taken;
            left &= ~taken;
            emit(sink, where, bit, row, width, height, kind, occlusion);
        }
    }
}
