#include "game/passes/terrain_meshes.h"

#include <volk.h>

#include "game/tools/memory_snapshot.h"

#include "shaders/shared.h"

#include <stdlib.h>
#include <string.h>

static const char *const detail_labels[] = {"terrain detail 0", "terrain detail 1",
                                            "terrain detail 2", "terrain detail 3"};

// A grid of 8 MiB of slots; the world at its largest radius needs a quarter of that.
enum { FIRST_SIDE = 8, LAST_SIDE = 512 };

static bool same_coord(struct chunk_coord a, struct chunk_coord b)
{
    return a.x == b.x && a.y == b.y && a.z == b.z;
}

struct terrain_mesh *const *terrain_meshes_column(const struct terrain_meshes *meshes, int32_t x,
                                                  int32_t z)
{
    return &meshes->slots[terrain_slot(meshes->side, (struct chunk_coord){x, 0, z})];
}

static struct terrain_mesh **slot_at(const struct terrain_meshes *meshes, struct chunk_coord coord)
{
    return &meshes->slots[terrain_slot(meshes->side, coord)];
}

static bool grow(struct terrain_meshes *meshes)
{
    const uint32_t side = meshes->side == 0 ? FIRST_SIDE : meshes->side + meshes->side / 4;
    struct terrain_mesh **slots =
        side <= LAST_SIDE ? calloc((size_t)side * side * COLUMN_CHUNKS, sizeof(*slots)) : NULL;
    if (slots == NULL)
        return false;
    for (uint32_t i = 0; i < meshes->side * meshes->side * COLUMN_CHUNKS; i++) {
        struct terrain_mesh *mesh = meshes->slots[i];
        if (mesh != NULL)
            slots[terrain_slot(side, mesh->coord)] = mesh;
    }
    free(meshes->slots);
    meshes->slots = slots;
    meshes->side = side;
    return true;
}

// Sees to it that the slot of a coordinate is free, or holds its own mesh.
static bool reserve(struct terrain_meshes *meshes, struct chunk_coord coord)
{
    while (meshes->side == 0 || (*slot_at(meshes, coord) != NULL &&
                                 !same_coord((*slot_at(meshes, coord))->coord, coord))) {
        if (!grow(meshes))
            return false;
    }
    return true;
}

// Frames before `number` may still draw the mesh.
static void retire(struct terrain_mesh *mesh, const struct ash_pass_env *env, uint64_t number)
{
    ash_upload_forget(env->upload, &mesh->buffer, NULL);
    ash_retire_buffer(env->retire, &mesh->buffer, number);
    free(mesh);
}

static void remove_mesh(struct terrain_meshes *meshes, const struct ash_pass_env *env,
                        struct chunk_coord coord, uint64_t number)
{
    if (meshes->mesh_count == 0)
        return;
    struct terrain_mesh **slot = slot_at(meshes, coord);
    if (*slot == NULL || !same_coord((*slot)->coord, coord))
        return;
    terrain_records_remove(&meshes->records, (*slot)->index);
    meshes->quad_count -= (*slot)->first[TERRAIN_RANGES];
    meshes->mesh_count--;
    retire(*slot, env, number);
    *slot = NULL;
}

static uint32_t range_of(const struct terrain_mesh *mesh, mesh_quad quad, bool opaque)
{
    const uint32_t face = QUAD_FACE(quad);
    const uint32_t top = QUAD_Y(quad) + (face >> 1 == 1 ? 0 : QUAD_HEIGHT(quad));
    if (opaque)
        return QUAD_WET(quad) != 0 ? TERRAIN_WET + ((uint32_t)CHUNK_SIZE >> mesh->detail) - top
                                   : face;
    if (QUAD_TEXTURE(quad) == TEXTURE_WATER)
        return TERRAIN_WATER;
    const int32_t height = mesh->coord.y * CHUNK_SIZE + (int32_t)(top << mesh->detail);
    return height <= SEA_LEVEL + 1 ? TERRAIN_LOW_GLASS : TERRAIN_GLASS;
}

static void set_ranges(struct terrain_mesh *mesh, const struct mesh *source)
{
    const uint32_t opaque = source->total - source->water_count;
    memset(mesh->first, 0, sizeof(mesh->first));
    for (uint32_t i = 0; i < source->total; i++)
        mesh->first[range_of(mesh, source->quads[i], i < opaque) + 1]++;
    for (uint32_t range = 0; range < TERRAIN_RANGES; range++)
        mesh->first[range + 1] += mesh->first[range];
}

// Writes the quads in the order of the ranges.
static void write_quads(mesh_quad *out, const struct terrain_mesh *mesh, const struct mesh *source)
{
    const uint32_t opaque = source->total - source->water_count;
    uint32_t next[TERRAIN_RANGES];
    memcpy(next, mesh->first, sizeof(next));
    for (uint32_t i = 0; i < source->total; i++)
        out[next[range_of(mesh, source->quads[i], i < opaque)]++] = source->quads[i];
}

static enum ash_result upload_mesh(struct terrain_mesh *mesh, const struct ash_pass_env *env,
                                   const struct mesh *source)
{
    struct ash_buffer_view view;
    const struct ash_upload_target target = {.buffer = &mesh->buffer, .size = mesh->buffer.size};
    const enum ash_result result = ash_upload_begin(env->upload, &target, &view);
    if (result != ASH_OK)
        return result;
    mesh_quad *quads = ash_view_at(&view, 0, target.size);
    if (quads != NULL)
        write_quads(quads, mesh, source);
    const enum ash_result end_result = ash_upload_end(&view);
    return quads != NULL ? end_result : ASH_ERROR_OUT_OF_RANGE;
}

