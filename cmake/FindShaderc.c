// Whether shaderc works, tried by cmake/FindShaderc.cmake: exit code 0 if it compiles a shader.
#include <shaderc/shaderc.h>

int main(void)
{
    static const char source[] = "#version 460\nvoid main() { gl_Position = vec4(1.0); }\n";
    shaderc_compiler_t compiler = shaderc_compiler_initialize();
    if (compiler == 0)
        return 1;
    shaderc_compilation_result_t result = shaderc_compile_into_spv(
        compiler, source, sizeof(source) - 1, shaderc_glsl_vertex_shader, "try.glsl", "main", 0);
    int good = shaderc_result_get_compilation_status(result) == shaderc_compilation_status_success;
    shaderc_result_release(result);
    shaderc_compiler_release(compiler);
    return good ? 0 : 1;
}
