// GLSL to SPIR-V at run time, for shaders that change while a program runs: the same options as
// the build's glslc, so the same words come out.
//
// It stands apart from engine/render, which needs it not, because it brings a C++ library along
// (shaderc). Where none was found at build time, ASH_HAVE_SHADERC is 0 and create says UNSUPPORTED.
//
// Thread-safety: any thread may compile; a compiler may be shared. The first compilation in a
// process takes 70 ms, later ones 0.4 to 4 ms: a worker's business.
#ifndef ASH_SHADER_COMPILER_SHADER_COMPILER_H
#define ASH_SHADER_COMPILER_SHADER_COMPILER_H

#include "engine/api.h"
#include "engine/result.h"

#include <vulkan/vulkan_core.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ash_shader_compiler; // opaque

// Errors: UNSUPPORTED: built without shaderc; OUT_OF_HOST_MEMORY. *out is then NULL.
ASH_API ASH_NODISCARD enum ash_result ash_shader_compiler_create(struct ash_shader_compiler **out);
// NULL is allowed.
ASH_API void ash_shader_compiler_destroy(struct ash_shader_compiler *compiler);

// A file that a shader includes.
struct ash_shader_include {
    const char *name; // for messages, and `from` of its own includes
    const char *text;
    size_t size;  // bytes of text
    void *handle; // the resolver's own
};

struct ash_shader_source {
    const char *name; // of the file, for messages
    const char *text;
    size_t size; // bytes of text
    // VERTEX, FRAGMENT or COMPUTE; defines VERTEX_STAGE, FRAGMENT_STAGE or COMPUTE_STAGE.
    VkShaderStageFlagBits stage;
    // Finds the file `requested`, which the file `from` includes; false if there is none. What
    // *out points to lives until `release` (which may be NULL). NULL: nothing can be included.
    bool (*include)(void *user, const char *requested, const char *from,
                    struct ash_shader_include *out);
    void (*release)(void *user, struct ash_shader_include *include);
    void *user; // borrowed; handed to both
};

// What is wrong, and where.
struct ash_shader_error {
    char file[256]; // of the source, or of a file that it includes
    uint32_t line;  // from 1; 0: not known
    char text[512]; // "'colour' : undeclared identifier"
};

// SPIR-V, owned. All zero is "none".
struct ash_shader_code {
    uint32_t *words;
    size_t size; // bytes
};

// Compiles one stage. Errors: FILE: the source has an error, or includes what is not there;
// OUT_OF_HOST_MEMORY. *out is then all zero and *error (which may be NULL) says what; the log
// says it too. Else *error is all zero.
ASH_API ASH_NODISCARD enum ash_result ash_shader_compile(struct ash_shader_compiler *compiler,
                                                         const struct ash_shader_source *source,
                                                         struct ash_shader_code *out,
                                                         struct ash_shader_error *error);
// A zeroed code is allowed.
ASH_API void ash_shader_code_finish(struct ash_shader_code *code);

#ifdef __cplusplus
}
#endif

#endif
