#include "game/world/mesher_cover.h"

#include "game/world/rows.h"
#include "shaders/shared.h"

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
void mesher_cover(struct quad_sink *sink, uint32_t size, const struct plane *plane,
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
