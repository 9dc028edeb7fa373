// Which islands there are, and the shape of each: pure functions of a seed.
//
// Two lattices of cells hold at most one island each: large ones (volcanoes and hills) and small
// ones (hills, rock stacks, atolls). An island knows its coast as a distance: `shore` counts
// blocks inward from the waterline, negative outside.
//
// Units: blocks; elevations are above the sea's surface.
#ifndef GAME_WORLD_TERRAIN_ISLANDS_H
#define GAME_WORLD_TERRAIN_ISLANDS_H

#include <stdbool.h>
#include <stdint.h>

enum island_kind { ISLAND_VOLCANO, ISLAND_HILLS, ISLAND_STACK, ISLAND_ATOLL };

struct direction {
    float x, z; // of length 1
};

struct island {
    enum island_kind kind;
    int32_t x, z;          // centre
    float radius;          // of the coast
    struct direction axis; // along which it is stretched
    float stretch;
    float relief; // height of its hills

    // A volcano's cone stands at the island's centre.
    bool active; // has lava
    float cone_radius, cone_height, crater_radius;
    float lava_level;      // elevation of the lake in the crater
    struct direction flow; // from the crater to the sea
    float flow_width;      // half of it
    struct direction lush; // the side that the rain comes from; ash falls on the other
};

enum { ISLANDS_NEAR_MAX = 18 };
// A list of the islands that reach into a rectangle.
struct islands {
    struct island near[ISLANDS_NEAR_MAX];
    uint32_t count;
};
void islands_near(uint32_t seed, int32_t x0, int32_t z0, int32_t size, struct islands *out);

// The volcano that stands near the origin, whatever the seed.
struct island islands_first(uint32_t seed);

// Fields of noise that shape islands, smooth enough to be interpolated between points that are
// GROUND_STEP apart.
struct fields {
    float warp_x, warp_z; // bend the coast and the cones
    float hills;
    float seabed;
    float forest;
    float patch;
};

// What is known of a place before its blocks are.
struct ground {
    float elevation; // of the solid ground, lava left out
    float lava;      // elevation of lava that lies on it; under elevation: none
    float shore;     // of the island that shapes the place
    float cone;      // 1 in the middle of a volcano, 0 at the cone's foot, below 0 outside
    float crater;    // distance from the middle in radii of the crater; large outside
    float flow;      // distance from a lava flow in blocks; large where there is none
    float lushness;  // of a volcano's side: -1 ash, 1 rain
    float forest, patch;
    float hollow; // below 0: no caves here
    enum island_kind kind;
    bool active;
};
struct ground islands_ground(const struct islands *islands, uint32_t seed, int32_t x, int32_t z,
                             const struct fields *fields);

#endif
