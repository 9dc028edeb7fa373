// Levels of detail: which a column is shown at, by its distance from the centre. Pure.
//
// Units: chunks.
#ifndef GAME_WORLD_MESH_LEVEL_H
#define GAME_WORLD_MESH_LEVEL_H

#include <stdint.h>

enum { LEVEL_NONE = 255 }; // no mesh

// The detail (see mesher.h) of each level.
extern const uint32_t level_details[];

// The level at a distance for what has `current`, which may be LEVEL_NONE: walking to and fro
// across a border does not change it with every step.
uint8_t level_at(int32_t distance, uint8_t current);

#endif
