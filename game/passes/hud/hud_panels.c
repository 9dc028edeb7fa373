#include "game/passes/hud/hud_panels.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const uint32_t plate = 0x0B0F14D0, deep_plate = 0x0B0F14EC;

void hud_crosshair(struct canvas *canvas, const struct scene_hud *hud)
{
    const float unit = canvas->unit;
    const float x = floorf(canvas->width * 0.5f), y = floorf(canvas->height * 0.5f);
    const float length = 9.0f * unit, width = 2.0f * unit, edge = unit;
    // A dark rim keeps it visible on snow-white clouds and black basalt alike.
    canvas_rect(canvas, x - length - edge, y - edge - unit, 2.0f * (length + edge),
                width + 2.0f * edge, 0x00000060);
    canvas_rect(canvas, x - edge - unit, y - length - edge, width + 2.0f * edge,
                2.0f * (length + edge), 0x00000060);
    canvas_rect(canvas, x - length, y - unit, 2.0f * length, width, 0xFFFFFFE0);
    canvas_rect(canvas, x - unit, y - length, width, 2.0f * length, 0xFFFFFFE0);
    if (hud->dig_progress > 0.0f) {
        const float full = 48.0f * unit, top = y + 18.0f * unit;
        canvas_rect(canvas, x - full * 0.5f - unit, top - unit, full + 2.0f * unit, 6.0f * unit,
                    plate);
        canvas_rect(canvas, x - full * 0.5f, top, full * fminf(hud->dig_progress, 1.0f),
                    4.0f * unit, HUD_EMBER);
    }
}

void hud_hotbar(struct canvas *canvas, const struct scene_hud *hud)
{
    const float unit = canvas->unit;
    const float slot = 44.0f * unit, gap = 4.0f * unit, margin = 6.0f * unit;
    const float width = HOTBAR_SLOTS * slot + (HOTBAR_SLOTS - 1) * gap;
    const float left = floorf((canvas->width - width) * 0.5f);
    const float top = canvas->height - slot - 14.0f * unit;
    for (uint32_t i = 0; i < HOTBAR_SLOTS; i++) {
        const float x = left + (float)i * (slot + gap);
        if (i == hud->hotbar_slot)
            canvas_rect(canvas, x - 2.0f * unit, top - 2.0f * unit, slot + 4.0f * unit,
                        slot + 4.0f * unit, HUD_EMBER);
        canvas_rect(canvas, x, top, slot, slot, i == hud->hotbar_slot ? 0x1A2028F0 : plate);
        if (hud->hotbar[i] > BLOCK_AIR && hud->hotbar[i] < BLOCK_COUNT)
            canvas_block(canvas, x + margin, top + margin, slot - 2.0f * margin,
                         (enum block)hud->hotbar[i]);
        // The key that takes it.
        const char number[2] = {(char)('1' + i), '\0'};
        canvas_text(canvas, x + 3.0f * unit, top + unit, 1.0f, HUD_GREY, number);
    }
    const uint32_t chosen = hud->hotbar_slot < HOTBAR_SLOTS ? hud->hotbar[hud->hotbar_slot] : 0;
    if (chosen > BLOCK_AIR && chosen < BLOCK_COUNT)
        canvas_label(canvas, canvas->width * 0.5f, top - 32.0f * unit, true, HUD_WHITE,
                     block_types[chosen].name);
}

void hud_status(struct canvas *canvas, const struct scene_hud *hud)
{
    const float unit = canvas->unit;
    if (hud->status[0] != '\0')
        canvas_label(canvas, 10.0f * unit, 10.0f * unit, false, HUD_WHITE, hud->status);
    if (hud->message[0] != '\0')
        canvas_label(canvas, canvas->width * 0.5f, canvas->height * 0.68f, true, HUD_WHITE,
                     hud->message);
}

void hud_shader_error(struct canvas *canvas, const struct scene_hud *hud)
{
    enum { COLUMNS = 64, MOST_LINES = 6 };
    if (hud->shader_error == NULL)
        return;
    const float unit = canvas->unit, line = (float)canvas->font->cell_height + 3.0f * unit;
    const float left = 10.0f * unit, top = 44.0f * unit, margin = 12.0f * unit;
    const size_t length = strlen(hud->shader_error);
    const size_t count = length / COLUMNS + 1 < MOST_LINES ? length / COLUMNS + 1 : MOST_LINES;
    const float width = (float)(COLUMNS * canvas->font->cell_width) + 2.0f * margin;
    canvas_rect(canvas, left, top, width, (float)(count + 1) * line + 2.0f * margin, deep_plate);
    canvas_rect(canvas, left, top, 3.0f * unit, (float)(count + 1) * line + 2.0f * margin,
                HUD_EMBER);
    canvas_text(canvas, left + margin, top + margin, 1.0f, HUD_EMBER,
                "A shader has an error; the last good one is drawn");
    for (size_t i = 0; i < count; i++) {
        char text[COLUMNS + 1];
        snprintf(text, sizeof(text), "%s", hud->shader_error + i * COLUMNS);
        canvas_text(canvas, left + margin, top + margin + (float)(i + 1) * line, 1.0f, HUD_WHITE,
                    text);
    }
}

