// A list of what the HUD shows: rectangles, text, block icons. Pure; game/passes/hud/overlay.h
// draws it.
//
// Units: pixels, from the upper left corner of the target. Colours are 0xRRGGBBAA, sRGB.
#ifndef GAME_PASSES_HUD_CANVAS_H
#define GAME_PASSES_HUD_CANVAS_H

#include "game/passes/hud/font.h"
#include "game/world/block/block.h"

#include "engine/log.h"

#include "shaders/shared.h"

#include <stdint.h>

enum { CANVAS_MAX_QUADS = 6144 };

// The colours of all panels.
#define HUD_WHITE 0xF4F1EAFFu
#define HUD_GREY  0xB9BDC0FFu
#define HUD_EMBER 0xFF8A3CFFu
#define HUD_PLATE 0x0B0F14E8u

struct canvas {
    struct hud_quad *quads; // borrowed; CANVAS_MAX_QUADS of them
    uint32_t count;         // what does not fit is left out
    const struct font *font;
    float width, height;   // of the target
    float unit;            // pixels of one of the layout's units
    const uint32_t *cells; // borrowed: colours for canvas_cells, 0xAABBGGRR; NULL: none
    uint32_t cell_count;
};

// A rectangle, or any parallelogram from its corner and two edges.
void canvas_rect(struct canvas *canvas, float x, float y, float width, float height,
                 uint32_t color);
void canvas_quad(struct canvas *canvas, const float corner[2], const float edge_u[2],
                 const float edge_v[2], uint32_t color);

// One line of text; control characters end it. Returns the x after it. `zoom` times the font's
// own size, which is crisp at 1.
float canvas_text(struct canvas *canvas, float x, float y, float zoom, uint32_t color,
                  const char *text);
float canvas_text_width(const struct canvas *canvas, float zoom, const char *text);
// The same on a dark plate; x is its middle where `centred`, else its left edge.
void canvas_label(struct canvas *canvas, float x, float y, bool centred, uint32_t color,
                  const char *text);

// A row of cells, each as wide as the next: `count` of canvas->cells from `first`.
void canvas_cells(struct canvas *canvas, float x, float y, float width, float height,
                  uint32_t first, uint32_t count);

// A panel's pen: writes line after line, as far as its room goes.
struct pen {
    struct canvas *canvas;
    float x, y, width, bottom; // of the room that is left
    float line;                // from one line to the next
};
// Writes as much of the text as the room is wide (what matters stands first), and nothing where
// it is not high enough. Returns whether there was room.
bool pen_write(struct pen *pen, uint32_t color, const char *format, ...) ASH_PRINTF(3, 4);

// A block as a small cube inside a square.
void canvas_block(struct canvas *canvas, float x, float y, float size, enum block block);

#endif
