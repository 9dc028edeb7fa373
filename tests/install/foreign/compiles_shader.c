// A foreign C program that compiles a shader at run time: the C++ inside is the library's business.
#include <stdio.h>
#include <string.h>

#include "engine/shader_compiler/shader_compiler.h"

static const char text[] = "#version 460\n"
                           "layout(local_size_x = 1) in;\n"
                           "void main() {}\n";

int main(void)
{
    const struct ash_shader_source source = {.name = "nothing.glsl",
                                             .text = text,
                                             .size = strlen(text),
                                             .stage = VK_SHADER_STAGE_COMPUTE_BIT};
    struct ash_shader_compiler *compiler;
    struct ash_shader_code code = {0};
    enum ash_result result = ash_shader_compiler_create(&compiler);
    if (result == ASH_OK)
        result = ash_shader_compile(compiler, &source, &code, NULL);
    printf("%s: %zu bytes of SPIR-V\n", ash_result_name(result), code.size);
    bool good = result == ASH_OK ? code.words[0] == 0x07230203 : result == ASH_ERROR_UNSUPPORTED;
    ash_shader_code_finish(&code);
    ash_shader_compiler_destroy(compiler);
    return good ? 0 : 1;
}
