// Labels: valgrind
//
// The list of what the HUD shows: where things stand, and that it never overflows.
#include "game/passes/hud/canvas.h"
#include "game/passes/hud/hud_panels.h"
#include "game/passes/hud/memory_map.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

extern const unsigned char cinder_font[];
extern const size_t cinder_font_size;

struct fixture {
    struct font font;
    struct canvas canvas;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    assert_non_null(fixture);
    assert_true(font_init(&fixture->font, cinder_font, cinder_font_size, 17));
    fixture->canvas = (struct canvas){.quads = calloc(CANVAS_MAX_QUADS, sizeof(struct hud_quad)),
                                      .font = &fixture->font,
                                      .width = 1280,
                                      .height = 720,
                                      .unit = 1};
    assert_non_null(fixture->canvas.quads);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    free(fixture->canvas.quads);
    font_finish(&fixture->font);
    free(fixture);
    return 0;
}

static void text_advances_by_cells_and_leaves_spaces_out(void **state)
{
    struct fixture *fixture = *state;
    struct canvas *canvas = &fixture->canvas;
    const float cell = (float)fixture->font.cell_width;
    assert_float_equal(canvas_text(canvas, 10.6f, 5.0f, 1.0f, 0xFF000080, "a b\nc"),
                       10.0f + 3.0f * cell, 0.0f);
    assert_int_equal(canvas->count, 2);
    assert_float_equal(canvas->quads[1].origin[0], 10.0f + 2.0f * cell, 0.0f);
    assert_float_equal(canvas->quads[0].color[0], 1.0f, 0.001f);
    assert_float_equal(canvas->quads[0].color[1], 0.0f, 0.001f);
    assert_float_equal(canvas->quads[0].color[3], 128.0f / 255.0f, 0.001f);
    assert_float_equal(canvas_text_width(canvas, 2.0f, "abc"), 6.0f * cell, 0.0f);
}

static void a_full_canvas_takes_no_more(void **state)
{
    struct fixture *fixture = *state;
    struct canvas *canvas = &fixture->canvas;
    for (uint32_t i = 0; i < CANVAS_MAX_QUADS + 10; i++)
        canvas_rect(canvas, 0.0f, 0.0f, 1.0f, 1.0f, 0xFFFFFFFF);
    assert_int_equal(canvas->count, CANVAS_MAX_QUADS);
    canvas_block(canvas, 0.0f, 0.0f, 32.0f, BLOCK_GRASS);
    canvas_text(canvas, 0.0f, 0.0f, 1.0f, 0xFFFFFFFF, "too much");
    assert_int_equal(canvas->count, CANVAS_MAX_QUADS);
}

static void a_block_stays_inside_its_square(void **state)
{
    struct fixture *fixture = *state;
    struct canvas *canvas = &fixture->canvas;
    canvas_block(canvas, 100.0f, 200.0f, 32.0f, BLOCK_GRASS);
    assert_int_equal(canvas->count, 3);
    for (uint32_t i = 0; i < canvas->count; i++) {
        const struct hud_quad *quad = &canvas->quads[i];
        for (int corner = 0; corner < 4; corner++) {
            const float u = (float)(corner & 1), v = (float)(corner >> 1);
            const float x = quad->origin[0] + u * quad->origin[2] + v * quad->edge[0];
            const float y = quad->origin[1] + u * quad->origin[3] + v * quad->edge[1];
            assert_true(x >= 100.0f && x <= 132.0f && y >= 200.0f && y <= 232.0f);
        }
    }
}

// Every panel at once, at its fullest, still fits the canvas with room to spare.
static void all_panels_fit(void **state)
{
    struct fixture *fixture = *state;
    struct canvas *canvas = &fixture->canvas;
    struct ash_pass_time passes[8];
    for (uint32_t i = 0; i < 8; i++)
        passes[i] = (struct ash_pass_time){
            .name = "a long pass name", .cpu_ms = 1e6, .prepared = ASH_ERROR_UNSUPPORTED};
    const struct ash_renderer_stats stats = {.pass_count = 8, .passes = passes};
    struct scene *scene = calloc(1, sizeof(*scene));
    assert_non_null(scene);
    scene->stats = &stats;
    memset(scene->hud.status, 'x', sizeof(scene->hud.status) - 1);
    memset(scene->hud.message, 'x', sizeof(scene->hud.message) - 1);
    memset(scene->hud.hotbar, BLOCK_LAMP, sizeof(scene->hud.hotbar));
    for (uint32_t i = 0; i < FRAME_GRAPH_LENGTH; i++)
        scene->hud.frame_ms[i] = 1e9;
    scene->hud.dig_progress = 0.5f;
    hud_crosshair(canvas, &scene->hud);
    hud_hotbar(canvas, &scene->hud);
    hud_status(canvas, &scene->hud);
    char error[1024];
    memset(error, 'x', sizeof(error) - 1);
    error[sizeof(error) - 1] = '\0';
    scene->hud.shader_error = error;
    hud_shader_error(canvas, &scene->hud);
    hud_performance(canvas, scene);
    hud_help(canvas);
    hud_pause(canvas);
    hud_loading(canvas, &scene->hud);
    assert_true(canvas->count > 1000 && canvas->count < CANVAS_MAX_QUADS / 2);
    free(scene);
}

