// The tour's course: see rails.h, which calls it.
#ifndef GAME_PLAY_TOUR_H
#define GAME_PLAY_TOUR_H

#include "game/play/rails.h"

// Finds the mountain and the side to look from first.
void tour_init(struct rails *rails, struct block_coord spawn, double view_distance);
// Goes on along the course; the height that it wishes for is returned, the rails climb to it.
double tour_step(struct rails *rails, double seconds);
void tour_look(struct rails *rails);

#endif
