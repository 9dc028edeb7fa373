#include "game/play/tour.h"

#include <math.h>
#include <stdlib.h>

#define PI 3.14159265358979323846
// Round the mountain once, seconds.
#define TOUR_PERIOD 96.0
// From the mountain, if the view reaches that far.
#define TOUR_DISTANCE 118.0
#define TOUR_SWAY     16.0
// Over the sea, at the course's lowest and highest.
#define TOUR_LOW  14.0
#define TOUR_HIGH 34.0
// Over land and its trees.
#define TOUR_CLEARANCE 16.0
// How far from its start the tour looks for its mountain.
#define TOUR_SEARCH 256
// Sides of the mountain that are looked at for the most beautiful.
enum { TOUR_SIDES = 32 };

static void place(const struct rails *rails, double angle, double distance, double *x, double *z)
{
    *x = rails->peak_x + cos(angle) * distance;
    *z = rails->peak_z + sin(angle) * distance;
}

// How good the view is from an angle: over water, with land between, the mountain not hidden.
static double beauty(struct rails *rails, double angle)
{
    double x, z;
    place(rails, angle, rails->distance, &x, &z);
    double eye = SEA_LEVEL + TOUR_LOW;
    double score = rails_height(rails, x, z) < SEA_LEVEL ? 2 : 0;
    double hidden = 0;
    for (int i = 1; i <= 20; i++) {
        double part = i / 24.0;
        double px, pz;
        place(rails, angle, rails->distance * (1 - part), &px, &pz);
        double height = rails_height(rails, px, pz);
        double line = eye + (rails->peak_y * 0.8 - eye) * part;
        hidden = fmax(hidden, height + 6 - line);
        if (i <= 10 && height < SEA_LEVEL)
            score += 0.2;
    }
    score -= fmax(0, hidden) * 0.25;
    // The sun stands in the east in the morning and leans to the south: the lit side, somewhat
    // from the side, so that shapes show.
    return score + 0.8 * cos(angle - 0.9);
}

void tour_init(struct rails *rails, struct block_coord spawn, double view_distance)
{
    struct block_coord peak = rails_find_peak(rails, spawn, TOUR_SEARCH);
    rails->peak_x = peak.x + 0.5;
    rails->peak_y = peak.y;
    rails->peak_z = peak.z + 0.5;
    rails->distance = fmin(TOUR_DISTANCE, view_distance * 0.55);
    double best = -INFINITY;
    for (int i = 0; i < TOUR_SIDES; i++) {
        double angle = i * 2 * PI / TOUR_SIDES;
        double score = beauty(rails, angle);
        if (score > best) {
            best = score;
            rails->angle = angle;
        }
    }
}

double tour_step(struct rails *rails, double seconds)
{
    rails->seconds += seconds;
    rails->angle += seconds * 2 * PI / TOUR_PERIOD;
    double distance = rails->distance + TOUR_SWAY * sin(rails->seconds * 0.21);
    place(rails, rails->angle, distance, &rails->pose.x, &rails->pose.z);
    double wave = 0.5 - 0.5 * cos(rails->seconds * 2 * PI / 40);
    double wished = SEA_LEVEL + TOUR_LOW + (TOUR_HIGH - TOUR_LOW) * wave;
    // Land ahead on the circle is climbed before it is reached.
    for (int i = -4; i <= 24; i++) {
        double x, z;
        place(rails, rails->angle + i * 2 / distance, distance, &x, &z);
        double slack = fmax(0, abs(i) * 2 - 8) * 0.5;
        wished = fmax(wished, rails_height(rails, x, z) + TOUR_CLEARANCE - slack);
    }
    return wished;
}

void tour_look(struct rails *rails)
{
    // A little below the top, so that the sea in front is in the picture; and a slow sway.
    double y = SEA_LEVEL + (rails->peak_y - SEA_LEVEL) * 0.45;
    pose_look_at(&rails->pose, rails->peak_x, y, rails->peak_z);
    rails->pose.yaw += 0.12 * sin(rails->seconds * 0.17);
}
