#include "game/play/interact.h"

#include <string.h>

// Between two blocks placed while the button stays down; and before the next is dug, seconds.
#define PLACE_PAUSE 0.22
#define DIG_PAUSE   0.12

static const float dig_seconds[BLOCK_COUNT] = {
    [BLOCK_STONE] = 0.7f,    [BLOCK_BASALT] = 0.8f, [BLOCK_SAND] = 0.3f,   [BLOCK_DIRT] = 0.35f,
    [BLOCK_GRASS] = 0.35f,   [BLOCK_ASH] = 0.25f,   [BLOCK_LAVA] = 0.6f,   [BLOCK_LOG] = 0.5f,
    [BLOCK_LEAVES] = 0.15f,  [BLOCK_ORE] = 0.9f,    [BLOCK_PLANKS] = 0.5f, [BLOCK_GLASS] = 0.2f,
    [BLOCK_OBSIDIAN] = 1.6f, [BLOCK_LAMP] = 0.2f,
};

static const enum block first_hotbar[HOTBAR_SLOTS] = {
    BLOCK_PLANKS, BLOCK_STONE, BLOCK_LOG,  BLOCK_GLASS,    BLOCK_LAMP,
    BLOCK_DIRT,   BLOCK_SAND,  BLOCK_LAVA, BLOCK_OBSIDIAN,
};

double interact_dig_seconds(enum block block)
{
    return block < BLOCK_COUNT ? (double)dig_seconds[block] : 0;
}

void interact_init(struct interact *interact)
{
    *interact = (struct interact){0};
    for (int i = 0; i < HOTBAR_SLOTS; i++)
        interact->hotbar[i] = (uint8_t)first_hotbar[i];
}

static void choose_slot(struct interact *interact, const struct input_tick *input)
{
    if (input->slot >= 0 && input->slot < HOTBAR_SLOTS)
        interact->slot = (uint8_t)input->slot;
    if (input_pressed(input, ACTION_NEXT_SLOT))
        interact->slot = (uint8_t)((interact->slot + 1) % HOTBAR_SLOTS);
    if (input_pressed(input, ACTION_PREVIOUS_SLOT))
        interact->slot = (uint8_t)((interact->slot + HOTBAR_SLOTS - 1) % HOTBAR_SLOTS);
}

// Takes the kind that the player looks at: the slot that has it, or else the chosen slot gets it.
static void pick(struct interact *interact, enum block block)
{
    if (!block_types[block].placeable)
        return;
    for (uint8_t i = 0; i < HOTBAR_SLOTS; i++) {
        if (interact->hotbar[i] == block) {
            interact->slot = i;
            return;
        }
    }
    interact->hotbar[interact->slot] = (uint8_t)block;
}

static bool same_block(struct block_coord a, struct block_coord b)
{
    return a.x == b.x && a.y == b.y && a.z == b.z;
}

static void dig(struct interact *interact, enum block block, const struct block_writer *writer,
                double seconds)
{
    double needed = interact_dig_seconds(block);
    if (needed <= 0 || interact->wait > 0)
        return;
    interact->dig_progress += (float)(seconds / needed);
    if (interact->dig_progress < 1)
        return;
    interact->dig_progress = 0;
    interact->wait = DIG_PAUSE;
    writer->set(writer->user, interact->target.at, BLOCK_AIR);
}

static void place(struct interact *interact, const struct player *player,
                  const struct block_reader *reader, const struct block_writer *writer)
{
    struct block_coord at = interact->target.before;
    enum block there = reader->get(reader->user, at);
    enum block block = (enum block)interact->hotbar[interact->slot];
    bool room = there == BLOCK_AIR || block_types[there].liquid;
    if (!room || (block_types[block].solid && player_overlaps(player, at)))
        return;
    if (writer->set(writer->user, at, block))
        interact->wait = PLACE_PAUSE;
}

void interact_step(struct interact *interact, const struct player *player,
                   const struct input_tick *input, const struct block_reader *reader,
                   const struct block_writer *writer, double seconds)
{
    choose_slot(interact, input);
    struct block_hit target = player_look(player, reader);
    if (!target.hit || !interact->target.hit || !same_block(target.at, interact->target.at) ||
        !input_held(input, ACTION_DIG))
        interact->dig_progress = 0;
    interact->target = target;
    interact->wait = interact->wait > seconds ? interact->wait - seconds : 0;
    if (!target.hit)
        return;
    enum block block = reader->get(reader->user, target.at);
    if (input_pressed(input, ACTION_PICK))
        pick(interact, block);
    bool again = input_held(input, ACTION_PLACE) && interact->wait <= 0;
    if (input_held(input, ACTION_DIG))
        dig(interact, block, writer, seconds);
    else if (input_pressed(input, ACTION_PLACE) || again)
        place(interact, player, reader, writer);
    interact->target = player_look(player, reader);
}
