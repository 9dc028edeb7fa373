// The memory map's head: sums, a bar for each heap, and what the colours mean. Pure.
#ifndef GAME_PASSES_HUD_MEMORY_SUMMARY_H
#define GAME_PASSES_HUD_MEMORY_SUMMARY_H

#include "game/passes/hud/canvas.h"
#include "game/tools/memory_snapshot.h"

#define MEMORY_FREE_COLOR 0x2B3138FFu

// OWNER_COUNT stands for what waits to retire.
uint32_t memory_owner_color(uint32_t owner);

void memory_write_summary(struct pen *pen, const struct memory_snapshot *memory);

#endif
