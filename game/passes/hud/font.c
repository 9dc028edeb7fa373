#include "game/passes/hud/font.h"

#include <stb_truetype.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Draws one glyph into its cell, cut where it would leave it.
static void draw_glyph(struct font *font, const stbtt_fontinfo *info, float scale, int baseline,
                       char character)
{
    uint32_t cell_x, cell_y;
    font_cell(font, character, &cell_x, &cell_y);
    int width, height, left, top;
    uint8_t *glyph =
        stbtt_GetCodepointBitmap(info, scale, scale, character, &width, &height, &left, &top);
    if (glyph == NULL)
        return; // the space has no pixels
    for (int y = 0; y < height; y++) {
        const int row = baseline + top + y;
        if (row < 0 || row >= (int)font->cell_height)
            continue;
        for (int x = 0; x < width; x++) {
            const int column = left + x;
            if (column < 0 || column >= (int)font->cell_width)
                continue;
            const size_t at =
                ((size_t)cell_y + (size_t)row) * font->width + cell_x + (size_t)column;
            font->pixels[at] = glyph[y * width + x];
        }
    }
    stbtt_FreeBitmap(glyph, NULL);
}

bool font_init(struct font *font, const uint8_t *file, size_t file_size, uint32_t line_height)
{
    memset(font, 0, sizeof(*font));
    // stb trusts the tables inside a font: only the file that was built in is handed to it.
    stbtt_fontinfo info;
    const int start = file_size >= 12 ? stbtt_GetFontOffsetForIndex(file, 0) : -1;
    if (start < 0 || !stbtt_InitFont(&info, file, start))
        return false;

    int ascent, descent, gap, advance, bearing;
    stbtt_GetFontVMetrics(&info, &ascent, &descent, &gap);
    const float scale = (float)line_height / (float)(ascent - descent);
    stbtt_GetCodepointHMetrics(&info, 'M', &advance, &bearing);

    struct font made = {.cell_width = (uint32_t)ceilf((float)advance * scale - 0.25f),
                        .cell_height = line_height};
    made.width = made.cell_width * FONT_COLUMNS;
    made.height = made.cell_height * ((FONT_GLYPHS + FONT_COLUMNS - 1) / FONT_COLUMNS);
    made.pixels = calloc(made.width, made.height);
    if (made.pixels == NULL)
        return false;
    const int baseline = (int)lroundf((float)ascent * scale);
    for (char character = FONT_FIRST; character <= FONT_LAST; character++)
        draw_glyph(&made, &info, scale, baseline, character);
    *font = made;
    return true;
}

void font_finish(struct font *font)
{
    free(font->pixels);
    memset(font, 0, sizeof(*font));
}

void font_cell(const struct font *font, char character, uint32_t *x, uint32_t *y)
{
    const int known = character >= FONT_FIRST && character <= FONT_LAST ? character : '?';
    const uint32_t index = (uint32_t)(known - FONT_FIRST);
    *x = index % FONT_COLUMNS * font->cell_width;
    *y = index / FONT_COLUMNS * font->cell_height;
}
