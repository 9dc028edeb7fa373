#include "game/world/changes.h"

#include <stdlib.h>

static void enqueue(struct changes *changes, struct change *change, bool first)
{
    change->queued = true;
    change->previous = first ? NULL : changes->last;
    change->next = first ? changes->first : NULL;
    if (change->previous != NULL)
        change->previous->next = change;
    else
        changes->first = change;
    if (change->next != NULL)
        change->next->previous = change;
    else
        changes->last = change;
    changes->count++;
}

static void dequeue(struct changes *changes, struct change *change)
{
    if (change->previous != NULL)
        change->previous->next = change->next;
    else
        changes->first = change->next;
    if (change->next != NULL)
        change->next->previous = change->previous;
    else
        changes->last = change->previous;
    change->previous = change->next = NULL;
    change->queued = false;
    changes->count--;
}

static void destroy(struct changes *changes, struct change *change)
{
    if (change->queued)
        dequeue(changes, change);
    if (change->owner != NULL)
        *change->owner = NULL;
    mesh_finish(&change->mesh);
    free(change);
}

bool changes_put(struct changes *changes, struct change **owner, struct chunk_coord coord,
                 struct mesh *mesh, uint32_t detail, bool urgent)
{
    struct change *change = *owner;
    if (change == NULL) {
        change = calloc(1, sizeof(*change));
        if (change == NULL) {
            mesh_finish(mesh);
            return false;
        }
        change->coord = coord;
        change->owner = owner;
        *owner = change;
    }
    mesh_finish(&change->mesh);
    change->mesh = *mesh;
    *mesh = (struct mesh){0};
    change->detail = detail;
    change->removed = false;
    // A chunk that is drawn has nothing older in the queue than itself, so it may be moved forward.
    bool first = urgent && change->drawn;
    if (change->queued && first)
        dequeue(changes, change);
    if (!change->queued)
        enqueue(changes, change, first);
    return true;
}

void changes_remove(struct changes *changes, struct change **owner)
{
    struct change *change = *owner;
    if (change == NULL)
        return;
    if (!change->drawn) {
        destroy(changes, change);
        return;
    }
    mesh_finish(&change->mesh);
    change->mesh = (struct mesh){0};
    change->removed = true;
    // Removals come first: they make room, which those before them may lack.
    if (change->queued)
        dequeue(changes, change);
    enqueue(changes, change, true);
}

void changes_abandon(struct changes *changes, struct change **owner)
{
    changes_remove(changes, owner);
    if (*owner == NULL)
        return;
    (*owner)->owner = NULL; // NOLINT(*Malloc): one that was destroyed has left *owner NULL
    *owner = NULL;
}

void changes_done(struct changes *changes)
{
    struct change *change = changes->first;
    if (change->removed) {
        destroy(changes, change);
        return;
    }
    dequeue(changes, change);
    if (!change->drawn || change->drawn_detail != change->detail)
        changes->became_visible++;
    change->drawn = true;
    change->drawn_detail = change->detail;
    mesh_finish(&change->mesh);
    change->mesh = (struct mesh){0};
}

void changes_forget_removals(struct changes *changes)
{
    for (struct change *change = changes->first, *next; change != NULL; change = next) {
        next = change->next;
        if (change->removed)
            destroy(changes, change);
    }
}

bool changes_show_again(struct changes *changes, struct change **owner)
{
    struct change *change = *owner;
    change->drawn = false;
    if (change->queued)
        return true;
    destroy(changes, change);
    return false;
}

void changes_finish(struct changes *changes)
{
    while (changes->first != NULL)
        destroy(changes, changes->first); // NOLINT(*Malloc): it leaves the queue
}
