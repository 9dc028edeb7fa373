#include "engine/shader_compiler/shader_compiler.h"

#include <stdlib.h>
#include <string.h>

#include <shaderc/shaderc.h>

#include "engine/assert.h"
#include "engine/log.h"

struct ash_shader_compiler {
    shaderc_compiler_t shaderc;
};

enum ash_result ash_shader_compiler_create(struct ash_shader_compiler **out)
{
    *out = NULL;
    struct ash_shader_compiler *compiler = calloc(1, sizeof(*compiler));
    if (compiler != NULL)
        compiler->shaderc = shaderc_compiler_initialize();
    if (compiler == NULL || compiler->shaderc == NULL) {
        free(compiler);
        ash_log(ASH_LOG_ERROR, "No main memory for the shader compiler: free some.");
        return ASH_ERROR_OUT_OF_HOST_MEMORY;
    }
    *out = compiler;
    return ASH_OK;
}

void ash_shader_compiler_destroy(struct ash_shader_compiler *compiler)
{
    if (compiler == NULL)
        return;
    shaderc_compiler_release(compiler->shaderc);
    free(compiler);
}

// One file handed to shaderc, with what the resolver gave.
struct included {
    shaderc_include_result result;
    struct ash_shader_include include;
};

// What shaderc takes for "not there": a result without a name, whose content is the message.
static const char not_there[] = "there is no such file";
static const char too_deep[] = "files include each other without end";

// Deeper than any sane shader; shaderc itself goes on until the stack is used up.
enum { MOST_DEPTH = 32 };

static void refuse(struct included *included, const char *message)
{
    included->result.source_name = "";
    included->result.content = message;
    included->result.content_length = strlen(message);
}

// shaderc takes no NULL for an answer.
static shaderc_include_result no_memory = {
    .source_name = "", .content = "no main memory", .content_length = sizeof("no main memory") - 1};

static shaderc_include_result *resolve(void *user, const char *requested, int type,
                                       const char *from, size_t depth)
{
    (void)type;
    const struct ash_shader_source *source = user;
    struct included *included = calloc(1, sizeof(*included));
    if (included == NULL)
        return &no_memory;
    if (depth > MOST_DEPTH) {
        refuse(included, too_deep);
    } else if (source->include == NULL ||
               !source->include(source->user, requested, from, &included->include)) {
        refuse(included, not_there);
    } else {
        included->result.source_name = included->include.name;
        included->result.source_name_length = strlen(included->include.name);
        included->result.content = included->include.text;
        included->result.content_length = included->include.size;
    }
    included->result.user_data = included;
    return &included->result;
}

static void release(void *user, shaderc_include_result *result)
{
    const struct ash_shader_source *source = user;
    struct included *included = result->user_data;
    if (included == NULL)
        return;
    if (source->release != NULL && included->include.text != NULL)
        source->release(source->user, &included->include);
    free(included);
}

static const struct stage {
    VkShaderStageFlagBits stage;
    shaderc_shader_kind kind;
    const char *macro;
} stages[] = {
    {VK_SHADER_STAGE_VERTEX_BIT, shaderc_glsl_vertex_shader, "VERTEX_STAGE"},
    {VK_SHADER_STAGE_FRAGMENT_BIT, shaderc_glsl_fragment_shader, "FRAGMENT_STAGE"},
    {VK_SHADER_STAGE_COMPUTE_BIT, shaderc_glsl_compute_shader, "COMPUTE_STAGE"},
};

static const struct stage *find_stage(VkShaderStageFlagBits stage)
{
    for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
        if (stages[i].stage == stage)
            return &stages[i];
    }
    return NULL;
}

// The options of cmake/AshShaders.cmake.
static shaderc_compile_options_t make_options(const struct ash_shader_source *source,
                                              const struct stage *stage)
{
    shaderc_compile_options_t options = shaderc_compile_options_initialize();
    if (options == NULL)
        return NULL;
    shaderc_compile_options_set_optimization_level(options, shaderc_optimization_level_performance);
    shaderc_compile_options_set_target_env(options, shaderc_target_env_vulkan,
                                           shaderc_env_version_vulkan_1_3);
    shaderc_compile_options_add_macro_definition(options, stage->macro, strlen(stage->macro), NULL,
                                                 0);
    // shaderc hands the pointer back and does not write through it.
    shaderc_compile_options_set_include_callbacks(options, resolve, release,
                                                  (void *)(uintptr_t)source);
    return options;
}

