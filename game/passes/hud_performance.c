#include "game/passes/hud_panels.h"

#include <math.h>
#include <stdio.h>

static const uint32_t white = 0xF4F1EAFF, grey = 0xB9BDC0FF, ember = 0xFF8A3CFF;
static const uint32_t plate = 0x0B0F14E8;

enum { PANEL_COLUMNS = 41, LINE_LENGTH = 96 };

// A panel's pen: where the next line goes.
struct pen {
    struct canvas *canvas;
    float x, y, line;
};

static void write_line(struct pen *pen, uint32_t color, const char *text)
{
    canvas_text(pen->canvas, pen->x, pen->y, 1.0f, color, text);
    pen->y += pen->line;
}

// The ring as bars, oldest at the left; a line at 16.7 ms and one at 33.3 ms.
static void frame_graph(struct pen *pen, const struct scene_hud *hud, float width)
{
    const float unit = pen->canvas->unit;
    const float height = 64.0f * unit, most = 40.0f; // ms at the top
    const float bar = width / (float)FRAME_GRAPH_LENGTH;
    canvas_rect(pen->canvas, pen->x, pen->y, width, height, 0x00000080);
    for (uint32_t i = 0; i < FRAME_GRAPH_LENGTH; i++) {
        const uint32_t index = (hud->frame_index + 1 + i) % FRAME_GRAPH_LENGTH;
        const float ms = (float)hud->frame_ms[index];
        const float tall = fminf(ms / most, 1.0f) * height;
        const uint32_t color = ms > 33.4f ? 0xE0503CFF : ms > 16.7f ? 0xE8B64CFF : 0x58B6A8FF;
        if (ms > 0.0f)
            canvas_rect(pen->canvas, pen->x + (float)i * bar, pen->y + height - tall, bar, tall,
                        color);
    }
    for (float ms = 16.7f; ms < most; ms += 16.7f)
        canvas_rect(pen->canvas, pen->x, pen->y + height - floorf(ms / most * height), width, unit,
                    0xFFFFFF50);
    pen->y += height + 6.0f * unit;
}

// The newest frame's time, and the mean and the worst of those in the graph.
static void frame_times(struct pen *pen, const struct scene_hud *hud)
{
    double sum = 0.0, worst = 0.0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < FRAME_GRAPH_LENGTH; i++) {
        const double ms = hud->frame_ms[i];
        sum += ms;
        worst = ms > worst ? ms : worst;
        count += ms > 0.0 ? 1 : 0;
    }
    const double mean = count > 0 ? sum / count : 0.0;
    char text[LINE_LENGTH];
    snprintf(text, sizeof(text), "frame %6.2f ms  mean %6.2f  worst %6.2f",
             hud->frame_ms[hud->frame_index % FRAME_GRAPH_LENGTH], mean, worst);
    write_line(pen, white, text);
}

static void pass_times(struct pen *pen, const struct ash_renderer_stats *stats)
{
    char text[LINE_LENGTH];
    write_line(pen, ember, "pass              CPU ms    GPU ms");
    for (uint32_t i = 0; i < stats->pass_count; i++) {
        const struct ash_pass_time *pass = &stats->passes[i];
        const bool failed = pass->prepared != ASH_OK && pass->prepared != ASH_NOT_READY;
        snprintf(text, sizeof(text), "%-14.14s %9.2f %9.2f%s", pass->name, pass->cpu_ms,
                 pass->gpu_ms, failed ? " !" : "");
        write_line(pen, failed ? ember : white, text);
    }
    snprintf(text, sizeof(text), "whole frame              %9.2f", stats->gpu_ms);
    write_line(pen, grey, text);
}

static void counts(struct pen *pen, const struct ash_renderer_stats *stats)
{
    const double mib = 1.0 / (1024.0 * 1024.0);
    char text[LINE_LENGTH];
    snprintf(text, sizeof(text), "draws %u   quads %llu", stats->draws,
             (unsigned long long)(stats->triangles / 2));
    write_line(pen, white, text);
    snprintf(text, sizeof(text), "uploaded %.1f MiB in %llu copies",
             (double)stats->upload.bytes_uploaded * mib,
             (unsigned long long)(stats->upload.copies + stats->upload.direct_writes));
    write_line(pen, white, text);
    snprintf(text, sizeof(text), "staging %.1f of %.1f MiB, refused %llu",
             (double)stats->upload.ring_used * mib, (double)stats->upload.ring_size * mib,
             (unsigned long long)stats->upload.refusals);
    write_line(pen, white, text);
    snprintf(text, sizeof(text), "retiring %u objects, %.2f MiB", stats->retired_objects,
             (double)stats->retired_bytes * mib);
    write_line(pen, white, text);
}

void hud_performance(struct canvas *canvas, const struct scene *scene)
{
    const float unit = canvas->unit;
    const float margin = 12.0f * unit, line = (float)canvas->font->cell_height + 2.0f * unit;
    const float width = (float)(PANEL_COLUMNS * canvas->font->cell_width);
    const uint32_t passes = scene->stats != NULL ? scene->stats->pass_count : 0;
    const float lines = scene->stats != NULL ? (float)(passes + 7) : 1.0f;
    const float left = fmaxf(canvas->width - width - 2.0f * margin - 10.0f * unit, 0.0f);
    struct pen pen = {canvas, left + margin, 10.0f * unit + margin, line};
    canvas_rect(canvas, left, 10.0f * unit, width + 2.0f * margin,
                lines * line + 70.0f * unit + 2.0f * margin, plate);
    frame_graph(&pen, &scene->hud, width);
    frame_times(&pen, &scene->hud);
    if (scene->stats == NULL)
        return;
    pass_times(&pen, scene->stats);
    counts(&pen, scene->stats);
}
