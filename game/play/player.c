#include "game/play/player.h"

#include <math.h>

// Blocks a second, per second. Stronger than the real one: a jump should not feel like the moon.
#define GRAVITY       28.0
#define FALL_SPEED    55.0
#define SWIM_SPEED    2.8
#define SWIM_RUN      4.2
#define SWIM_RISE     3.2
#define SWIM_SINK     3.6
#define SWIM_DRIFT    0.7 // down, when nothing is pressed
#define FLY_RUN       40.0
#define FLY_CLIMB     12.0
#define FLY_CLIMB_RUN 24.0
// How fast a wished speed is reached: the rest shrinks by e in 1 / rate seconds.
#define GROUND_RATE 14.0
#define AIR_RATE    3.5
#define WATER_RATE  5.0
#define FLY_RATE    8.0
// Out of the water onto a block that stands one above it.
#define CLIMB_OUT_HEIGHT 1.5
// The head stops just short of straight up and down.
#define MAX_PITCH 1.5690
#define PI        3.14159265358979323846
// Above the feet: as deep as one stands in water before one swims.
#define SWIM_DEPTH 0.4

static double approach(double value, double target, double rate, double seconds)
{
    return value + (target - value) * (1 - exp(-rate * seconds));
}

static bool liquid_at(const struct player *player, double above_feet,
                      const struct block_reader *blocks)
{
    double position[3] = {player->x, player->y + above_feet, player->z};
    return block_types[blocks->get(blocks->user, body_block(position))].liquid;
}

static void turn(struct player *player, const struct input_tick *input)
{
    player->yaw = remainder(player->yaw + (double)input->look_yaw, 2 * PI);
    player->pitch = fmax(-MAX_PITCH, fmin(MAX_PITCH, player->pitch + (double)input->look_pitch));
}

// Lets the sideways speed approach what is wished for, in the direction that the player looks.
static void steer(struct player *player, const struct input_tick *input, double speed, double rate,
                  double seconds)
{
    double forward = (double)input->move_z * speed;
    double right = (double)input->move_x * speed;
    double cosine = cos(player->yaw);
    double sine = sin(player->yaw);
    player->velocity_x =
        approach(player->velocity_x, cosine * forward - sine * right, rate, seconds);
    player->velocity_z =
        approach(player->velocity_z, sine * forward + cosine * right, rate, seconds);
}

// Each of these three sets the velocities for a tick and returns how far it goes up.
static double fly(struct player *player, const struct input_tick *input, double seconds)
{
    bool run = input_held(input, ACTION_RUN);
    double climb = run ? FLY_CLIMB_RUN : FLY_CLIMB;
    double up =
        (input_held(input, ACTION_JUMP) ? climb : 0) - (input_held(input, ACTION_SINK) ? climb : 0);
    steer(player, input, run ? FLY_RUN : PLAYER_FLY_SPEED, FLY_RATE, seconds);
    player->velocity_y = approach(player->velocity_y, up, FLY_RATE, seconds);
    return player->velocity_y * seconds;
}

static double swim(struct player *player, const struct input_tick *input, double seconds)
{
    double up = -SWIM_DRIFT;
    if (input_held(input, ACTION_JUMP))
        up = SWIM_RISE;
    else if (input_held(input, ACTION_SINK))
        up = -SWIM_SINK;
    steer(player, input, input_held(input, ACTION_RUN) ? SWIM_RUN : SWIM_SPEED, WATER_RATE,
          seconds);
    player->velocity_y = approach(player->velocity_y, up, WATER_RATE, seconds);
    if (player->blocked && input_held(input, ACTION_JUMP) && !player->eye_in_water)
        player->velocity_y = sqrt(2 * GRAVITY * CLIMB_OUT_HEIGHT);
    return player->velocity_y * seconds;
}

static double walk(struct player *player, const struct input_tick *input, double seconds)
{
    double speed = input_held(input, ACTION_RUN) ? PLAYER_RUN_SPEED : PLAYER_WALK_SPEED;
    steer(player, input, speed, player->on_ground ? GROUND_RATE : AIR_RATE, seconds);
    if (player->on_ground && input_held(input, ACTION_JUMP))
        player->velocity_y = sqrt(2 * GRAVITY * PLAYER_JUMP_HEIGHT);
    // The exact parabola, so that a jump's height does not depend on the tick's length.
    double up = player->velocity_y * seconds - GRAVITY * seconds * seconds / 2;
    player->velocity_y = fmax(-FALL_SPEED, player->velocity_y - GRAVITY * seconds);
    return up;
}

