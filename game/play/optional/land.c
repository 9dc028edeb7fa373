#include "game/play/optional/land.h"

#include <math.h>

int32_t land_height(struct land *land, double x, double z)
{
    int32_t block_x = (int32_t)floor(x);
    int32_t block_z = (int32_t)floor(z);
    uint32_t slot = ((uint32_t)block_x + (uint32_t)block_z * 89u) % LAND_CACHE;
    if (!land->cache[slot].known || land->cache[slot].x != block_x ||
        land->cache[slot].z != block_z) {
        land->cache[slot].x = block_x;
        land->cache[slot].z = block_z;
        land->cache[slot].height = land->ground.height(land->ground.user, block_x, block_z);
        land->cache[slot].known = true;
    }
    return land->cache[slot].height;
}
