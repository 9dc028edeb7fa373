# Compiler settings that every target of ours has: ash_target(NAME) applies them.

set(ash_warnings -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes
    -Wmissing-prototypes -Wundef -Wvla)

function(ash_target name)
    target_compile_options(${name} PRIVATE ${ash_warnings})
    target_include_directories(${name} PUBLIC $<BUILD_INTERFACE:${AshEngine_SOURCE_DIR}>)
    # pthreads, clocks and mmap of POSIX, which -std=c11 hides.
    target_compile_definitions(${name} PRIVATE _GNU_SOURCE)
    if(ASH_WERROR)
        target_compile_options(${name} PRIVATE -Werror)
    endif()
    if(ASH_SANITIZE)
        target_compile_options(${name} PRIVATE -fsanitize=${ASH_SANITIZE} -fno-omit-frame-pointer)
        if(CMAKE_BUILD_TYPE STREQUAL "Debug")
            target_compile_options(${name} PRIVATE -Og) # sanitizers make it slow enough
        endif()
        if(ASH_SANITIZE MATCHES "undefined")
            target_compile_options(${name} PRIVATE -fno-sanitize-recover=undefined)
        endif()
        target_link_options(${name} PUBLIC -fsanitize=${ASH_SANITIZE})
    elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
        target_compile_options(${name} PRIVATE -fstack-protector-strong)
        target_compile_definitions(${name} PRIVATE _FORTIFY_SOURCE=2)
    endif()
    get_target_property(type ${name} TYPE)
    if(NOT type STREQUAL "STATIC_LIBRARY" AND NOT type STREQUAL "OBJECT_LIBRARY")
        target_link_options(${name} PRIVATE -Wl,-z,relro,-z,now)
    endif()
endfunction()

# Drivers and layers that are unloaded before the process ends look like leaks and unknown frames
# to sanitizers: in sanitized builds a program keeps them loaded (tests/support/keep_loaded.c).
function(ash_keep_driver_loaded name)
    if(ASH_SANITIZE)
        target_sources(${name} PRIVATE ${AshEngine_SOURCE_DIR}/tests/support/keep_loaded.c)
        target_link_libraries(${name} PRIVATE ${CMAKE_DL_LIBS})
    endif()
endfunction()
