// Cameras that nobody steers: a flight, a walk, a tour. Each follows the land, seen through a
// function, and is the same for the same land. Pure.
//
// Units: blocks, seconds, radians.
#ifndef GAME_PLAY_OPTIONAL_RAILS_H
#define GAME_PLAY_OPTIONAL_RAILS_H

#include "game/play/body.h"
#include "game/play/optional/land.h"
#include "game/play/optional/tour.h"
#include "game/play/pose.h"

#define RAILS_FLY_SPEED    20.0
#define RAILS_FLY_HEIGHT   60.0
#define RAILS_GROUND_SPEED 4.3

enum rails_kind {
    RAILS_FLY,    // along +x at y 60, higher where land stands in the way
    RAILS_GROUND, // along +x at eye height; over water, a swimmer's
    RAILS_TOUR    // round the highest mountain, over sea and islands
};

struct rails {
    enum rails_kind kind;
    struct block_reader blocks; // trees to walk around; get NULL: not known
    struct pose pose;
    double speed; // blocks a second; 0 on tour
    // private
    struct land land;
    struct tour tour;
    double climb;  // blocks a second, up
    double home_z; // where the walk returns to after a tree
    double side;   // of the walk, wished for: distance from home_z
};

struct rails_params {
    enum rails_kind kind;
    struct ground ground;
    struct block_reader blocks;
    struct block_coord spawn, peak; // the tour goes round the peak
    double view_distance;           // the tour keeps its mountain inside it
    double speed; // of FLY and GROUND, blocks a second; 0: RAILS_FLY_SPEED, RAILS_GROUND_SPEED
};
void rails_init(struct rails *rails, const struct rails_params *params);
void rails_step(struct rails *rails, double seconds);

#endif