// A snapshot of one chunk: staging, two pieces of land and a hole.
static struct memory_block map_blocks[] = {
    {.offset = 0, .size = 16 << 20, .owner = OWNER_STAGING, .label = "staging"},
    {.offset = 20 << 20,
     .size = 65536,
     .owner = OWNER_TERRAIN_NEAR,
     .has_chunk = true,
     .coord = {1, 0, 2},
     .label = "terrain detail 0"},
    {.offset = 24 << 20,
     .size = 1 << 20,
     .owner = OWNER_TERRAIN_FAR,
     .has_chunk = true,
     .coord = {5, 1, -2},
     .retiring = true,
     .label = "terrain detail 2"},
};
static struct memory_chunk map_chunk = {.size = 64 << 20, .block_count = 3, .open_views = 1};
static const struct memory_snapshot map_memory = {.chunks = &map_chunk,
                                                  .blocks = map_blocks,
                                                  .chunk_count = 1,
                                                  .block_count = 3,
                                                  .heap_count = 1,
                                                  .heaps = {{.budget = 1 << 30, .reserved = 1}},
                                                  .taken = 1};

// Where text and plates of a canvas reach to.
static void assert_inside(const struct canvas *canvas)
{
    for (uint32_t i = 0; i < canvas->count; i++) {
        const struct hud_quad *quad = &canvas->quads[i];
        const float right = quad->origin[0] + quad->origin[2] + fmaxf(quad->edge[0], 0.0f);
        const float bottom = quad->origin[1] + quad->edge[1] + fmaxf(quad->origin[3], 0.0f);
        if (!(quad->origin[0] >= 0 && right <= canvas->width + 0.5f && quad->origin[1] >= 0 &&
              bottom <= canvas->height + 0.5f))
            fail_msg("at %.0f x %.0f, %.2f: quad %u from %.0f %.0f to %.0f %.0f",
                     (double)canvas->width, (double)canvas->height, (double)canvas->unit, i,
                     (double)quad->origin[0], (double)quad->origin[1], (double)right,
                     (double)bottom);
    }
}

static void the_memory_map_names_the_block_at_the_pointer(void **state)
{
    struct fixture *fixture = *state;
    struct canvas *canvas = &fixture->canvas;
    struct memory_map map = {.cells = calloc(MEMORY_MAP_CELLS, sizeof(uint32_t))};
    struct scene *scene = calloc(1, sizeof(*scene));
    assert_true(map.cells != NULL && scene != NULL);
    scene->memory = &map_memory;
    scene->hud.points = true;
    bool seen[3] = {false};
    uint32_t nothing = 0;
    for (int y = 0; y < 720; y += 8) {
        for (int x = 0; x < 1280; x += 8) {
            canvas->count = 0;
            scene->hud.pointer_x = (float)x;
            scene->hud.pointer_y = (float)y;
            memory_map_draw(&map, canvas, scene);
            if (map.hit != NULL)
                seen[map.hit - map_blocks] = true;
            else
                nothing++;
            assert_true(map.hit == NULL || x < 640); // the right half shows the world
        }
    }
    assert_true(seen[0] && seen[1] && seen[2] && nothing > 100);
    scene->hud.points = false;
    scene->hud.looks = true;
    scene->hud.looked = (struct chunk_coord){1, 0, 2};
    memory_map_draw(&map, canvas, scene);
    assert_ptr_equal(map.hit, &map_blocks[1]);
    scene->hud.looked = (struct chunk_coord){5, 1, -2}; // its block is on its way out
    memory_map_draw(&map, canvas, scene);
    assert_null(map.hit);
    free(scene);
    free(map.cells);
}

// Every panel stays inside windows of every size, at every content scale.
static void panels_stay_in_the_window(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        float width, height, unit;
    } windows[] = {{320, 180, 0.6f}, {640, 360, 0.75f}, {1280, 720, 1}, {800, 600, 1},
                   {1280, 720, 2},   {3840, 2160, 3},   {3840, 2160, 5}};
    struct ash_pass_time passes[8];
    for (uint32_t i = 0; i < 8; i++)
        passes[i] = (struct ash_pass_time){.name = "a long pass name", .cpu_ms = 1e6};
    const struct ash_renderer_stats stats = {.pass_count = 8, .passes = passes};
    struct memory_map map = {.cells = calloc(MEMORY_MAP_CELLS, sizeof(uint32_t))};
    struct scene *scene = calloc(1, sizeof(*scene));
    assert_true(map.cells != NULL && scene != NULL);
    scene->stats = &stats;
    scene->memory = &map_memory;
    scene->hud.looks = true;
    scene->hud.looked = (struct chunk_coord){1, 0, 2};
    for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
        struct font font;
        struct canvas canvas = fixture->canvas;
        assert_true(font_init(&font, cinder_font, cinder_font_size,
                              (uint32_t)(17 * windows[i].unit + 0.5f)));
        canvas.font = &font;
        canvas.width = windows[i].width;
        canvas.height = windows[i].height;
        canvas.unit = windows[i].unit;
        canvas.count = 0;
        hud_performance(&canvas, scene);
        hud_help(&canvas);
        hud_pause(&canvas);
        memory_map_draw(&map, &canvas, scene);
        assert_inside(&canvas);
        assert_true(map.layout.count == 1);
        assert_true(canvas.cell_count <= MEMORY_MAP_CELLS && canvas.count < CANVAS_MAX_QUADS);
        font_finish(&font);
    }
    free(scene);
    free(map.cells);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(text_advances_by_cells_and_leaves_spaces_out, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_full_canvas_takes_no_more, setup, teardown),
        cmocka_unit_test_setup_teardown(a_block_stays_inside_its_square, setup, teardown),
        cmocka_unit_test_setup_teardown(all_panels_fit, setup, teardown),
        cmocka_unit_test_setup_teardown(the_memory_map_names_the_block_at_the_pointer, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(panels_stay_in_the_window, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
