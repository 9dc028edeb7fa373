// The ground of an area: heights and what they are made of, before caves and trees.
//
// Noise is evaluated on a grid of nodes and interpolated; islands_ground does the rest. A place
// has the same ground whatever area it is looked at from.
//
// Units: blocks.
#ifndef GAME_WORLD_TERRAIN_GROUND_H
#define GAME_WORLD_TERRAIN_GROUND_H

#include "game/world/block/block.h"
#include "game/world/terrain/islands.h"

#include <stdint.h>

enum {
    GROUND_STEP = 4, // blocks between nodes
    GROUND_SIZE_MAX = 48,
    GROUND_NODES_MAX = GROUND_SIZE_MAX / GROUND_STEP + 2
};

struct ground_area {
    uint32_t seed;
    int32_t node_x, node_z; // of the first node, in steps
    struct islands islands;
    struct fields nodes[GROUND_NODES_MAX][GROUND_NODES_MAX];
};
// The area may be asked about x0 to x0 + size - 1, and z alike; size is at most GROUND_SIZE_MAX.
void ground_area_init(struct ground_area *area, uint32_t seed, int32_t x0, int32_t z0,
                      int32_t size);
struct ground ground_at(const struct ground_area *area, int32_t x, int32_t z);

// y of the highest solid block: lava is one.
int32_t ground_height(const struct ground *ground);

// The layers of one place, from above.
struct soil {
    uint8_t top, filler, base; // enum block
    uint8_t filler_depth;      // blocks of filler under the top
};
// `drop` is how far the lowest of the four places beside it lies below it.
struct soil ground_soil(const struct ground *ground, int32_t height, int32_t drop, uint32_t hash);

#endif
