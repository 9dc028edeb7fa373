#include "game/passes/terrain_cull.h"

#include "shaders/seen.h"
#include "shaders/shared.h"

#include <math.h>
#include <stdlib.h>

_Static_assert(SEEN_SIZE == CHUNK_SIZE && COLUMN_CHUNKS == 4, "what seen.h says of chunks");

// Where the camera is: its chunk, and its place in it.
struct viewer {
    const struct scene_camera *camera;
    int32_t cell[3];
    float inside[3];
};

static struct viewer viewer_of(const struct scene_camera *camera)
{
    const double place[3] = {camera->x, camera->y, camera->z};
    struct viewer viewer = {.camera = camera};
    for (uint32_t axis = 0; axis < 3; axis++) {
        const double cell = floor(place[axis] / CHUNK_SIZE);
        viewer.cell[axis] = (int32_t)cell;
        viewer.inside[axis] = (float)(place[axis] - cell * CHUNK_SIZE);
    }
    return viewer;
}

static struct terrain_visible look_at(const struct viewer *viewer, const struct terrain_mesh *mesh)
{
    const int32_t cell[3] = {mesh->coord.x, mesh->coord.y, mesh->coord.z};
    struct terrain_visible out = {.mesh = mesh};
    for (uint32_t axis = 0; axis < 3; axis++)
        out.origin[axis] = seen_origin(cell[axis], viewer->cell[axis], viewer->inside[axis]);
    return out;
}

static bool touches_frustum(const struct scene_camera *camera, const float origin[3])
{
    for (uint32_t i = 0; i < 6; i++) {
        const float *plane = camera->frustum[i];
        if (!seen_inside(plane[0], plane[1], plane[2], plane[3], origin[0], origin[1], origin[2]))
            return false;
    }
    return true;
}

static bool reserve(struct terrain_meshes *meshes)
{
    if (meshes->visible_capacity >= meshes->mesh_count)
        return true;
    struct terrain_visible *visible =
        realloc(meshes->visible, meshes->mesh_count * 2 * sizeof(*visible));
    if (visible == NULL)
        return false;
    meshes->visible = visible;
    meshes->visible_capacity = meshes->mesh_count * 2;
    return true;
}

enum ash_result terrain_cull(struct terrain_meshes *meshes, const struct scene_camera *camera)
{
    meshes->visible_count = 0;
    if (!reserve(meshes))
        return ASH_ERROR_OUT_OF_HOST_MEMORY;
    const struct viewer viewer = viewer_of(camera);
    const int rings = (int)meshes->side / 2;
    for (int i = 0; meshes->side > 0 && i < (2 * rings + 1) * (2 * rings + 1); i++) {
        const struct seen_column offset = seen_column_at(i);
        const int32_t x = viewer.cell[0] + offset.x, z = viewer.cell[2] + offset.z;
        struct terrain_mesh *const *column = terrain_meshes_column(meshes, x, z);
        for (int n = 0; n < COLUMN_CHUNKS; n++) {
            const struct terrain_mesh *mesh = column[seen_level_at(viewer.cell[1], n)];
            if (mesh == NULL || mesh->coord.x != x || mesh->coord.z != z)
                continue;
            const struct terrain_visible seen = look_at(&viewer, mesh);
            if (touches_frustum(camera, seen.origin))
                meshes->visible[meshes->visible_count++] = seen;
        }
    }
    return ASH_OK;
}

uint32_t terrain_wet_end(const struct terrain_visible *visible)
{
    const struct terrain_mesh *mesh = visible->mesh;
    const int32_t top = (mesh->coord.y + 1) * CHUNK_SIZE;
    const float surface = (float)(SEA_LEVEL + 1) - (float)WATER_SURFACE_DROP;
    const float height = (float)(mesh->coord.y * CHUNK_SIZE) - visible->origin[1] - surface;
    uint32_t range = TERRAIN_WET;
    while (range < TERRAIN_LOW_GLASS &&
           seen_through_water(visible->origin[0], visible->origin[2], height,
                              surface -
                                  (float)(top - (int32_t)((range - TERRAIN_WET) << mesh->detail))))
        range++;
    return range;
}
