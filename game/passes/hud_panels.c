#include "game/passes/hud_panels.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const uint32_t white = 0xF4F1EAFF, grey = 0xB9BDC0FF, ember = 0xFF8A3CFF;
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
                    4.0f * unit, ember);
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
                        slot + 4.0f * unit, ember);
        canvas_rect(canvas, x, top, slot, slot, i == hud->hotbar_slot ? 0x1A2028F0 : plate);
        if (hud->hotbar[i] > BLOCK_AIR && hud->hotbar[i] < BLOCK_COUNT)
            canvas_block(canvas, x + margin, top + margin, slot - 2.0f * margin,
                         (enum block)hud->hotbar[i]);
    }
    const uint32_t chosen = hud->hotbar_slot < HOTBAR_SLOTS ? hud->hotbar[hud->hotbar_slot] : 0;
    if (chosen > BLOCK_AIR && chosen < BLOCK_COUNT)
        canvas_label(canvas, canvas->width * 0.5f, top - 32.0f * unit, true, white,
                     block_types[chosen].name);
}

void hud_status(struct canvas *canvas, const struct scene_hud *hud)
{
    const float unit = canvas->unit;
    if (hud->status[0] != '\0')
        canvas_label(canvas, 10.0f * unit, 10.0f * unit, false, white, hud->status);
    if (hud->message[0] != '\0')
        canvas_label(canvas, canvas->width * 0.5f, canvas->height * 0.68f, true, white,
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
    canvas_rect(canvas, left, top, 3.0f * unit, (float)(count + 1) * line + 2.0f * margin, ember);
    canvas_text(canvas, left + margin, top + margin, 1.0f, ember,
                "A shader has an error; the last good one is drawn");
    for (size_t i = 0; i < count; i++) {
        char text[COLUMNS + 1];
        snprintf(text, sizeof(text), "%s", hud->shader_error + i * COLUMNS);
        canvas_text(canvas, left + margin, top + margin + (float)(i + 1) * line, 1.0f, white, text);
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
    canvas_text(canvas, (canvas->width - title_width) * 0.5f, canvas->height * 0.38f, zoom, ember,
                title);
    canvas_rect(canvas, x - 2.0f * unit, y - 2.0f * unit, width + 4.0f * unit, height + 4.0f * unit,
                deep_plate);
    canvas_rect(canvas, x, y, width * fminf(fmaxf(hud->loading, 0.0f), 1.0f), height, ember);
    canvas_label(canvas, canvas->width * 0.5f, y + 22.0f * unit, true, white,
                 "The islands rise from the sea");
}

static const char *const help_lines[] = {
    "W A S D       walk                left stick",
    "Mouse         look around         right stick",
    "Space         jump, swim, rise    A",
    "Ctrl or C     sink, fly down      B",
    "Shift         run                 left stick, pressed",
    "F or Tab      fly, or walk again  Y",
    "Left click    dig                 right trigger",
    "Right click   place a block       left trigger",
    "Middle click  take its kind       X",
    "1-9, Q E      choose a block      shoulders",
    "Esc           pause               Start",
    "F1 help  F2 screenshot  F3 performance  F4 memory  F11 full",
};

// A plate in the middle with a title; returns the y of its first line.
static float open_plate(struct canvas *canvas, float width, float lines, const char *title,
                        float *x)
{
    const float unit = canvas->unit, line = (float)canvas->font->cell_height + 3.0f * unit;
    const float margin = 16.0f * unit;
    const float height = (lines + 1.6f) * line + 2.0f * margin;
    const float left = floorf((canvas->width - width) * 0.5f - margin);
    const float top = floorf(fmaxf((canvas->height - height) * 0.45f, 4.0f * unit));
    canvas_rect(canvas, left, top, width + 2.0f * margin, height, deep_plate);
    canvas_rect(canvas, left, top, width + 2.0f * margin, 3.0f * unit, ember);
    canvas_text(canvas, left + margin, top + margin, 1.0f, ember, title);
    *x = left + margin;
    return top + margin + 1.6f * line;
}

void hud_help(struct canvas *canvas)
{
    const uint32_t count = sizeof(help_lines) / sizeof(help_lines[0]);
    float x;
    float y = open_plate(canvas, canvas_text_width(canvas, 1.0f, help_lines[count - 1]),
                         (float)count, "How to play   (F1 closes)", &x);
    for (uint32_t i = 0; i < count; i++) {
        canvas_text(canvas, x, y, 1.0f, i + 1 < count ? white : grey, help_lines[i]);
        y += (float)canvas->font->cell_height + 3.0f * canvas->unit;
    }
}

void hud_pause(struct canvas *canvas)
{
    canvas_rect(canvas, 0.0f, 0.0f, canvas->width, canvas->height, 0x06080C90);
    const char *lines[] = {"Click, or press Esc, to go on.", "F1 shows the keys.",
                           "Close the window to quit; the world is saved."};
    float x;
    float y = open_plate(canvas, canvas_text_width(canvas, 1.0f, lines[2]), 3.0f, "Paused", &x);
    for (uint32_t i = 0; i < 3; i++) {
        canvas_text(canvas, x, y, 1.0f, white, lines[i]);
        y += (float)canvas->font->cell_height + 3.0f * canvas->unit;
    }
}
