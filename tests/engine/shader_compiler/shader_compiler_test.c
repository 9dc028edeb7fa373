#include "engine/shader_compiler/shader_compiler.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/render/pipeline.h"
#include "tests/support/catch.h"

extern const struct ash_shader test_shaders[];
extern const uint32_t test_shaders_count;

static void have_shaderc_says_what_the_build_found(void **state)
{
    (void)state;
    assert_int_equal(ASH_HAVE_SHADERC, strcmp(SHADERC_WAY, "none") != 0);
    struct ash_shader_compiler *compiler;
    catch_log_begin();
    enum ash_result result = ash_shader_compiler_create(&compiler);
    assert_int_equal(result, ASH_HAVE_SHADERC ? ASH_OK : ASH_ERROR_UNSUPPORTED);
    assert_int_equal(compiler != NULL, ASH_HAVE_SHADERC);
    assert_int_equal(catch_log_count(ASH_LOG_ERROR), !ASH_HAVE_SHADERC);
    catch_log_end();
    ash_shader_compiler_destroy(compiler);
    ash_shader_compiler_destroy(NULL);
    struct ash_shader_code none = {0};
    ash_shader_code_finish(&none);
}

#if ASH_HAVE_SHADERC
static struct ash_shader_compiler *compiler;

static int start(void **state)
{
    (void)state;
    return ash_shader_compiler_create(&compiler) == ASH_OK ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    ash_shader_compiler_destroy(compiler);
    return 0;
}

static enum ash_result compile(struct ash_shader_source source, struct ash_shader_code *code,
                               struct ash_shader_error *error)
{
    source.size = strlen(source.text);
    if (source.name == NULL)
        source.name = "dir/test.glsl";
    return ash_shader_compile(compiler, &source, code, error);
}

static void assert_error(struct ash_shader_source source, const char *file, uint32_t line,
                         const char *text)
{
    struct ash_shader_code code = {.size = 1};
    struct ash_shader_error error;
    catch_log_begin();
    assert_int_equal(compile(source, &code, &error), ASH_ERROR_FILE);
    assert_int_equal(catch_log_count(ASH_LOG_ERROR), 1);
    assert_true(catch_log_has(text));
    catch_log_end();
    assert_null(code.words);
    assert_int_equal(code.size, 0);
    assert_string_equal(error.file, file);
    assert_int_equal(error.line, line);
    assert_non_null(strstr(error.text, text));
    assert_null(strchr(error.text, '\n'));
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *text = calloc(1, 65536);
    assert_non_null(text);
    assert_true(fread(text, 1, 65535, file) > 0);
    fclose(file);
    return text;
}

// The words are those that glslc made of the same file when the tests were built.
static void compiles_as_the_build_does(void **state)
{
    (void)state;
    uint32_t compared = 0;
    for (uint32_t i = 0; i < test_shaders_count; i++) {
        char path[1024];
        snprintf(path, sizeof(path), ASH_SOURCE_DIR "/tests/shaders/%s.glsl", test_shaders[i].name);
        char *text = read_file(path);
        struct ash_shader_code code;
        struct ash_shader_error error;
        assert_int_equal(compile((struct ash_shader_source){.name = path,
                                                            .text = text,
                                                            .stage = test_shaders[i].stage},
                                 &code, &error),
                         ASH_OK);
        assert_int_equal(error.file[0], '\0');
        assert_int_equal(code.words[0], 0x07230203); // SPIR-V's magic number
        assert_int_equal(code.size, test_shaders[i].size);
        assert_memory_equal(code.words, test_shaders[i].words, code.size);
        ash_shader_code_finish(&code);
        assert_null(code.words);
        free(text);
        compared++;
    }
    assert_true(compared >= 9);
}

static void a_broken_shader_says_where(void **state)
{
    (void)state;
    assert_error((struct ash_shader_source){.text = "#version 460\n"
                                                    "void main()\n"
                                                    "{\n"
                                                    "    gl_Position = colour;\n"
                                                    "}\n",
                                            .stage = VK_SHADER_STAGE_VERTEX_BIT},
                 "dir/test.glsl", 4, "colour");
    assert_error((struct ash_shader_source){.text = "#version 460\nvoid main() {\n",
                                            .stage = VK_SHADER_STAGE_COMPUTE_BIT},
                 "dir/test.glsl", 3, "syntax error");
    // A file whose name has a colon and a number in it.
    assert_error((struct ash_shader_source){.name = "a:7",
                                            .text = "#version 460\nnonsense\n",
                                            .stage = VK_SHADER_STAGE_FRAGMENT_BIT},
                 "a:7", 2, "syntax error");
    assert_error((struct ash_shader_source){.name = "a:7",
                                            .text = "#version 90\n",
                                            .stage = VK_SHADER_STAGE_FRAGMENT_BIT},
                 "a:7", 0, "version");
}

static void no_error_struct_is_needed(void **state)
{
    (void)state;
    struct ash_shader_code code;
    catch_log_begin();
    assert_int_equal(compile((struct ash_shader_source){.text = "#version 460\nfoo\n",
                                                        .stage = VK_SHADER_STAGE_VERTEX_BIT},
                             &code, NULL),
                     ASH_ERROR_FILE);
    catch_log_end();
}