static void copy_text(char *out, size_t out_size, const char *text, size_t size)
{
    size_t count = size < out_size - 1 ? size : out_size - 1;
    memcpy(out, text, count);
    out[count] = '\0';
}

// Takes the first error of "file:12: error: what", or "file: error: what", apart.
static void parse_error(const char *message, const char *name, struct ash_shader_error *out)
{
    static const char mark[] = ": error: ";
    *out = (struct ash_shader_error){0};
    const char *found = strstr(message, mark);
    if (found == NULL) {
        copy_text(out->file, sizeof(out->file), name, strlen(name));
        copy_text(out->text, sizeof(out->text), message, strcspn(message, "\n"));
        return;
    }
    const char *text = found + sizeof(mark) - 1;
    copy_text(out->text, sizeof(out->text), text, strcspn(text, "\n"));
    const char *start = found; // of the line of text
    while (start > message && start[-1] != '\n')
        start--;
    size_t length = (size_t)(found - start);
    bool whole_file = length == strlen(name) && memcmp(start, name, length) == 0;
    const char *digits = found;
    while (digits > start && digits[-1] >= '0' && digits[-1] <= '9')
        digits--;
    const char *end = found; // of the file's name
    if (!whole_file && digits < found && digits > start && digits[-1] == ':') {
        out->line = (uint32_t)strtoul(digits, NULL, 10);
        end = digits - 1;
    }
    copy_text(out->file, sizeof(out->file), start, (size_t)(end - start));
}

static enum ash_result copy_code(shaderc_compilation_result_t result, struct ash_shader_code *out)
{
    size_t size = shaderc_result_get_length(result);
    uint32_t *words = malloc(size);
    if (words == NULL) {
        ash_log(ASH_LOG_ERROR, "No main memory for %zu bytes of SPIR-V: free some.", size);
        return ASH_ERROR_OUT_OF_HOST_MEMORY;
    }
    memcpy(words, shaderc_result_get_bytes(result), size);
    *out = (struct ash_shader_code){.words = words, .size = size};
    return ASH_OK;
}

static enum ash_result take_result(shaderc_compilation_result_t result, const char *name,
                                   struct ash_shader_code *out, struct ash_shader_error *error)
{
    if (shaderc_result_get_compilation_status(result) == shaderc_compilation_status_success)
        return copy_code(result, out);
    struct ash_shader_error found;
    parse_error(shaderc_result_get_error_message(result), name, &found);
    ash_log(ASH_LOG_ERROR, "The shader %s:%u has an error: %s", found.file, found.line, found.text);
    if (error != NULL)
        *error = found;
    return ASH_ERROR_FILE;
}

enum ash_result ash_shader_compile(struct ash_shader_compiler *compiler,
                                   const struct ash_shader_source *source,
                                   struct ash_shader_code *out, struct ash_shader_error *error)
{
    const struct stage *stage = find_stage(source->stage);
    ASH_ASSERT_MESSAGE(stage != NULL, "a shader's stage is VERTEX, FRAGMENT or COMPUTE");
    *out = (struct ash_shader_code){0};
    if (error != NULL)
        *error = (struct ash_shader_error){0};
    enum ash_result answer = ASH_ERROR_OUT_OF_HOST_MEMORY;
    shaderc_compile_options_t options = make_options(source, stage);
    shaderc_compilation_result_t result = NULL;
    if (options != NULL)
        result = shaderc_compile_into_spv(compiler->shaderc, source->text, source->size,
                                          stage->kind, source->name, "main", options);
    if (result != NULL)
        answer = take_result(result, source->name, out, error);
    else
        ash_log(ASH_LOG_ERROR, "No main memory to compile %s: free some.", source->name);
    shaderc_result_release(result);
    shaderc_compile_options_release(options);
    return answer;
}

void ash_shader_code_finish(struct ash_shader_code *code)
{
    free(code->words);
    *code = (struct ash_shader_code){0};
}
