// Names of blocks and their owners' pointers: in a table beside the regions, so that blocks
// without them cost nothing.
#include "engine/memory/allocator_internal.h"

#include <string.h>

#include "engine/memory/host.h"

static char *copy(const char *text)
{
    size_t size = strlen(text) + 1;
    char *to = ash_host_alloc(size);
    if (to != NULL)
        memcpy(to, text, size);
    return to;
}

// The table reaches as far as the pool does.
static bool make_room(struct ash_allocator *allocator, uint32_t region)
{
    ash_lock_acquire(&allocator->table_lock);
    uint32_t from = allocator->notes_committed;
    uint32_t to = __atomic_load_n(&allocator->pool.committed, __ATOMIC_ACQUIRE);
    bool there = region < from;
    if (!there &&
        ash_host_commit(&allocator->notes[from], (to - from) * sizeof(struct ash_block_note))) {
        allocator->notes_committed = to;
        there = true;
    }
    ash_lock_release(&allocator->table_lock);
    return there;
}

bool ash_block_note_set(struct ash_allocator *allocator, uint32_t region, const char *label,
                        void *user)
{
    char *own_label = NULL;
    if (!make_room(allocator, region))
        return false;
    if (label != NULL && (own_label = copy(label)) == NULL)
        return false;
    if (allocator->pool.regions[region].noted)
        ash_block_note_drop(allocator, region);
    allocator->notes[region] = (struct ash_block_note){own_label, user};
    allocator->pool.regions[region].noted = label != NULL || user != NULL;
    return true;
}

void ash_block_note_drop(struct ash_allocator *allocator, uint32_t region)
{
    ash_host_free(allocator->notes[region].label);
    allocator->notes[region] = (struct ash_block_note){0};
    allocator->pool.regions[region].noted = 0;
}

struct ash_block_note ash_block_note_get(const struct ash_allocator *allocator, uint32_t region)
{
    return allocator->pool.regions[region].noted ? allocator->notes[region]
                                                 : (struct ash_block_note){0};
}
