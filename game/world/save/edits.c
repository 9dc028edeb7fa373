#include "game/world/save/edits.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 64, FIRST_CAPACITY = 8 };

static uint32_t hash_coord(struct column_coord coord)
{
    uint64_t key = (uint64_t)(uint32_t)coord.x << 32 | (uint32_t)coord.z;
    key *= 0x9E3779B97F4A7C15u; // 2^64 divided by the golden ratio: spreads neighbours
    return (uint32_t)(key >> 32);
}

// The slot that holds this column, or the free one where it belongs. The table is never full.
static struct edits_column *slot_of(struct edits_column *slots, uint32_t slot_count,
                                    struct column_coord coord)
{
    uint32_t i = hash_coord(coord) & (slot_count - 1);
    while (slots[i].used && (slots[i].coord.x != coord.x || slots[i].coord.z != coord.z))
        i = (i + 1) & (slot_count - 1);
    return &slots[i];
}

// Makes room for one more column, so that at most two thirds of the slots are taken.
static bool grow_table(struct edits *edits)
{
    if ((uint64_t)(edits->column_count + 1) * 3 <= (uint64_t)edits->slot_count * 2)
        return true;
    uint32_t slot_count = edits->slot_count == 0 ? FIRST_SLOTS : edits->slot_count * 2;
    struct edits_column *slots = calloc(slot_count, sizeof(*slots));
    if (slots == NULL)
        return false;
    for (uint32_t i = 0; i < edits->slot_count; i++)
        if (edits->slots[i].used)
            *slot_of(slots, slot_count, edits->slots[i].coord) = edits->slots[i];
    free(edits->slots);
    edits->slots = slots;
    edits->slot_count = slot_count;
    return true;
}

static bool grow_list(struct edits_column *column)
{
    if (column->count < column->capacity)
        return true;
    uint32_t capacity = column->capacity == 0 ? FIRST_CAPACITY : column->capacity * 2;
    struct edit *list = realloc(column->list, capacity * sizeof(*list));
    if (list == NULL)
        return false;
    column->list = list;
    column->capacity = capacity;
    return true;
}

void edits_finish(struct edits *edits)
{
    for (uint32_t i = 0; i < edits->slot_count; i++)
        free(edits->slots[i].list);
    free(edits->slots);
    *edits = (struct edits){0};
}

bool edits_add(struct edits *edits, struct column_coord coord, uint32_t place, uint8_t block)
{
    if (!grow_table(edits))
        return false;
    struct edits_column *column = slot_of(edits->slots, edits->slot_count, coord);
    if (!grow_list(column))
        return false;
    if (!column->used) {
        column->used = true;
        column->coord = coord;
        edits->column_count++;
    }
    column->list[column->count++] = (struct edit){place, block};
    edits->edit_count++;
    return true;
}

bool edits_set(struct edits *edits, struct column_coord coord, uint32_t place, uint8_t block)
{
    if (edits->slot_count > 0) {
        struct edits_column *column = slot_of(edits->slots, edits->slot_count, coord);
        for (uint32_t i = 0; i < column->count; i++) {
            if (column->list[i].place == place) {
                column->list[i].block = block;
                return true;
            }
        }
    }
    return edits_add(edits, coord, place, block);
}

bool edits_copy(const struct edits *edits, struct column_coord coord, struct edit **out,
                uint32_t *count)
{
    *out = NULL;
    *count = 0;
    if (edits->slot_count == 0)
        return true;
    const struct edits_column *column = slot_of(edits->slots, edits->slot_count, coord);
    if (column->count == 0)
        return true;
    *out = malloc(column->count * sizeof(**out));
    if (*out == NULL)
        return false;
    memcpy(*out, column->list, column->count * sizeof(**out));
    *count = column->count;
    return true;
}
