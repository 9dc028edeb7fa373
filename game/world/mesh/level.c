#include "game/world/mesh/level.h"

#include <stdbool.h>

// Up to which distance, and at which detail chunks are meshed.
enum { LEVELS = 3 };
static const int32_t rings[LEVELS] = {4, 7, INT32_MAX};
const uint32_t level_details[LEVELS] = {0, 1, 2};
static const int32_t slack = 1;

uint8_t level_at(int32_t distance, uint8_t current)
{
    uint8_t level = 0;
    while (distance > rings[level])
        level++;
    bool coarser = current != LEVEL_NONE && level > current;
    return coarser && distance <= rings[current] + slack ? current : level;
}
