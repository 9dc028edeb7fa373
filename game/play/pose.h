// Where an eye is and where it looks. Pure.
//
// Units: blocks, radians, as in player.h.
#ifndef GAME_PLAY_POSE_H
#define GAME_PLAY_POSE_H

struct player;

struct pose {
    double x, y, z;
    double yaw, pitch;
};

struct pose pose_of_player(const struct player *player);

// Between two ticks: `amount` 0 is `from`, 1 is `to`. Turns the short way round.
struct pose pose_mix(const struct pose *from, const struct pose *to, double amount);

// The yaw and pitch that look from one place to another.
void pose_look_at(struct pose *pose, double x, double y, double z);

#endif
