// Labels: valgrind
//
// The camera's matrices: where things land on the screen.
#include "game/scene/scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <cglm/mat4.h>
#include <cglm/vec4.h>

#include <math.h>

#define HALF_PI 1.57079632679489662

static struct scene_camera looking(double yaw, double pitch)
{
    struct scene_camera camera = {.yaw = yaw, .pitch = pitch, .field_of_view = (float)HALF_PI};
    scene_set_camera(&camera, 2);
    return camera;
}

// To the screen: x and y -1 to 1, y down; depth 0 to 1.
static void project(struct scene_camera *camera, float x, float y, float z, vec3 out)
{
    vec4 clip;
    glm_mat4_mulv(camera->view_projection, (vec4){x, y, z, 1}, clip);
    assert_true(clip[3] > 0);
    for (int i = 0; i < 3; i++)
        out[i] = clip[i] / clip[3];
}

static void directions_are_as_documented(void **state)
{
    (void)state;
    struct scene_camera camera = looking(0, 0);
    vec3 at;
    project(&camera, 10, 0, 0, at); // east is ahead
    assert_true(fabsf(at[0]) < 1e-5f && fabsf(at[1]) < 1e-5f);
    project(&camera, 10, 0, 5, at); // south is on the right, at 90 degrees and 2:1 a quarter
    assert_true(fabsf(at[0] - 0.25f) < 1e-5f);
    project(&camera, 10, 5, 0, at); // up is up, where y is negative
    assert_true(fabsf(at[1] + 0.5f) < 1e-5f);
    camera = looking(HALF_PI, 0);
    project(&camera, 0, 0, 10, at);
    assert_true(fabsf(at[0]) < 1e-5f && fabsf(at[1]) < 1e-5f);
    camera = looking(0, 0.5);
    project(&camera, 10, 10 * tanf(0.5f), 0, at);
    assert_true(fabsf(at[1]) < 1e-5f);
}

static void depth_is_reversed(void **state)
{
    (void)state;
    struct scene_camera camera = looking(0, 0);
    vec3 near, middle, far;
    project(&camera, 0.0801f, 0, 0, near);
    project(&camera, 10, 0, 0, middle);
    project(&camera, 4000, 0, 0, far);
    assert_true(near[2] <= 1 && near[2] > 0.99f);
    assert_true(middle[2] < near[2] && far[2] < middle[2] && far[2] > 0);
}

static void straight_up_and_down_are_good_directions(void **state)
{
    (void)state;
    for (int sign = -1; sign <= 1; sign += 2) {
        struct scene_camera camera = looking(0.3, sign * HALF_PI);
        vec3 at;
        project(&camera, 0, (float)sign * 10, 0, at);
        assert_true(fabsf(at[0]) < 1e-5f && fabsf(at[1]) < 1e-5f);
    }
}

static void the_inverse_goes_back(void **state)
{
    (void)state;
    struct scene_camera camera = looking(1.1, -0.4);
    vec3 at;
    project(&camera, 3, -2, 11, at);
    vec4 back;
    glm_mat4_mulv(camera.inverse_view_projection, (vec4){at[0], at[1], at[2], 1}, back);
    assert_true(fabsf(back[0] / back[3] - 3) < 1e-2f);
    assert_true(fabsf(back[1] / back[3] + 2) < 1e-2f);
    assert_true(fabsf(back[2] / back[3] - 11) < 1e-2f);
}

// A face that is counter-clockwise from outside is counter-clockwise on the screen.
static void winding_is_kept(void **state)
{
    (void)state;
    struct scene_camera camera = looking(0, 0);
    vec3 a, b, c;
    project(&camera, 10, 0, 0, a); // seen from the west: south is right
    project(&camera, 10, 0, 1, b);
    project(&camera, 10, 1, 0, c);
    float area = (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]);
    assert_true(area < 0); // right, then up, with y down
}

static void the_frustum_holds_what_the_screen_shows(void **state)
{
    (void)state;
    struct scene_camera camera = looking(2.3, 0.7);
    uint32_t random = 1;
    int shown = 0;
    for (int i = 0; i < 20000; i++) {
        float point[3];
        for (int axis = 0; axis < 3; axis++) {
            random = random * 1664525u + 1013904223u;
            point[axis] = (float)(random >> 8) / 65536.0f - 128;
        }
        vec4 clip;
        glm_mat4_mulv(camera.view_projection, (vec4){point[0], point[1], point[2], 1}, clip);
        bool on_screen = fabsf(clip[0]) <= clip[3] && fabsf(clip[1]) <= clip[3] && clip[2] >= 0 &&
                         clip[2] <= clip[3];
        bool inside = true;
        float least = INFINITY;
        for (int plane = 0; plane < 6; plane++) {
            const float *p = camera.frustum[plane];
            float distance = p[0] * point[0] + p[1] * point[1] + p[2] * point[2] + p[3];
            inside = inside && distance >= 0;
            least = fminf(least, fabsf(distance));
        }
        if (least > 1e-2f)
            assert_int_equal(inside, on_screen);
        shown += on_screen;
    }
    assert_true(shown > 1000 && shown < 19000);
    for (int plane = 0; plane < 6; plane++) {
        const float *p = camera.frustum[plane];
        assert_true(fabsf(p[0] * p[0] + p[1] * p[1] + p[2] * p[2] - 1) < 1e-4f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(directions_are_as_documented),
        cmocka_unit_test(depth_is_reversed),
        cmocka_unit_test(straight_up_and_down_are_good_directions),
        cmocka_unit_test(the_inverse_goes_back),
        cmocka_unit_test(winding_is_kept),
        cmocka_unit_test(the_frustum_holds_what_the_screen_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
