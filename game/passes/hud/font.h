// A monospaced font as a grid of cells, one byte of coverage a pixel: all that is needed to put
// text on a screen without an asset file. Pure.
//
// Units: pixels.
#ifndef GAME_PASSES_HUD_FONT_H
#define GAME_PASSES_HUD_FONT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FONT_FIRST = 32, // the space; glyphs run from here without a gap
    FONT_LAST = 126,
    FONT_GLYPHS = FONT_LAST - FONT_FIRST + 1,
    FONT_COLUMNS = 16
};

struct font {
    uint32_t cell_width, cell_height; // of a glyph, its line spacing and advance included
    uint32_t width, height;           // of the whole grid
    uint8_t *pixels;                  // owned; rows from the top
};

// Draws the glyphs of a TrueType file with lines of `line_height` pixels. False: the file is no
// font, or memory ran out; *font is then zero.
bool font_init(struct font *font, const uint8_t *file, size_t file_size, uint32_t line_height);
void font_finish(struct font *font);

// The upper left corner of a character's cell; of the question mark's for one that there is not.
void font_cell(const struct font *font, char character, uint32_t *x, uint32_t *y);

#endif
