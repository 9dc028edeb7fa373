// Culling against a brute force: a chunk of which any point is on the screen is never left out, and
// most of what is behind the camera is. And against the water that a look passes.
#include "game/passes/terrain_cull.h"

#include "tests/support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "shaders/seen.h"
#include "shaders/shared.h"

enum { SIDE = 9, CHUNKS = SIDE * SIDE * COLUMN_CHUNKS, POINTS = 8, GRID = 11 };

struct table {
    struct terrain_mesh meshes[CHUNKS];
    struct terrain_mesh *slots[GRID * GRID * COLUMN_CHUNKS];
    struct terrain_meshes all;
};

static struct table *make_table(void)
{
    struct table *table = calloc(1, sizeof(*table));
    assert_non_null(table);
    for (int32_t i = 0; i < CHUNKS; i++) {
        const struct chunk_coord coord = {i % SIDE - SIDE / 2, i / (SIDE * SIDE),
                                          i / SIDE % SIDE - SIDE / 2};
        table->meshes[i].coord = coord;
        table->slots[terrain_slot(GRID, coord)] = &table->meshes[i];
    }
    table->all.slots = table->slots;
    table->all.side = GRID;
    table->all.mesh_count = CHUNKS;
    return table;
}

static void drop_table(struct table *table)
{
    free(table->all.visible);
    free(table);
}

static bool on_screen(const struct scene_camera *camera, double x, double y, double z)
{
    const float place[4] = {(float)(x - camera->x), (float)(y - camera->y), (float)(z - camera->z),
                            1.0f};
    float clip[4] = {0};
    for (int row = 0; row < 4; row++) {
        for (int column = 0; column < 4; column++)
            clip[row] += camera->view_projection[column][row] * place[column];
    }
    return fabsf(clip[0]) < clip[3] && fabsf(clip[1]) < clip[3] && clip[2] > 0.0f &&
           clip[2] < clip[3];
}

static bool any_point_on_screen(const struct scene_camera *camera, struct chunk_coord coord)
{
    for (int i = 0; i < POINTS * POINTS * POINTS; i++) {
        const double step = (double)CHUNK_SIZE / (POINTS - 1);
        if (on_screen(camera, coord.x * CHUNK_SIZE + step * (i % POINTS),
                      coord.y * CHUNK_SIZE + step * (i / POINTS % POINTS),
                      coord.z * CHUNK_SIZE + step * (i / (POINTS * POINTS))))
            return true;
    }
    return false;
}

static bool is_visible(const struct terrain_meshes *meshes, const struct terrain_mesh *mesh)
{
    for (uint32_t i = 0; i < meshes->visible_count; i++) {
        if (meshes->visible[i].mesh == mesh)
            return true;
    }
    return false;
}

static void what_is_on_the_screen_is_never_left_out(void **state)
{
    (void)state;
    struct table *table = make_table();
    for (int turn = 0; turn < 12; turn++) {
        struct scene_camera camera = {.x = 3.0 + turn,
                                      .y = 20.0 + 5.0 * turn,
                                      .z = -7.0,
                                      .yaw = turn * 0.55,
                                      .pitch = (turn % 5 - 2) * 0.6,
                                      .field_of_view = 1.2f};
        scene_set_camera(&camera, 16.0f / 9.0f);
        assert_int_equal(terrain_cull(&table->all, &camera), ASH_OK);
        for (int i = 0; i < CHUNKS; i++) {
            if (any_point_on_screen(&camera, table->meshes[i].coord))
                assert_true(is_visible(&table->all, &table->meshes[i]));
        }
        assert_true(table->all.visible_count < CHUNKS * 3 / 4);
    }
    drop_table(table);
}

// A look from the camera's chunk never gets nearer to it along any axis.
static bool may_hide(const int32_t camera[3], struct chunk_coord a, struct chunk_coord b)
{
    const int32_t near[3] = {a.x - camera[0], a.y - camera[1], a.z - camera[2]};
    const int32_t far[3] = {b.x - camera[0], b.y - camera[1], b.z - camera[2]};
    for (int axis = 0; axis < 3; axis++) {
        if (near[axis] * far[axis] < 0 || abs(near[axis]) > abs(far[axis]))
            return false;
    }
    return true;
}

