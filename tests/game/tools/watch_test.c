// Labels: gpu threads
//
// Shaders that are saved while frames are drawn, good ones and bad ones.
#include "game/tools/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/shader_compiler/shader_compiler.h"
#include "tests/support/catch.h"
#include "tests/support/render_fixture.h"
#include "tests/support/test_passes.h"

// Not a measure of speed: sanitizers and a busy machine are slow.
#define PATIENCE_SECONDS 20.0

static char folder[256];
static const char *const files[] = {"test_fill.glsl", "test_uniform.glsl", "tint.h"};

static void write_file(const char *name, const char *text)
{
    char path[512], beside[512];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    snprintf(beside, sizeof(beside), "%s/%s.new", folder, name);
    FILE *file = fopen(beside, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(rename(beside, path), 0); // as editors do
}

static void write_shader(const char *name, const char *globals, const char *result)
{
    char text[2048];
    snprintf(text, sizeof(text),
             "#version 460\n"
             "#include \"tint.h\"\n"
             "%s\n"
             "#ifdef VERTEX_STAGE\n"
             "void main() { gl_Position = vec4(gl_VertexIndex == 1 ? 3.0 : -1.0,\n"
             "    gl_VertexIndex == 2 ? 3.0 : -1.0, 1.0, 1.0); }\n"
             "#endif\n"
             "#ifdef FRAGMENT_STAGE\n"
             "layout(location = 0) out vec4 result;\n"
             "void main() { result = %s; }\n" // line 10
             "#endif\n",
             globals, result);
    write_file(name, text);
}

static const char fill_globals[] =
    "layout(push_constant) uniform Fill { vec4 color; float depth; };";
static const char uniform_globals[] = "layout(binding = 0) uniform Color { vec4 color; };";

static void write_all(void)
{
    write_file("tint.h", "#define TINT(color) (color)\n");
    write_shader("test_fill.glsl", fill_globals, "TINT(color)");
    write_shader("test_uniform.glsl", uniform_globals, "TINT(color)");
}

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "%s/watch-test-XXXXXX", ASH_BINARY_DIR);
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        char path[512];
        snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
        unlink(path);
    }
    return rmdir(folder);
}

#if ASH_HAVE_SHADERC
struct stage {
    struct render_fixture fixture;
    struct jobs *jobs;
    struct watch *watch;
    struct test_scene scene; // fill_pass is red; uniform_pass, over it, is green
};

static double now_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int setup(void **state)
{
    static const struct ash_pass_type *const passes[] = {&fill_pass, &uniform_pass};
    struct stage *stage = calloc(1, sizeof(*stage));
    assert_non_null(stage);
    write_all();
    stage->scene = (struct test_scene){.color = {1.0f, 0.0f, 0.0f, 1.0f},
                                       .depth = 1.0f,
                                       .uniform_color = {0.0f, 1.0f, 0.0f, 1.0f}};
    stage->jobs = jobs_create(1);
    assert_non_null(stage->jobs);
    stage->watch = watch_create(&(struct watch_params){.folder = folder,
                                                       .jobs = stage->jobs,
                                                       .shaders = test_shaders,
                                                       .shader_count = test_shaders_count});
    assert_non_null(stage->watch);
    render_fixture_open(&stage->fixture, NULL);
    assert_int_equal(
        render_fixture_create(&stage->fixture,
                              &(struct ash_renderer_params){.extent = {8, 8},
                                                            .passes = passes,
                                                            .pass_count = 2,
                                                            .shaders = watch_shaders(stage->watch),
                                                            .shader_count = test_shaders_count}),
        ASH_OK);
    watch_update(stage->watch, stage->fixture.renderer, /*wait=*/true);
    assert_null(watch_error(stage->watch));
    *state = stage;
    return 0;
}

static int teardown(void **state)
{
    struct stage *stage = *state;
    render_fixture_close(&stage->fixture);
    watch_destroy(stage->watch);
    jobs_destroy(stage->jobs);
    free(stage);
    return 0;
}

static uint32_t frame(struct stage *stage)
{
    watch_update(stage->watch, stage->fixture.renderer, /*wait=*/false);
    render_fixture_draw(&stage->fixture, &stage->scene);
    render_fixture_read(&stage->fixture);
    return render_fixture_pixel(&stage->fixture, 3, 3);
}

// Draws frames until they have this colour; the milliseconds that took.
static double until(struct stage *stage, uint32_t rgba)
{
    double began = now_seconds();
    while (frame(stage) != rgba) {
        if (now_seconds() - began > PATIENCE_SECONDS)
            fail_msg("not 0x%08x but 0x%08x, and: %s", (unsigned)rgba, (unsigned)frame(stage),
                     watch_error(stage->watch) != NULL ? watch_error(stage->watch) : "no error");
    }
    return (now_seconds() - began) * 1e3;
}

static const char *until_error(struct stage *stage)
{
    double began = now_seconds();
    while (watch_error(stage->watch) == NULL) {
        assert_true(now_seconds() - began < PATIENCE_SECONDS);
        frame(stage);
    }
    return watch_error(stage->watch);
}

