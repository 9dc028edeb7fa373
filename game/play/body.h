// A box among blocks: moves until something solid stops it, and is never inside anything. Pure.
//
// Units: blocks.
#ifndef GAME_PLAY_BODY_H
#define GAME_PLAY_BODY_H

#include "game/world/block/block.h"
#include "game/world/block/chunk.h"

#include <stdbool.h>

#define BODY_HEIGHT 1.8
#define BODY_WIDTH  0.6
// The world has an edge, so that block coordinates stay far from the ends of an int32_t.
#define BODY_EDGE 16000000.0

struct block_reader {
    enum block (*get)(void *user, struct block_coord at);
    void *user;
};

enum body_axis { BODY_X, BODY_Y, BODY_Z };

struct block_coord body_block(const double position[3]);

// Whether a body with its feet's centre at `position` shares space with nothing solid.
bool body_free(const double position[3], const struct block_reader *blocks);

// Moves along one axis as far as there is room; true where something stood in the way, and the
// body then touches it. Valid usage: the body is free where it starts.
bool body_move(double position[3], enum body_axis axis, double distance,
               const struct block_reader *blocks);

// A body that is inside something solid (a block came down on it, or it was saved in another
// world) is put into the nearest room above. False: there is none, and nothing has changed.
bool body_escape(double position[3], const struct block_reader *blocks);

#endif
