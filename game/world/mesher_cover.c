#include "game/world/mesher_cover.h"

#include "game/world/mesher_grid.h"
#include "shaders/shared.h"

// How many ones follow each other from bit 0.
static uint32_t run_length(uint32_t bits)
{
    return bits == UINT32_MAX ? 32 : lowest_bit(~bits);
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

// Covers the plane's faces with quads: each grows along the width first, then along the height.
static void cover_open(struct quad_sink *sink, uint32_t size, const struct plane *plane,
                       struct where where)
{
    for (uint32_t rows_left = plane->used; rows_left != 0; rows_left &= rows_left - 1) {
        uint32_t row = lowest_bit(rows_left);
        const uint8_t *kinds = plane->kinds + row * plane->kinds_stride;
        for (uint32_t left = plane->rows[row]; left != 0;) {
            uint32_t bit = lowest_bit(left), height = 1;
            uint8_t kind = kinds[bit];
            uint32_t width = run_length((left & row_equal(kinds, kind)) >> bit);
            uint32_t taken = bits_below(width) << bit;
            const uint8_t *above = kinds + plane->kinds_stride;
            while (row + height < size && (plane->rows[row + height] & taken) == taken &&
                   (row_equal(above, kind) & taken) == taken) {
                plane->rows[row + height++] &= ~taken;
                above += plane->kinds_stride;
            }
            left &= ~taken;
            emit(sink, where, bit, row, width, height, kind, OCCLUSION_OPEN);
        }
    }
}

static uint32_t alike(const struct plane *plane, uint32_t row, uint8_t kind, uint8_t occlusion)
{
    return row_equal(plane->kinds + row * plane->kinds_stride, kind) &
           row_equal(plane->occlusion + row * CHUNK_SIZE, occlusion);
}

// The same where corners are occluded.
static void cover_shaded(struct quad_sink *sink, uint32_t size, const struct plane *plane,
                         struct where where)
{
    const bool mirrored = face_mirrored(where.face);
    for (uint32_t rows_left = plane->used; rows_left != 0; rows_left &= rows_left - 1) {
        uint32_t row = lowest_bit(rows_left);
        for (uint32_t left = plane->rows[row]; left != 0;) {
            uint32_t bit = lowest_bit(left), width = 1, height = 1;
            uint8_t kind = plane->kinds[row * plane->kinds_stride + bit];
            uint8_t occlusion = plane->occlusion[row * CHUNK_SIZE + bit];
            if (same_along_width(occlusion, mirrored))
                width = run_length((left & alike(plane, row, kind, occlusion)) >> bit);
            uint32_t taken = bits_below(width) << bit;
            while (same_along_height(occlusion, mirrored) && row + height < size &&
                   (plane->rows[row + height] & taken) == taken &&
                   (alike(plane, row + height, kind, occlusion) & taken) == taken)
                plane->rows[row + height++] &= ~taken;
            left &= ~taken;
            emit(sink, where, bit, row, width, height, kind, occlusion);
        }
    }
}

void mesher_cover(struct quad_sink *sink, uint32_t size, const struct plane *plane,
                  struct where where)
{
    if (plane->occlusion != NULL)
        cover_shaded(sink, size, plane, where);
    else
        cover_open(sink, size, plane, where);
}