static enum ash_result fill_mesh(struct terrain_mesh *mesh, const struct ash_pass_env *env,
                                 const struct world_change *change)
{
    mesh->coord = change->coord;
    mesh->detail = change->detail;
    set_ranges(mesh, change->mesh);
    const VkDeviceSize size = (VkDeviceSize)change->mesh->total * sizeof(mesh_quad);
    const struct ash_buffer_params params = {
        .size = size,
        .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT |
                 VK_BUFFER_USAGE_TRANSFER_DST_BIT,
        .properties = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT,
        .label = detail_labels[change->detail & 3],
        .user = memory_tag_of_chunk(change->coord),
    };
    enum ash_result result = ash_buffer_init(&mesh->buffer, env->allocator, &params);
    if (result != ASH_OK)
        return result;
    result = upload_mesh(mesh, env, change->mesh);
    if (result != ASH_OK)
        ash_buffer_finish(&mesh->buffer);
    return result;
}

// Puts the change's mesh in the place of the one that was there.
static enum ash_result replace_mesh(struct terrain_meshes *meshes, const struct ash_pass_env *env,
                                    const struct world_change *change, uint64_t number)
{
    if (!reserve(meshes, change->coord) || !terrain_records_reserve(&meshes->records))
        return ASH_ERROR_OUT_OF_HOST_MEMORY;
    struct terrain_mesh *mesh = calloc(1, sizeof(*mesh));
    if (mesh == NULL)
        return ASH_ERROR_OUT_OF_HOST_MEMORY;
    const enum ash_result result = fill_mesh(mesh, env, change);
    if (result != ASH_OK) {
        free(mesh);
        return result;
    }
    struct terrain_mesh **slot = slot_at(meshes, change->coord);
    if (*slot != NULL) {
        mesh->index = (*slot)->index;
        meshes->quad_count -= (*slot)->first[TERRAIN_RANGES];
        terrain_records_replace(&meshes->records, mesh->index, mesh);
        retire(*slot, env, number);
    } else {
        mesh->index = terrain_records_add(&meshes->records, mesh);
        meshes->mesh_count++;
    }
    meshes->quad_count += mesh->first[TERRAIN_RANGES];
    *slot = mesh;
    return ASH_OK;
}

enum ash_result terrain_meshes_update(struct terrain_meshes *meshes, const struct ash_pass_env *env,
                                      struct world *world, uint64_t number)
{
    struct world_change change;
    while (world_next_change(world, &change)) {
        enum ash_result result = ASH_OK;
        if (change.removed || change.mesh->total == 0)
            remove_mesh(meshes, env, change.coord, number);
        else
            result = replace_mesh(meshes, env, &change, number);
        if (result == ASH_NOT_READY)
            return ASH_OK;
        meshes->short_of_memory |= result == ASH_ERROR_OUT_OF_DEVICE_MEMORY;
        if (result != ASH_OK)
            return result;
        world_change_done(world);
    }
    return ASH_OK;
}

static enum ash_result upload_indices(struct ash_buffer *buffer, const struct ash_pass_env *env)
{
    static const uint16_t pattern[6] = {0, 1, 2, 2, 3, 0};
    struct ash_buffer_view view;
    const struct ash_upload_target target = {.buffer = buffer, .size = buffer->size};
    const enum ash_result result = ash_upload_begin(env->upload, &target, &view);
    if (result != ASH_OK)
        return result;
    uint16_t *indices = ash_view_at(&view, 0, target.size);
    for (uint32_t i = 0; indices != NULL && i < TERRAIN_INDEXED_QUADS * 6; i++)
        indices[i] = (uint16_t)(i / 6 * 4 + pattern[i % 6]);
    const enum ash_result end_result = ash_upload_end(&view);
    return indices != NULL ? end_result : ASH_ERROR_OUT_OF_RANGE;
}

enum ash_result terrain_meshes_init(struct terrain_meshes *meshes, const struct ash_pass_env *env)
{
    const struct ash_buffer_params params = {
        .size = (VkDeviceSize)TERRAIN_INDEXED_QUADS * 6 * sizeof(uint16_t),
        .usage = VK_BUFFER_USAGE_INDEX_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT,
        .properties = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT,
        .label = "terrain indices",
    };
    const enum ash_result result = ash_buffer_init(&meshes->indices, env->allocator, &params);
    return result == ASH_OK ? upload_indices(&meshes->indices, env) : result;
}

void terrain_meshes_finish(struct terrain_meshes *meshes, const struct ash_pass_env *env)
{
    for (uint32_t i = 0; i < meshes->side * meshes->side * COLUMN_CHUNKS; i++) {
        if (meshes->slots[i] == NULL)
            continue;
        ash_upload_forget(env->upload, &meshes->slots[i]->buffer, NULL);
        ash_buffer_finish(&meshes->slots[i]->buffer);
        free(meshes->slots[i]);
    }
    ash_upload_forget(env->upload, &meshes->indices, NULL);
    ash_buffer_finish(&meshes->indices);
    terrain_records_finish(&meshes->records);
    free(meshes->slots);
    free(meshes->visible);
    memset(meshes, 0, sizeof(*meshes));
}
