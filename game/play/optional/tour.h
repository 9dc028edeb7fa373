// The tour round the highest mountain: its course and where it looks. Pure.
//
// Units: blocks, seconds, radians.
#ifndef GAME_PLAY_OPTIONAL_TOUR_H
#define GAME_PLAY_OPTIONAL_TOUR_H

#include "game/play/optional/land.h"
#include "game/play/pose.h"
#include "game/world/block/chunk.h"

struct tour {
    double seconds, angle, distance;
    double peak_x, peak_y, peak_z;
};

// Round this mountain, and finds the side to look from first; the course stays within its view.
void tour_init(struct tour *tour, struct land *land, struct block_coord peak, double view_distance);

// Goes on along the course. The height that it wishes for is returned; the pose's stays.
double tour_step(struct tour *tour, struct land *land, double seconds, struct pose *pose);

void tour_look(const struct tour *tour, struct pose *pose);

#endif
