#include "game/world/block.h"

#include "shaders/shared.h"

// What one digs and builds with; the same texture all round, or top, side and bottom.
#define SOLID .solid = true, .placeable = true
#define ROCK  SOLID, .opaque = true
#define ALL(layer)                                                                                 \
    {                                                                                              \
        (layer), (layer), (layer)                                                                  \
    }

const struct block_type block_types[BLOCK_COUNT] = {
    [BLOCK_AIR] = {"Air"},
    [BLOCK_WATER] = {"Water", .liquid = true, .texture = ALL(TEXTURE_WATER)},
    [BLOCK_STONE] = {"Stone", ROCK, .texture = ALL(TEXTURE_STONE)},
    [BLOCK_BASALT] = {"Basalt", ROCK, .texture = ALL(TEXTURE_BASALT)},
    [BLOCK_SAND] = {"Sand", ROCK, .texture = ALL(TEXTURE_SAND)},
    [BLOCK_DIRT] = {"Dirt", ROCK, .texture = ALL(TEXTURE_DIRT)},
    [BLOCK_GRASS] = {"Grass", ROCK,
                     .texture = {TEXTURE_GRASS_TOP, TEXTURE_GRASS_SIDE, TEXTURE_DIRT}},
    [BLOCK_ASH] = {"Ash", ROCK, .texture = ALL(TEXTURE_ASH)},
    // A crust carries whoever walks on it.
    [BLOCK_LAVA] = {"Lava", ROCK, .light = 14, .texture = ALL(TEXTURE_LAVA)},
    [BLOCK_LOG] = {"Log", ROCK, .texture = {TEXTURE_LOG_TOP, TEXTURE_LOG_SIDE, TEXTURE_LOG_TOP}},
    [BLOCK_LEAVES] = {"Leaves", ROCK, .texture = ALL(TEXTURE_LEAVES)},
    [BLOCK_ORE] = {"Ember ore", ROCK, .light = 9, .texture = ALL(TEXTURE_ORE)},
    [BLOCK_OBSIDIAN] = {"Obsidian", ROCK, .texture = ALL(TEXTURE_OBSIDIAN)},
    [BLOCK_PLANKS] = {"Planks", ROCK, .texture = ALL(TEXTURE_PLANKS)},
    [BLOCK_GLASS] = {"Glass", SOLID, .texture = ALL(TEXTURE_GLASS)},
    [BLOCK_LAMP] = {"Lamp", ROCK, .light = 15, .texture = ALL(TEXTURE_LAMP)},
};

bool block_hotbar_makes_sense(const uint8_t hotbar[HOTBAR_SLOTS])
{
    for (int i = 0; i < HOTBAR_SLOTS; i++)
        if (hotbar[i] >= BLOCK_COUNT || !block_types[hotbar[i]].placeable)
            return false;
    return true;
}