static void what_hides_comes_before_what_it_hides(void **state)
{
    (void)state;
    struct table *table = make_table();
    for (int turn = 0; turn < 12; turn++) {
        struct scene_camera camera = {.x = 40.0 * turn - 200.0,
                                      .y = 13.0 * turn - 10.0,
                                      .z = -7.0 * turn,
                                      .yaw = 0.5 * turn,
                                      .field_of_view = 1.2f};
        scene_set_camera(&camera, 16.0f / 9.0f);
        const int32_t cell[3] = {(int32_t)floor(camera.x / CHUNK_SIZE),
                                 (int32_t)floor(camera.y / CHUNK_SIZE),
                                 (int32_t)floor(camera.z / CHUNK_SIZE)};
        assert_int_equal(terrain_cull(&table->all, &camera), ASH_OK);
        const struct terrain_visible *visible = table->all.visible;
        for (uint32_t a = 0; a < table->all.visible_count; a++) {
            for (uint32_t b = a + 1; b < table->all.visible_count; b++)
                assert_false(may_hide(cell, visible[b].mesh->coord, visible[a].mesh->coord));
        }
    }
    drop_table(table);
}

// Every column once, the nearest ring first.
static void the_columns_around_are_each_passed_once(void **state)
{
    (void)state;
    enum { RINGS = 140, ACROSS = 2 * RINGS + 1 };
    uint8_t *passed = calloc(ACROSS * ACROSS, 1);
    assert_non_null(passed);
    int ring = 0;
    for (int i = 0; i < ACROSS * ACROSS; i++) {
        const struct seen_column column = seen_column_at(i);
        const int x = abs(column.x), z = abs(column.z), largest = x > z ? x : z;
        assert_true(largest == ring || largest == ++ring);
        assert_true(ring <= RINGS);
        const int place = (column.z + RINGS) * ACROSS + column.x + RINGS;
        assert_int_equal(passed[place]++, 0);
    }
    free(passed);
    for (int level = -3; level < 8; level++) {
        unsigned levels = 0;
        for (int n = 0; n < COLUMN_CHUNKS; n++)
            levels |= 1u << seen_level_at(level, n);
        assert_int_equal(levels, 15);
    }
}

// How much water a look passes on its way to a place in the chunk, so many blocks below its top.
static double water_passed(const struct terrain_visible *visible, double x, double z, double below)
{
    const double surface = SEA_LEVEL + 1 - WATER_SURFACE_DROP;
    const double top = visible->origin[1] + CHUNK_SIZE, down = below - top;
    const double height = -(visible->origin[1] + surface), depth = down - height;
    const double to_x = visible->origin[0] + x, to_z = visible->origin[2] + z;
    const double distance = sqrt(to_x * to_x + to_z * to_z + down * down);
    return depth > 0.0 ? distance * depth / down : 0.0;
}

static void only_what_much_water_covers_is_left_out(void **state)
{
    (void)state;
    uint32_t left_out = 0;
    for (uint32_t i = 0; i < 3000; i++) {
        const struct terrain_mesh mesh = {.detail = i % 3};
        const struct terrain_visible visible = {.mesh = &mesh,
                                                .origin = {(float)(i % 23 * 17) - 200.0f,
                                                           -31.5f - (float)(i % 7 * i % 80),
                                                           (float)(i % 29 * 13) - 150.0f}};
        const uint32_t cells = (uint32_t)CHUNK_SIZE >> mesh.detail;
        for (uint32_t range = terrain_wet_end(&visible); range <= TERRAIN_WET + cells; range++) {
            const double below = (double)((range - TERRAIN_WET) << mesh.detail);
            for (int point = 0; point < 25; point++)
                assert_true(water_passed(&visible, point % 5 * 8.0, point / 5 * 8.0, below) >=
                            (double)SEEN_CLEAR_WATER - 0.01);
            left_out++;
        }
    }
    assert_true(left_out > 3000);
}

static void under_water_nothing_is_left_out(void **state)
{
    (void)state;
    const struct terrain_mesh mesh = {.detail = 0};
    const struct terrain_visible visible = {.mesh = &mesh, .origin = {200.0f, -30.0f, 0.0f}};
    assert_int_equal(terrain_wet_end(&visible), TERRAIN_LOW_GLASS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_on_the_screen_is_never_left_out),
        cmocka_unit_test(what_hides_comes_before_what_it_hides),
        cmocka_unit_test(the_columns_around_are_each_passed_once),
        cmocka_unit_test(only_what_much_water_covers_is_left_out),
        cmocka_unit_test(under_water_nothing_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
