// The memory map as a panel: every chunk a strip, every block in it coloured by what owns it.
//
// Pure: a snapshot in, a canvas out; game/tools/memory_layout.h says where what stands.
#ifndef GAME_PASSES_HUD_MEMORY_MAP_H
#define GAME_PASSES_HUD_MEMORY_MAP_H

#include "game/passes/hud/canvas.h"
#include "game/scene/scene.h"
#include "game/tools/memory_layout.h"

enum { MEMORY_MAP_CELLS = 1 << 16, MEMORY_MAP_COLUMNS = 2048 };

// What the map keeps between two frames. All zero to begin with.
struct memory_map {
    struct memory_layout layout;
    uint32_t columns;               // cells of a row
    uint32_t *cells;                // owned; MEMORY_MAP_CELLS
    double painted;                 // when the snapshot was taken that the cells show
    float room[4];                  // that they were painted for
    const struct memory_block *hit; // pointed at or looked at, or NULL: of the scene's snapshot
    uint32_t hit_chunk;
};

// Draws the scene's snapshot, and finds map->hit.
void memory_map_draw(struct memory_map *map, struct canvas *canvas, const struct scene *scene);

#endif
