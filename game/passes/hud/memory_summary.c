#include "game/passes/hud/memory_summary.h"

#include <math.h>

#define MIB (1.0 / (1024.0 * 1024.0))

// The colours are Okabe and Ito's, which people with any kind of colour vision tell apart ("Color
// Universal Design", 2008); grey and white are told from them by being neither.
static const uint32_t owner_colors[OWNER_COUNT + 1] = {
    [OWNER_TERRAIN_NEAR] = 0x009E73FF, [OWNER_TERRAIN_MIDDLE] = 0x56B4E9FF,
    [OWNER_TERRAIN_FAR] = 0x0072B2FF,  [OWNER_STAGING] = 0xE69F00FF,
    [OWNER_UNIFORMS] = 0xF0E442FF,     [OWNER_TEXTURES] = 0xCC79A7FF,
    [OWNER_TARGETS] = 0xD55E00FF,      [OWNER_OTHERS] = 0x8E969EFF,
    [OWNER_COUNT] = 0xFFFFFFFF,
};

uint32_t memory_owner_color(uint32_t owner)
{
    return owner_colors[owner];
}

// What is reserved, and in it what is live, of what the driver lets this process have.
static void write_heap(struct pen *pen, const struct memory_heap *heap, uint32_t index)
{
    const float unit = pen->canvas->unit, y = pen->y;
    const float bar = floorf(pen->width * 0.3f), height = floorf(pen->line * 0.5f);
    const float top = floorf(y + (pen->line - height) * 0.5f);
    struct pen beside = *pen;
    beside.x += bar + 8.0f * unit;
    beside.width -= bar + 8.0f * unit;
    if (!pen_write(&beside, HUD_GREY, "heap %u%s: %.0f of %.0f MiB", index,
                   heap->device_local ? ", device" : "", (double)heap->reserved * MIB,
                   (double)heap->budget * MIB))
        return;
    const double scale = heap->budget > 0 ? (double)bar / (double)heap->budget : 0.0;
    const float reserved = fminf(bar, (float)((double)heap->reserved * scale));
    const float live = fminf(bar, (float)((double)heap->live * scale));
    canvas_rect(pen->canvas, pen->x, top, bar, height, MEMORY_FREE_COLOR);
    canvas_rect(pen->canvas, pen->x, top, reserved, height, 0x7B838BFF);
    canvas_rect(pen->canvas, pen->x, top, live, height, HUD_WHITE);
    canvas_rect(pen->canvas, pen->x + bar, top - unit, fmaxf(unit, 1.0f), height + 2.0f * unit,
                HUD_EMBER);
    pen->y = beside.y;
}

// Names the colours, in as many rows as the panel's width asks for.
static void write_legend(struct pen *pen)
{
    const float unit = pen->canvas->unit, box = floorf(0.7f * pen->line), gap = 4.0f * unit;
    float x = pen->x;
    for (uint32_t i = 0; i <= OWNER_COUNT + 1; i++) {
        const char *name = i < OWNER_COUNT    ? memory_owner_name((enum memory_owner)i)
                           : i == OWNER_COUNT ? "retiring"
                                              : "free";
        const float width = canvas_text_width(pen->canvas, 1.0f, name);
        if (x > pen->x && x + box + gap + width > pen->x + pen->width) {
            x = pen->x;
            pen->y += pen->line;
        }
        canvas_rect(pen->canvas, x, floorf(pen->y + 0.15f * pen->line), box, box,
                    i <= OWNER_COUNT ? owner_colors[i] : MEMORY_FREE_COLOR);
        x = canvas_text(pen->canvas, x + box + gap, pen->y, 1.0f, HUD_GREY, name) + 2.5f * gap;
    }
    pen->y += 1.3f * pen->line;
}

void memory_write_summary(struct pen *pen, const struct memory_snapshot *memory)
{
    const double over = memory->live > 0 ? (double)memory->reserved / (double)memory->live : 0.0;
    pen_write(pen, HUD_EMBER, "Memory: %.1f MiB live in %u blocks", (double)memory->live * MIB,
              memory->block_count);
    pen_write(pen, HUD_GREY, "reserved %.0f MiB, %.2f times that", (double)memory->reserved * MIB,
              over);
    pen_write(pen, HUD_GREY, "largest free %.1f MiB, mapped %u times",
              (double)memory->largest_free * MIB, memory->open_views);
    pen_write(pen, HUD_GREY, "%u blocks (%.2f MiB) wait to retire", memory->retiring_count,
              (double)memory->retiring_bytes * MIB);
    for (uint32_t i = 0; i < memory->heap_count; i++) {
        if (memory->heaps[i].reserved > 0)
            write_heap(pen, &memory->heaps[i], i);
    }
    write_legend(pen);
}
