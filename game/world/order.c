// The order in which columns are wanted, near ones first and those in front, and which of them are
// to be looked at: a bit each, so that a frame in which little happened looks at little, however
// many columns there are.
#include "game/world/world_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SECTORS = 16 }; // directions of looking that are told apart

#define AHEAD (2.0f / 3) // how much looking there counts, of 1

static uint32_t word_count(const struct world *world)
{
    return (world->order_count + 63) / 64;
}

// All columns that are generated: those within the radius and the ring around, for their edges.
bool order_init(struct world *world)
{
    const int32_t reach = (int32_t)world->radius + 1;
    const uint32_t side = 2 * (uint32_t)reach + 1;
    world->order_reach = reach;
    world->order_count = side * side;
    world->order = malloc(world->order_count * sizeof(*world->order));
    world->places = calloc(world->order_count, sizeof(*world->places));
    world->marks = calloc(word_count(world), sizeof(*world->marks));
    if (world->order == NULL || world->places == NULL || world->marks == NULL)
        return false;
    struct stream_offset *offset = world->order;
    for (int32_t z = -reach; z <= reach; z++)
        for (int32_t x = -reach; x <= reach; x++)
            *offset++ = (struct stream_offset){(int16_t)x, (int16_t)z, 0};
    world->order_stale = true;
    return true;
}

void order_finish(struct world *world)
{
    free(world->order);
    free(world->places);
    free(world->marks);
}

// Where the order keeps the place of an offset, by its coordinates.
static uint32_t square_index(const struct world *world, int32_t x, int32_t z)
{
    const int32_t reach = world->order_reach;
    return (uint32_t)((z + reach) * (2 * reach + 1) + x + reach);
}

static int compare_offsets(const void *left, const void *right)
{
    const struct stream_offset *a = left, *b = right;
    if (a->cost != b->cost)
        return a->cost < b->cost ? -1 : 1;
    return a->z != b->z ? a->z - b->z : a->x - b->x;
}

static void sort(struct world *world)
{
    float angle = (float)world->sector * (6.2831853f / SECTORS);
    // Straight ahead counts a third of the square of the distance, straight behind five thirds.
    float ahead_x = world->sector < 0 ? 0 : AHEAD * cosf(angle);
    float ahead_z = world->sector < 0 ? 0 : AHEAD * sinf(angle);
    for (uint32_t i = 0; i < world->order_count; i++) {
        struct stream_offset *offset = &world->order[i];
        float x = offset->x, z = offset->z;
        float distance = sqrtf(x * x + z * z);
        offset->cost = distance * (distance - (ahead_x * x + ahead_z * z));
    }
    qsort(world->order, world->order_count, sizeof(world->order[0]), compare_offsets);
    for (uint32_t i = 0; i < world->order_count; i++)
        world->places[square_index(world, world->order[i].x, world->order[i].z)] = i;
    world->order_stale = false;
    order_mark_all(world);
}

void world_set_heading(struct world *world, float x, float z)
{
    int32_t sector = -1;
    if (x != 0 || z != 0)
        sector = ((int32_t)lroundf(atan2f(z, x) * (SECTORS / 6.2831853f)) + SECTORS) % SECTORS;
    world->order_stale = world->order_stale || sector != world->sector;
    world->sector = sector;
}

void order_mark_all(struct world *world)
{
    memset(world->marks, 0xff, word_count(world) * sizeof(*world->marks));
    world->first_marks = 0;
}

void order_mark(struct world *world, struct column_coord coord, int32_t around)
{
    for (int32_t z = coord.z - around; z <= coord.z + around; z++) {
        for (int32_t x = coord.x - around; x <= coord.x + around; x++) {
            if (columns_distance(world, (struct column_coord){x, z}) > world->order_reach)
                continue;
            const uint32_t place =
                world->places[square_index(world, x - world->center.x, z - world->center.z)];
            world->marks[place / 64] |= 1ull << place % 64;
            if (place / 64 < world->first_marks)
                world->first_marks = place / 64;
        }
    }
}

void order_unmark(struct world *world, uint32_t place)
{
    world->marks[place / 64] &= ~(1ull << place % 64);
}

uint32_t order_next(struct world *world)
{
    if (world->order_stale)
        sort(world);
    while (world->first_marks < word_count(world) && world->marks[world->first_marks] == 0)
        world->first_marks++;
    if (world->first_marks == word_count(world))
        return world->order_count;
    const uint32_t place =
        world->first_marks * 64 + (uint32_t)__builtin_ctzll(world->marks[world->first_marks]);
    return place < world->order_count ? place : world->order_count;
}
