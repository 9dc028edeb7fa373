// The kinds of block, and what is true of each.
#ifndef GAME_WORLD_BLOCK_BLOCK_H
#define GAME_WORLD_BLOCK_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

// The numbers are stored in saved worlds: add at the end, never renumber.
enum block {
    BLOCK_AIR,
    BLOCK_WATER,
    BLOCK_STONE,
    BLOCK_BASALT,
    BLOCK_SAND,
    BLOCK_DIRT,
    BLOCK_GRASS,
    BLOCK_ASH,
    BLOCK_LAVA,
    BLOCK_LOG,
    BLOCK_LEAVES,
    BLOCK_ORE,
    BLOCK_OBSIDIAN,
    BLOCK_PLANKS,
    BLOCK_GLASS,
    BLOCK_LAMP,
    BLOCK_COUNT
};

enum face { FACE_EAST, FACE_WEST, FACE_UP, FACE_DOWN, FACE_SOUTH, FACE_NORTH, FACE_COUNT };
// East is +x, up is +y, south is +z.

struct block_type {
    const char *name;   // as the HUD shows it
    bool solid;         // stops the player
    bool opaque;        // hides the faces behind it; the others are drawn blended
    bool liquid;        // one swims in it
    uint8_t light;      // 0 to 15, given off
    bool placeable;     // stands in the hotbar's list
    uint8_t texture[3]; // TEXTURE_ of shaders/shared.h: top, side, bottom
};

extern const struct block_type block_types[BLOCK_COUNT];

// The kinds that the player has at hand, each placeable.
enum { HOTBAR_SLOTS = 9 };
bool block_hotbar_makes_sense(const uint8_t hotbar[HOTBAR_SLOTS]);

#endif
