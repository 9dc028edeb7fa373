// Names of blocks and their owners' pointers: in a table beside the regions, so that blocks
// without them cost nothing.
#include "engine/memory/allocator_internal.h"

#include <string.h>

#include "engine/bits.h"
#include "engine/memory/host.h"

static char *copy(const char *text)
{
    size_t size = strlen(text) + 1;
    char *to = ash_host_alloc(size);
    if (to != NULL)
        memcpy(to, text, size);
    return to;
}

static struct ash_block_note *note_of(const struct ash_allocator *allocator, uint32_t region)
{
    return &allocator->notes[region / ASH_REGION_STEP];
}

// The table reaches as far as the pool does.
static bool make_room(struct ash_allocator *allocator, uint32_t region)
{
    ash_lock_acquire(&allocator->table_lock);
    size_t from = allocator->notes_committed;
    uint32_t count = __atomic_load_n(&allocator->pool.committed, __ATOMIC_ACQUIRE);
    size_t to =
        ash_align_up(count / ASH_REGION_STEP * sizeof(struct ash_block_note), ASH_HOST_PAGE);
    bool there = (region / ASH_REGION_STEP + 1) * sizeof(struct ash_block_note) <= from;
    if (!there && ash_host_commit((char *)allocator->notes + from, to - from)) {
        allocator->notes_committed = to;
        there = true;
    }
    ash_lock_release(&allocator->table_lock);
    return there;
}

bool ash_block_note_set(struct ash_allocator *allocator, uint32_t index, const char *label,
                        void *user)
{
    struct ash_region *region = ash_region_at(allocator->pool.regions, index);
    char *own_label = NULL;
    if (!make_room(allocator, index))
        return false;
    if (label != NULL && (own_label = copy(label)) == NULL)
        return false;
    if ((region->mark & ASH_BLOCK_NOTED) != 0)
        ash_block_note_drop(allocator, index);
    *note_of(allocator, index) = (struct ash_block_note){own_label, user};
    if (label != NULL || user != NULL)
        region->mark |= ASH_BLOCK_NOTED;
    return true;
}

void ash_block_note_drop(struct ash_allocator *allocator, uint32_t index)
{
    struct ash_block_note *note = note_of(allocator, index);
    ash_host_free(note->label);
    *note = (struct ash_block_note){0};
    ash_region_at(allocator->pool.regions, index)->mark &= ~ASH_BLOCK_NOTED;
}

struct ash_block_note ash_block_note_get(const struct ash_allocator *allocator, uint32_t index)
{
    bool noted = (ash_region_at(allocator->pool.regions, index)->mark & ASH_BLOCK_NOTED) != 0;
    return noted ? *note_of(allocator, index) : (struct ash_block_note){0};
}