static void a_shader_that_is_saved_is_drawn(void **state)
{
    struct stage *stage = *state;
    double worst = 0.0;
    assert_int_equal(frame(stage), 0x00ff00ff);
    for (int i = 0; i < 8; i++) {
        write_shader("test_uniform.glsl", uniform_globals, i % 2 == 0 ? "color.grba" : "color");
        double took = until(stage, i % 2 == 0 ? 0xff0000ff : 0x00ff00ff);
        worst = took > worst ? took : worst;
    }
    print_message("from saved to seen: %.0f ms at worst\n", worst);
}

static void an_error_keeps_the_last_good_one(void **state)
{
    struct stage *stage = *state;
    catch_log_begin();
    write_shader("test_uniform.glsl", uniform_globals, "colour");
    assert_non_null(strstr(until_error(stage), "test_uniform.glsl:10: 'colour'"));
    assert_true(catch_log_has("test_uniform.glsl:10 has an error: 'colour'"));
    assert_int_equal(catch_log_count(ASH_LOG_ERROR), 1);
    for (int i = 0; i < 8; i++)
        assert_int_equal(frame(stage), 0x00ff00ff);
    assert_int_equal(catch_log_count(ASH_LOG_ERROR), 1); // said once
    catch_log_end();
    write_shader("test_uniform.glsl", uniform_globals, "color.bbga");
    until(stage, 0x0000ffff);
    assert_null(watch_error(stage->watch));
}

static void a_file_that_is_included_is_followed_by_all(void **state)
{
    struct stage *stage = *state;
    write_file("tint.h", "#define TINT(color) color.brga\n"); // red to green, green to blue
    until(stage, 0x0000ffff);
    stage->scene.uniforms_wanted = UINT32_MAX; // uniform_pass has no room: what is below shows
    assert_int_equal(frame(stage), 0x00ff00ff);
    catch_log_begin();
    write_file("tint.h", "#define TINT(color) color.\n\n");
    assert_non_null(strstr(until_error(stage), "test_fill.glsl:10"));
    catch_log_end();
    assert_int_equal(frame(stage), 0x00ff00ff);
}

static void assert_refused(struct stage *stage, const char *declaration, const char *because)
{
    catch_log_begin();
    write_shader("test_uniform.glsl", declaration, "color");
    assert_non_null(strstr(until_error(stage), "test_uniform.glsl does not fit"));
    assert_true(catch_log_has(because));
    catch_log_end();
    assert_int_equal(frame(stage), 0x00ff00ff);
}

static void what_does_not_fit_the_pipeline_is_refused(void **state)
{
    assert_refused(*state, "layout(binding = 1) uniform Color { vec4 color; };", "binding 1");
}

// The driver would look for it beyond the only one there is.
static void another_set_is_refused(void **state)
{
    assert_refused(*state, "layout(set = 7, binding = 0) uniform Color { vec4 color; };", "set 7");
}

static void a_file_that_goes_away_changes_nothing(void **state)
{
    struct stage *stage = *state;
    char path[512];
    snprintf(path, sizeof(path), "%s/test_uniform.glsl", folder);
    assert_int_equal(unlink(path), 0);
    watch_update(stage->watch, stage->fixture.renderer, /*wait=*/true);
    assert_int_equal(frame(stage), 0x00ff00ff);
    assert_null(watch_error(stage->watch));
    write_shader("test_uniform.glsl", uniform_globals, "color.grba");
    watch_update(stage->watch, stage->fixture.renderer, /*wait=*/true);
    assert_int_equal(frame(stage), 0xff0000ff);
}

// A watch may end while its worker compiles.
static void ends_in_the_middle(void **state)
{
    struct stage *stage = *state;
    write_shader("test_uniform.glsl", uniform_globals, "color.grba");
    watch_update(stage->watch, stage->fixture.renderer, /*wait=*/false);
}
#endif

static void a_folder_without_shaders_is_refused(void **state)
{
    (void)state;
    struct watch_params params = {
        .folder = "/nonexistent", .shaders = test_shaders, .shader_count = test_shaders_count};
    catch_log_begin();
    assert_null(watch_create(&params));
    assert_int_equal(catch_log_count(ASH_LOG_ERROR), 1);
    assert_true(catch_log_has(ASH_HAVE_SHADERC ? "/nonexistent" : "without shaderc"));
    catch_log_end();
    watch_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#if ASH_HAVE_SHADERC
        cmocka_unit_test_setup_teardown(a_shader_that_is_saved_is_drawn, setup, teardown),
        cmocka_unit_test_setup_teardown(an_error_keeps_the_last_good_one, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_that_is_included_is_followed_by_all, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_does_not_fit_the_pipeline_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(another_set_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_that_goes_away_changes_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(ends_in_the_middle, setup, teardown),
#endif
        cmocka_unit_test(a_folder_without_shaders_is_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
