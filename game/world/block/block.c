#include "game/world/block/block.h"

#include "shaders/shared.h"

// What one digs and builds with; the same texture all round, or top, side and bottom.
#define SOLID .solid = true, .placeable = true
#define ROCK  SOLID, .opaque = true
#define ALL(layer)                                                                                 \
    {                                                                                              \
        (layer), (layer), (layer)                                                                  \
    }

const struct block_type block_types[BLOCK_COUNT] = {
    [BLOCK_AIR] = {.name = "Air"},
    [BLOCK_WATER] = {.name = "Water", .liquid = true, .texture = ALL(TEXTURE_WATER)},
    [BLOCK_STONE] = {.name = "Stone", ROCK, .texture = ALL(TEXTURE_STONE)},
    [BLOCK_BASALT] = {.name = "Basalt", ROCK, .texture = ALL(TEXTURE_BASALT)},
    [BLOCK_SAND] = {.name = "Sand", ROCK, .texture = ALL(TEXTURE_SAND)},
    [BLOCK_DIRT] = {.name = "Dirt", ROCK, .texture = ALL(TEXTURE_DIRT)},
    [BLOCK_GRASS] = {.name = "Grass",
                     ROCK,
                     .texture = {TEXTURE_GRASS_TOP, TEXTURE_GRASS_SIDE, TEXTURE_DIRT}},
    [BLOCK_ASH] = {.name = "Ash", ROCK, .texture = ALL(TEXTURE_ASH)},
    // A crust carries whoever walks on it.
    [BLOCK_LAVA] = {.name = "Lava", ROCK, .light = 14, .texture = ALL(TEXTURE_LAVA)},
    [BLOCK_LOG] = {.name = "Log",
                   ROCK,
                   .texture = {TEXTURE_LOG_TOP, TEXTURE_LOG_SIDE, TEXTURE_LOG_TOP}},
    [BLOCK_LEAVES] = {.name = "Leaves", ROCK, .texture = ALL(TEXTURE_LEAVES)},
    [BLOCK_ORE] = {.name = "Ember ore", ROCK, .light = 9, .texture = ALL(TEXTURE_ORE)},
    [BLOCK_OBSIDIAN] = {.name = "Obsidian", ROCK, .texture = ALL(TEXTURE_OBSIDIAN)},
    [BLOCK_PLANKS] = {.name = "Planks", ROCK, .texture = ALL(TEXTURE_PLANKS)},
    [BLOCK_GLASS] = {.name = "Glass", SOLID, .texture = ALL(TEXTURE_GLASS)},
    [BLOCK_LAMP] = {.name = "Lamp", ROCK, .light = 15, .texture = ALL(TEXTURE_LAMP)},
};

bool block_hotbar_makes_sense(const uint8_t hotbar[HOTBAR_SLOTS])
{
    for (int i = 0; i < HOTBAR_SLOTS; i++)
        if (hotbar[i] >= BLOCK_COUNT || !block_types[hotbar[i]].placeable)
            return false;
    return true;
}