void hud_loading(struct canvas *canvas, const struct scene_hud *hud)
{
    const float unit = canvas->unit;
    const float width = fminf(420.0f * unit, canvas->width * 0.8f), height = 10.0f * unit;
    const float x = floorf((canvas->width - width) * 0.5f);
    const float y = floorf(canvas->height * 0.60f);
    const char *title = "CINDER";
    const float zoom = 4.0f;
    const float title_width = canvas_text_width(canvas, zoom, title);
    canvas_rect(canvas, 0.0f, 0.0f, canvas->width, canvas->height, 0x0B0F1480);
    canvas_text(canvas, (canvas->width - title_width) * 0.5f + 3.0f * unit,
                canvas->height * 0.38f + 3.0f * unit, zoom, 0x000000A0, title);
    canvas_text(canvas, (canvas->width - title_width) * 0.5f, canvas->height * 0.38f, zoom,
                HUD_EMBER, title);
    canvas_rect(canvas, x - 2.0f * unit, y - 2.0f * unit, width + 4.0f * unit, height + 4.0f * unit,
                deep_plate);
    canvas_rect(canvas, x, y, width * fminf(fmaxf(hud->loading, 0.0f), 1.0f), height, HUD_EMBER);
    canvas_label(canvas, canvas->width * 0.5f, y + 22.0f * unit, true, HUD_WHITE,
                 "The islands rise from the sea");
}

static const char *const help_lines[] = {
    "W A S D      walk               left stick",
    "Mouse        look around        right stick",
    "Space        jump, swim, rise   A",
    "Ctrl or C    sink, fly down     B",
    "Shift        run                press left stick",
    "F or Tab     fly, walk again    Y",
    "Left click   dig                right trigger",
    "Right click  place a block      left trigger",
    "Middle click take its kind      X",
    "1-9, Q E     choose a block     shoulders",
    "Esc          pause, free mouse  Start",
    "F1 F2        help, screenshot   Back, cross left",
    "F3 F4        speed, memory map  cross up, down",
    "F11          full screen        cross right",
};

// A plate in the middle with a title and `count` lines, closer where the window is low.
static void write_plate(struct canvas *canvas, const char *title, const char *const *lines,
                        uint32_t count)
{
    const float unit = canvas->unit, glyphs = (float)canvas->font->cell_height;
    const float room = canvas->height - 12.0f * unit, rows = (float)count + 1.5f;
    const float spare = floorf((room - rows * glyphs) / (rows + 10.0f));
    const float gap = fmaxf(0.0f, fminf(3.0f * unit, spare));
    const float line = glyphs + gap, margin = fminf(16.0f * unit, 2.0f * unit + 5.0f * gap);
    float width = canvas_text_width(canvas, 1.0f, title);
    for (uint32_t i = 0; i < count; i++)
        width = fmaxf(width, canvas_text_width(canvas, 1.0f, lines[i]));
    const float height = rows * line + 2.0f * margin;
    const float left = floorf(fmaxf((canvas->width - width) * 0.5f, margin)) - margin;
    const float top = floorf(fmaxf((canvas->height - height) * 0.45f, 2.0f * unit));
    struct pen pen = {canvas, left + margin, top + margin, width + 1.0f, INFINITY, line};
    canvas_rect(canvas, left, top, width + 2.0f * margin, height, deep_plate);
    canvas_rect(canvas, left, top, width + 2.0f * margin, 3.0f * unit, HUD_EMBER);
    pen_write(&pen, HUD_EMBER, "%s", title);
    pen.y += 0.5f * line;
    for (uint32_t i = 0; i < count; i++)
        pen_write(&pen, HUD_WHITE, "%s", lines[i]);
}

void hud_help(struct canvas *canvas)
{
    write_plate(canvas, "How to play   (F1 closes)", help_lines,
                sizeof(help_lines) / sizeof(help_lines[0]));
}

void hud_pause(struct canvas *canvas)
{
    static const char *const lines[] = {
        "Click, or press Esc (Start), to go on.", "F1 (Back) shows the keys.",
        "Q (press the right stick) quits.", "What you build is kept."};
    canvas_rect(canvas, 0.0f, 0.0f, canvas->width, canvas->height, 0x06080C90);
    write_plate(canvas, "Paused", lines, sizeof(lines) / sizeof(lines[0]));
}
