// Cameras that nobody steers: a flight, a walk, a tour. Each follows the land, seen through a
// function, and is the same for the same land. Pure.
//
// Units: blocks, seconds, radians.
#ifndef GAME_PLAY_RAILS_H
#define GAME_PLAY_RAILS_H

#include "game/play/body.h"
#include "game/play/pose.h"

#include <stdbool.h>
#include <stdint.h>

#define RAILS_FLY_SPEED    20.0
#define RAILS_FLY_HEIGHT   60.0
#define RAILS_GROUND_SPEED 4.3

struct ground {
    int32_t (*height)(void *user, int32_t x, int32_t z); // y of the highest solid block
    void *user;
};

enum rails_kind {
    RAILS_FLY,    // 20 blocks/s along +x at y 60, higher where land stands in the way
    RAILS_GROUND, // walking pace along +x at eye height; over water, a swimmer's
    RAILS_TOUR    // round the highest mountain, over sea and islands
};

enum { RAILS_CACHE = 512 };

struct rails {
    enum rails_kind kind;
    struct ground ground;
    struct block_reader blocks; // trees to walk around; get NULL: not known
    struct pose pose;
    // private
    double climb;                    // blocks a second, up
    double home_z;                   // where the walk returns to after a tree
    double side;                     // of the walk, wished for: distance from home_z
    double seconds, angle, distance; // of the tour
    double peak_x, peak_y, peak_z;
    struct {
        int32_t x, z, height;
        bool known;
    } cache[RAILS_CACHE]; // heights cost a noise function each, and are asked for again and again
};

struct rails_params {
    enum rails_kind kind;
    struct ground ground;
    struct block_reader blocks;
    struct block_coord spawn;
    double view_distance; // the tour keeps its mountain inside it
};
void rails_init(struct rails *rails, const struct rails_params *params);
void rails_step(struct rails *rails, double seconds);

// The height of the land at a place, remembered.
int32_t rails_height(struct rails *rails, double x, double z);

// The highest land within `distance` of a place, found on a coarse grid first.
struct block_coord rails_find_peak(struct rails *rails, struct block_coord around,
                                   int32_t distance);

#endif
