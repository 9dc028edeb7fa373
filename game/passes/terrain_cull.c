#include "game/passes/terrain_cull.h"

#include "shaders/shared.h"

#include <math.h>
#include <stdlib.h>

// Whether a cube whose lowest corner is `origin` touches the frustum: for each plane, its corner
// that lies farthest inside has to be inside.
static bool touches_frustum(const struct scene_camera *camera, const float origin[3])
{
    const float size = (float)CHUNK_SIZE;
    for (uint32_t i = 0; i < 6; i++) {
        const float *plane = camera->frustum[i];
        float distance = plane[3];
        for (uint32_t axis = 0; axis < 3; axis++)
            distance += plane[axis] * (origin[axis] + (plane[axis] > 0.0f ? size : 0.0f));
        if (distance < 0.0f)
            return false;
    }
    return true;
}

// Near to far; equal distances by coordinate, so that the order never depends on the table.
static int compare_visible(const void *left, const void *right)
{
    const struct terrain_visible *a = left, *b = right;
    if (a->distance != b->distance)
        return a->distance < b->distance ? -1 : 1;
    if (a->mesh->coord.x != b->mesh->coord.x)
        return a->mesh->coord.x < b->mesh->coord.x ? -1 : 1;
    if (a->mesh->coord.z != b->mesh->coord.z)
        return a->mesh->coord.z < b->mesh->coord.z ? -1 : 1;
    return a->mesh->coord.y < b->mesh->coord.y ? -1 : 1;
}

static struct terrain_visible look_at(const struct terrain_mesh *mesh,
                                      const struct scene_camera *camera)
{
    const struct chunk_coord coord = mesh->coord;
    struct terrain_visible out = {
        .mesh = mesh,
        .origin = {(float)((double)coord.x * CHUNK_SIZE - camera->x),
                   (float)((double)coord.y * CHUNK_SIZE - camera->y),
                   (float)((double)coord.z * CHUNK_SIZE - camera->z)},
    };
    for (uint32_t axis = 0; axis < 3; axis++) {
        const float middle = out.origin[axis] + (float)CHUNK_SIZE * 0.5f;
        out.distance += middle * middle;
    }
    return out;
}

enum ash_result terrain_cull(struct terrain_meshes *meshes, const struct scene_camera *camera)
{
    meshes->visible_count = 0;
    if (meshes->visible_capacity < meshes->mesh_count) {
        struct terrain_visible *visible =
            realloc(meshes->visible, meshes->slot_count * sizeof(*visible));
        if (visible == NULL)
            return ASH_ERROR_OUT_OF_HOST_MEMORY;
        meshes->visible = visible;
        meshes->visible_capacity = meshes->slot_count;
    }
    for (uint32_t i = 0; i < meshes->slot_count; i++) {
        if (meshes->slots[i] == NULL)
            continue;
        const struct terrain_visible seen = look_at(meshes->slots[i], camera);
        if (touches_frustum(camera, seen.origin))
            meshes->visible[meshes->visible_count++] = seen;
    }
    if (meshes->visible_count > 1)
        qsort(meshes->visible, meshes->visible_count, sizeof(*meshes->visible), compare_visible);
    return ASH_OK;
}

// A look that goes `distance` far to the ground, past `height` of air and `depth` of water, passes
// distance * depth / (height + depth) of water.
uint32_t terrain_wet_end(const struct terrain_visible *visible)
{
    const struct terrain_mesh *mesh = visible->mesh;
    const float surface =
        (float)(SEA_LEVEL + 1 - mesh->coord.y * CHUNK_SIZE) - (float)WATER_SURFACE_DROP;
    const float height = -(visible->origin[1] + surface);
    float distance = height * height;
    for (uint32_t axis = 0; axis < 3; axis += 2) {
        const float low = visible->origin[axis], high = low + (float)CHUNK_SIZE;
        const float beside = fmaxf(fmaxf(low, -high), 0.0f);
        distance += beside * beside;
    }
    distance = sqrtf(distance);
    if (mesh->coord.y * CHUNK_SIZE > SEA_LEVEL || height <= 0.0f || distance <= CLEAR_WATER)
        return TERRAIN_LOW_GLASS;
    const float depth = CLEAR_WATER * height / (distance - CLEAR_WATER);
    const float cells = ((float)CHUNK_SIZE - surface + depth) / (float)(1u << mesh->detail);
    return TERRAIN_WET + (uint32_t)ceilf(fminf(cells, (float)(CHUNK_SIZE + 1)));
}
