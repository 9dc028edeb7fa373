#include "game/play/body.h"

#include <math.h>
#include <string.h>

// Less than the smallest block or body is across, so that no step passes through anything.
#define STEP 0.5
// Left between a body and what it touches: more than a double's rounding at the world's edge.
#define GAP 1e-6

struct block_coord body_block(const double position[3])
{
    return (struct block_coord){(int32_t)floor(position[0]), (int32_t)floor(position[1]),
                                (int32_t)floor(position[2])};
}

static double reach_below(enum body_axis axis)
{
    return axis == BODY_Y ? 0 : BODY_WIDTH / 2;
}

static double reach_above(enum body_axis axis)
{
    return axis == BODY_Y ? BODY_HEIGHT : BODY_WIDTH / 2;
}

bool body_free(const double position[3], const struct block_reader *blocks)
{
    int32_t first[3];
    int32_t last[3];
    for (enum body_axis axis = BODY_X; axis <= BODY_Z; axis++) {
        first[axis] = (int32_t)floor(position[axis] - reach_below(axis));
        last[axis] = (int32_t)ceil(position[axis] + reach_above(axis)) - 1;
    }
    for (int32_t y = first[1]; y <= last[1]; y++) {
        for (int32_t z = first[2]; z <= last[2]; z++) {
            for (int32_t x = first[0]; x <= last[0]; x++) {
                enum block block = blocks->get(blocks->user, (struct block_coord){x, y, z});
                if (block_types[block].solid)
                    return false;
            }
        }
    }
    return true;
}

// Moves by at most STEP: at most one face of a block lies in between.
static bool move_step(double position[3], enum body_axis axis, double distance,
                      const struct block_reader *blocks)
{
    double from = position[axis];
    double to = fmax(-BODY_EDGE, fmin(BODY_EDGE, from + distance));
    position[axis] = to;
    if (body_free(position, blocks))
        return to != from + distance;
    double touching = distance > 0 ? ceil(to + reach_above(axis)) - 1 - reach_above(axis) - GAP
                                   : floor(to - reach_below(axis)) + 1 + reach_below(axis) + GAP;
    position[axis] = distance > 0 ? fmax(from, touching) : fmin(from, touching);
    if (!body_free(position, blocks))
        position[axis] = from;
    return true;
}

bool body_move(double position[3], enum body_axis axis, double distance,
               const struct block_reader *blocks)
{
    while (fabs(distance) > STEP) {
        double step = copysign(STEP, distance);
        if (move_step(position, axis, step, blocks))
            return true;
        distance -= step;
    }
    return distance != 0 && move_step(position, axis, distance, blocks);
}

bool body_escape(double position[3], const struct block_reader *blocks)
{
    if (body_free(position, blocks))
        return true;
    static const int8_t around[9][2] = {{0, 0}, {1, 0},  {-1, 0}, {0, 1},  {0, -1},
                                        {1, 1}, {1, -1}, {-1, 1}, {-1, -1}};
    struct block_coord at = body_block(position);
    int32_t bottom = at.y < 0 ? 0 : at.y;
    for (int32_t y = bottom; y <= bottom + WORLD_HEIGHT; y++) {
        for (int i = 0; i < 9; i++) {
            double candidate[3] = {at.x + around[i][0] + 0.5, y, at.z + around[i][1] + 0.5};
            if (body_free(candidate, blocks)) {
                memcpy(position, candidate, sizeof(candidate));
                return true;
            }
        }
    }
    return false;
}
