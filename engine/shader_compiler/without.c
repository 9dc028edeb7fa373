// The shader compiler of a build for which cmake/FindShaderc.cmake found no shaderc that works.
#include "engine/shader_compiler/shader_compiler.h"

#include "engine/assert.h"
#include "engine/log.h"

enum ash_result ash_shader_compiler_create(struct ash_shader_compiler **out)
{
    *out = NULL;
    ash_log(ASH_LOG_ERROR, "Shaders can't be compiled while the program runs: it was built "
                           "without shaderc. Install libshaderc-dev and build again.");
    return ASH_ERROR_UNSUPPORTED;
}

void ash_shader_compiler_destroy(struct ash_shader_compiler *compiler)
{
    ASH_ASSERT(compiler == NULL);
}

enum ash_result ash_shader_compile(struct ash_shader_compiler *compiler,
                                   const struct ash_shader_source *source,
                                   struct ash_shader_code *out, struct ash_shader_error *error)
{
    (void)source;
    ASH_ASSERT(compiler != NULL); // there is none: create never hands one out
    *out = (struct ash_shader_code){0};
    if (error != NULL)
        *error = (struct ash_shader_error){0};
    return ASH_ERROR_UNSUPPORTED;
}

void ash_shader_code_finish(struct ash_shader_code *code)
{
    *code = (struct ash_shader_code){0};
}
