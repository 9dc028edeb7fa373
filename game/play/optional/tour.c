#include "game/play/optional/tour.h"

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
// Sides of the mountain that are looked at for the most beautiful.
enum { TOUR_SIDES = 32 };

static void place(const struct tour *tour, double angle, double distance, double *x, double *z)
{
    *x = tour->peak_x + cos(angle) * distance;
    *z = tour->peak_z + sin(angle) * distance;
}

// How good the view is from an angle: over water, with land between, the mountain not hidden.
static double beauty(const struct tour *tour, struct land *land, double angle)
{
    double x, z;
    place(tour, angle, tour->distance, &x, &z);
    double eye = SEA_LEVEL + TOUR_LOW;
    double score = land_height(land, x, z) < SEA_LEVEL ? 2 : 0;
    double hidden = 0;
    for (int i = 1; i <= 20; i++) {
        double part = i / 24.0;
        double px, pz;
        place(tour, angle, tour->distance * (1 - part), &px, &pz);
        double height = land_height(land, px, pz);
        double line = eye + (tour->peak_y * 0.8 - eye) * part;
        hidden = fmax(hidden, height + 6 - line);
        if (i <= 10 && height < SEA_LEVEL)
            score += 0.2;
    }
    score -= fmax(0, hidden) * 0.25;
    // The sun stands in the east in the morning and leans to the south: the lit side, somewhat
    // from the side, so that shapes show.
    return score + 0.8 * cos(angle - 0.9);
}

void tour_init(struct tour *tour, struct land *land, struct block_coord peak, double view_distance)
{
    tour->peak_x = peak.x + 0.5;
    tour->peak_y = peak.y;
    tour->peak_z = peak.z + 0.5;
    tour->distance = fmin(TOUR_DISTANCE, view_distance * 0.55);
    double best = -INFINITY;
    for (int i = 0; i < TOUR_SIDES; i++) {
        double angle = i * 2 * PI / TOUR_SIDES;
        double score = beauty(tour, land, angle);
        if (score > best) {
            best = score;
            tour->angle = angle;
        }
    }
}

double tour_step(struct tour *tour, struct land *land, double seconds, struct pose *pose)
{
    tour->seconds += seconds;
    tour->angle += seconds * 2 * PI / TOUR_PERIOD;
    double distance = tour->distance + TOUR_SWAY * sin(tour->seconds * 0.21);
    place(tour, tour->angle, distance, &pose->x, &pose->z);
    double wave = 0.5 - 0.5 * cos(tour->seconds * 2 * PI / 40);
    double wished = SEA_LEVEL + TOUR_LOW + (TOUR_HIGH - TOUR_LOW) * wave;
    // Land ahead on the circle is climbed before it is reached.
    for (int i = -4; i <= 24; i++) {
        double x, z;
        place(tour, tour->angle + i * 2 / distance, distance, &x, &z);
        double slack = fmax(0, abs(i) * 2 - 8) * 0.5;
        wished = fmax(wished, land_height(land, x, z) + TOUR_CLEARANCE - slack);
    }
    return wished;
}

void tour_look(const struct tour *tour, struct pose *pose)
{
    // A little below the top, so that the sea in front is in the picture; and a slow sway.
    double y = SEA_LEVEL + (tour->peak_y - SEA_LEVEL) * 0.45;
    pose_look_at(pose, tour->peak_x, y, tour->peak_z);
    pose->yaw += 0.12 * sin(tour->seconds * 0.17);
}
