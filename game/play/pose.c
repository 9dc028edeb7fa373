#include "game/play/pose.h"

#include "game/play/player.h"

#include <math.h>

#define PI 3.14159265358979323846

struct pose pose_of_player(const struct player *player)
{
    return (struct pose){player->x, player->y + PLAYER_EYE_HEIGHT, player->z, player->yaw,
                         player->pitch};
}

struct pose pose_mix(const struct pose *from, const struct pose *to, double amount)
{
    double turn = remainder(to->yaw - from->yaw, 2 * PI);
    return (struct pose){
        .x = from->x + (to->x - from->x) * amount,
        .y = from->y + (to->y - from->y) * amount,
        .z = from->z + (to->z - from->z) * amount,
        .yaw = remainder(from->yaw + turn * amount, 2 * PI),
        .pitch = from->pitch + (to->pitch - from->pitch) * amount,
    };
}

void pose_look_at(struct pose *pose, double x, double y, double z)
{
    double across = hypot(x - pose->x, z - pose->z);
    pose->yaw = atan2(z - pose->z, x - pose->x);
    pose->pitch = atan2(y - pose->y, across);
}
