#include "game/passes/terrain_records.h"

#include "game/passes/terrain_meshes.h"

#include <stdlib.h>
#include <string.h>

struct terrain_entry {
    const struct terrain_mesh *mesh; // borrowed; NULL: none
    bool changed;
};

void terrain_records_finish(struct terrain_records *records)
{
    free(records->entries);
    free(records->unused);
    free(records->changed);
    memset(records, 0, sizeof(*records));
}

static bool resize(void **array, size_t size)
{
    void *resized = realloc(*array, size);
    if (resized != NULL)
        *array = resized;
    return resized != NULL;
}

bool terrain_records_reserve(struct terrain_records *records)
{
    if (records->unused_count > 0 || records->count < records->capacity)
        return true;
    const uint32_t capacity = records->capacity == 0 ? 1024 : records->capacity * 2;
    if (!resize((void **)&records->entries, capacity * sizeof(*records->entries)) ||
        !resize((void **)&records->unused, capacity * sizeof(*records->unused)) ||
        !resize((void **)&records->changed, capacity * sizeof(*records->changed)))
        return false;
    records->capacity = capacity;
    return true;
}

static void set(struct terrain_records *records, uint32_t index, const struct terrain_mesh *mesh)
{
    struct terrain_entry *entry = &records->entries[index];
    entry->mesh = mesh;
    if (!entry->changed)
        records->changed[records->changed_count++] = index;
    entry->changed = true;
}

uint32_t terrain_records_add(struct terrain_records *records, const struct terrain_mesh *mesh)
{
    uint32_t index = records->count;
    if (records->unused_count > 0) {
        index = records->unused[--records->unused_count];
    } else {
        records->entries[index] = (struct terrain_entry){0};
        records->count++;
    }
    set(records, index, mesh);
    return index;
}

void terrain_records_replace(struct terrain_records *records, uint32_t index,
                             const struct terrain_mesh *mesh)
{
    set(records, index, mesh);
}

void terrain_records_remove(struct terrain_records *records, uint32_t index)
{
    set(records, index, NULL);
    records->unused[records->unused_count++] = index;
}

static struct terrain_change change_of(const struct terrain_mesh *mesh, uint32_t index,
                                       uint32_t side)
{
    struct terrain_change change = {.index = index};
    if (mesh == NULL)
        return change;
    const struct chunk_coord coord = mesh->coord;
    change.slot = terrain_slot(side, coord);
    change.record = (struct terrain_record){
        .chunk = {coord.x, coord.y, coord.z, (int32_t)mesh->detail},
        .quads = mesh->buffer.address,
    };
    memcpy(change.record.first, mesh->first, sizeof(change.record.first));
    return change;
}

uint32_t terrain_records_take(struct terrain_records *records, uint32_t side, uint32_t most,
                              struct terrain_change *out)
{
    uint32_t count = 0;
    while (count < most && records->changed_count > 0) {
        const uint32_t index = records->changed[--records->changed_count];
        struct terrain_entry *entry = &records->entries[index];
        entry->changed = false;
        out[count++] = change_of(entry->mesh, index, side);
    }
    return count;
}

void terrain_records_tell_all(struct terrain_records *records)
{
    for (uint32_t i = 0; i < records->count; i++)
        set(records, i, records->entries[i].mesh);
}
