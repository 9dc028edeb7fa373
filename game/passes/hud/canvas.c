#include "game/passes/hud/canvas.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const uint32_t plate_color = 0x0B0F14D8;

static void set_color(struct hud_quad *quad, uint32_t color)
{
    for (uint32_t channel = 0; channel < 4; channel++)
        quad->color[channel] = (float)(color >> (24 - 8 * channel) & 0xFF) / 255.0f;
}

// The next quad, zeroed; NULL where the list is full.
static struct hud_quad *add(struct canvas *canvas, uint32_t color)
{
    if (canvas->count == CANVAS_MAX_QUADS)
        return NULL;
    struct hud_quad *quad = &canvas->quads[canvas->count++];
    memset(quad, 0, sizeof(*quad));
    set_color(quad, color);
    return quad;
}

static void place(struct hud_quad *quad, const float corner[2], const float edge_u[2],
                  const float edge_v[2])
{
    memcpy(&quad->origin[0], corner, 2 * sizeof(float));
    memcpy(&quad->origin[2], edge_u, 2 * sizeof(float));
    memcpy(&quad->edge[0], edge_v, 2 * sizeof(float));
}

void canvas_quad(struct canvas *canvas, const float corner[2], const float edge_u[2],
                 const float edge_v[2], uint32_t color)
{
    struct hud_quad *quad = add(canvas, color);
    if (quad != NULL)
        place(quad, corner, edge_u, edge_v);
}

void canvas_rect(struct canvas *canvas, float x, float y, float width, float height, uint32_t color)
{
    canvas_quad(canvas, (float[2]){x, y}, (float[2]){width, 0.0f}, (float[2]){0.0f, height}, color);
}

void canvas_cells(struct canvas *canvas, float x, float y, float width, float height,
                  uint32_t first, uint32_t count)
{
    struct hud_quad *quad = add(canvas, 0xFFFFFFFF);
    if (quad == NULL)
        return;
    place(quad, (float[2]){x, y}, (float[2]){width, 0.0f}, (float[2]){0.0f, height});
    quad->edge[2] = HUD_FILL_CELLS;
    quad->uv[0] = (float)first;
    quad->uv[2] = (float)count;
}

float canvas_text(struct canvas *canvas, float x, float y, float zoom, uint32_t color,
                  const char *text)
{
    const float width = (float)canvas->font->cell_width;
    const float height = (float)canvas->font->cell_height;
    // Whole pixels keep the glyphs' edges where the font put them.
    x = floorf(x);
    y = floorf(y);
    for (; (unsigned char)*text >= ' '; text++, x += width * zoom) {
        if (*text == ' ')
            continue;
        struct hud_quad *quad = add(canvas, color);
        if (quad == NULL)
            return x;
        uint32_t cell_x, cell_y;
        font_cell(canvas->font, *text, &cell_x, &cell_y);
        place(quad, (float[2]){x, y}, (float[2]){width * zoom, 0.0f},
              (float[2]){0.0f, height * zoom});
        quad->edge[2] = HUD_FILL_GLYPH;
        const float uv[4] = {(float)cell_x, (float)cell_y, width, height};
        memcpy(quad->uv, uv, sizeof(uv));
    }
    return x;
}

float canvas_text_width(const struct canvas *canvas, float zoom, const char *text)
{
    uint32_t length = 0;
    while ((unsigned char)text[length] >= ' ')
        length++;
    return (float)(length * canvas->font->cell_width) * zoom;
}

bool pen_write(struct pen *pen, uint32_t color, const char *format, ...)
{
    char text[256];
    if (pen->y + pen->line > pen->bottom)
        return false;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    const float columns = fmaxf(pen->width / (float)pen->canvas->font->cell_width, 0.0f);
    if (columns < (float)sizeof(text))
        text[(size_t)columns] = '\0';
    canvas_text(pen->canvas, pen->x, pen->y, 1.0f, color, text);
    pen->y += pen->line;
    return true;
}

void canvas_label(struct canvas *canvas, float x, float y, bool centred, uint32_t color,
                  const char *text)
{
    const float margin = 5.0f * canvas->unit;
    const float width = canvas_text_width(canvas, 1.0f, text) + 2.0f * margin;
    const float left = centred ? floorf(x - width * 0.5f) : x;
    canvas_rect(canvas, left, y, width, (float)canvas->font->cell_height + margin, plate_color);
    canvas_text(canvas, left + margin, y + margin * 0.5f, 1.0f, color, text);
}

static void block_side(struct canvas *canvas, const float corner[2], const float edge_u[2],
                       const float edge_v[2], uint8_t layer, uint32_t shade)
{
    struct hud_quad *quad = add(canvas, shade);
    if (quad == NULL)
        return;
    place(quad, corner, edge_u, edge_v);
    quad->edge[2] = HUD_FILL_BLOCK;
    quad->edge[3] = layer;
    quad->uv[2] = quad->uv[3] = 1.0f;
}

void canvas_block(struct canvas *canvas, float x, float y, float size, enum block block)
{
    const struct block_type *type = &block_types[block];
    const float half = size * 0.5f, quarter = size * 0.25f;
    const float right[2] = {half, quarter}, up[2] = {half, -quarter}, down[2] = {0.0f, half};
    const float left_corner[2] = {x, y + quarter}, middle[2] = {x + half, y + half};
    block_side(canvas, left_corner, up, right, type->texture[0], 0xFFFFFFFF);
    block_side(canvas, left_corner, right, down, type->texture[1], 0xC8C8C8FF);
    block_side(canvas, middle, up, down, type->texture[1], 0x969696FF);
}
