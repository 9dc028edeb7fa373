# The shader compiler as a library: Shaderc_FOUND, and the target Shaderc::Shaderc.
#
# That a library is there does not mean that it works: Debian 12's shared one lacks symbols of its
# own dependencies, its combined archive lacks glslang, and pkg-config is wrong about both. So each
# way to link is tried by running a program that compiles a shader (FindShaderc.c):
#
#     shared  ->  combined archive  ->  combined archive, glslang and SPIRV-Tools in a link group
#
# Shaderc_WAY says which one it was ("none": the engine is built without it), Shaderc_ARCHIVES which
# static archives hold it (empty if it is shared), Shaderc_CXX the C++ library these need.

find_path(Shaderc_INCLUDE_DIR shaderc/shaderc.h)
find_library(Shaderc_SHARED NAMES shaderc_shared shaderc)
find_library(Shaderc_COMBINED NAMES libshaderc_combined.a)
# Without a C++ compiler there is only the run-time library, under its full name.
find_library(Shaderc_CXX NAMES stdc++ libstdc++.so.6)
if(NOT Shaderc_CXX)
    set(Shaderc_CXX stdc++)
endif()
mark_as_advanced(Shaderc_INCLUDE_DIR Shaderc_SHARED Shaderc_COMBINED Shaderc_CXX)

# The archives that the combined one should have contained; versions of glslang differ in them.
set(_shaderc_archives "")
foreach(name glslang MachineIndependent GenericCodeGen OSDependent OGLCompiler HLSL SPIRV SPVRemapper
             glslang-default-resource-limits SPIRV-Tools-opt SPIRV-Tools)
    find_library(Shaderc_${name}_ARCHIVE NAMES lib${name}.a)
    mark_as_advanced(Shaderc_${name}_ARCHIVE)
    if(Shaderc_${name}_ARCHIVE)
        list(APPEND _shaderc_archives ${Shaderc_${name}_ARCHIVE})
    endif()
endforeach()

set(_shaderc_libraries_shared ${Shaderc_SHARED})
set(_shaderc_libraries_combined ${Shaderc_COMBINED} ${Shaderc_CXX} m Threads::Threads)
set(_shaderc_libraries_group -Wl,--start-group ${Shaderc_COMBINED} ${_shaderc_archives}
    -Wl,--end-group ${Shaderc_CXX} m Threads::Threads)

function(_shaderc_try way)
    if(NOT Shaderc_INCLUDE_DIR OR "${_shaderc_libraries_${way}}" MATCHES "NOTFOUND")
        return()
    endif()
    try_run(Shaderc_RUN_${way} Shaderc_COMPILED_${way} ${CMAKE_BINARY_DIR}/FindShaderc/${way}
            ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/FindShaderc.c
            CMAKE_FLAGS -DINCLUDE_DIRECTORIES=${Shaderc_INCLUDE_DIR}
            LINK_LIBRARIES ${_shaderc_libraries_${way}})
    if(Shaderc_COMPILED_${way} AND "${Shaderc_RUN_${way}}" STREQUAL "0")
        set(Shaderc_WAY ${way} CACHE STRING "How shaderc is linked: shared, combined, group or none")
    endif()
endfunction()

find_package(Threads REQUIRED)
if(NOT DEFINED Shaderc_WAY)
    foreach(way shared combined group)
        if(NOT DEFINED Shaderc_WAY)
            _shaderc_try(${way})
        endif()
    endforeach()
    if(NOT DEFINED Shaderc_WAY)
        set(Shaderc_WAY none CACHE STRING "How shaderc is linked: shared, combined, group or none")
    endif()
    message(STATUS "Shader compiler at run time (shaderc): ${Shaderc_WAY}")
endif()

set(Shaderc_ARCHIVES "")
if(Shaderc_WAY STREQUAL "combined")
    set(Shaderc_ARCHIVES ${Shaderc_COMBINED})
elseif(Shaderc_WAY STREQUAL "group")
    set(Shaderc_ARCHIVES ${Shaderc_COMBINED} ${_shaderc_archives})
endif()

set(Shaderc_FOUND OFF)
if(NOT Shaderc_WAY STREQUAL "none")
    set(Shaderc_FOUND ON)
    if(NOT TARGET Shaderc::Shaderc)
        add_library(Shaderc::Shaderc INTERFACE IMPORTED)
        set_target_properties(Shaderc::Shaderc PROPERTIES
            INTERFACE_INCLUDE_DIRECTORIES "${Shaderc_INCLUDE_DIR}"
            INTERFACE_LINK_LIBRARIES "${_shaderc_libraries_${Shaderc_WAY}}")
    endif()
endif()
