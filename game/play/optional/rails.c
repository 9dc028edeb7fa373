#include "game/play/optional/rails.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// What stands on land that its height does not tell: trees.
#define TREE_HEIGHT 11.0
// The flight sees mountains this far ahead and behind, and climbs at most this steeply.
#define FLY_AHEAD  60
#define FLY_BEHIND 60
#define FLY_SLOPE  0.6
// How closely the climb follows what it wishes for: seconds.
#define FLY_LAG    0.25
#define GROUND_LAG 0.10
// The eye over the ground on foot, and over the water of a swimmer.
#define EYE        2.62 // from the highest solid block's lower face
#define EYE_WATER  1.75 // from the highest water block's lower face
#define SIDE_SPEED 2.5
#define SIDE_MOST  5

// The lowest course over the mountains around that nowhere climbs more steeply than FLY_SLOPE.
static double fly_height(struct rails *rails)
{
    double wished = RAILS_FLY_HEIGHT;
    for (int offset = -FLY_BEHIND; offset <= FLY_AHEAD; offset++) {
        double top = land_height(&rails->land, rails->pose.x + offset, rails->pose.z) + TREE_HEIGHT;
        double distance = fmax(0, abs(offset) - 10);
        wished = fmax(wished, top - distance * FLY_SLOPE);
    }
    return wished;
}

static double standing_height(struct rails *rails, double x, double z)
{
    return fmax(land_height(&rails->land, x, z) + EYE, SEA_LEVEL + EYE_WATER);
}

// On foot a step up begins shortly before it is reached, and a step down after it was left.
static double ground_height(struct rails *rails)
{
    double wished = 0;
    for (double offset = -0.4; offset <= 0.9; offset += 0.4) {
        double x = rails->pose.x + offset;
        wished = fmax(wished, standing_height(rails, x, rails->pose.z - 0.3));
        wished = fmax(wished, standing_height(rails, x, rails->pose.z + 0.3));
    }
    return wished;
}

// Whether something that is not land (a tree, a wall) stands ahead at a distance from home.
static bool way_is_blocked(struct rails *rails, double side)
{
    double z = rails->home_z + side;
    for (int ahead = 0; ahead <= 4; ahead++) {
        int32_t x = (int32_t)floor(rails->pose.x) + ahead;
        int32_t land = land_height(&rails->land, x, z);
        for (int32_t y = land + 1; y <= land + 3; y++) {
            for (double edge = -0.5; edge <= 0.5; edge += 0.5) {
                struct block_coord at = {x, y, (int32_t)floor(z + edge)};
                if (block_types[rails->blocks.get(rails->blocks.user, at)].solid)
                    return true;
            }
        }
    }
    return false;
}

// Looks for the free way nearest to home, and walks over to it.
static void step_around_trees(struct rails *rails, double seconds)
{
    if (rails->blocks.get == NULL)
        return;
    if (way_is_blocked(rails, rails->side) || rails->side != 0) {
        for (int i = 0; i <= 2 * SIDE_MOST; i++) {
            double side = (i % 2 == 0 ? 1 : -1) * ((i + 1) / 2);
            if (!way_is_blocked(rails, side)) {
                rails->side = side;
                break;
            }
        }
    }
    double wished = rails->home_z + rails->side - rails->pose.z;
    rails->pose.z += fmax(-SIDE_SPEED * seconds, fmin(SIDE_SPEED * seconds, wished));
}

// A critically damped spring from the height that is to the one that is wished for.
static void climb_to(struct rails *rails, double wished, double lag, double seconds)
{
    double omega = 1 / lag;
    double offset = rails->pose.y - wished;
    double decay = exp(-omega * seconds);
    double momentum = (rails->climb + omega * offset) * seconds;
    rails->climb = (rails->climb - omega * momentum) * decay;
    rails->pose.y = wished + (offset + momentum) * decay;
}

// Whatever the spring does: never into the land.
static void stay_above(struct rails *rails, double clearance)
{
    for (double side = -0.5; side <= 0.5; side += 1) {
        double least = land_height(&rails->land, rails->pose.x, rails->pose.z + side) + clearance;
        double ahead =
            land_height(&rails->land, rails->pose.x + 0.4, rails->pose.z + side) + clearance;
        rails->pose.y = fmax(rails->pose.y, fmax(least, ahead));
    }
}

void rails_init(struct rails *rails, const struct rails_params *params)
{
    memset(rails, 0, sizeof(*rails));
    rails->kind = params->kind;
    rails->land.ground = params->ground;
    rails->blocks = params->blocks;
    rails->pose.x = params->spawn.x + 0.5;
    rails->pose.z = params->spawn.z + 0.5;
    rails->home_z = rails->pose.z;
    switch (rails->kind) {
    case RAILS_FLY:
        rails->speed = params->speed > 0 ? params->speed : RAILS_FLY_SPEED;
        rails->pose.y = fly_height(rails);
        rails->pose.pitch = -0.25;
        break;
    case RAILS_GROUND:
        rails->speed = params->speed > 0 ? params->speed : RAILS_GROUND_SPEED;
        rails->pose.y = ground_height(rails);
        break;
    case RAILS_TOUR:
        tour_init(&rails->tour, &rails->land, params->peak, params->view_distance);
        rails->pose.y = tour_step(&rails->tour, &rails->land, 0, &rails->pose);
        tour_look(&rails->tour, &rails->pose);
        break;
    }
}

void rails_step(struct rails *rails, double seconds)
{
    switch (rails->kind) {
    case RAILS_FLY:
        rails->pose.x += rails->speed * seconds;
        climb_to(rails, fly_height(rails), FLY_LAG * fmin(1, RAILS_FLY_SPEED / rails->speed),
                 seconds);
        stay_above(rails, 3);
        break;
    case RAILS_GROUND:
        rails->pose.x += rails->speed * seconds;
        step_around_trees(rails, seconds);
        climb_to(rails, ground_height(rails), GROUND_LAG, seconds);
        stay_above(rails, 1.5);
        break;
    case RAILS_TOUR:
        climb_to(rails, tour_step(&rails->tour, &rails->land, seconds, &rails->pose), FLY_LAG,
                 seconds);
        stay_above(rails, 3);
        tour_look(&rails->tour, &rails->pose);
        break;
    }
}
