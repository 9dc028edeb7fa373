// The memory map as a panel: every chunk a strip, every block in it coloured by what owns it.
#ifndef GAME_PASSES_MEMORY_MAP_H
#define GAME_PASSES_MEMORY_MAP_H

#include "game/passes/canvas.h"

#include "engine/memory/allocator.h"

// Errors: OUT_OF_HOST_MEMORY; the strips are missing.
enum ash_result memory_map_draw(struct canvas *canvas, struct ash_allocator *allocator);

#endif
