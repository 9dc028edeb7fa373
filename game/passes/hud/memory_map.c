#include "game/passes/hud/memory_map.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "game/passes/hud/memory_summary.h"

#define MIB (1.0 / (1024.0 * 1024.0))

// Thousands of blocks share their pixels: a cell has the colour of whom most of it belongs to, and
// is as bright as it is full.
static uint32_t color_of(const struct memory_cell *cell)
{
    if (cell->used < 0.0f)
        return 0;
    const float part = cell->used > 0.0f ? 0.3f + 0.7f * fminf(cell->used, 1.0f) : 0.0f;
    const uint32_t full = memory_owner_color(cell->owner);
    uint32_t out = 0xFF000000;
    for (uint32_t channel = 0; channel < 3; channel++) {
        const uint32_t shift = 24 - 8 * channel;
        const float low = (float)(MEMORY_FREE_COLOR >> shift & 0xFF);
        const float high = (float)(full >> shift & 0xFF);
        out |= (uint32_t)(low + (high - low) * part) << (8 * channel);
    }
    return out;
}

// Fills the cells where the snapshot or the room for them is another than before.
static void paint(struct memory_map *map, const struct memory_snapshot *memory,
                  const struct memory_layout_params *params)
{
    const float room[4] = {params->x, params->y, params->width, params->height};
    // NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-*): the same bits are what is meant
    if (map->painted == memory->taken && memcmp(room, map->room, sizeof(room)) == 0)
        return;
    struct memory_cell row_cells[MEMORY_MAP_COLUMNS];
    memory_layout_make(&map->layout, memory, params);
    uint32_t rows = 1, at = 0;
    for (uint32_t i = 0; i < map->layout.count; i++)
        rows += map->layout.strips[i].rows;
    map->columns = (uint32_t)fminf(fmaxf(params->width, 1.0f), MEMORY_MAP_COLUMNS);
    if (map->columns > MEMORY_MAP_CELLS / rows)
        map->columns = MEMORY_MAP_CELLS / rows;
    for (uint32_t i = 0; i < map->layout.count; i++) {
        for (uint32_t row = 0; row < map->layout.strips[i].rows; row++) {
            memory_layout_row(&map->layout, memory, i, row, row_cells, map->columns);
            for (uint32_t column = 0; column < map->columns; column++)
                map->cells[at++] = color_of(&row_cells[column]);
        }
    }
    map->painted = memory->taken;
    memcpy(map->room, room, sizeof(room));
}

static void draw_strip(const struct memory_map *map, struct canvas *canvas,
                       const struct memory_chunk *chunk, uint32_t index, uint32_t first_cell)
{
    const struct memory_layout *layout = &map->layout;
    const float y = layout->strips[index].y, height = layout->row_height;
    // A hair between the rows, where they are tall enough to spare it.
    const float inner = height >= 6.0f ? height - 1.0f : height;
    struct pen title = {canvas,        layout->x, y - layout->title,
                        layout->width, INFINITY,  layout->title + 1};
    if (layout->title > 0.0f && !chunk->dedicated)
        pen_write(&title, HUD_WHITE, "chunk %u, type %u: %.1f of %.0f MiB free in %u", index,
                  chunk->memory_type, (double)chunk->free * MIB, (double)chunk->size * MIB,
                  chunk->free_regions);
    for (uint32_t row = 0; row < layout->strips[index].rows; row++)
        canvas_cells(canvas, layout->x, y + (float)row * height, layout->width, inner,
                     first_cell + row * map->columns, map->columns);
    if (chunk->open_views > 0) // the CPU sees it
        canvas_rect(canvas, layout->x - 4.0f * canvas->unit, y, 2.0f * canvas->unit,
                    (float)layout->strips[index].rows * height, HUD_EMBER);
}

// What the pointer is over; or else, what the camera looks at.
static void find_hit(struct memory_map *map, const struct scene *scene)
{
    const struct scene_hud *hud = &scene->hud;
    uint64_t from, to;
    map->hit = NULL;
    if (hud->points && memory_layout_find(&map->layout, hud->pointer_x, hud->pointer_y,
                                          &map->hit_chunk, &from, &to))
        map->hit = memory_snapshot_find(scene->memory, map->hit_chunk, from, to);
    else if (hud->looks)
        map->hit = memory_snapshot_find_terrain(scene->memory, hud->looked, &map->hit_chunk);
}

