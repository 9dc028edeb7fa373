#include "game/world/block.h"

#include "shaders/shared.h"

#define ALL(layer)                                                                                 \
    {                                                                                              \
        (layer), (layer), (layer)                                                                  \
    }

const struct block_type block_types[BLOCK_COUNT] = {
    [BLOCK_AIR] = {.name = "Air"},
    [BLOCK_WATER] = {.name = "Water", .liquid = true, .texture = ALL(TEXTURE_WATER)},
    [BLOCK_STONE] = {.name = "Stone",
                     .solid = true,
                     .opaque = true,
                     .placeable = true,
                     .texture = ALL(TEXTURE_STONE)},
    [BLOCK_BASALT] = {.name = "Basalt",
                      .solid = true,
                      .opaque = true,
                      .placeable = true,
                      .texture = ALL(TEXTURE_BASALT)},
    [BLOCK_SAND] = {.name = "Sand",
                    .solid = true,
                    .opaque = true,
                    .placeable = true,
                    .texture = ALL(TEXTURE_SAND)},
    [BLOCK_DIRT] = {.name = "Dirt",
                    .solid = true,
                    .opaque = true,
                    .placeable = true,
                    .texture = ALL(TEXTURE_DIRT)},
    [BLOCK_GRASS] = {.name = "Grass",
                     .solid = true,
                     .opaque = true,
                     .placeable = true,
                     .texture = {TEXTURE_GRASS_TOP, TEXTURE_GRASS_SIDE, TEXTURE_DIRT}},
    [BLOCK_ASH] = {.name = "Ash",
                   .solid = true,
                   .opaque = true,
                   .placeable = true,
                   .texture = ALL(TEXTURE_ASH)},
    // A crust carries whoever walks on it.
    [BLOCK_LAVA] = {.name = "Lava",
                    .solid = true,
                    .opaque = true,
                    .light = 14,
                    .placeable = true,
                    .texture = ALL(TEXTURE_LAVA)},
    [BLOCK_LOG] = {.name = "Log",
                   .solid = true,
                   .opaque = true,
                   .placeable = true,
                   .texture = {TEXTURE_LOG_TOP, TEXTURE_LOG_SIDE, TEXTURE_LOG_TOP}},
    [BLOCK_LEAVES] = {.name = "Leaves",
                      .solid = true,
                      .opaque = true,
                      .placeable = true,
                      .texture = ALL(TEXTURE_LEAVES)},
    [BLOCK_ORE] = {.name = "Ember ore",
                   .solid = true,
                   .opaque = true,
                   .light = 7,
                   .placeable = true,
                   .texture = ALL(TEXTURE_ORE)},
    [BLOCK_OBSIDIAN] = {.name = "Obsidian",
                        .solid = true,
                        .opaque = true,
                        .placeable = true,
                        .texture = ALL(TEXTURE_OBSIDIAN)},
    [BLOCK_PLANKS] = {.name = "Planks",
                      .solid = true,
                      .opaque = true,
                      .placeable = true,
                      .texture = ALL(TEXTURE_PLANKS)},
    [BLOCK_GLASS] = {.name = "Glass",
                     .solid = true,
                     .placeable = true,
                     .texture = ALL(TEXTURE_GLASS)},
    [BLOCK_LAMP] = {.name = "Lamp",
                    .solid = true,
                    .opaque = true,
                    .light = 15,
                    .placeable = true,
                    .texture = ALL(TEXTURE_LAMP)},
};

bool block_hotbar_makes_sense(const uint8_t hotbar[HOTBAR_SLOTS])
{
    for (int i = 0; i < HOTBAR_SLOTS; i++)
        if (hotbar[i] >= BLOCK_COUNT || !block_types[hotbar[i]].placeable)
            return false;
    return true;
}
