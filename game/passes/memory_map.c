#include "game/passes/memory_map.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/memory/optional/report.h"
#include "game/passes/hud_panels.h"

// Who owns a block, known by how its label begins. The colours are Okabe and Ito's, which people
// with any kind of colour vision tell apart ("Color Universal Design", 2008).
static const struct {
    const char *prefix, *name;
    uint32_t color;
} owners[] = {
    {"terrain detail 0", "terrain, near", 0x009E73FF},
    {"terrain detail 1", "middle", 0x56B4E9FF},
    {"terrain detail", "far", 0x0072B2FF},
    {"staging", "staging", 0xE69F00FF},
    {"uniform", "uniforms", 0xF0E442FF},
    {"block textures", "textures", 0xCC79A7FF},
    {"font", NULL, 0xCC79A7FF},
    {"clouds", NULL, 0xCC79A7FF},
    {"", "targets and others", 0xD55E00FF},
};
enum { OWNER_COUNT = sizeof(owners) / sizeof(owners[0]), LINE_LENGTH = 128 };

static const uint32_t white = 0xF4F1EAFF, grey = 0xB9BDC0FF, ember = 0xFF8A3CFF;

// Where the visitor draws: the strip of the chunk that is shown.
struct map {
    struct canvas *canvas;
    float x, y, width, line; // y of the next row
    float strip_y, strip_height;
    float run_from, run_to; // pixels of the same owner, drawn as one
    uint32_t run_color;
    bool full; // no room for further chunks
};

static uint32_t owner_color(const char *label)
{
    for (uint32_t i = 0; label != NULL && i < OWNER_COUNT; i++) {
        if (strncmp(label, owners[i].prefix, strlen(owners[i].prefix)) == 0)
            return owners[i].color;
    }
    return owners[OWNER_COUNT - 1].color;
}

static void end_run(struct map *map)
{
    if (map->run_to > map->run_from)
        canvas_rect(map->canvas, map->run_from, map->strip_y, map->run_to - map->run_from,
                    map->strip_height, map->run_color);
    map->run_from = map->run_to = 0.0f;
}

static void show_chunk(void *user, const struct ash_memory_chunk *chunk)
{
    struct map *map = user;
    end_run(map);
    map->full = map->full || map->y + 2.0f * map->line > map->canvas->height * 0.92f;
    if (map->full)
        return;
    VkDeviceSize free_bytes = 0, largest = 0;
    for (uint32_t i = 0; i < chunk->free_region_count; i++) {
        const VkDeviceSize size = chunk->free_regions[i].size;
        free_bytes += size;
        largest = size > largest ? size : largest;
    }
    const double mib = 1.0 / (1024.0 * 1024.0);
    char text[LINE_LENGTH];
    snprintf(text, sizeof(text), "type %u%s  %.0f MiB  free %.1f in %u, largest %.1f  %s",
             chunk->memory_type_index, chunk->dedicated ? ", its own" : "",
             (double)chunk->size * mib, (double)free_bytes * mib, chunk->free_region_count,
             (double)largest * mib, chunk->map_count > 0 ? "mapped" : "");
    canvas_text(map->canvas, map->x, map->y, 1.0f, white, text);
    map->strip_y = map->y + map->line;
    map->y = map->strip_y + map->strip_height + 0.6f * map->line;
    canvas_rect(map->canvas, map->x, map->strip_y, map->width, map->strip_height, 0x2B3138FF);
}

static void show_block(void *user, const struct ash_memory_chunk *chunk,
                       const struct ash_memory_block_info *info)
{
    struct map *map = user;
    if (map->full)
        return;
    const double scale = (double)map->width / (double)chunk->size;
    const float from = map->x + floorf((float)((double)info->block.offset * scale));
    const float to =
        map->x + ceilf((float)((double)(info->block.offset + info->block.size) * scale));
    const uint32_t color = owner_color(info->label);
    // Thousands of small blocks share their pixels: neighbours of one colour are one rectangle.
    if (color != map->run_color || from > map->run_to)
        end_run(map);
    if (map->run_to <= map->run_from)
        map->run_from = from;
    map->run_to = fmaxf(to, map->run_to);
    map->run_color = color;
}

// Names the colours, in as many rows as the panel's width asks for.
static void legend(struct map *map)
{
    const float unit = map->canvas->unit, box = 0.7f * map->line;
    float x = map->x;
    for (uint32_t i = 0; i < OWNER_COUNT; i++) {
        if (owners[i].name == NULL)
            continue;
        const float width = canvas_text_width(map->canvas, 1.0f, owners[i].name);
        if (x > map->x && x + box + width > map->x + map->width) {
            x = map->x;
            map->y += map->line;
        }
        canvas_rect(map->canvas, x, map->y + 2.0f * unit, box, box, owners[i].color);
        x = canvas_text(map->canvas, x + box + 4.0f * unit, map->y, 1.0f, grey, owners[i].name);
        x += 12.0f * unit;
    }
    map->y += 1.4f * map->line;
}

static void totals(struct map *map, const struct ash_allocator *allocator)
{
    struct ash_allocator_stats stats;
    ash_allocator_stats(allocator, &stats);
    const double mib = 1.0 / (1024.0 * 1024.0);
    char text[LINE_LENGTH];
    snprintf(text, sizeof(text), "Device memory: %.1f MiB live in %llu blocks",
             (double)stats.total.live_bytes * mib, (unsigned long long)stats.total.live_blocks);
    canvas_text(map->canvas, map->x, map->y, 1.0f, ember, text);
    map->y += map->line;
    snprintf(text, sizeof(text), "%.1f MiB reserved in %u chunks and %u of their own",
             (double)stats.total.reserved_bytes * mib, stats.total.chunks, stats.total.dedicated);
    canvas_text(map->canvas, map->x, map->y, 1.0f, grey, text);
    map->y += 1.4f * map->line;
}

enum ash_result memory_map_draw(struct canvas *canvas, struct ash_allocator *allocator)
{
    const float unit = canvas->unit, margin = 14.0f * unit;
    // Beside the performance panel, unless the window is too narrow for both.
    const float beside = canvas->width - HUD_PERFORMANCE_WIDTH * unit;
    const float room = beside > 480.0f * unit ? beside : canvas->width;
    struct map map = {.canvas = canvas,
                      .x = 2.0f * margin,
                      .y = 44.0f * unit + margin,
                      .width = room - 4.0f * margin,
                      .line = (float)canvas->font->cell_height + 2.0f * unit,
                      .strip_height = 22.0f * unit};
    // The plate is drawn first and as tall as what follows turns out to be.
    const uint32_t plate = canvas->count;
    canvas_rect(canvas, margin, map.y - margin, map.width + 2.0f * margin, 0.0f, 0x0B0F14F0);
    totals(&map, allocator);
    legend(&map);
    const struct ash_memory_visitor visitor = {
        .chunk = show_chunk, .block = show_block, .user = &map};
    const enum ash_result result = ash_allocator_visit(allocator, &visitor);
    end_run(&map);
    canvas->quads[plate].edge[1] = map.y - canvas->quads[plate].origin[1];
    return result;
}