static void an_empty_shader_is_an_error(void **state)
{
    (void)state;
    struct ash_shader_code code;
    struct ash_shader_error error;
    catch_log_begin();
    assert_int_equal(
        compile((struct ash_shader_source){.text = "", .stage = VK_SHADER_STAGE_VERTEX_BIT}, &code,
                &error),
        ASH_ERROR_FILE);
    catch_log_end();
    assert_true(error.text[0] != '\0');
}

// Files that live in memory, and how often they were asked for and given back.
static struct {
    int includes, releases;
    char from[64];
} files;

static bool include(void *user, const char *requested, const char *from,
                    struct ash_shader_include *out)
{
    assert_string_equal(user, "user");
    snprintf(files.from, sizeof(files.from), "%s", from);
    if (strcmp(requested, "good.h") == 0)
        *out =
            (struct ash_shader_include){.name = "include/good.h", .text = "#include \"deep.h\"\n"};
    else if (strcmp(requested, "deep.h") == 0)
        *out = (struct ash_shader_include){.name = "include/deep.h",
                                           .text = "const vec4 where = vec4(0.5);\n"};
    else if (strcmp(requested, "bad.h") == 0)
        *out = (struct ash_shader_include){.name = "include/bad.h",
                                           .text = "\n\nconst float wrong = missing;\n"};
    else if (strcmp(requested, "endless.h") == 0)
        *out = (struct ash_shader_include){.name = "endless.h", .text = "#include \"endless.h\"\n"};
    else
        return false;
    out->size = strlen(out->text);
    files.includes++;
    return true;
}

static void release(void *user, struct ash_shader_include *include)
{
    assert_string_equal(user, "user");
    assert_non_null(include->text);
    files.releases++;
}

static struct ash_shader_source including(const char *text)
{
    memset(&files, 0, sizeof(files));
    return (struct ash_shader_source){.text = text,
                                      .stage = VK_SHADER_STAGE_VERTEX_BIT,
                                      .include = include,
                                      .release = release,
                                      .user = "user"};
}

#define HEAD "#version 460\n#extension GL_GOOGLE_include_directive : require\n"

static void includes_are_followed(void **state)
{
    (void)state;
    struct ash_shader_code code;
    assert_int_equal(
        compile(including(HEAD "#include \"good.h\"\nvoid main() { gl_Position = where; }\n"),
                &code, NULL),
        ASH_OK);
    ash_shader_code_finish(&code);
    assert_true(files.includes >= 2); // shaderc may look twice: once to preprocess
    assert_int_equal(files.releases, files.includes);
    assert_string_equal(files.from, "include/good.h");
}

static void errors_in_includes_say_where(void **state)
{
    (void)state;
    assert_error(including(HEAD "#include \"bad.h\"\nvoid main() {}\n"), "include/bad.h", 3,
                 "missing");
    assert_int_equal(files.releases, files.includes);
    assert_error(including(HEAD "#include \"none.h\"\nvoid main() {}\n"), "dir/test.glsl", 3,
                 "there is no such file");
    struct ash_shader_source alone = including(HEAD "#include \"good.h\"\nvoid main() {}\n");
    alone.include = NULL;
    assert_error(alone, "dir/test.glsl", 3, "there is no such file");
}

static void an_endless_inclusion_ends(void **state)
{
    (void)state;
    struct ash_shader_code code;
    catch_log_begin();
    assert_int_equal(
        compile(including(HEAD "#include \"endless.h\"\nvoid main() {}\n"), &code, NULL),
        ASH_ERROR_FILE);
    catch_log_end();
    assert_int_equal(files.releases, files.includes);
}

static void a_stage_of_another_kind_breaks_the_rule(void **state)
{
    (void)state;
    struct ash_shader_code code;
    assert_breaks_rule(
        "stage is VERTEX, FRAGMENT or COMPUTE",
        assert_int_equal(
            compile((struct ash_shader_source){.text = "", .stage = VK_SHADER_STAGE_GEOMETRY_BIT},
                    &code, NULL),
            ASH_OK));
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(have_shaderc_says_what_the_build_found),
#if ASH_HAVE_SHADERC
        cmocka_unit_test_setup_teardown(compiles_as_the_build_does, start, stop),
        cmocka_unit_test_setup_teardown(a_broken_shader_says_where, start, stop),
        cmocka_unit_test_setup_teardown(no_error_struct_is_needed, start, stop),
        cmocka_unit_test_setup_teardown(an_empty_shader_is_an_error, start, stop),
        cmocka_unit_test_setup_teardown(includes_are_followed, start, stop),
        cmocka_unit_test_setup_teardown(errors_in_includes_say_where, start, stop),
        cmocka_unit_test_setup_teardown(an_endless_inclusion_ends, start, stop),
        cmocka_unit_test_setup_teardown(a_stage_of_another_kind_breaks_the_rule, start, stop),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
