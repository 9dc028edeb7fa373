#include "game/passes/hud/hud_panels.h"

#include <math.h>

enum { PANEL_COLUMNS = 44, COUNT_LINES = 7 };

// The ring as bars, oldest at the left; a line at 16.7 ms and one at 33.3 ms.
static void frame_graph(struct pen *pen, const struct scene_hud *hud, float height)
{
    const float unit = pen->canvas->unit, width = pen->width, most = 40.0f; // ms at the top
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
    pen_write(pen, HUD_WHITE, "frame %6.2f ms  mean %6.2f  worst %6.2f",
              hud->frame_ms[hud->frame_index % FRAME_GRAPH_LENGTH], mean, worst);
}

static void pass_times(struct pen *pen, const struct ash_renderer_stats *stats)
{
    pen_write(pen, HUD_EMBER, "pass              CPU ms    GPU ms");
    for (uint32_t i = 0; i < stats->pass_count; i++) {
        const struct ash_pass_time *pass = &stats->passes[i];
        const bool failed = pass->prepared != ASH_OK && pass->prepared != ASH_NOT_READY;
        pen_write(pen, failed ? HUD_EMBER : HUD_WHITE, "%-14.14s %9.2f %9.2f%s", pass->name,
                  pass->cpu_ms, pass->gpu_ms, failed ? " !" : "");
    }
    pen_write(pen, HUD_GREY, "whole frame              %9.2f", stats->gpu_ms);
}

static void counts(struct pen *pen, const struct ash_renderer_stats *stats)
{
    const double mib = 1.0 / (1024.0 * 1024.0);
    pen_write(pen, HUD_WHITE, "draws %u   quads %llu", stats->draws,
              (unsigned long long)(stats->triangles / 2));
    pen_write(pen, HUD_WHITE, "uploaded %.1f MiB in %llu copies",
              (double)stats->upload.bytes_uploaded * mib,
              (unsigned long long)(stats->upload.copies + stats->upload.direct_writes));
    pen_write(pen, HUD_WHITE, "staging %.1f of %.1f MiB, refused %llu",
              (double)stats->upload.ring_used * mib, (double)stats->upload.ring_size * mib,
              (unsigned long long)stats->upload.refusals);
    pen_write(pen, HUD_WHITE, "retiring %u objects, %.2f MiB", stats->retired_objects,
              (double)stats->retired_bytes * mib);
}

// Which ways were taken, and why.
static void ways(struct pen *pen, const struct scene *scene)
{
    static const char *const paths[] = {[ASH_UPLOAD_DIRECT] = "straight into their buffers",
                                        [ASH_UPLOAD_GRAPHICS_QUEUE] = "by the graphics queue",
                                        [ASH_UPLOAD_TRANSFER_QUEUE] = "by the transfer queue"};
    const struct ash_upload_stats *upload = &scene->stats->upload;
    const char *why_cpu = scene->hud.why_cpu;
    pen_write(pen, HUD_WHITE, "chunks chosen by the %s%s%s", why_cpu == NULL ? "GPU" : "CPU",
              why_cpu == NULL ? "" : ": ", why_cpu == NULL ? "" : why_cpu);
    if (upload->why == NULL)
        return;
    pen_write(pen, HUD_WHITE, "meshes go %s,", paths[upload->path]);
    pen_write(pen, HUD_GREY, "as %s", upload->why);
}

// The panel is as tall as the window allows: the graph gives way first, then the last lines.
void hud_performance(struct canvas *canvas, const struct scene *scene)
{
    const float unit = canvas->unit, margin = 10.0f * unit, top = 6.0f * unit;
    const float line = (float)canvas->font->cell_height + unit;
    const float text = (float)(PANEL_COLUMNS * canvas->font->cell_width);
    const float width = fminf(text, canvas->width - 3.0f * margin);
    const float room = canvas->height - 2.0f * (top + margin);
    const uint32_t passes = scene->stats != NULL ? scene->stats->pass_count : 0;
    const float lines = line * (scene->stats != NULL ? (float)(passes + 3 + COUNT_LINES) : 1.0f);
    const float graph = fminf(64.0f * unit, floorf(room - lines));
    const float plate = fminf(room, lines + fmaxf(graph, 0.0f)) + 2.0f * margin;
    const float left = canvas->width - width - 3.0f * margin;
    struct pen pen = {canvas, left + margin, top + margin, width, top + margin + room, line};
    canvas_rect(canvas, left, top, width + 2.0f * margin, plate, HUD_PLATE);
    if (graph >= 16.0f * unit)
        frame_graph(&pen, &scene->hud, graph - 6.0f * unit);
    frame_times(&pen, &scene->hud);
    if (scene->stats == NULL)
        return;
    pass_times(&pen, scene->stats);
    counts(&pen, scene->stats);
    ways(&pen, scene);
}
