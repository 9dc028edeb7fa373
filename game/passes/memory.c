// The memory map (F4): every chunk a strip, every block in it coloured by what owns it.
#include "game/passes/hud_panels.h"
#include "game/passes/overlay.h"
#include "game/passes/passes.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "game/scene.h"

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

struct memory {
    struct overlay overlay;
};

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
    snprintf(text, sizeof(text), "type %u%s  %.1f MiB  free %.1f in %u regions, largest %.1f  %s",
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

static void legend(struct map *map)
{
    const float unit = map->canvas->unit, box = 0.7f * map->line;
    float x = map->x;
    for (uint32_t i = 0; i < OWNER_COUNT; i++) {
        if (owners[i].name == NULL)
            continue;
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
    snprintf(text, sizeof(text),
             "Device memory: %.1f MiB live in %llu blocks, %.1f MiB reserved in %u + %u chunks",
             (double)stats.total.live_bytes * mib, (unsigned long long)stats.total.live_blocks,
             (double)stats.total.reserved_bytes * mib, stats.total.chunks, stats.total.dedicated);
    canvas_text(map->canvas, map->x, map->y, 1.0f, ember, text);
    map->y += 1.4f * map->line;
}

static enum ash_result show_map(struct canvas *canvas, const struct ash_pass_env *env)
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
    totals(&map, env->allocator);
    legend(&map);
    const struct ash_memory_visitor visitor = {
        .chunk = show_chunk, .block = show_block, .user = &map};
    const enum ash_result result = ash_allocator_visit(env->allocator, &visitor);
    end_run(&map);
    canvas->quads[plate].edge[1] = map.y - canvas->quads[plate].origin[1];
    return result;
}

static enum ash_result init(void *state, const struct ash_pass_env *env)
{
    struct memory *memory = state;
    return overlay_init(&memory->overlay, env);
}

static void finish(void *state, const struct ash_pass_env *env)
{
    struct memory *memory = state;
    overlay_finish(&memory->overlay, env);
}

static enum ash_result prepare(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    struct memory *memory = state;
    const struct scene *scene = frame->scene;
    memory->overlay.canvas.count = 0;
    if (!scene->hud.visible || !scene->hud.memory)
        return ASH_OK;
    const enum ash_result result = overlay_begin(&memory->overlay, env, frame, scene->hud.scale);
    return result == ASH_OK ? show_map(&memory->overlay.canvas, env) : result;
}

static void draw(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    struct memory *memory = state;
    overlay_draw(&memory->overlay, env, frame);
}

const struct ash_pass_type memory_pass = {
    .name = "memory",
    .state_size = sizeof(struct memory),
    .reads = ASH_PASS_READS_DEPTH, // as the water before: the renderer need not pause between
    .init = init,
    .finish = finish,
    .prepare = prepare,
    .draw = draw,
};
