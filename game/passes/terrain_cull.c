#include "game/passes/terrain_cull.h"

#include "shaders/seen.h"
#include "shaders/shared.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(SEEN_SIZE == CHUNK_SIZE && COLUMN_CHUNKS == 4, "what seen.h says of chunks");

struct terrain_view terrain_view_of(const struct scene_camera *camera)
{
    const double place[3] = {camera->x, camera->y, camera->z};
    struct terrain_view view;
    memset(&view, 0, sizeof(view));
    memcpy(view.frustum, camera->frustum, sizeof(view.frustum));
    for (uint32_t axis = 0; axis < 3; axis++) {
        const double cell = floor(place[axis] / CHUNK_SIZE);
        view.cell[axis] = (int32_t)cell;
        view.inside[axis] = (float)(place[axis] - cell * CHUNK_SIZE);
    }
    view.inside[3] = TERRAIN_SEA_SURFACE;
    return view;
}

static struct terrain_visible look_at(const struct terrain_view *view,
                                      const struct terrain_mesh *mesh)
{
    const int32_t cell[3] = {mesh->coord.x, mesh->coord.y, mesh->coord.z};
    struct terrain_visible out = {.mesh = mesh};
    for (uint32_t axis = 0; axis < 3; axis++)
        out.origin[axis] = seen_origin(cell[axis], view->cell[axis], view->inside[axis]);
    return out;
}

static bool touches_frustum(const struct terrain_view *view, const float origin[3])
{
    for (uint32_t i = 0; i < 6; i++) {
        const float *plane = view->frustum[i];
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
    const struct terrain_view view = terrain_view_of(camera);
    const int rings = (int)meshes->side / 2;
    for (int i = 0; meshes->side > 0 && i < (2 * rings + 1) * (2 * rings + 1); i++) {
        const struct seen_column offset = seen_column_at(i);
        const int32_t x = view.cell[0] + offset.x, z = view.cell[2] + offset.z;
        struct terrain_mesh *const *column = terrain_meshes_column(meshes, x, z);
        for (int n = 0; n < COLUMN_CHUNKS; n++) {
            const struct terrain_mesh *mesh = column[seen_level_at(view.cell[1], n)];
            if (mesh == NULL || mesh->coord.x != x || mesh->coord.z != z)
                continue;
            const struct terrain_visible seen = look_at(&view, mesh);
            if (touches_frustum(&view, seen.origin))
                meshes->visible[meshes->visible_count++] = seen;
        }
    }
    return ASH_OK;
}

uint32_t terrain_wet_end(const struct terrain_visible *visible)
{
    const struct terrain_mesh *mesh = visible->mesh;
    const float *origin = visible->origin;
    return TERRAIN_WET + (uint32_t)seen_wet_layers(origin[0], origin[1], origin[2],
                                                   mesh->coord.y * CHUNK_SIZE, 1 << mesh->detail,
                                                   TERRAIN_SEA_SURFACE);
}
