// The player's body: walks, runs, jumps, swims, flies, and is never inside a block. Pure: reads
// blocks through a function.
//
// Units: blocks, seconds, radians. Yaw 0 looks along +x (east), a quarter turn more along +z;
// pitch is positive upward.
#ifndef GAME_PLAY_PLAYER_H
#define GAME_PLAY_PLAYER_H

#include "game/play/body.h"
#include "game/play/input.h"
#include "game/world/block/block.h"
#include "game/world/block/chunk.h"

#include <stdbool.h>

#define PLAYER_EYE_HEIGHT 1.62
#define PLAYER_HEIGHT     BODY_HEIGHT
#define PLAYER_WIDTH      BODY_WIDTH
#define PLAYER_REACH      6.0

#define PLAYER_WALK_SPEED  4.3 // blocks a second
#define PLAYER_RUN_SPEED   6.5
#define PLAYER_FLY_SPEED   20.0
#define PLAYER_JUMP_HEIGHT 1.25

struct player {
    double x, y, z; // feet, centre
    double velocity_x, velocity_y, velocity_z;
    double yaw, pitch;
    bool flying, on_ground, in_water, eye_in_water;
    bool blocked; // something stopped the last step sideways
};

// Valid usage: the columns around the player are there; seconds is above 0 and at most 0.1.
void player_step(struct player *player, const struct input_tick *input,
                 const struct block_reader *blocks, double seconds);

// The block that the player looks at, at most PLAYER_REACH away. Liquids are looked through.
struct block_hit {
    bool hit;
    struct block_coord at;
    struct block_coord before; // the free place in front of the face that was hit
};
struct block_hit player_look(const struct player *player, const struct block_reader *blocks);

// Whether a body standing there would share space with the block at `at`: no placing into oneself.
bool player_overlaps(const struct player *player, struct block_coord at);

#endif
