# SPIR-V at build time, embedded: ash_embed_shaders(TARGET SYMBOL FILE...) compiles every stage of
# every GLSL file and adds to TARGET a C file that defines
#
#     const struct ash_shader SYMBOL[]; const uint32_t SYMBOL_count;
#
# A shader file holds all its stages, each inside #ifdef VERTEX_STAGE, FRAGMENT_STAGE or
# COMPUTE_STAGE; which ones there are is read from the file.

find_program(GLSLC glslc)

function(ash_embed_shaders target symbol)
    if(NOT GLSLC)
        message(FATAL_ERROR "glslc, the shader compiler, is missing; install it (Debian: apt install glslc)")
    endif()
    set(folder ${CMAKE_CURRENT_BINARY_DIR}/${symbol})
    file(MAKE_DIRECTORY ${folder})
    set(includes "")
    set(rows "")
    set(outputs "")
    foreach(source ${ARGN})
        get_filename_component(name ${source} NAME_WE)
        get_filename_component(source_folder ${source} DIRECTORY)
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
        file(STRINGS ${source} stage_lines REGEX "^#(ifdef|elif defined\\()[ ]*(VERTEX|FRAGMENT|COMPUTE)_STAGE")
        foreach(stage vertex fragment compute)
            string(TOUPPER ${stage} upper)
            if(NOT "${stage_lines}" MATCHES "${upper}_STAGE")
                continue()
            endif()
            set(output ${folder}/${name}.${stage}.inc)
            add_custom_command(
                OUTPUT ${output}
                COMMAND ${GLSLC} -O --target-env=vulkan1.3 -fshader-stage=${stage}
                        -D${upper}_STAGE -I ${source_folder} -mfmt=c -MD -MF ${output}.d
                        -o ${output} ${source}
                DEPENDS ${source}
                DEPFILE ${output}.d
                COMMENT "Compiling the ${stage} stage of ${name}.glsl"
                VERBATIM)
            list(APPEND outputs ${output})
            string(APPEND includes
                   "static const uint32_t ${name}_${stage}[] =\n#include \"${output}\"\n;\n")
            string(APPEND rows "    {\"${name}\", VK_SHADER_STAGE_${upper}_BIT, ${name}_${stage}, sizeof(${name}_${stage})},\n")
        endforeach()
    endforeach()
    set(table ${folder}/${symbol}.c)
    file(CONFIGURE OUTPUT ${table} @ONLY CONTENT
"// Made by cmake/AshShaders.cmake.
#include \"engine/render/pipeline.h\"
extern const struct ash_shader ${symbol}[];
extern const uint32_t ${symbol}_count;
${includes}
const struct ash_shader ${symbol}[] = {
${rows}};
const uint32_t ${symbol}_count = sizeof(${symbol}) / sizeof(${symbol}[0]);
")
    set_source_files_properties(${table} PROPERTIES OBJECT_DEPENDS "${outputs}")
    target_sources(${target} PRIVATE ${table})
endfunction()
