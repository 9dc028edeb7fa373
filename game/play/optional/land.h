// The land as cameras see it: the height at a place, given by a function and remembered. Pure.
//
// Units: blocks.
#ifndef GAME_PLAY_OPTIONAL_LAND_H
#define GAME_PLAY_OPTIONAL_LAND_H

#include <stdbool.h>
#include <stdint.h>

struct ground {
    int32_t (*height)(void *user, int32_t x, int32_t z); // y of the highest solid block
    void *user;
};

enum { LAND_CACHE = 512 };

struct land {
    struct ground ground;
    // private
    struct {
        int32_t x, z, height;
        bool known;
    } cache[LAND_CACHE]; // heights cost a noise function each, and are asked for again and again
};

int32_t land_height(struct land *land, double x, double z);

#endif
