#include "game/play/simulation.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define FNV_PRIME UINT64_C(0x100000001b3)

uint64_t simulation_hash_bytes(uint64_t hash, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * FNV_PRIME;
    return hash;
}

void simulation_init(struct simulation *simulation, uint32_t seed, struct block_coord spawn,
                     double yaw, double time_of_day)
{
    *simulation = (struct simulation){
        .seed = seed,
        .player = {.x = spawn.x + 0.5, .y = spawn.y, .z = spawn.z + 0.5, .yaw = yaw},
        .time_of_day = time_of_day,
        .edit_hash = FNV_BASIS,
    };
    interact_init(&simulation->interact);
}

struct save_player simulation_keep(const struct simulation *simulation)
{
    const struct player *player = &simulation->player;
    struct save_player kept = {
        .x = player->x,
        .y = player->y,
        .z = player->z,
        .yaw = (float)player->yaw,
        .pitch = (float)player->pitch,
        .hotbar_slot = simulation->interact.slot,
        .flying = player->flying,
        .time_of_day = simulation->time_of_day,
    };
    memcpy(kept.hotbar, simulation->interact.hotbar, sizeof(kept.hotbar));
    return kept;
}

void simulation_go_on(struct simulation *simulation, const struct save_player *kept)
{
    simulation->player = (struct player){
        .x = kept->x,
        .y = kept->y,
        .z = kept->z,
        .yaw = (double)kept->yaw,
        .pitch = (double)kept->pitch,
        .flying = kept->flying,
    };
    simulation->interact.slot = kept->hotbar_slot;
    memcpy(simulation->interact.hotbar, kept->hotbar, sizeof(kept->hotbar));
    simulation->time_of_day = kept->time_of_day;
}

struct noting_writer {
    struct simulation *simulation;
    const struct block_writer *writer;
};

// Changes the block and notes that in the hash.
static bool set_and_note(void *user, struct block_coord at, enum block block)
{
    struct noting_writer *noting = user;
    if (!noting->writer->set(noting->writer->user, at, block))
        return false;
    int32_t edit[4] = {at.x, at.y, at.z, (int32_t)block};
    struct simulation *simulation = noting->simulation;
    simulation->edit_hash = simulation_hash_bytes(simulation->edit_hash, edit, sizeof(edit));
    return true;
}

void simulation_pass(struct simulation *simulation)
{
    simulation->time_of_day += TICK_SECONDS / DAY_SECONDS;
    simulation->time_of_day -= floor(simulation->time_of_day);
    simulation->tick++;
}

void simulation_step(struct simulation *simulation, const struct input_tick *input,
                     const struct block_reader *reader, const struct block_writer *writer)
{
    struct noting_writer noting = {simulation, writer};
    struct block_writer through = {set_and_note, &noting};
    player_step(&simulation->player, input, reader, TICK_SECONDS);
    interact_step(&simulation->interact, &simulation->player, input, reader, &through,
                  TICK_SECONDS);
    simulation_pass(simulation);
}

// Field by field: what lies between the fields is not part of the state.
uint64_t simulation_hash(const struct simulation *simulation)
{
    const struct player *player = &simulation->player;
    const struct interact *interact = &simulation->interact;
    const double numbers[] = {
        player->x,          player->y,   player->z,     player->velocity_x,      player->velocity_y,
        player->velocity_z, player->yaw, player->pitch, simulation->time_of_day, interact->wait,
    };
    const uint8_t flags[] = {player->flying,       player->on_ground, player->in_water,
                             player->eye_in_water, player->blocked,   interact->slot};
    uint64_t hash = simulation_hash_bytes(FNV_BASIS, &simulation->seed, sizeof(simulation->seed));
    hash = simulation_hash_bytes(hash, &simulation->tick, sizeof(simulation->tick));
    hash = simulation_hash_bytes(hash, numbers, sizeof(numbers));
    hash = simulation_hash_bytes(hash, flags, sizeof(flags));
    hash = simulation_hash_bytes(hash, interact->hotbar, sizeof(interact->hotbar));
    hash = simulation_hash_bytes(hash, &interact->dig_progress, sizeof(interact->dig_progress));
    return simulation_hash_bytes(hash, &simulation->edit_hash, sizeof(simulation->edit_hash));
}
