#include "game/play/land.h"

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

struct block_coord land_find_peak(const struct ground *ground, struct block_coord around,
                                  int32_t distance)
{
    struct block_coord best = {around.x, -1, around.z};
    struct block_coord middle = around;
    int32_t reach = distance;
    for (int32_t step = 16; step >= 1; step /= 4) {
        for (int32_t z = middle.z - reach; z <= middle.z + reach; z += step) {
            for (int32_t x = middle.x - reach; x <= middle.x + reach; x += step) {
                int32_t height = ground->height(ground->user, x, z);
                if (height > best.y)
                    best = (struct block_coord){x, height, z};
            }
        }
        middle = best;
        reach = step;
    }
    return best;
}