// A frame around the block, large enough to be found also where the block is less than a pixel.
static void draw_hit(const struct memory_map *map, struct canvas *canvas)
{
    const struct memory_layout *layout = &map->layout;
    const float rim = fmaxf(1.0f, floorf(1.5f * canvas->unit)), least = 4.0f * rim;
    for (uint32_t row = 0; row < layout->strips[map->hit_chunk].rows; row++) {
        float x, width;
        if (!memory_layout_span(layout, map->hit_chunk, row, map->hit->offset,
                                map->hit->offset + map->hit->size, &x, &width))
            continue;
        const float y = layout->strips[map->hit_chunk].y + (float)row * layout->row_height - rim;
        const float height = layout->row_height + 2.0f * rim;
        x -= rim + fmaxf(0.0f, (least - width) * 0.5f);
        width = fmaxf(width, least) + 2.0f * rim;
        canvas_rect(canvas, x, y, width, rim, HUD_WHITE);
        canvas_rect(canvas, x, y + height - rim, width, rim, HUD_WHITE);
        canvas_rect(canvas, x, y, rim, height, HUD_WHITE);
        canvas_rect(canvas, x + width - rim, y, rim, height, HUD_WHITE);
    }
}

static void write_hit(const struct memory_map *map, struct pen *pen, const struct scene *scene)
{
    const struct memory_block *hit = map->hit;
    const uint32_t unseen = scene->memory->chunk_count - map->layout.count;
    if (unseen > 0)
        pen_write(pen, HUD_EMBER, "%u more chunks: make the window larger", unseen);
    if (hit == NULL) {
        pen_write(pen, HUD_WHITE, "%s",
                  scene->hud.points ? "Point at a block: whose is it?"
                                    : "Look at the land: where is its block?");
    } else {
        char land[64] = "";
        const struct scene_camera *camera = &scene->camera;
        if (hit->has_chunk)
            snprintf(land, sizeof(land), ": land %d, %d, %d, %.0f blocks away", hit->coord.x,
                     hit->coord.y, hit->coord.z,
                     hypot((hit->coord.x + 0.5) * CHUNK_SIZE - camera->x,
                           (hit->coord.z + 0.5) * CHUNK_SIZE - camera->z));
        pen_write(pen, HUD_WHITE, "%s%s%s", hit->retiring ? "retiring " : "", hit->label, land);
        pen_write(pen, HUD_WHITE, "%.1f KiB at %.3f MiB of chunk %u", (double)hit->size / 1024.0,
                  (double)hit->offset * MIB, map->hit_chunk);
        pen_write(pen, HUD_WHITE, "%s%.0f s old", hit->seen_born ? "" : "at least ",
                  scene->memory->taken - hit->seen_since);
    }
    pen_write(pen, HUD_GREY, "%s",
              scene->hud.points ? "Click: look around.  F4: close."
                                : "Esc: point with the mouse.  F4: close.");
}

void memory_map_draw(struct memory_map *map, struct canvas *canvas, const struct scene *scene)
{
    const float unit = canvas->unit, margin = 10.0f * unit;
    const struct memory_snapshot *memory = scene->memory;
    // The left half, so that one sees the crosshair and the land; all of a small window.
    const float half = floorf(canvas->width * 0.5f) - 24.0f * unit;
    const float width = half < 400.0f * unit ? canvas->width - 2.0f * margin : half - margin;
    const float above =
        canvas->height < 600.0f * unit ? 6.0f : 100.0f; // the hotbar, if there is room
    const float top = 42.0f * unit, bottom = canvas->height - above * unit;
    struct pen pen = {.canvas = canvas,
                      .x = 2.0f * margin,
                      .y = top + 0.7f * margin,
                      .width = width - 2.0f * margin,
                      .bottom = bottom,
                      .line = (float)canvas->font->cell_height + unit};
    // The plate is drawn first and as tall as what follows turns out to be.
    const uint32_t plate = canvas->count;
    canvas_rect(canvas, margin, top, width, 0.0f, 0x0B0F14F2);
    memory_write_summary(&pen, memory);
    const struct memory_layout_params room = {.x = pen.x,
                                              .y = pen.y,
                                              .width = pen.width,
                                              .height = bottom - pen.y - 5.6f * pen.line,
                                              .title = pen.line,
                                              .least_row = fmaxf(4.0f, floorf(8.0f * unit)),
                                              .most_row = floorf(26.0f * unit)};
    paint(map, memory, &room);
    canvas->cells = map->cells;
    uint32_t cells = 0;
    for (uint32_t i = 0; i < map->layout.count; i++) {
        draw_strip(map, canvas, &memory->chunks[i], i, cells);
        cells += map->layout.strips[i].rows * map->columns;
    }
    canvas->cell_count = cells;
    find_hit(map, scene);
    if (map->hit != NULL)
        draw_hit(map, canvas);
    pen.y = map->layout.end + 0.4f * pen.line;
    write_hit(map, &pen, scene);
    canvas->quads[plate].edge[1] = fminf(pen.y + 0.4f * pen.line, bottom) - top;
}
