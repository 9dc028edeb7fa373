#include "game/scene/scene.h"

#include <cglm/mat4.h>
#include <cglm/vec3.h>

#include <math.h>
#include <string.h>

// Blocks. Near: less than the distance from the eye to the walls of the narrowest tunnel. Far: past
// the largest radius; depth is reversed and in floats, so it costs no precision.
#define NEAR_PLANE 0.08f
#define FAR_PLANE  4096.0f

// Turns positions relative to the camera into right, up and backward. Made from the angles, so it
// has no bad direction, straight up and down included.
static void set_view(mat4 view, double yaw, double pitch)
{
    float cy = (float)cos(yaw), sy = (float)sin(yaw);
    float cp = (float)cos(pitch), sp = (float)sin(pitch);
    vec3 right = {-sy, 0, cy};
    vec3 up = {-cy * sp, cp, -sy * sp};
    vec3 forward = {cy * cp, sp, sy * cp};
    for (int axis = 0; axis < 3; axis++) {
        view[axis][0] = right[axis];
        view[axis][1] = up[axis];
        view[axis][2] = -forward[axis];
        view[axis][3] = 0;
    }
    view[3][0] = view[3][1] = view[3][2] = 0;
    view[3][3] = 1;
}

// Depth 1 at the near plane and 0 at the far one; y down, as Vulkan has it.
static void set_projection(mat4 projection, float field_of_view, float aspect)
{
    float focal = 1 / tanf(field_of_view / 2);
    memset(projection, 0, sizeof(mat4));
    projection[0][0] = focal / aspect;
    projection[1][1] = -focal;
    projection[2][2] = NEAR_PLANE / (FAR_PLANE - NEAR_PLANE);
    projection[2][3] = -1;
    projection[3][2] = NEAR_PLANE * FAR_PLANE / (FAR_PLANE - NEAR_PLANE);
}

// A point is inside where -w <= x <= w, -w <= y <= w and 0 <= z <= w: one plane each (Gribb and
// Hartmann, "Fast Extraction of Viewing Frustum Planes from the World-View-Projection Matrix").
static void set_frustum(vec4 frustum[6], mat4 m)
{
    for (int i = 0; i < 6; i++) {
        int row = i / 2;
        for (int column = 0; column < 4; column++) {
            float w = m[column][3];
            float value = m[column][row];
            if (i == 4) // z >= 0: the far plane, depth being reversed
                frustum[i][column] = value;
            else
                frustum[i][column] = i % 2 == 0 ? w + value : w - value;
        }
        float length = glm_vec3_norm(frustum[i]);
        for (int column = 0; column < 4; column++)
            frustum[i][column] /= length;
    }
}

void scene_set_camera(struct scene_camera *camera, float aspect)
{
    mat4 view;
    mat4 projection;
    set_view(view, camera->yaw, camera->pitch);
    set_projection(projection, camera->field_of_view, aspect);
    glm_mat4_mul(projection, view, camera->view_projection);
    glm_mat4_inv(camera->view_projection, camera->inverse_view_projection);
    set_frustum(camera->frustum, camera->view_projection);
}
