// What the GPU was told, against what there is: whatever comes and goes, in pieces of any size.
#include "game/passes/terrain_records.h"

#include "game/passes/terrain_meshes.h"

#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNKS = 3000, STEPS = 40000, SIDE = 64, MOST = 7 };

struct gpu {
    struct terrain_record records[CHUNKS];
    uint32_t grid[SIDE * SIDE * COLUMN_CHUNKS];
    uint32_t told;
};

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static struct chunk_coord coord_of(uint32_t chunk)
{
    return (struct chunk_coord){(int32_t)(chunk % SIDE) - 20, (int32_t)(chunk % COLUMN_CHUNKS),
                                (int32_t)(chunk / SIDE) - 100};
}

static void tell(struct terrain_records *records, struct gpu *gpu, uint32_t most)
{
    struct terrain_change changes[CHUNKS];
    const uint32_t count = terrain_records_take(records, SIDE, most, changes);
    assert_true(count <= most);
    for (uint32_t i = 0; i < count; i++) {
        const struct terrain_change *change = &changes[i];
        assert_true(change->index < records->count && records->count <= CHUNKS);
        gpu->records[change->index] = change->record;
        if (change->record.first[TERRAIN_RANGES] > 0)
            gpu->grid[change->slot] = change->index;
    }
    gpu->told += count;
}

// What cull.glsl finds of a chunk.
static const struct terrain_record *find(const struct gpu *gpu, uint32_t count,
                                         struct chunk_coord coord)
{
    const uint32_t index = gpu->grid[terrain_slot(SIDE, coord)];
    if (index >= count)
        return NULL;
    const struct terrain_record *record = &gpu->records[index];
    const bool same =
        record->chunk[0] == coord.x && record->chunk[1] == coord.y && record->chunk[2] == coord.z;
    return same && record->first[TERRAIN_RANGES] > 0 ? record : NULL;
}

static void assert_known(const struct gpu *gpu, uint32_t count, struct terrain_mesh *const *meshes)
{
    for (uint32_t chunk = 0; chunk < CHUNKS; chunk++) {
        const struct terrain_record *record = find(gpu, count, coord_of(chunk));
        assert_int_equal(record != NULL, meshes[chunk] != NULL);
        if (record != NULL) {
            assert_int_equal(record->quads, meshes[chunk]->buffer.address);
            assert_memory_equal(record->first, meshes[chunk]->first, sizeof(record->first));
        }
    }
}

static struct terrain_mesh *make_mesh(uint32_t chunk, uint32_t *random)
{
    struct terrain_mesh *mesh = calloc(1, sizeof(*mesh));
    assert_non_null(mesh);
    mesh->coord = coord_of(chunk);
    mesh->buffer.address = next_random(random);
    for (uint32_t range = 1; range <= TERRAIN_RANGES; range++)
        mesh->first[range] = mesh->first[range - 1] + 1 + next_random(random) % 3;
    return mesh;
}

static void change_one(struct terrain_records *records, struct terrain_mesh **slot, uint32_t chunk,
                       uint32_t *random)
{
    struct terrain_mesh *before = *slot;
    *slot = before == NULL || next_random(random) % 2 != 0 ? make_mesh(chunk, random) : NULL;
    assert_true(terrain_records_reserve(records));
    if (before == NULL)
        (*slot)->index = terrain_records_add(records, *slot);
    else if (*slot == NULL)
        terrain_records_remove(records, before->index);
    else
        terrain_records_replace(records, (*slot)->index = before->index, *slot);
    free(before);
}

static void the_gpu_knows_what_there_is(void **state)
{
    (void)state;
    struct terrain_records records = {0};
    struct terrain_mesh **meshes = calloc(CHUNKS, sizeof(*meshes));
    struct gpu *gpu = malloc(sizeof(*gpu));
    assert_true(meshes != NULL && gpu != NULL);
    memset(gpu, 0xA5, sizeof(*gpu)); // as memory comes
    gpu->told = 0;
    uint32_t random = 1;
    for (uint32_t step = 0; step < STEPS; step++) {
        const uint32_t chunk = next_random(&random) % CHUNKS;
        change_one(&records, &meshes[chunk], chunk, &random);
        tell(&records, gpu, next_random(&random) % MOST);
        if (step % 4000 == 0) {
            tell(&records, gpu, CHUNKS);
            assert_known(gpu, records.count, meshes);
        }
    }
    tell(&records, gpu, CHUNKS);
    assert_known(gpu, records.count, meshes);
    assert_true(gpu->told <= STEPS); // no more than changed

    memset(gpu, 0x5A, sizeof(*gpu));
    terrain_records_tell_all(&records);
    terrain_records_tell_all(&records);
    assert_int_equal(records.changed_count, records.count);
    tell(&records, gpu, CHUNKS);
    assert_known(gpu, records.count, meshes);
    for (uint32_t i = 0; i < CHUNKS; i++)
        free(meshes[i]);
    free(meshes);
    free(gpu);
    terrain_records_finish(&records);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_gpu_knows_what_there_is)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