static void move(struct player *player, double up, double seconds,
                 const struct block_reader *blocks)
{
    double position[3] = {player->x, player->y, player->z};
    bool stopped_x = body_move(position, BODY_X, player->velocity_x * seconds, blocks);
    bool stopped_z = body_move(position, BODY_Z, player->velocity_z * seconds, blocks);
    bool stopped_y = body_move(position, BODY_Y, up, blocks);
    player->x = position[0];
    player->y = position[1];
    player->z = position[2];
    player->velocity_x = stopped_x ? 0 : player->velocity_x;
    player->velocity_y = stopped_y ? 0 : player->velocity_y;
    player->velocity_z = stopped_z ? 0 : player->velocity_z;
    player->blocked = stopped_x || stopped_z;
    player->on_ground = stopped_y && up < 0;
}

void player_step(struct player *player, const struct input_tick *input,
                 const struct block_reader *blocks, double seconds)
{
    turn(player, input);
    if (input_pressed(input, ACTION_TOGGLE_FLY)) {
        player->flying = !player->flying;
        player->velocity_y = 0;
    }
    double position[3] = {player->x, player->y, player->z};
    if (!body_escape(position, blocks))
        return; // walled in on all sides up to the sky: stay
    player->x = position[0];
    player->y = position[1];
    player->z = position[2];
    player->in_water = liquid_at(player, SWIM_DEPTH, blocks);
    player->eye_in_water = liquid_at(player, PLAYER_EYE_HEIGHT, blocks);
    double up = player->flying     ? fly(player, input, seconds)
                : player->in_water ? swim(player, input, seconds)
                                   : walk(player, input, seconds);
    move(player, up, seconds, blocks);
    player->in_water = liquid_at(player, SWIM_DEPTH, blocks);
    player->eye_in_water = liquid_at(player, PLAYER_EYE_HEIGHT, blocks);
}

// Walks the ray from block to block, always through the nearest face (Amanatides and Woo, "A Fast
// Voxel Traversal Algorithm for Ray Tracing", 1987).
struct block_hit player_look(const struct player *player, const struct block_reader *blocks)
{
    double eye[3] = {player->x, player->y + PLAYER_EYE_HEIGHT, player->z};
    double direction[3] = {cos(player->yaw) * cos(player->pitch), sin(player->pitch),
                           sin(player->yaw) * cos(player->pitch)};
    struct block_coord start = body_block(eye);
    int32_t at[3] = {start.x, start.y, start.z};
    int32_t step[3];
    double next[3]; // distance along the ray to the next face of each axis
    double width[3];
    for (int axis = 0; axis < 3; axis++) {
        step[axis] = direction[axis] < 0 ? -1 : 1;
        double face = at[axis] + (step[axis] > 0 ? 1 : 0);
        width[axis] = direction[axis] != 0 ? 1 / fabs(direction[axis]) : INFINITY;
        next[axis] = direction[axis] != 0 ? (face - eye[axis]) / direction[axis] : INFINITY;
    }
    for (;;) {
        int axis = next[0] < next[1] ? (next[0] < next[2] ? 0 : 2) : (next[1] < next[2] ? 1 : 2);
        if (next[axis] > PLAYER_REACH)
            return (struct block_hit){0};
        struct block_coord before = {at[0], at[1], at[2]};
        at[axis] += step[axis];
        next[axis] += width[axis];
        struct block_coord here = {at[0], at[1], at[2]};
        enum block block = blocks->get(blocks->user, here);
        if (block == BLOCK_AIR || block_types[block].liquid)
            continue;
        return (struct block_hit){.hit = true, .at = here, .before = before};
    }
}

bool player_overlaps(const struct player *player, struct block_coord at)
{
    double half = PLAYER_WIDTH / 2;
    return at.x < player->x + half && at.x + 1 > player->x - half &&   //
           at.y < player->y + PLAYER_HEIGHT && at.y + 1 > player->y && //
           at.z < player->z + half && at.z + 1 > player->z - half;
}
